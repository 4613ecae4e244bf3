/**
 * The ways in which LaunchDarkly says how long to wait. It documents the first four; a date in
 * `Retry-After` is what proxies and RFC 9110 allow.
 */
export type RateLimitDialect =
  | 'global'
  | 'route'
  | 'auth-token'
  | 'retry-after-seconds'
  | 'retry-after-date';

/** How long each dialect says to wait, in milliseconds from now; a negative wait is a reset in the past. */
export type RateLimitWaits = Readonly<Partial<Record<RateLimitDialect, number>>>;

/** The operations that a limit can name: those of LaunchDarkly's OpenAPI document, by their ids. */
export type OperationId =
  | 'createInsightGroup'
  | 'getInsightGroups'
  | 'getInsightGroup'
  | 'patchInsightGroup'
  | 'deleteInsightGroup'
  | 'getInsightsScores'
  | 'getApplications'
  | 'getProjects'
  | 'getProject'
  | 'getEnvironmentsByProject'
  | 'getEnvironment'
  | 'getCallerIdentity'
  | 'getVersions';

/** One number for each operation, or numbers for some of them; the others are not limited. */
export type LimitsByOperation = number | Readonly<Partial<Record<OperationId, number>>>;

/** Calls allowed per ten-second window. Calls that are refused do not count. */
export interface RateLimits {
  /** All calls of the account, whoever makes them. */
  readonly global?: number;
  /** The calls of one operation (verb and route), whoever makes them. */
  readonly route?: LimitsByOperation;
  /** The calls of one token. */
  readonly authToken?: number;
  /** The calls from one address; tells only `Retry-After`, and only when it refuses. */
  readonly ip?: LimitsByOperation;
  /**
   * `fixed` (when absent) starts anew every ten seconds of the server's clock, `sliding` looks back ten
   * seconds from each call. LaunchDarkly does not document which.
   */
  readonly windows?: 'fixed' | 'sliding';
}

/** All of LaunchDarkly's windows are ten seconds long: https://launchdarkly.com/docs/api#rate-limiting */
const windowMs = 10_000;

/** Builds the headers of a 429 in the given dialects. `Retry-After` is rounded up to a whole second. */
export function rateLimitHeaders(waits: RateLimitWaits, nowMs: number): Record<string, string> {
  const headers: Record<string, string> = {};
  const shared = Math.max(waits.global ?? -Infinity, waits.route ?? -Infinity);
  if (waits.global !== undefined) {
    headers['X-Ratelimit-Global-Remaining'] = '0';
  }
  if (waits.route !== undefined) {
    headers['X-Ratelimit-Route-Remaining'] = '0';
  }
  if (Number.isFinite(shared)) {
    headers['X-Ratelimit-Reset'] = `${nowMs + shared}`;
  }
  if (waits['auth-token'] !== undefined) {
    headers['X-Ratelimit-Auth-Token-Remaining'] = '0';
    headers['X-Ratelimit-Auth-Token-Reset'] = `${nowMs + waits['auth-token']}`;
  }
  if (waits['retry-after-date'] !== undefined) {
    const atMs = Math.ceil((nowMs + waits['retry-after-date']) / 1000) * 1000;
    headers['Retry-After'] = new Date(atMs).toUTCString();
  }
  if (waits['retry-after-seconds'] !== undefined) {
    headers['Retry-After'] = `${Math.ceil(waits['retry-after-seconds'] / 1000)}`;
  }
  return headers;
}

/** Counts calls in ten-second windows and says what the headers of an answer are. */
export class RateLimiter {
  /** When the calls of each scope were admitted, oldest first; epoch milliseconds. */
  readonly #admitted = new Map<string, number[]>();

  /** Counts one call; `headers` belong on the answer either way, a 429 if `isExceeded`. */
  count(call: {
    readonly limits: RateLimits;
    readonly operation: OperationId;
    readonly token: string;
    readonly nowMs: number;
  }): { headers: Record<string, string>; isExceeded: boolean } {
    const { limits, operation, token, nowMs } = call;
    const scopes = {
      global: this.#open('global', limits.global, call),
      route: this.#open(`route ${operation}`, limitOf(limits.route, operation), call),
      authToken: this.#open(`token ${token}`, limits.authToken, call),
      ip: this.#open('ip', limitOf(limits.ip, operation), call),
    };
    const all = Object.values(scopes).filter((scope) => scope !== undefined);
    const isExceeded = all.some(({ remaining }) => remaining <= 0);
    if (!isExceeded) {
      for (const scope of all) {
        scope.admitted.push(nowMs);
        scope.remaining -= 1;
      }
    }
    const resetOf = (scope: Scope): number => findReset(scope, { limits, nowMs });

    const headers: Record<string, string> = {};
    const declare = (family: string, scope: Scope | undefined): void => {
      if (scope !== undefined) {
        headers[`X-Ratelimit-${family}-Limit`] = `${scope.limit}`;
        headers[`X-Ratelimit-${family}-Remaining`] = `${Math.max(0, scope.remaining)}`;
      }
    };
    declare('Global', scopes.global);
    declare('Route', scopes.route);
    declare('Auth-Token', scopes.authToken);

    // Both share one header: the later reset of those that are used up, else of all.
    const shared = [scopes.global, scopes.route].filter((scope) => scope !== undefined);
    const usedUp = shared.filter(({ remaining }) => remaining <= 0);
    if (shared.length > 0) {
      const resets = (usedUp.length > 0 ? usedUp : shared).map(resetOf);
      headers['X-Ratelimit-Reset'] = `${Math.max(...resets)}`;
    }
    if (scopes.authToken !== undefined) {
      headers['X-Ratelimit-Auth-Token-Reset'] = `${resetOf(scopes.authToken)}`;
    }
    if (isExceeded && scopes.ip !== undefined && scopes.ip.remaining <= 0) {
      headers['Retry-After'] = `${Math.ceil((resetOf(scopes.ip) - nowMs) / 1000)}`;
    }
    return { headers, isExceeded };
  }

  #open(
    name: string,
    limit: number | undefined,
    { limits, nowMs }: { readonly limits: RateLimits; readonly nowMs: number },
  ): Scope | undefined {
    if (limit === undefined) {
      return undefined;
    }
    const fromMs =
      limits.windows === 'sliding' ? nowMs - windowMs + 1 : Math.floor(nowMs / windowMs) * windowMs;
    const admitted = this.#admitted.get(name) ?? [];
    const first = admitted.findIndex((atMs) => atMs >= fromMs);
    admitted.splice(0, first === -1 ? admitted.length : first);
    this.#admitted.set(name, admitted);
    return { limit, admitted, remaining: limit - admitted.length };
  }
}

/** A limit and what is left of it. */
interface Scope {
  readonly limit: number;
  readonly admitted: number[];
  remaining: number;
}

function limitOf(
  limits: LimitsByOperation | undefined,
  operation: OperationId,
): number | undefined {
  return typeof limits === 'object' ? limits[operation] : limits;
}

/** When a call is free again; when none is used up, when the first one that counts leaves the window. */
function findReset(
  scope: Scope,
  { limits, nowMs }: { readonly limits: RateLimits; readonly nowMs: number },
): number {
  if (limits.windows !== 'sliding') {
    return (Math.floor(nowMs / windowMs) + 1) * windowMs;
  }
  const { admitted, limit } = scope;
  return (admitted[Math.max(0, admitted.length - limit)] ?? nowMs) + windowMs;
}
