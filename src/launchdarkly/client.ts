import { isSameKey, type PatchOperation } from '../insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../insight-group/insight-group.ts';
import { type ApiResult, type Expectation, readApiResult } from './api-result.ts';
import {
  type CallerIdentity,
  type KeyPage,
  parseCallerIdentity,
  parseInsightGroup,
  parseKey,
  parseKeyPage,
} from './schemas.ts';
import type { JsonRequest, Transport } from './transport.ts';

/** How many items a page of projects, environments or applications is asked for. */
const PAGE_SIZE = 100;

/** LaunchDarkly's operations that the action uses. Each is one request; none throws. */
export interface LaunchDarkly {
  /** `createInsightGroup`. */
  createGroup(desired: DesiredGroup): Promise<ApiResult<InsightGroup>>;
  /** `getInsightGroup`, with scores. A key that names no group is answered with 404. */
  getGroup(key: string): Promise<ApiResult<InsightGroup>>;
  /** `patchInsightGroup`. The answer carries no scores. */
  patchGroup(key: string, patch: readonly PatchOperation[]): Promise<ApiResult<InsightGroup>>;
  /** `getEnvironment`, of which only the key is read: the body holds the environment's SDK keys. */
  getEnvironment(projectKey: string, environmentKey: string): Promise<ApiResult<string>>;
  /** The keys of the project's environments, first page. */
  listEnvironments(projectKey: string): Promise<ApiResult<KeyPage>>;
  /** The keys of the account's projects, first page. */
  listProjects(): Promise<ApiResult<KeyPage>>;
  /** Those of `keys` that are applications LaunchDarkly knows. */
  findApplications(keys: readonly string[]): Promise<ApiResult<KeyPage>>;
  /** The keys of the account's applications, first page. */
  listApplications(): Promise<ApiResult<KeyPage>>;
  /** What LaunchDarkly knows of the credential. */
  getCallerIdentity(): Promise<ApiResult<CallerIdentity>>;
}

/** Speaks LaunchDarkly's API over `transport`. Every request ends when `signal` aborts. */
export function createClient(transport: Transport, signal: AbortSignal): LaunchDarkly {
  const ask = async <T>(request: JsonRequest, expectation: Expectation<T>): Promise<ApiResult<T>> =>
    readApiResult(await transport.send(request, signal), expectation);
  const get = <T>(path: string, query: Record<string, string>, parse: Expectation<T>['parse']) =>
    ask({ method: 'GET', path, query }, { status: 200, parse });

  return {
    createGroup(desired) {
      const { key, name, projectKey, environmentKey, applicationKeys } = desired;
      const body = {
        name,
        key,
        projectKey,
        environmentKey,
        // "If not provided, the insight group will include data from all applications." What an
        // empty list means is not documented.
        ...(applicationKeys.length > 0 && { applicationKeys }),
      };
      // Singular, unlike the path of every other operation.
      const path = '/api/v2/engineering-insights/insights/group';
      return ask({ method: 'POST', path, body }, { status: 201, parse: parseGroupOf(key) });
    },
    getGroup: (key) => get(groupPath(key), { expand: 'scores' }, parseGroupOf(key)),
    patchGroup: (key, patch) =>
      ask(
        { method: 'PATCH', path: groupPath(key), body: patch },
        { status: 200, parse: parseGroupOf(key) },
      ),
    getEnvironment: (projectKey, environmentKey) =>
      get(`${environmentsPath(projectKey)}/${encodeURIComponent(environmentKey)}`, {}, parseKey),
    listEnvironments: (projectKey) =>
      get(environmentsPath(projectKey), { limit: String(PAGE_SIZE) }, parseKeyPage),
    listProjects: () => get('/api/v2/projects', { limit: String(PAGE_SIZE) }, parseKeyPage),
    findApplications: (keys) => {
      const filter = `key anyOf ${JSON.stringify(keys)}`;
      return get('/api/v2/applications', { filter, limit: String(keys.length) }, parseKeyPage);
    },
    listApplications: () => get('/api/v2/applications', { limit: String(PAGE_SIZE) }, parseKeyPage),
    getCallerIdentity: () => get('/api/v2/caller-identity', {}, parseCallerIdentity),
  };
}

function groupPath(key: string): string {
  return `/api/v2/engineering-insights/insights/groups/${encodeURIComponent(key)}`;
}

function environmentsPath(projectKey: string): string {
  return `/api/v2/projects/${encodeURIComponent(projectKey)}/environments`;
}

/**
 * Accepts a group only under the key that was asked for: any other is not an answer to the question.
 * LaunchDarkly lower-cases the keys of some resources, so letter case does not count.
 */
function parseGroupOf(key: string): (json: unknown) => InsightGroup | undefined {
  return (json) => {
    const group = parseInsightGroup(json);
    return group !== undefined && isSameKey(group.key, key) ? group : undefined;
  };
}
