import type { ErrorCode } from '../errors.ts';
import { parseRetryAfter, parseServerClock } from '../http/backoff.ts';
import { describeInvalidAnswer, isPermanentCode } from '../http/error-codes.ts';
import { parseRateLimitWait } from './rate-limit-headers.ts';
import { type ErrorBody, parseErrorBody } from './schemas.ts';
import { type Exchange, HELD, type ResponseReceived } from './transport.ts';

/**
 * What one request came to.
 *
 * - `ok`: LaunchDarkly did what was asked and showed it.
 * - `rejected`: a 4xx. It is certain that nothing was done.
 * - `indeterminate`: anything else. The server may or may not have done it, unless
 *   `failure.mayHaveBeenProcessed` is false.
 */
export type ApiResult<T> = Timing &
  (
    | { readonly kind: 'ok'; readonly value: T }
    | { readonly kind: 'rejected'; readonly error: ApiError }
    | { readonly kind: 'indeterminate'; readonly failure: RequestFailure }
  );

/** When a request was made, in epoch milliseconds, and what the server said of time. */
export interface Timing {
  readonly startedAt: number;
  readonly receivedAt: number;
  /** How long the request was held back before it was sent, in milliseconds. */
  readonly heldMs: number;
  /** The server's clock at `receivedAt`, up to a second behind; undefined where it does not tell it. */
  readonly serverClock: number | undefined;
  /** The wait that the server asks for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** A 4xx and the server's words. Text of the server's is raw: it has to pass a sink of `report/` before it is shown. */
export interface ApiError extends ErrorBody {
  readonly status: number;
  /** The body as it came, for the cases in which it is not the documented JSON; empty for one that can't be read. */
  readonly text: string;
  /** Why the body can't be read, as a clause that starts with "it"; undefined for one that was read. */
  readonly unreadable?: string | undefined;
}

/** Why it is not known what a request did. */
export interface RequestFailure {
  readonly code: Extract<
    ErrorCode,
    'network' | 'timeout' | 'server-error' | 'unexpected-response' | 'cancelled'
  >;
  /** False only when it is certain that the request never left. */
  readonly mayHaveBeenProcessed: boolean;
  /**
   * False when another attempt to connect or to read would end the same way: a wrong certificate, a proxy
   * that wants a password, a redirect. Of a write that was sent a read has to tell the outcome all the same.
   */
  readonly isRetryable: boolean;
  /** A retry is worth it for this long only, in milliseconds since the first such failure in a row. */
  readonly retryLimitMs?: number | undefined;
  /** What happened, as the predicate of a sentence on LaunchDarkly: "answered 503". No text of the server's. */
  readonly what: string;
  /** A code of Node's, OpenSSL's or undici's, or the HTTP status. */
  readonly causeCode: string;
  /** The proxy that could not be reached, as host and port. */
  readonly proxy?: string | undefined;
  /** Whether the request had no proxy on its way; undefined where a response came. */
  readonly isDirect?: boolean | undefined;
  /** The server's own words, raw, when it had any. */
  readonly message?: string | undefined;
  readonly cause?: unknown;
}

/** How an operation reads a response that claims success. */
export interface Expectation<T> {
  readonly status: number;
  /** Returns undefined for a body that is not what was asked for. */
  readonly parse: (json: unknown) => T | undefined;
}

/** A success without a body. */
const NO_CONTENT = 204;

/** Decides what a request came to, by the status alone: the body of a 4xx explains, it never decides. */
export function readApiResult<T>(exchange: Exchange, expectation: Expectation<T>): ApiResult<T> {
  if (exchange.kind === 'no-response') {
    const { startedAt, receivedAt, heldMs = 0 } = exchange;
    const timing = {
      startedAt,
      receivedAt,
      heldMs,
      serverClock: undefined,
      retryAfterMs: undefined,
    };
    return { ...timing, kind: 'indeterminate', failure: readNetworkFailure(exchange) };
  }
  const { startedAt, receivedAt, heldMs = 0, headers, status, body } = exchange;
  const timing = {
    startedAt,
    receivedAt,
    heldMs,
    serverClock: parseServerClock(headers),
    // LaunchDarkly shows the state of its limits on every answer; only with 429 has one been reached.
    retryAfterMs: (status === 429 ? parseRateLimitWait : parseRetryAfter)(headers, receivedAt),
  };
  if (status >= 400 && status <= 499 && status !== 408 && status !== 425) {
    return { ...timing, kind: 'rejected', error: readApiError(status, body) };
  }
  if (status === expectation.status && (body.kind === 'json' || status === NO_CONTENT)) {
    const value = expectation.parse(body.kind === 'json' ? body.json : undefined);
    if (value !== undefined) {
      return { ...timing, kind: 'ok', value };
    }
  }
  const failure = readResponseFailure(exchange, expectation.status);
  return { ...timing, kind: 'indeterminate', failure };
}

function readApiError(status: number, body: ResponseReceived['body']): ApiError {
  if (body.kind === 'unreadable') {
    return { ...parseErrorBody(undefined), status, text: '', unreadable: body.why };
  }
  const json = body.kind === 'json' ? body.json : undefined;
  return { ...parseErrorBody(json), status, text: body.text };
}

function readResponseFailure(response: ResponseReceived, expectedStatus: number): RequestFailure {
  const { status, body } = response;
  const message = body.kind === 'json' ? parseErrorBody(body.json).message : undefined;
  const causeCode = `HTTP ${status}`;
  const common = { mayHaveBeenProcessed: true, isRetryable: true, causeCode, message };
  if (status >= 500 && status <= 599) {
    return { ...common, code: 'server-error', what: `answered ${status}` };
  }
  if (status === 408) {
    return { ...common, code: 'timeout', what: 'answered 408 (request timeout)' };
  }
  if (status === 425) {
    return { ...common, code: 'server-error', what: 'answered 425 (too early)' };
  }
  if (status >= 300 && status <= 399) {
    // Following it would turn the POST into a GET or carry the token to another host.
    const what = `answered ${status}, a redirect, which is never followed`;
    return { ...common, code: 'unexpected-response', isRetryable: false, what };
  }
  return {
    ...common,
    code: 'unexpected-response',
    what: describeBody(status, expectedStatus, body),
  };
}

function describeBody(
  status: number,
  expectedStatus: number,
  body: ResponseReceived['body'],
): string {
  if (body.kind === 'unreadable') {
    return `answered ${status} with a body that can't be read: ${body.why}`;
  }
  if (status !== expectedStatus) {
    return `answered ${status} where ${expectedStatus} was expected`;
  }
  if (body.kind === 'text') {
    const size = body.text.length === 0 ? 'an empty body' : 'a body that is not JSON';
    return `answered ${status} with ${size}`;
  }
  return `answered ${status} with an unexpected body`;
}

/**
 * The DNS of a cluster may not know a name for a moment, and a server that starts may answer strangely; after
 * this long it is the wrong name, or the wrong server. In milliseconds.
 */
const WRONG_SERVER_RETRY_LIMIT_MS = 10_000;

function readNetworkFailure(failed: Extract<Exchange, { kind: 'no-response' }>): RequestFailure {
  const { mayHaveBeenProcessed, code, cause, proxy, isDirect } = failed;
  const isRetryable = mayHaveBeenProcessed || !isPermanentCode(code);
  const invalidAnswer = describeInvalidAnswer(code);
  const isWrongServer = code === 'ENOTFOUND' || invalidAnswer !== undefined;
  const retryLimitMs = isWrongServer ? WRONG_SERVER_RETRY_LIMIT_MS : undefined;
  const common = {
    mayHaveBeenProcessed,
    isRetryable,
    retryLimitMs,
    causeCode: code,
    cause,
    proxy,
    isDirect,
  };
  if (invalidAnswer !== undefined) {
    return { ...common, code: 'unexpected-response', what: invalidAnswer };
  }
  switch (code) {
    case 'ABORTED':
      return { ...common, code: 'timeout', what: 'did not respond before the time limit' };
    case 'RETRY_AFTER':
      return {
        ...common,
        code: 'server-error',
        what: 'asked to wait longer than the time limit allows',
      };
    case HELD:
      return {
        ...common,
        code: 'timeout',
        what: 'was not asked, because its rate limit did not allow a request within a second',
      };
    case 'ATTEMPT_TIMEOUT':
      return { ...common, code: 'timeout', what: 'did not answer in time' };
    default: {
      const what = mayHaveBeenProcessed
        ? `was lost before it responded (${code})`
        : `could not be reached${proxy === undefined ? '' : ` through the proxy ${proxy}`} (${code})`;
      return { ...common, code: 'network', what };
    }
  }
}
