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

/** Calls allowed per ten-second window. */
export interface RateLimits {
  /** All calls of the account. */
  readonly global?: number;
  /** The calls of one operation. */
  readonly route?: number;
  /** The calls of one token. */
  readonly authToken?: number;
  /** All calls from outside; tells only `Retry-After`. */
  readonly ip?: number;
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
  readonly #used = new Map<string, number>();
  #window = 0;

  /** Counts one call; `headers` belong on the answer either way, a 429 if `isExceeded`. */
  count(call: {
    readonly limits: RateLimits;
    readonly route: string;
    readonly token: string;
    readonly nowMs: number;
  }): { headers: Record<string, string>; isExceeded: boolean } {
    const { limits, route, token, nowMs } = call;
    const window = Math.floor(nowMs / windowMs);
    if (window !== this.#window) {
      this.#window = window;
      this.#used.clear();
    }
    const resetMs = (window + 1) * windowMs;
    const headers: Record<string, string> = {};
    let isExceeded = false;

    const take = (scope: string, limit: number): number => {
      const used = (this.#used.get(scope) ?? 0) + 1;
      this.#used.set(scope, used);
      isExceeded ||= used > limit;
      return limit - used;
    };
    const declare = (family: string, limit: number, remaining: number): void => {
      headers[`X-Ratelimit-${family}-Limit`] = `${limit}`;
      headers[`X-Ratelimit-${family}-Remaining`] = `${Math.max(0, remaining)}`;
    };
    if (limits.global !== undefined) {
      declare('Global', limits.global, take('global', limits.global));
      headers['X-Ratelimit-Reset'] = `${resetMs}`;
    }
    if (limits.route !== undefined) {
      declare('Route', limits.route, take(`route ${route}`, limits.route));
      headers['X-Ratelimit-Reset'] = `${resetMs}`;
    }
    if (limits.authToken !== undefined) {
      declare('Auth-Token', limits.authToken, take(`token ${token}`, limits.authToken));
      headers['X-Ratelimit-Auth-Token-Reset'] = `${resetMs}`;
    }
    if (limits.ip !== undefined && take('ip', limits.ip) < 0) {
      headers['Retry-After'] = `${Math.ceil((resetMs - nowMs) / 1000)}`;
    }
    return { headers, isExceeded };
  }
}
