import type { Dispatcher } from 'undici';
import {
  type Connections,
  joinPeer,
  openConnections,
  type PooledConnection,
} from './connections.ts';
import { readErrorCode } from './error-codes.ts';
import { findRoute, type ProxySettings } from './proxies.ts';
import { decodeBody, type HttpBody, parseContentEncoding } from './response-body.ts';

/** The longest that a connection may take to open, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The longest that one attempt may take, including connecting, in milliseconds. */
const ATTEMPT_TIMEOUT_MS = 30_000;

/** The largest body that is read, in bytes: as it comes and after each step of decompression. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** One HTTP request. Header names and values are sent as they are. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Starts with a slash and is already encoded. May hold a query of its own where `query` is absent. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** What came of one attempt. Times are in epoch milliseconds of this machine. */
export type HttpExchange = HttpResponse | NoResponse;

/** A response, whatever its status. */
export interface HttpResponse {
  readonly kind: 'response';
  readonly status: number;
  /** By lower-case name; a header that came more than once is joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpBody;
  readonly startedAt: number;
  /** When the headers came. */
  readonly receivedAt: number;
}

/** An attempt that ended without a response. */
export interface NoResponse {
  readonly kind: 'no-response';
  /** False only when it is certain that no byte of the request left this machine. */
  readonly mayHaveBeenProcessed: boolean;
  /**
   * Node's, OpenSSL's or undici's code, such as `ECONNREFUSED`, or one of our own: `ATTEMPT_TIMEOUT`,
   * `ABORTED`, `PROXY_REFUSED_<status>`, `PROXY_REFUSED_CREDENTIALS` (a 407 to a URL with credentials),
   * `PROXY_NOT_VALID`.
   */
  readonly code: string;
  readonly cause: unknown;
  /** Host and port of the proxy, when the connection that failed to open was the one to the proxy. */
  readonly proxy?: string | undefined;
  /** Whether the request had no proxy on its way. */
  readonly isDirect?: boolean;
  readonly startedAt: number;
  readonly receivedAt: number;
}

/** How to open a client. */
export interface HttpClientOptions {
  /** Scheme, host and port of the one server that it talks to. */
  readonly origin: string;
  readonly proxies: ProxySettings;
  readonly connectTimeoutMs?: number;
  readonly attemptTimeoutMs?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Talks to one server. */
export interface HttpClient {
  /**
   * Sends one request. Never throws, never retries, never follows a redirect. Ends as `ABORTED` when
   * `signal` aborts, also while it is connecting, and leaves every other request alone.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpExchange>;
  /** Closes every connection at once, so that nothing keeps the process alive. */
  close(): Promise<void>;
}

/**
 * Opens a client for one server: HTTP/1.1, verified TLS, the proxies of the environment, limits of time
 * and size. No connection is made before the first request.
 */
export function openHttpClient(options: HttpClientOptions): HttpClient {
  const { origin, now = Date.now, attemptTimeoutMs = ATTEMPT_TIMEOUT_MS } = options;
  const route = findRoute(origin, options.proxies);
  const proxy = route.kind === 'proxy' ? route.proxy : undefined;
  const isDirect = route.kind === 'direct';
  const connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const connections = openConnections({ origin, proxy, connectTimeoutMs });

  const fail = (parts: FailedAttempt): NoResponse => ({
    kind: 'no-response',
    ...parts,
    isDirect,
    receivedAt: now(),
  });

  return {
    async send(request, signal) {
      const startedAt = now();
      const unsent = { mayHaveBeenProcessed: false, startedAt };
      await connections.load();
      if (signal.aborted) {
        return fail({ ...unsent, code: 'ABORTED', cause: signal.reason });
      }
      if (connections.isClosed) {
        return fail({ ...unsent, code: 'ABORTED', cause: undefined });
      }
      if (route.kind === 'invalid') {
        return fail({ ...unsent, code: 'PROXY_NOT_VALID', cause: new Error(route.reason) });
      }
      const attempt = new Attempt(connections, signal, attemptTimeoutMs);
      try {
        const response = await attempt.request({ origin, ...request });
        // Before the body: it may take its time, and the `Date` in the headers is of now.
        const receivedAt = now();
        const headers = flattenHeaders(response.headers);
        const body = await attempt.read(response);
        const status = response.statusCode;
        return { kind: 'response', status, headers, body, startedAt, receivedAt };
      } catch (cause) {
        const peer = attempt.findFailedPeer(cause);
        return fail({
          mayHaveBeenProcessed: attempt.mayHaveSent && peer === undefined,
          code: attempt.abortCode ?? nameRefusal(readErrorCode(cause), proxy?.authorization),
          cause,
          proxy: peer === joinPeer(new URL(origin)) ? undefined : peer,
          startedAt,
        });
      } finally {
        attempt.end();
      }
    },
    close: () => connections.close(),
  };
}

type FailedAttempt = Pick<
  NoResponse,
  'mayHaveBeenProcessed' | 'code' | 'cause' | 'proxy' | 'startedAt'
>;

/** One request on a connection of its own, which is abandoned when time is up or the request is aborted. */
class Attempt {
  readonly #connection: PooledConnection;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #abort = () => this.#abandon('ABORTED', this.#signal.reason);
  #isConnectionUsable = false;
  #abortCode: 'ABORTED' | 'ATTEMPT_TIMEOUT' | undefined;

