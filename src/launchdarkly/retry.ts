/** Backoff grows from here: the first wait is drawn from 0 to 500 ms. */
export const BACKOFF_BASE_MS = 500;

/** Backoff grows no further than this. */
export const BACKOFF_CAP_MS = 20_000;

/** What is left of the deadline for the attempt after a wait: with less, another attempt is pointless. */
export const ATTEMPT_RESERVE_MS = 500;

/** No rate limit of LaunchDarkly's lasts a day (its windows are ten seconds), so a longer hint is no hint. */
export const MAX_HINT_MS = 24 * 60 * 60 * 1000;

/** Response headers by lower-case name. */
type Headers = Readonly<Record<string, string>>;

/** Reads the `Date` header, in epoch milliseconds; undefined without a valid one. */
export function readServerDate(headers: Headers): number | undefined {
  const date = parseHttpDate(headers['date'] ?? '');
  return Number.isNaN(date) ? undefined : date;
}

/**
 * Reads the server's clock at the moment it answered, in epoch milliseconds: its `Date` header, which
 * is cut to whole seconds, or `receivedAt` where there is none.
 */
export function readServerClock(headers: Headers, receivedAt: number): number {
  return readServerDate(headers) ?? receivedAt;
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
 * Reads how long the server asks to wait, in milliseconds from the answer; undefined when it does not
 * ask. Where several limits apply at once, the longest wait is the one that satisfies all of them. Past
 * and absurd values are ignored. Resets are compared with the server's own clock, not with ours.
 *
 * @see https://launchdarkly.com/docs/api#rate-limiting `Retry-After` is in seconds (or a date, RFC 9110);
 * the two resets are in epoch milliseconds
 */
export function readRetryHint(headers: Headers, receivedAt: number): number | undefined {
  const serverClock = readServerClock(headers, receivedAt);
  const hints = [
    ...split(headers['retry-after']).map((value) => readRetryAfter(value, serverClock)),
    ...split(headers['x-ratelimit-reset']).map((value) => readReset(value, serverClock)),
    ...split(headers['x-ratelimit-auth-token-reset']).map((value) => readReset(value, serverClock)),
  ].filter((hint) => hint > 0 && hint <= MAX_HINT_MS);
  return hints.length === 0 ? undefined : Math.max(...hints);
}

/** A header that came more than once is joined with commas. The comma after a day's name is the date's own. */
function split(value = ''): string[] {
  return value.split(/(?<!\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*), */);
}

function readRetryAfter(value: string, serverClock: number): number {
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    return Math.ceil(Number(value) * 1000);
  }
  return parseHttpDate(value) - serverClock;
}

function readReset(value: string, serverClock: number): number {
  return /^\d+$/.test(value) ? Number(value) - serverClock : Number.NaN;
}

/** What a wait is planned from. All times in milliseconds. */
export interface WaitRequest {
  /** How many waits of this run came before. */
  readonly waitsBefore: number;
  /** The server's own lower bound, see {@link readRetryHint}. */
  readonly hintMs: number | undefined;
  /** What is left until the deadline of the run. */
  readonly remainingMs: number;
  /** A number from 0 up to but not including 1. */
  readonly random: number;
}

/** How long to wait before the next attempt, or that no wait in the remaining time is long enough. */
export type Wait =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'too-long'; readonly neededMs: number };

/**
 * Plans the wait before the next attempt: exponential backoff with full jitter, on top of the server's
 * hint, which is a lower bound and never shortened. Never plans past the deadline.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ why full jitter
 */
export function planWait({ waitsBefore, hintMs = 0, remainingMs, random }: WaitRequest): Wait {
  const spareMs = remainingMs - ATTEMPT_RESERVE_MS - hintMs;
  if (spareMs <= 0) {
    return { kind: 'too-long', neededMs: hintMs };
  }
  const backoffMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(waitsBefore, 30));
  // Cut, not drawn from less: shorter and shorter waits would end in a burst at the deadline.
  return { kind: 'wait', ms: hintMs + Math.floor(Math.min(random * backoffMs, spareMs - 1)) };
}
