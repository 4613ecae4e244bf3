import type { DesiredGroup, InsightGroup } from '../../../src/insight-group/insight-group.ts';
import type { ApiResult } from '../../../src/launchdarkly/api-result.ts';
import type { Page } from '../../../src/launchdarkly/paging.ts';
import type { ListClient } from '../../../src/reconcile/lists.ts';
import type { InsightGroupsClient, ReconcileDeps } from '../../../src/reconcile/reconcile-deps.ts';

/** An account that answers at once and never fails, with what reconciling and listing need from outside. */
export interface AccountDouble {
  readonly groups: Map<string, InsightGroup>;
  readonly client: InsightGroupsClient & ListClient;
  readonly depsFor: (subject: DesiredGroup) => ReconcileDeps;
  /** The operations so far: `read checkout`, `list 20`. */
  readonly calls: string[];
}

export interface AccountDoubleOptions {
  readonly groups?: readonly InsightGroup[];
  /** What the list of groups shows instead. */
  readonly listed?: readonly InsightGroup[];
  /** The environments that exist; any unless set. */
  readonly environments?: readonly string[];
  /** How many groups a page has. */
  readonly pageSize?: number;
}

export const TIMING = {
  startedAt: 0,
  receivedAt: 0,
  heldMs: 0,
  serverClock: 0,
  retryAfterMs: undefined,
};

/** A group that is as requested unless `group` says otherwise. */
export function makeGroup(group: Partial<InsightGroup> & Pick<InsightGroup, 'key'>): InsightGroup {
  return {
    name: 'Same',
    projectKey: 'web',
    environmentKey: 'dev',
    applicationKeys: [],
    createdAt: 1,
    ...group,
  };
}

export function createAccountDouble(options: AccountDoubleOptions = {}): AccountDouble {
  const { pageSize = 20, environments } = options;
  const groups = new Map((options.groups ?? []).map((group) => [group.key, group]));
  const calls: string[] = [];
  const answer = <T>(call: string, value: T | undefined): Promise<ApiResult<T>> => {
    calls.push(call);
    const error = { status: 404, code: 'not_found', message: 'No.', text: '', errors: [] };
    return Promise.resolve(
      value === undefined
        ? { ...TIMING, kind: 'rejected', error }
        : { ...TIMING, kind: 'ok', value },
    );
  };
  const nothing: Page<never> = { items: [], length: 0, totalCount: 0, hasNext: false };
  const client: AccountDouble['client'] = {
    createGroup: (desired) => {
      groups.set(desired.key, { ...desired, createdAt: 1 });
      return answer(`create ${desired.key}`, groups.get(desired.key));
    },
    getGroup: (key) => answer(`read ${key}`, groups.get(key)),
    patchGroup: (key, patch) => {
      const group = groups.get(key);
      const name = patch.find(({ path }) => path === '/name')?.value ?? group?.name;
      if (group !== undefined && typeof name === 'string') {
        groups.set(key, { ...group, name });
      }
      return answer(`update ${key}`, groups.get(key));
    },
    deleteGroup: (key) => answer(`delete ${key}`, groups.delete(key) || undefined),
    getEnvironment: (_projectKey, key) => {
      const exists = environments?.includes(key) ?? true;
      return answer(`check ${key}`, exists ? { key, name: key } : undefined);
    },
    getProject: (key) => answer(`project ${key}`, { key, name: key }),
    listProjects: () => answer('projects', nothing),
    listEnvironments: () => answer('environments', nothing),
    listGroups: (offset) => {
      const all = options.listed ?? [...groups.values()];
      const items = all.slice(offset, offset + pageSize);
      const page = { items, length: items.length, totalCount: all.length, hasNext: false };
      return answer(`list ${offset}`, page);
    },
  };
  const depsFor = (): ReconcileDeps => ({
    client,
    diagnosis: {
      describeApiError: async ({ status }) => ({
        code: 'not-found',
        message: `Answered ${status}.`,
        nextStep: 'Look.',
      }),
      describeFailure: ({ code }) => ({ code, message: 'Failed.', nextStep: 'Look.' }),
      locateEnvironment: async () => ({ kind: 'unknown' }),
      findUnknownApplications: async () => [],
    },
    signal: new AbortController().signal,
    remainingMs: () => 60_000,
    now: () => ({ wallMs: 0, uptimeMs: 0 }),
    sleep: async () => {},
    random: () => 0,
    isOneOfSeveral: true,
    announceWait: () => {},
  });
  return { groups, client, depsFor, calls };
}