  constructor(connections: Connections, signal: AbortSignal, timeoutMs: number) {
    this.#connection = connections.acquire();
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort);
    this.#timer = setTimeout(() => {
      this.#abandon('ATTEMPT_TIMEOUT', new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
  }

  get mayHaveSent(): boolean {
    return this.#connection.mayHaveSent;
  }

  /** Whatever error an abort surfaces as, it was the abort. */
  get abortCode(): string | undefined {
    return this.#abortCode;
  }

  findFailedPeer(error: unknown): string | undefined {
    return this.#connection.findFailedPeer(error);
  }

  request({ query, headers, body, ...rest }: HttpRequest & { readonly origin: string }) {
    return this.#connection.dispatcher.request({
      ...rest,
      ...(query !== undefined && { query: { ...query } }),
      // A body is text; where a gateway compresses it all the same, it is still read.
      headers: { 'accept-encoding': 'identity', ...headers },
      body: body ?? null,
    });
  }

  /** Reads a body up to {@link MAX_BODY_BYTES}. Never throws. */
  async read({ headers, body }: Dispatcher.ResponseData): Promise<HttpBody> {
    const codings = parseContentEncoding(headers['content-encoding']);
    if (codings === undefined) {
      discard(body);
      return { kind: 'unreadable', why: 'it is compressed in a way that is not supported' };
    }
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of body) {
        const bytes = Buffer.from(chunk);
        size += bytes.length;
        if (size > MAX_BODY_BYTES) {
          discard(body);
          return { kind: 'unreadable', why: `it is longer than ${MAX_BODY_BYTES} bytes` };
        }
        chunks.push(bytes);
      }
    } catch (cause) {
      const code = this.#abortCode ?? readErrorCode(cause);
      return { kind: 'unreadable', why: `it broke off (${code})`, cause };
    }
    this.#isConnectionUsable = true;
    return decodeBody(Buffer.concat(chunks), codings, MAX_BODY_BYTES);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#abort);
    if (this.#isConnectionUsable) {
      this.#connection.release();
    } else {
      this.#connection.abandon(new Error('the request is over'));
    }
  }

  #abandon(code: 'ABORTED' | 'ATTEMPT_TIMEOUT', reason: unknown): void {
    this.#abortCode ??= code;
    this.#connection.abandon(reason instanceof Error ? reason : new Error(code));
  }
}

/** undici reports the end of a body that nobody wants as an error event, and without a listener that ends the process. */
function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {});
  body.destroy();
}

function nameRefusal(code: string, authorization: string | undefined): string {
  return code === 'PROXY_REFUSED_407' && authorization !== undefined
    ? 'PROXY_REFUSED_CREDENTIALS'
    : code;
}

function flattenHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')]),
  );
}
