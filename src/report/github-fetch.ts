import { computeBackoff, parseRetryAfter } from '../http/backoff.ts';
import { describeInvalidAnswer, isPermanentCode } from '../http/error-codes.ts';
import type { HttpClient, HttpRequest, HttpResponse, NoResponse } from '../http/http-client.ts';
import { findNetworkRemedy } from '../http/network-remedies.ts';
import { parseJson } from '../parse-json.ts';
import type { Secrets } from '../secrets.ts';
import { describeRateLimit, readRateLimit } from './github-rate-limit.ts';

/** What a fetch needs besides the request. */
export interface GitHubFetchOptions {
  /** Scheme, host and port of the API. A request to anywhere else is refused. */
  readonly origin: string;
  readonly client: HttpClient;
  readonly secrets: Secrets;
  /** Aborts when no more time is left, or when the run is cancelled. */
  readonly signal: AbortSignal;
  /** What is left of the time for the comment, in milliseconds. */
  readonly remainingMs: () => number;
  /** Resolves after so many milliseconds, or as soon as `signal` aborts. */
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  readonly observe: RequestObserver;
  readonly announceWait: WaitAnnouncer;
}

/** Told before each wait. `ms` is in milliseconds, `why` a clause about GitHub. */
export type WaitAnnouncer = (wait: { readonly ms: number; readonly why: string }) => void;

/** Told of every attempt when it has ended. `result` is the status, or the code of what went wrong. */
export type RequestObserver = (seen: {
  readonly method: string;
  readonly path: string;
  readonly result: number | string;
  readonly elapsedMs: number;
}) => void;

/** GitHub gave no answer that can be used, or none that is worth waiting for. The message is a sentence. */
export class GitHubRequestError extends Error {
  override readonly name = 'GitHubRequestError';
  /** False only when it is certain that GitHub did not carry the request out. */
  readonly mayHaveBeenProcessed: boolean;

  constructor(message: string, mayHaveBeenProcessed: boolean, cause?: unknown) {
    super(message, { cause });
    this.mayHaveBeenProcessed = mayHaveBeenProcessed;
  }
}

/** What to do where something other than GitHub seems to answer. */
export const FOREIGN_ANSWER_ADVICE =
  "Check that GITHUB_API_URL names GitHub's REST API and that no proxy or login page answers in its place.";

/** The parts of fetch's second argument that octokit uses. */
interface FetchInit {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
}

/**
 * Returns a `fetch` for octokit that sends by our own client, and that waits and tries again: after a rate
 * limit, after an answer that says the server has trouble, and after no answer. A request that creates
 * something is sent again only when it is certain that it was not carried out. Redirects are an error: to
 * follow one would take the token along.
 *
 * The promise rejects with a {@link GitHubRequestError}.
 */
export function createGitHubFetch(
  options: GitHubFetchOptions,
): (url: string, init?: FetchInit) => Promise<Response> {
  return async (url, init = {}) => {
    const target = new URL(url);
    if (target.origin !== options.origin) {
      throw new GitHubRequestError('The request was not for the GitHub API.', false);
    }
    const response = await sendWithRetries(
      {
        method: readMethod(init.method),
        path: `${target.pathname}${target.search}`,
        headers: init.headers ?? {},
        body: typeof init.body === 'string' ? init.body : undefined,
      },
      options,
    );
    return toFetchResponse(response);
  };
}

async function sendWithRetries(
  request: HttpRequest,
  options: GitHubFetchOptions,
): Promise<HttpResponse> {
  const { client, signal, remainingMs, sleep, random, observe, announceWait } = options;
  const [path = ''] = request.path.split('?');
  for (let waitsBefore = 0; ; waitsBefore += 1) {
    const exchange = await client.send(request, signal);
    observe({
      method: request.method,
      path,
      result: exchange.kind === 'response' ? exchange.status : exchange.code,
      elapsedMs: exchange.receivedAt - exchange.startedAt,
    });
    const retry = findRetry(exchange, request);
    if (retry === undefined || signal.aborted) {
      return getResponse(exchange, request, options);
    }
    const wait = computeBackoff({
      waitsBefore,
      retryAfterMs: retry.afterMs,
      remainingMs: remainingMs(),
      random: random(),
    });
    if (wait.kind === 'too-long') {
      return getResponse(exchange, request, options);
    }
    announceWait({ ms: wait.ms, why: describeReason(exchange) });
    await sleep(wait.ms);
    if (signal.aborted) {
      return getResponse(exchange, request, options);
    }
  }
}

/** Statuses of a server, or of something before it, that has trouble for the moment. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);

/**
 * Decides whether the request is worth another attempt: undefined when it is not. `afterMs` is the wait that
 * GitHub asks for, in milliseconds.
 */
