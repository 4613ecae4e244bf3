import type { ErrorCode } from '../errors.ts';
import { isPermanentCode } from '../http/error-codes.ts';
import { readRetryHint, readServerClock } from './retry.ts';
import { type ErrorBody, parseErrorBody } from './schemas.ts';
import type { Exchange, ResponseReceived } from './transport.ts';

/**
 * What an attempt settled.
 *
 * - `ok`: LaunchDarkly did what was asked and showed it.
 * - `refused`: a 4xx. It is certain that nothing was done.
 * - `unclear`: anything else. Unless `trouble.sent` is false, the server may or may not have done it.
 */
export type Answer<T> = Timing &
  (
    | { readonly kind: 'ok'; readonly value: T }
    | { readonly kind: 'refused'; readonly refusal: Refusal }
    | { readonly kind: 'unclear'; readonly trouble: Trouble }
  );

/** When an attempt was made, in epoch milliseconds, and what the server said of time. */
export interface Timing {
  readonly startedAt: number;
  readonly receivedAt: number;
  /** The server's clock at `receivedAt`, up to a second behind. Our own where there was no answer. */
  readonly serverClock: number;
  /** The wait that the server asks for, in milliseconds. */
  readonly hintMs: number | undefined;
}

/** A 4xx and the server's words. Text of the server's is raw: it has to pass a sink of `report/` before it is shown. */
export interface Refusal extends ErrorBody {
  readonly status: number;
  /** The body as it came, for the cases in which it is not the documented JSON. */
  readonly text: string;
}

/** Why it is not known what an attempt did. */
export interface Trouble {
  readonly code: Extract<
    ErrorCode,
    'network' | 'timeout' | 'server-error' | 'unexpected-response' | 'cancelled'
  >;
  /** False only when it is certain that the request never left. */
  readonly sent: boolean;
  /**
   * Another attempt to connect or to read would end the same way: a wrong certificate, a proxy that wants a
   * password, a redirect. Of a write that was sent a read has to tell the outcome all the same.
   */
  readonly isPermanent: boolean;
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

/** Decides what an exchange settled, by the status alone: the body of a refusal explains, it never decides. */
export function readAnswer<T>(exchange: Exchange, expectation: Expectation<T>): Answer<T> {
  if (exchange.kind === 'no-response') {
    const { startedAt, receivedAt } = exchange;
    const timing = { startedAt, receivedAt, serverClock: receivedAt, hintMs: undefined };
    return { ...timing, kind: 'unclear', trouble: readNetworkTrouble(exchange) };
  }
  const { startedAt, receivedAt, headers, status, body } = exchange;
  const timing = {
    startedAt,
    receivedAt,
    serverClock: readServerClock(headers, receivedAt),
    hintMs: readRetryHint(status === 429 ? headers : omitLimits(headers), receivedAt),
  };
  if (status >= 400 && status <= 499 && status !== 408) {
    const text = body.kind === 'unreadable' ? '' : body.text;
    const json = body.kind === 'json' ? body.json : undefined;
    return { ...timing, kind: 'refused', refusal: { ...parseErrorBody(json), status, text } };
  }
  if (status === expectation.status && body.kind === 'json') {
    const value = expectation.parse(body.json);
    if (value !== undefined) {
      return { ...timing, kind: 'ok', value };
    }
  }
  return { ...timing, kind: 'unclear', trouble: readResponseTrouble(exchange, expectation.status) };
}

/** LaunchDarkly shows the state of its limits on every answer; only with 429 has one been reached. */
function omitLimits(headers: ResponseReceived['headers']): ResponseReceived['headers'] {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith('x-ratelimit-')),
  );
}

function readResponseTrouble(response: ResponseReceived, expectedStatus: number): Trouble {
  const { status, body } = response;
  const message = body.kind === 'json' ? parseErrorBody(body.json).message : undefined;
  const common = { sent: true, isPermanent: false, causeCode: `HTTP ${status}`, message };
  if (status >= 500 && status <= 599) {
    return { ...common, code: 'server-error', what: `answered ${status}` };
  }
  if (status === 408) {
    return { ...common, code: 'timeout', what: 'answered 408 (request timeout)' };
  }
  if (status >= 300 && status <= 399) {
    // Following it would turn the POST into a GET or carry the token to another host.
    const what = `answered ${status}, a redirect, which is never followed`;
    return { ...common, code: 'unexpected-response', isPermanent: true, what };
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
  return `answered ${status} with a body that is not what was asked for`;
}

/**
 * How long a host name that does not resolve is tried again, in milliseconds. The DNS of a cluster answers
 * like this for some seconds after a start or a change; a name that is wrong never resolves.
 */
const DNS_PATIENCE_MS = 10_000;

function readNetworkTrouble(failed: Extract<Exchange, { kind: 'no-response' }>): Trouble {
  const { mayHaveBeenProcessed: sent, code, cause, proxy, isDirect, receivedAt } = failed;
  const failingMs = receivedAt - (failed.failingSince ?? receivedAt);
  const isNameUnknown = code === 'ENOTFOUND' && failingMs >= DNS_PATIENCE_MS;
  const isPermanent = !sent && (isPermanentCode(code) || isNameUnknown);
  const common = { sent, isPermanent, causeCode: code, cause, proxy, isDirect };
  switch (code) {
    case 'ABORTED':
      return { ...common, code: 'timeout', what: 'had not answered when the time was up' };
    case 'ATTEMPT_TIMEOUT':
      return { ...common, code: 'timeout', what: 'did not answer in time' };
    default: {
      const what = sent
        ? `was lost before it had answered (${code})`
        : `could not be reached${proxy === undefined ? '' : ` through the proxy ${proxy}`} (${code})`;
      return { ...common, code: 'network', what };
    }
  }
}
