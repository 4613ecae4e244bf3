import type { Account } from './account.ts';
import { getApplications } from './applications.ts';
import type { Behaviour } from './behaviour.ts';
import {
  betaHeaderMissing,
  ErrorReply,
  forbidden,
  methodNotAllowed,
  notFound,
  type Operation,
  type Reply,
  rateLimited,
  unauthorized,
  validationFailed,
} from './exchange.ts';
import type { GroupWrite } from './group-writes.ts';
import {
  createInsightGroup,
  deleteInsightGroup,
  getInsightGroup,
  getInsightGroups,
  patchInsightGroup,
} from './groups.ts';
import { getCallerIdentity, getVersions } from './identity.ts';
import { getInsightsScores } from './insights-scores.ts';
import { getEnvironment, getEnvironmentsByProject, getProject, getProjects } from './projects.ts';
import type { OperationId, RateLimiter } from './rate-limits.ts';
import { headerValues, type RecordedRequest } from './requests.ts';

interface Route {
  readonly id: OperationId;
  readonly method: string;
  readonly template: string;
  readonly operation: Operation;
  /** Beta resources respond with 403 without the beta header. */
  readonly isBeta?: true;
  /** SDK and mobile keys are not valid for the REST API, except to read the caller identity. */
  readonly isOpenToSdkKeys?: true;
}

const insights = '/api/v2/engineering-insights/insights';

const routes: readonly Route[] = [
  // The singular is not a typo: only creation has it.
  {
    id: 'createInsightGroup',
    method: 'POST',
    template: `${insights}/group`,
    operation: createInsightGroup,
    isBeta: true,
  },
  {
    id: 'getInsightGroups',
    method: 'GET',
    template: `${insights}/groups`,
    operation: getInsightGroups,
    isBeta: true,
  },
  {
    id: 'getInsightGroup',
    method: 'GET',
    template: `${insights}/groups/{insightGroupKey}`,
    operation: getInsightGroup,
    isBeta: true,
  },
  {
    id: 'patchInsightGroup',
    method: 'PATCH',
    template: `${insights}/groups/{insightGroupKey}`,
    operation: patchInsightGroup,
    isBeta: true,
  },
  {
    id: 'deleteInsightGroup',
    method: 'DELETE',
    template: `${insights}/groups/{insightGroupKey}`,
    operation: deleteInsightGroup,
    isBeta: true,
  },
  {
    id: 'getInsightsScores',
    method: 'GET',
    template: `${insights}/scores`,
    operation: getInsightsScores,
    isBeta: true,
  },
  {
    id: 'getApplications',
    method: 'GET',
    template: '/api/v2/applications',
    operation: getApplications,
    isBeta: true,
  },
  { id: 'getProjects', method: 'GET', template: '/api/v2/projects', operation: getProjects },
  {
    id: 'getProject',
    method: 'GET',
    template: '/api/v2/projects/{projectKey}',
    operation: getProject,
  },
  {
    id: 'getEnvironmentsByProject',
    method: 'GET',
    template: '/api/v2/projects/{projectKey}/environments',
    operation: getEnvironmentsByProject,
  },
  {
    id: 'getEnvironment',
    method: 'GET',
    template: '/api/v2/projects/{projectKey}/environments/{environmentKey}',
    operation: getEnvironment,
  },
  {
    id: 'getCallerIdentity',
    method: 'GET',
    template: '/api/v2/caller-identity',
    operation: getCallerIdentity,
    isOpenToSdkKeys: true,
  },
  { id: 'getVersions', method: 'GET', template: '/api/v2/versions', operation: getVersions },
];

/** Everything that a response depends on besides the request. */
export interface ServerDeps {
  readonly account: Account;
  readonly behaviour: Behaviour;
  readonly limiter: RateLimiter;
  /** The server's clock, in epoch milliseconds. */
  readonly nowMs: number;
  readonly newId: () => string;
  readonly recordWrite: (write: GroupWrite) => void;
}

