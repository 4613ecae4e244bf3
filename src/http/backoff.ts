/** Backoff grows from here: the first wait is drawn from 0 to 500 ms. */
export const BACKOFF_BASE_MS = 500;

/** Backoff grows no further than this. */
export const BACKOFF_CAP_MS = 20_000;

/** What is left of the deadline for the attempt after a wait: with less, another attempt is pointless. */
export const ATTEMPT_RESERVE_MS = 500;

/**
 * A time that is further ahead than this is a mistake and not a time to wait for, in milliseconds: 90 days.
 * Whatever is shorter is taken at its word, also when no step can wait that long.
 */
export const MAX_RETRY_AFTER_MS = 90 * 24 * 60 * 60 * 1000;

/** Response headers by lower-case name. */
type Headers = Readonly<Record<string, string>>;

/**
 * Parses the server's clock at the moment it answered, in epoch milliseconds: its `Date` header, which
 * is cut to whole seconds; undefined where there is none.
 */
export function parseServerClock(headers: Headers): number | undefined {
  const date = parseHttpDate(headers['date'] ?? '');
  return Number.isNaN(date) ? undefined : date;
}

/**
 * Parses an HTTP date to epoch milliseconds; NaN for anything else. `Date.parse` alone would make a
 * year of a stray number.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats the form of today and that of RFC 850
 */
function parseHttpDate(value: string): number {
  return /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -](?:\d{2}){1,2} \d{2}:\d{2}:\d{2} GMT$/.test(
    value,
  )
    ? Date.parse(value)
    : Number.NaN;
}

/**
 * Parses how long the server asks to wait, in milliseconds from the answer; undefined when it does not
 * ask. Where several limits apply at once, the longest wait is the one that satisfies all of them. Past
 * and absurd values are ignored. Resets are compared with the server's own clock where it tells it, and
 * only otherwise with ours: `receivedAt`, in epoch milliseconds.
 *
 * @see https://launchdarkly.com/docs/api#rate-limiting `Retry-After` is in seconds (or a date, RFC 9110);
 * the two resets are in epoch milliseconds
 */
export function parseRetryAfter(headers: Headers, receivedAt: number): number | undefined {
  const serverClock = parseServerClock(headers) ?? receivedAt;
  const waits = [
    ...split(headers['retry-after']).map((value) => parseDelay(value, serverClock)),
    ...split(headers['x-ratelimit-reset']).map((value) => parseReset(value, serverClock)),
    ...split(headers['x-ratelimit-auth-token-reset']).map((value) =>
      parseReset(value, serverClock),
    ),
  ].filter((waitMs) => waitMs > 0 && waitMs <= MAX_RETRY_AFTER_MS);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** A header that came more than once is joined with commas. The comma after a day's name is the date's own. */
function split(value = ''): string[] {
  return value.split(/(?<!\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*), */);
}

function parseDelay(value: string, serverClock: number): number {
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    return Math.ceil(Number(value) * 1000);
  }
  return parseHttpDate(value) - serverClock;
}

function parseReset(value: string, serverClock: number): number {
  return /^\d+$/.test(value) ? Number(value) - serverClock : Number.NaN;
}

/** What a backoff is computed from. All times in milliseconds. */
export interface BackoffOptions {
  /** How many waits of this run came before. */
  readonly waitsBefore: number;
  /** The server's own lower bound, see {@link parseRetryAfter}. */
  readonly retryAfterMs?: number | undefined;
  /** What is left until the deadline of the run. */
  readonly remainingMs: number;
  /** The backoff, on top of the server's own lower bound, is never shorter or longer than this. */
  readonly bounds?: { readonly minMs: number; readonly maxMs: number } | undefined;
  /** A number from 0 up to but not including 1. */
  readonly random: number;
}

/** How long to wait before the next attempt, or that no wait in the remaining time is long enough. */
export type Backoff =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'too-long'; readonly neededMs: number };

/**
 * Computes the wait before the next attempt: exponential backoff with full jitter, on top of the
 * server's own lower bound, which is never shortened. Never beyond the deadline.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ why full jitter
 */
export function computeBackoff(options: BackoffOptions): Backoff {
  const { waitsBefore, retryAfterMs = 0, remainingMs, random } = options;
  const { minMs, maxMs } = options.bounds ?? { minMs: 0, maxMs: BACKOFF_CAP_MS };
  const spareMs = remainingMs - ATTEMPT_RESERVE_MS - retryAfterMs;
  if (spareMs < 1) {
    return { kind: 'too-long', neededMs: retryAfterMs };
  }
  const growingMs = BACKOFF_BASE_MS * 2 ** Math.min(waitsBefore, 30);
  const backoffMs = Math.max(minMs, random * Math.min(BACKOFF_CAP_MS, growingMs, maxMs));
  // Cut, not drawn from less: shorter and shorter waits would end in a burst at the deadline.
  return { kind: 'wait', ms: retryAfterMs + Math.floor(Math.min(backoffMs, spareMs - 1)) };
}
