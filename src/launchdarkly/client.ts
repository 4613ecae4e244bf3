import type { PatchOperation } from '../insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../insight-group/insight-group.ts';
import { type ApiResult, type Expectation, readApiResult } from './api-result.ts';
import type { Page } from './paging.ts';
import {
  type CallerIdentity,
  type NamedKey,
  parseCallerIdentity,
  parseGroupPage,
  parseInsightGroup,
  parseNamedKey,
  parseNamedKeyPage,
} from './schemas.ts';
import type { JsonRequest, Transport } from './transport.ts';

/** How many items a page of projects, environments or applications is asked for. */
const PAGE_SIZE = 100;

/**
 * "Must be between 1 and 20 inclusive."
 *
 * @see https://launchdarkly.com/docs/api/insights-scores-beta/list-insight-groups
 */
const GROUP_PAGE_SIZE = 20;

/** A delete that was held back for longer is not sent, in milliseconds: by then the key may name another group. */
const MAX_DELETE_HELD_MS = 1_000;

/** LaunchDarkly's operations that the action uses. Each is one request; none throws. */
export interface LaunchDarkly {
  /** `createInsightGroup`. */
  createGroup(desired: DesiredGroup): Promise<ApiResult<InsightGroup>>;
  /** `getInsightGroup`, with scores. A key that names no group is refused with 404. */
  getGroup(key: string): Promise<ApiResult<InsightGroup>>;
  /** `patchInsightGroup`. The answer carries no scores. */
  patchGroup(key: string, patch: readonly PatchOperation[]): Promise<ApiResult<InsightGroup>>;
  /**
   * `deleteInsightGroup`. A key that names no group is refused with 404. Sent at once or not at all: a delete
   * that a rate limit holds back fails with {@link HELD}, so that the group can be read again before.
   */
  deleteGroup(key: string): Promise<ApiResult<true>>;
  /** `listInsightGroups`: one page of all groups of the account, sorted by name, without scores. */
  listGroups(offset: number): Promise<ApiResult<Page<InsightGroup>>>;
  /** `getEnvironment`, of which only key and name are read: the body holds the environment's SDK keys. */
  getEnvironment(projectKey: string, environmentKey: string): Promise<ApiResult<NamedKey>>;
  /** `getProject`. */
  getProject(projectKey: string): Promise<ApiResult<NamedKey>>;
  /** `getEnvironmentsByProject`: one page. */
  listEnvironments(projectKey: string, offset: number): Promise<ApiResult<Page<NamedKey>>>;
  /** `getProjects`: one page. */
  listProjects(offset: number): Promise<ApiResult<Page<NamedKey>>>;
  /** `getApplications`: those of `keys` that LaunchDarkly knows. */
  findApplications(keys: readonly string[]): Promise<ApiResult<Page<NamedKey>>>;
  /** `getApplications`: one page of all. */
  listApplications(offset: number): Promise<ApiResult<Page<NamedKey>>>;
  /** What LaunchDarkly knows of the credential. */
  getCallerIdentity(): Promise<ApiResult<CallerIdentity>>;
}

/** Speaks LaunchDarkly's API over `transport`. Every request ends when `signal` aborts. */
export function createClient(transport: Transport, signal: AbortSignal): LaunchDarkly {
  const ask = async <T>(request: JsonRequest, expectation: Expectation<T>): Promise<ApiResult<T>> =>
    readApiResult(await transport.send(request, signal), expectation);
  const get = <T>(
    route: Route,
    query: Record<string, string>,
    parse: Expectation<T>['parse'],
  ): Promise<ApiResult<T>> => ask({ method: 'GET', ...route, query }, { status: 200, parse });

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
      return ask({ method: 'POST', ...CREATE, body }, { status: 201, parse: parseGroupOf(key) });
    },
    getGroup: (key) => get(groupRoute(key), { expand: 'scores' }, parseGroupOf(key)),
    patchGroup: (key, patch) =>
      ask(
        { method: 'PATCH', ...groupRoute(key), body: patch },
        { status: 200, parse: parseGroupOf(key) },
      ),
    deleteGroup: (key) =>
      ask(
        { method: 'DELETE', ...groupRoute(key), maxHeldMs: MAX_DELETE_HELD_MS },
        { status: 204, parse: () => true },
      ),
    listGroups: (offset) =>
      get(GROUPS, { ...pageQuery(GROUP_PAGE_SIZE, offset), sort: 'name' }, parseGroupPage),
    getEnvironment: (projectKey, environmentKey) =>
      get(environmentRoute(projectKey, environmentKey), {}, parseNamedKey),
    getProject: (projectKey) => get(projectRoute(projectKey), {}, parseNamedKey),
    listEnvironments: (projectKey, offset) =>
      get(environmentsRoute(projectKey), pageQuery(PAGE_SIZE, offset), parseNamedKeyPage),
    listProjects: (offset) => get(PROJECTS, pageQuery(PAGE_SIZE, offset), parseNamedKeyPage),
    findApplications: (keys) => {
      const filter = `key anyOf ${JSON.stringify(keys)}`;
      return get(APPLICATIONS, { filter, limit: String(keys.length) }, parseNamedKeyPage);
    },
    listApplications: (offset) =>
      get(APPLICATIONS, pageQuery(PAGE_SIZE, offset), parseNamedKeyPage),
    getCallerIdentity: () => get(CALLER_IDENTITY, {}, parseCallerIdentity),
  };
}

/** Where a request goes. `route` is the path before its keys were filled in: LaunchDarkly counts calls by it. */
type Route = Pick<JsonRequest, 'path' | 'route'>;

const INSIGHTS = '/api/v2/engineering-insights/insights';
/** Singular, unlike the path of every other operation. */
const CREATE = fixedRoute(`${INSIGHTS}/group`);
const GROUPS = fixedRoute(`${INSIGHTS}/groups`);
const PROJECTS = fixedRoute('/api/v2/projects');
const APPLICATIONS = fixedRoute('/api/v2/applications');
const CALLER_IDENTITY = fixedRoute('/api/v2/caller-identity');

function fixedRoute(path: string): Route {
  return { path, route: path };
}

function groupRoute(key: string): Route {
  return below(GROUPS, key, ':groupKey');
}

function projectRoute(projectKey: string): Route {
  return below(PROJECTS, projectKey, ':projectKey');
}

function environmentsRoute(projectKey: string): Route {
  const { path, route } = projectRoute(projectKey);
  return { path: `${path}/environments`, route: `${route}/environments` };
}

function environmentRoute(projectKey: string, environmentKey: string): Route {
  return below(environmentsRoute(projectKey), environmentKey, ':environmentKey');
}

function below({ path, route }: Route, key: string, parameter: string): Route {
  return { path: `${path}/${encodeURIComponent(key)}`, route: `${route}/${parameter}` };
}

function pageQuery(limit: number, offset: number): Record<string, string> {
  return { limit: String(limit), ...(offset > 0 && { offset: String(offset) }) };
}

/**
 * Accepts a group only under the key that was asked for: any other is not an answer to the question.
 * LaunchDarkly lower-cases the keys of some resources, so letter case does not count.
 */
function parseGroupOf(key: string): (json: unknown) => InsightGroup | undefined {
  return (json) => {
    const group = parseInsightGroup(json);
    return group?.key.toLowerCase() === key.toLowerCase() ? group : undefined;
  };
}
