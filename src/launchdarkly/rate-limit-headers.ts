import {
  findLongestWait,
  parseRetryAfter,
  parseServerClock,
  splitHeader,
} from '../http/backoff.ts';
import type { RateLimitState } from './rate-limit-gate.ts';

/** The rate limits that LaunchDarkly applies to a call, by what shares them. */
export const RATE_LIMIT_SCOPES = ['account', 'token', 'route'] as const;

export type RateLimitScope = (typeof RATE_LIMIT_SCOPES)[number];

/**
 * The headers of each limit. Account and route share the header of their reset.
 *
 * @see https://launchdarkly.com/docs/api#rate-limiting
 */
const HEADERS: Readonly<Record<RateLimitScope, readonly [remaining: string, reset: string]>> = {
  account: ['x-ratelimit-global-remaining', 'x-ratelimit-reset'],
  token: ['x-ratelimit-auth-token-remaining', 'x-ratelimit-auth-token-reset'],
  route: ['x-ratelimit-route-remaining', 'x-ratelimit-reset'],
};

/** LaunchDarkly's windows are ten seconds long. A reset further ahead than this is none, in milliseconds. */
const MAX_WINDOW_MS = 60_000;

/**
 * Reads what an answer says of each limit that was applied to it; limits without a usable reset are left
 * out. `toLocal` converts epoch milliseconds of the server's clock to ours.
 */
export function readRateLimits(
  headers: Readonly<Record<string, string>>,
  {
    receivedAt,
    toLocal,
  }: { readonly receivedAt: number; readonly toLocal: (at: number) => number },
): Partial<Record<RateLimitScope, RateLimitState>> {
  return Object.fromEntries(
    RATE_LIMIT_SCOPES.flatMap((scope) => {
      const [remaining, reset] = HEADERS[scope].map((name) => readCount(headers[name]));
      if (remaining === undefined || reset === undefined) {
        return [];
      }
      const resetsAt = toLocal(reset);
      const aheadMs = resetsAt - receivedAt;
      return aheadMs > 0 && aheadMs <= MAX_WINDOW_MS ? [[scope, { remaining, resetsAt }]] : [];
    }),
  );
}

/**
 * Parses how long a 429 asks to wait, in milliseconds from the answer; undefined when it does not ask. Where
 * several limits apply at once, the longest wait is the one that satisfies all of them. Resets are compared
 * with the server's own clock where it tells it, and only otherwise with ours: `receivedAt`, in epoch
 * milliseconds.
 *
 * @see https://launchdarkly.com/docs/api#rate-limiting `Retry-After` is in seconds; the two resets are in
 * epoch milliseconds
 */
export function parseRateLimitWait(
  headers: Readonly<Record<string, string>>,
  receivedAt: number,
): number | undefined {
  const serverClock = parseServerClock(headers) ?? receivedAt;
  const resets = new Set(RATE_LIMIT_SCOPES.map((scope) => HEADERS[scope][1]));
  return findLongestWait([
    parseRetryAfter(headers, receivedAt) ?? 0,
    ...[...resets]
      .flatMap((name) => splitHeader(headers[name]))
      .map((value) => (/^\d+$/.test(value) ? Number(value) - serverClock : Number.NaN)),
  ]);
}

/**
 * Tells which limits a 429 reached: those with nothing left. A 429 that names none, such as that of the
 * limit by address, concerns every call of the run.
 */
export function findExhaustedScopes(
  headers: Readonly<Record<string, string>>,
): readonly RateLimitScope[] {
  const exhausted = RATE_LIMIT_SCOPES.filter(
    (scope) => readCount(headers[HEADERS[scope][0]]) === 0,
  );
  return exhausted.length > 0 ? exhausted : ['account'];
}

function readCount(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value.trim()) ? Number(value) : undefined;
}