/** Processes a request: credentials, route, limits, beta header, role, then the operation. */
export function processRequest(request: RecordedRequest, deps: ServerDeps): Reply {
  const limitHeaders: Record<string, string> = {};
  let reply: Reply;
  try {
    reply = dispatch(request, deps, limitHeaders);
  } catch (error) {
    if (!(error instanceof ErrorReply)) {
      throw error;
    }
    reply = addErrorId(error.reply, deps);
  }
  return { ...reply, headers: { ...limitHeaders, ...reply.headers } };
}

/** Adds the `id` to an error body if configured. */
export function addErrorId(
  reply: Reply,
  { behaviour, newId }: Pick<ServerDeps, 'behaviour' | 'newId'>,
): Reply {
  const isNamed = behaviour.errorIds && typeof reply.body === 'object';
  return isNamed ? { ...reply, body: { ...reply.body, id: newId() } } : reply;
}

function dispatch(
  request: RecordedRequest,
  deps: ServerDeps,
  limitHeaders: Record<string, string>,
): Reply {
  const { account, behaviour, limiter, nowMs, recordWrite } = deps;
  const [token = ''] = headerValues(request, 'authorization');
  // The header is the token itself: `Bearer …` is just another unknown token.
  const caller = account.identify(token);
  if (caller === undefined) {
    throw unauthorized(behaviour.unauthorizedBody);
  }
  const { route, params } = findRoute(request);
  if ((caller.kind === 'sdk-key' || caller.kind === 'mobile-key') && !route.isOpenToSdkKeys) {
    throw unauthorized(behaviour.unauthorizedBody);
  }
  const { headers, isExceeded } = limiter.count({
    limits: behaviour.limits,
    operation: route.id,
    token,
    nowMs,
  });
  Object.assign(limitHeaders, headers);
  if (isExceeded) {
    throw rateLimited(headers);
  }
  // Only the first value counts, whether sent as two headers or joined by a comma.
  const [apiVersion] = headerValues(request, 'ld-api-version').flatMap((value) =>
    value.split(',').map((version) => version.trim()),
  );
  if (route.isBeta && apiVersion !== 'beta') {
    throw betaHeaderMissing();
  }
  if (route.method !== 'GET' && caller.role === 'reader') {
    throw forbidden();
  }
  return route.operation({
    account,
    behaviour,
    caller,
    params,
    path: request.path,
    query: request.query,
    contentType: headerValues(request, 'content-type')[0] ?? '',
    apiVersion,
    bodyText: request.body,
    nowMs,
    requestNumber: request.numberOnPath,
    recordWrite,
  });
}

function findRoute(request: RecordedRequest): {
  route: Route;
  params: ReadonlyMap<string, string>;
} {
  // https://launchdarkly.com/docs/api#method-overriding
  const [override] = headerValues(request, 'x-http-method-override');
  const method = request.method === 'POST' && override !== undefined ? override : request.method;
  const matches = routes.flatMap((route) => {
    const params = matchTemplate(route.template, request.path);
    return params === undefined ? [] : [{ route, params }];
  });
  if (matches.length === 0) {
    throw notFound();
  }
  const match = matches.find(({ route }) => route.method === method);
  if (match === undefined) {
    throw methodNotAllowed(matches.map(({ route }) => route.method));
  }
  return match;
}

function matchTemplate(template: string, path: string): Map<string, string> | undefined {
  const expected = template.split('/');
  const actual = path.split('/');
  const params = new Map<string, string>();
  const isMatch =
    expected.length === actual.length &&
    expected.every((segment, index) => {
      const value = actual[index] ?? '';
      if (!segment.startsWith('{')) {
        return segment === value;
      }
      params.set(segment.slice(1, -1), decodeSegment(value));
      return value !== '';
    });
  return isMatch ? params : undefined;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw validationFailed([{ attribute: 'path', reason: 'must be percent-encoded UTF-8' }]);
  }
}
