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

/** The form of today, and that of RFC 850. */
const HTTP_DATE =
  /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -](?:\d{2}){1,2} \d{2}:\d{2}:\d{2} GMT$/;

/** The form of C's asctime, which names no time zone. */
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Parses an HTTP date to epoch milliseconds; NaN for anything else. `Date.parse` alone would make a
 * year of a stray number.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats the three forms
 */
function parseHttpDate(value: string): number {
  if (ASCTIME_DATE.test(value)) {
    return Date.parse(`${value} GMT`);
  }
  return HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
}

/**
 * Parses the `Retry-After` of a response: how long the server asks to wait, in milliseconds from the answer;
 * undefined when it does not ask. Dates are compared with the server's own clock where it tells it, and only
 * otherwise with ours: `receivedAt`, in epoch milliseconds.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after seconds, or a date
 */
export function parseRetryAfter(headers: Headers, receivedAt: number): number | undefined {
  const serverClock = parseServerClock(headers) ?? receivedAt;
  return findLongestWait(
    splitHeader(headers['retry-after']).map((value) => parseDelay(value, serverClock)),
  );
}

/**
 * The longest of several waits, which satisfies all of them; undefined when there is none. In milliseconds.
 * Past and absurd ones are ignored.
 */
export function findLongestWait(waits: readonly number[]): number | undefined {
  const usable = waits.filter((waitMs) => waitMs > 0 && waitMs <= MAX_RETRY_AFTER_MS);
  return usable.length === 0 ? undefined : Math.max(...usable);
}

/** Splits a header that came more than once, joined with commas. The comma after a day's name is the date's own. */
export function splitHeader(value = ''): string[] {
  return value.split(/(?<!\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*), */);
}

function parseDelay(value: string, serverClock: number): number {
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    return Math.ceil(Number(value) * 1000);
  }
  return parseHttpDate(value) - serverClock;
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