function findRetry(
  exchange: HttpResponse | NoResponse,
  request: HttpRequest,
): { readonly afterMs: number | undefined } | undefined {
  if (exchange.kind === 'no-response') {
    const { mayHaveBeenProcessed, code } = exchange;
    const isWorthIt = mayHaveBeenProcessed ? isRepeatable(request) : !isPermanentCode(code);
    return isWorthIt && code !== 'ABORTED' ? { afterMs: undefined } : undefined;
  }
  const rateLimit = readRateLimit(exchange);
  if (rateLimit !== undefined) {
    return { afterMs: rateLimit.waitMs };
  }
  const { status, headers, body, receivedAt } = exchange;
  if (!isRepeatable(request)) {
    return undefined;
  }
  if (TRANSIENT_STATUSES.has(status)) {
    return { afterMs: parseRetryAfter(headers, receivedAt) };
  }
  return body.kind === 'unreadable' && isUsableStatus(status) ? { afterMs: undefined } : undefined;
}

function describeReason(exchange: HttpResponse | NoResponse): string {
  return exchange.kind === 'response'
    ? `GitHub answered ${exchange.status}`
    : `GitHub gave no answer (${exchange.code})`;
}

/** Whether it does no harm to send the request twice. A query of GraphQL is a POST that only reads. */
function isRepeatable({ method, path }: HttpRequest): boolean {
  return method !== 'POST' || isGraphql({ path });
}

/** GraphQL tells errors with status 200. */
function isGraphql({ path }: Pick<HttpRequest, 'path'>): boolean {
  return path.endsWith('/graphql');
}

/** Whether octokit can make something of the status. */
function isUsableStatus(status: number): boolean {
  return (status >= 200 && status < 300) || (status >= 400 && status <= 599);
}

/** Gets the response of an exchange after which there is no other; throws where octokit can't read it. */
function getResponse(
  exchange: HttpResponse | NoResponse,
  request: HttpRequest,
  { origin, secrets }: GitHubFetchOptions,
): HttpResponse {
  if (exchange.kind === 'no-response') {
    const { mayHaveBeenProcessed, cause } = exchange;
    throw new GitHubRequestError(describeNoResponse(exchange, origin), mayHaveBeenProcessed, cause);
  }
  const { status, body } = exchange;
  const rateLimit = readRateLimit(exchange);
  if (rateLimit !== undefined) {
    throw new GitHubRequestError(describeRateLimit(status, rateLimit.waitMs), false);
  }
  if (status >= 300 && status < 400) {
    const message = `GitHub answered ${status}, and a redirect is not followed. If the repository was renamed or moved, run the workflow again; otherwise check GITHUB_API_URL.`;
    throw new GitHubRequestError(message, false);
  }
  if (!isUsableStatus(status)) {
    const message = `GitHub answered ${status}, which is not a valid HTTP status.`;
    throw new GitHubRequestError(message, true);
  }
  if (body.kind === 'unreadable') {
    const message = `GitHub answered ${status}, but the answer can't be read: ${body.why}.`;
    throw new GitHubRequestError(message, true);
  }
  if (status >= 400 || isGraphql(request)) {
    checkErrorBody(status, body.text, secrets);
  }
  return exchange;
}

/**
 * Learns the secrets of a body that a report may quote.
 *
 * @throws {GitHubRequestError} for a body that must not be quoted, or that is no JSON as GitHub's are
 */
function checkErrorBody(status: number, text: string, secrets: Secrets): void {
  const json = parseJson(text);
  const mayHaveBeenProcessed = status >= 500 || status === 408;
  if (!secrets.discover(text, json)) {
    const message = `GitHub answered ${status}, and the answer holds more secrets than can be redacted.`;
    throw new GitHubRequestError(message, mayHaveBeenProcessed);
  }
  if (json === undefined && text.trim() !== '') {
    const advice = status < 500 ? ` ${FOREIGN_ANSWER_ADVICE}` : '';
    const message = `GitHub answered ${status} with a body that is not JSON.${advice}`;
    throw new GitHubRequestError(message, mayHaveBeenProcessed);
  }
}

function describeNoResponse(failure: NoResponse, origin: string): string {
  const { code, proxy, isDirect, cause } = failure;
  if (code === 'PROXY_NOT_VALID') {
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    return `The proxy on the way to GitHub is not valid${reason}.`;
  }
  const invalidAnswer = describeInvalidAnswer(code);
  if (invalidAnswer !== undefined) {
    return `GitHub ${invalidAnswer}. ${FOREIGN_ANSWER_ADVICE}`;
  }
  const way = proxy === undefined ? '' : ` through the proxy ${proxy}`;
  const target = { origin, setting: 'GITHUB_API_URL' };
  const remedy = findNetworkRemedy({ causeCode: code, proxy, isDirect }, target) ?? '';
  return `GitHub could not be reached${way} (${code}). ${remedy}`.trim();
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function readMethod(text = 'GET'): HttpRequest['method'] {
  const method = METHODS.find((each) => each === text);
  if (method === undefined) {
    throw new GitHubRequestError(`The method ${text} is not supported.`, false);
  }
  return method;
}

/** The headers that octokit and its caller read. Others of a server have no business here. */
const READ_HEADERS = ['content-type', 'link'] as const;

/** A response without a body, to which none may be given. */
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205]);

function toFetchResponse({ status, headers, body }: HttpResponse): Response {
  const known = READ_HEADERS.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] satisfies [string, string]];
  });
  const text = body.kind === 'text' && !NULL_BODY_STATUSES.has(status) ? body.text : null;
  return new Response(text, { status, headers: known });
}
