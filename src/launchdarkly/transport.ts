import { buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import type { Secrets } from '../secrets.ts';
import { ACTION_NAME, VERSION } from '../version.ts';

/** The longest that a connection, TLS and a proxy's tunnel included, may take to open, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The longest that one attempt may take, from the first byte out to the last byte in, in milliseconds. */
const ATTEMPT_TIMEOUT_MS = 30_000;

/** The largest body that is read, in bytes. A page of twenty environments is well below a tenth of it. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** The largest header block of an answer, in bytes: Node's own default, pinned. */
const MAX_HEADER_BYTES = 16 * 1024;

/** One JSON request. `path` starts with a slash and is already encoded. */
export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What came of one attempt on the wire. Times are epoch milliseconds of this machine. */
export type Exchange = ResponseReceived | NoResponse;

export interface ResponseReceived {
  readonly kind: 'response';
  readonly status: number;
  /** By lower-case name; a header that came more than once is joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ResponseBody;
  readonly startedAt: number;
  readonly receivedAt: number;
}

/** The text of the body and its JSON, or why it can't be trusted. */
export type ResponseBody =
  | { readonly kind: 'json'; readonly text: string; readonly json: unknown }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly why: string; readonly cause?: unknown };

export interface NoResponse {
  readonly kind: 'no-response';
  /** False only when it is certain that no byte of the request left this machine. */
  readonly sent: boolean;
  /** Node's, OpenSSL's or undici's code, such as `ECONNREFUSED`; `ATTEMPT_TIMEOUT`, `ABORTED` and `PROXY_REFUSED_407` are our own. */
  readonly code: string;
  readonly cause: unknown;
  /** Set when it was no connection to the server that failed to open but one to a proxy: its host and port. */
  readonly proxy?: string | undefined;
  readonly startedAt: number;
  readonly receivedAt: number;
}

/** Told of every attempt when it has ended. `attempt` counts the requests of the run from 1. */
export type ExchangeObserver = (seen: {
  readonly request: JsonRequest;
  readonly exchange: Exchange;
  readonly attempt: number;
}) => void;

/** The proxy settings, as the usual environment variables spell them. */
export interface ProxySettings {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

export interface TransportOptions {
  readonly origin: string;
  readonly token: string;
  readonly proxies: ProxySettings;
  readonly secrets: Secrets;
  readonly observe: ExchangeObserver;
  readonly connectTimeoutMs?: number;
  readonly attemptTimeoutMs?: number;
}

/** Sends one request and says what the wire said. It never throws and never retries. */
export interface Transport {
  /** Ends early, as `ABORTED`, when `signal` aborts. */
  send(request: JsonRequest, signal: AbortSignal): Promise<Exchange>;
  /** Closes every connection at once, so that nothing keeps the process alive. */
  close(): Promise<void>;
}

/** Opens a transport to one LaunchDarkly server. No connection is made before the first request. */
export function openTransport(options: TransportOptions): Transport {
  const { origin, token, secrets, observe } = options;
  const connections = new Connections(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  const dispatcher = createDispatcher(origin, options.proxies, connections);
  const attemptTimeoutMs = options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS;
  const headers = {
    authorization: token,
    // The operation's page forgets this header; without it a beta resource answers 403.
    // More than one value breaks some endpoints. https://launchdarkly.com/docs/api#beta-resources
    'ld-api-version': 'beta',
    'user-agent': `${ACTION_NAME}/${VERSION}`,
    accept: 'application/json',
    // A cap in bytes means nothing for a compressed body: a hundred bytes of brotli can hold 50 MiB.
    'accept-encoding': 'identity',
  };
  let attempts = 0;

  async function attempt(wanted: JsonRequest, signal: AbortSignal): Promise<Exchange> {
    const startedAt = Date.now();
    try {
      const response = await dispatcher.request({
        origin,
        path: wanted.path,
        method: wanted.method,
        signal,
        query: { ...wanted.query },
        headers:
          wanted.body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        body: wanted.body === undefined ? null : JSON.stringify(wanted.body),
      });
      // Before the body: it may take its time, and the `Date` in the headers is of now.
      const receivedAt = Date.now();
      const body = await readBody(response, secrets);
      return {
        kind: 'response',
        status: response.statusCode,
        headers: flattenHeaders(response.headers),
        body,
        startedAt,
        receivedAt,
      };
    } catch (cause) {
      const peer = connections.findFailedPeer(cause);
      return {
        kind: 'no-response',
        sent: peer === undefined,
        code: readErrorCode(cause),
        cause,
        proxy: peer === undefined || isPeerOf(origin, peer) ? undefined : peer,
        startedAt,
        receivedAt: Date.now(),
      };
    }
  }

  return {
    async send(wanted, signal) {
      if (signal.aborted) {
        const now = Date.now();
        const cause: unknown = signal.reason;
        return {
          kind: 'no-response',
          sent: false,
          code: 'ABORTED',
          cause,
          startedAt: now,
          receivedAt: now,
        };
      }
      attempts += 1;
      const attemptSignal = AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]);
      // undici does not heed a signal while it is connecting; closing the sockets makes it.
      const abandon = () => connections.abandon(attemptSignal.reason);
      attemptSignal.addEventListener('abort', abandon, { once: true });
      const exchange = await attempt(wanted, attemptSignal);
      attemptSignal.removeEventListener('abort', abandon);
      const settled = attemptSignal.aborted ? nameAbort(exchange, signal) : exchange;
      observe({ request: wanted, exchange: settled, attempt: attempts });
      return settled;
    },
    async close() {
      connections.abandon(new Error('the run is over'));
      await dispatcher.destroy();
    },
  };
}

/** Whatever error an abort surfaced as, it was the abort. */
function nameAbort(exchange: Exchange, signal: AbortSignal): Exchange {
  if (exchange.kind === 'response') {
    return exchange;
  }
  return { ...exchange, code: signal.aborted ? 'ABORTED' : 'ATTEMPT_TIMEOUT' };
}

/** Opens sockets for undici and keeps hold of them, to know what never opened and to be able to let go. */
class Connections {
  readonly #open = new Set<{ destroy(error?: Error): unknown }>();
  /** The host and port that could not be connected to, by the error that says so. */
  readonly #failures = new WeakMap<object, string>();
  readonly #connect: buildConnector.connector;
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.#connect = buildConnector({ ...tlsOptions(), timeout: timeoutMs });
  }

  /** undici's own connector, watched. */
  readonly connect: buildConnector.connector = (options, callback) =>
    this.watch(this.#connect)(options, callback);

  /** Wraps a connector: what it fails with was never sent, what it opens can be abandoned. */
  watch(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) => {
      const socket: unknown = connect(options, (...outcome) => {
        const [error] = outcome;
        // An error of a proxy's connection passes here a second time, as that of the tunnel.
        if (error !== null && !this.#failures.has(error)) {
          this.#failures.set(error, joinPeer(options));
        }
        callback(...outcome);
      });
      if (isSocket(socket)) {
        this.#open.add(socket);
        socket.once('close', () => this.#open.delete(socket));
      }
    };
  }

  /** The host and port to which no connection could be opened, when `cause` is the error that says so. */
  findFailedPeer(cause: unknown): string | undefined {
    return typeof cause === 'object' && cause !== null ? this.#failures.get(cause) : undefined;
  }

  abandon(reason: unknown): void {
    for (const socket of this.#open) {
      socket.destroy(reason instanceof Error ? reason : new Error('abandoned'));
    }
  }
}

function joinPeer({ hostname, port, protocol }: buildConnector.Options): string {
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

function isPeerOf(origin: string, peer: string): boolean {
  const { hostname, port, protocol } = new URL(origin);
  return joinPeer({ hostname: hostname.replace(/^\[|\]$/g, ''), port, protocol }) === peer;
}

interface Socket {
  destroy(error?: Error): unknown;
  once(event: 'close', listener: () => void): unknown;
}

function isSocket(value: unknown): value is Socket {
  return typeof value === 'object' && value !== null && 'destroy' in value && 'once' in value;
}

/**
 * TLS is verified whatever the environment says: an option that is set wins over
 * `NODE_TLS_REJECT_UNAUTHORIZED=0`. HTTP/2 is off because undici replays a POST on a refused stream.
 */
function tlsOptions() {
  return { rejectUnauthorized: true, allowH2: false };
}

function createDispatcher(
  origin: string,
  proxies: ProxySettings,
  connections: Connections,
): Dispatcher {
  // A plain-http target through a proxy would show the token to the proxy. Only loopback is plain.
  const settings = origin.startsWith('http:')
    ? { httpProxy: '', httpsProxy: '', noProxy: '*' }
    : proxies;
  const openPool = (target: string | URL, options: object) => {
    const connect = 'connect' in options ? options.connect : undefined;
    const watched = isConnector(connect) ? connections.watch(connect) : connections.connect;
    return new Pool(target, { ...options, connect: watched });
  };
  return new EnvHttpProxyAgent({
    ...settings,
    allowH2: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    // The attempt's own deadline covers both; undici's timers would only add a second answer.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connections.connect,
    connectTimeout: connections.timeoutMs,
    requestTls: tlsOptions(),
    proxyTls: tlsOptions(),
    factory: openPool,
    clientFactory: openPool,
  });
}

function isConnector(value: unknown): value is buildConnector.connector {
  return typeof value === 'function';
}

async function readBody(
  response: Dispatcher.ResponseData,
  secrets: Secrets,
): Promise<ResponseBody> {
  const encoding = response.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    discard(response.body);
    return { kind: 'unreadable', why: 'it is compressed though that was not asked for' };
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > MAX_BODY_BYTES) {
        discard(response.body);
        return { kind: 'unreadable', why: `it is longer than ${MAX_BODY_BYTES} bytes` };
      }
      chunks.push(bytes);
    }
  } catch (cause) {
    return { kind: 'unreadable', why: `it broke off (${readErrorCode(cause)})`, cause };
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks));
  const json = parseJson(text);
  // Before anybody can use what came, what is secret in it is known.
  if (!secrets.discover(text, json)) {
    return { kind: 'unreadable', why: 'it holds more secrets than can be redacted' };
  }
  return json === undefined ? { kind: 'text', text } : { kind: 'json', text, json };
}

/** undici reports the end of a body that nobody wants as an error event, and without a listener that ends the process. */
function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {});
  body.destroy();
}

/** Returns undefined for what is not JSON. The parser's own error quotes the text, so it goes nowhere. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function flattenHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), [value].flat().join(', ')]],
    ),
  );
}

/** undici names a proxy's refusal of the tunnel in words only. */
const PROXY_REFUSAL = /^Proxy response \((\d{3})\)/;

/** The most telling code of an error: its own, or that of what caused it. */
function readErrorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) {
    return 'UNKNOWN';
  }
  const proxyStatus = error instanceof Error ? PROXY_REFUSAL.exec(error.message)?.[1] : undefined;
  if (proxyStatus !== undefined) {
    return `PROXY_REFUSED_${proxyStatus}`;
  }
  if (error instanceof AggregateError && error.errors.length > 0) {
    return readErrorCode(error.errors[0]);
  }
  // OpenSSL has a slash in some: ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE.
  if ('code' in error && typeof error.code === 'string' && /^[A-Z0-9_/]+$/.test(error.code)) {
    return error.code;
  }
  return 'cause' in error ? readErrorCode(error.cause) : 'UNKNOWN';
}
