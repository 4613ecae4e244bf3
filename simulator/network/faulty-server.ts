/**
 * LaunchDarkly behind a faulty network: an HTTP server on raw sockets, so that it can misbehave at
 * any byte. It stores insight groups like the simulator, as the ground truth for checking the
 * client's report.
 */

import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket, type TlsOptions } from 'node:tls';
import type { Account, InsightGroup } from '../launchdarkly/account.ts';
import { type Behaviour, documentedBehaviour } from '../launchdarkly/behaviour.ts';
import type { Reply } from '../launchdarkly/exchange.ts';
import { RateLimiter } from '../launchdarkly/rate-limits.ts';
import { headerValues, pairHeaders, type RecordedRequest } from '../launchdarkly/requests.ts';
import { processRequest } from '../launchdarkly/routes.ts';
import { createSampleAccount } from '../launchdarkly/sample-account.ts';
import { listen, shutDown } from './loopback.ts';

/** What goes wrong. Everything that a fault omits works. */
export interface NetworkFault {
  /** Whether it happens once instead of each time. */
  readonly isOnce?: boolean;
  /** The only method affected. Defaults to POST for a fault that happens once, else to all. */
  readonly method?: string;
  /** Takes over an accepted connection, before TLS. */
  readonly onConnection?: (connection: FaultyConnection) => void | Promise<void>;
  /** Takes over a connection at the first byte of a request; the rest is never read. */
  readonly onFirstByte?: (connection: FaultyConnection) => void | Promise<void>;
  /** Takes over once a request was read completely. */
  readonly onRequest?: (received: ReceivedRequest) => void | Promise<void>;
}

/** How to start a server. */
export interface FaultyServerOptions {
  /** A group that exists before the first request. */
  readonly group?: InsightGroup | undefined;
  /** Differences from the documented behaviour. */
  readonly behaviour?: Partial<Behaviour>;
  readonly fault?: NetworkFault;
  /** Serves https. */
  readonly tls?: TlsOptions;
  /**
   * From 0 up to but not including 1: where sent bytes are split, and how long pauses are. Defaults
   * to `Math.random`.
   */
  readonly random?: () => number;
}

/** A running server and its ground truth. */
export interface FaultyServer extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly origin: string;
  readonly port: number;
  readonly account: Account;
  /** The keys of the created groups in order, one entry for each create. */
  readonly creations: readonly string[];
  /** How many writes changed the stored group, creations included. */
  readonly changes: number;
  /** All requests that were read completely. */
  readonly requests: readonly RecordedRequest[];
  /** How many connections were accepted. */
  readonly connections: number;
  /** How often the fault was injected. */
  readonly faultCount: number;
}

/** Starts a server on 127.0.0.1; resolves once it is listening. */
export async function startFaultyServer(options: FaultyServerOptions = {}): Promise<FaultyServer> {
  const { fault = {}, group, tls, random = Math.random } = options;
  const behaviour = { ...documentedBehaviour(), ...options.behaviour };
  const account = createSampleAccount();
  if (group !== undefined) {
    account.groups.set(group.key, group);
  }
  const limiter = new RateLimiter();
  const creations: string[] = [];
  const requests: RecordedRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let changes = 0;
  let faultCount = 0;

  const process = (request: RecordedRequest): Reply => {
    const before = JSON.stringify([...account.groups]);
    const reply = processRequest(request, {
      account,
      behaviour,
      limiter,
      nowMs: Date.now(),
      newId: () => 'error-1',
      recordWrite: ({ kind, key }) => {
        if (kind === 'create') {
          creations.push(key);
        }
      },
    });
    changes += JSON.stringify([...account.groups]) === before ? 0 : 1;
    return reply;
  };

  /** Returns whether to inject the fault now, and counts it. */
  const isFaultDue = (method = fault.method ?? 'POST'): boolean => {
    const { isOnce = false, method: only = isOnce ? 'POST' : method } = fault;
    const isDue = method === only && !(isOnce && faultCount > 0);
    faultCount += isDue ? 1 : 0;
    return isDue;
  };

  async function serve(raw: Socket): Promise<void> {
    if (fault.onConnection && isFaultDue()) {
      await fault.onConnection(new FaultyConnection(raw, raw, random));
      return;
    }
    const socket = tls === undefined ? raw : new TLSSocket(raw, { ...tls, isServer: true });
    socket.on('error', () => {});
    const connection = new FaultyConnection(socket, raw, random);
    const reader = new RequestReader();
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(chunk);
      const [method] = bytes.toString('latin1').split(' ');
      if (fault.onFirstByte && reader.isEmpty && isFaultDue(method)) {
        await fault.onFirstByte(connection);
        return;
      }
      const request = reader.push(bytes, requests.length + 1);
      if (request === undefined) {
        continue;
      }
      requests.push(request);
      const received = new ReceivedRequest(connection, request, () => process(request));
      if (fault.onRequest && isFaultDue(request.method)) {
        await fault.onRequest(received);
      } else {
        await received.respond();
      }
    }
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    // Only the connection fails here, which is the purpose of a fault.
    serve(socket).catch(() => socket.destroy());
  });
  const port = await listen(server);

  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    account,
    creations,
    requests,
    get connections() {
      return connections;
    },
    get changes() {
      return changes;
    },
    get faultCount() {
      return faultCount;
    },
    [Symbol.asyncDispose]: () => shutDown(server, sockets),
  };
}

/** One connection, as a fault handles it. */
export class FaultyConnection {
  readonly #socket: Socket;
  readonly #raw: Socket;
  readonly #random: () => number;

  constructor(socket: Socket, raw: Socket, random: () => number) {
    this.#socket = socket;
    this.#raw = raw;
    this.#random = random;
  }

  get isClosed(): boolean {
    return this.#socket.destroyed || this.#raw.destroyed;
  }

  /** Waits for a short random time. */
  async pause(maxMs = 15): Promise<void> {
    await sleep(this.#random() * maxMs);
  }

  /**
   * Sends bytes, split into pieces with pauses in between. Resolves once they were written or the
   * client is gone.
   */
  async send(content: Buffer | string): Promise<void> {
    let rest = Buffer.from(content);
    // A flood is not split: that would only slow it down.
    for (let tears = rest.length < 65_536 ? 3 : 0; tears > 0 && rest.length > 1; tears -= 1) {
      const length = 1 + Math.floor(this.#random() * (rest.length - 1));
      await this.#write(rest.subarray(0, length));
      await this.pause(5);
      rest = rest.subarray(length);
    }
    await this.#write(rest);
  }

  /** Sends the same bytes every `everyMs` until the client disconnects. */
  async flood(content: Buffer | string, everyMs = 0): Promise<void> {
    while (!this.isClosed) {
      await this.#write(Buffer.from(content));
      await sleep(everyMs);
    }
  }

  /** Breaks the connection with a TCP RST. */
  reset(): void {
    this.#raw.resetAndDestroy();
  }

  /** Closes our half with a TCP FIN and keeps listening. */
  halfClose(): void {
    this.#socket.end();
  }

  #write(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.isClosed || this.#socket.writableEnded) {
        resolve();
        return;
      }
      this.#raw.once('close', resolve);
      this.#socket.write(bytes, () => {
        this.#raw.off('close', resolve);
        resolve();
      });
    });
  }
}

/** One completely read request, as a fault handles it. */
export class ReceivedRequest {
  readonly connection: FaultyConnection;
  readonly request: RecordedRequest;
  readonly #process: () => Reply;

  constructor(connection: FaultyConnection, request: RecordedRequest, process: () => Reply) {
    this.connection = connection;
    this.request = request;
    this.#process = process;
  }

  /** The token that came with the request. */
  get token(): string {
    return headerValues(this.request, 'authorization')[0] ?? '';
  }

  /**
   * Processes the request and returns the response, which is still to be sent. Not calling it is a
   * fault, too.
   */
  process(): RawResponse {
    const { status, headers, body } = this.#process();
    const content = body === undefined ? '' : JSON.stringify(body);
    return {
      status,
      headers: {
        date: new Date().toUTCString(),
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(content)),
        ...headers,
      },
      body: content,
    };
  }

  /** Processes the request and sends the correct response. */
  async respond(): Promise<void> {
    await this.connection.send(renderResponse(this.process()));
  }
}

/** A response before it is serialized. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The head of a response, including the empty line at its end. */
export function renderHead(
  { status, headers }: Pick<RawResponse, 'status' | 'headers'>,
  changes: Readonly<Record<string, string | undefined>> = {},
): string {
  const lines = Object.entries({ ...headers, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  );
  return `HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`;
}

/** The bytes of a response. */
export function renderResponse(response: RawResponse): string {
  return `${renderHead(response)}${response.body}`;
}

/**
 * Splits a stream of bytes into requests as this client sends them: one at a time, with a length.
 */
class RequestReader {
  #bytes = Buffer.alloc(0);

  get isEmpty(): boolean {
    return this.#bytes.length === 0;
  }

  push(chunk: Buffer, number: number): RecordedRequest | undefined {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const headEnd = this.#bytes.indexOf('\r\n\r\n');
    if (headEnd < 0) {
      return undefined;
    }
    const [start = '', ...lines] = this.#bytes.toString('latin1', 0, headEnd).split('\r\n');
    const raw = lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    const headers = pairHeaders(raw);
    const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? '0';
    const end = headEnd + 4 + Number(length);
    if (this.#bytes.length < end) {
      return undefined;
    }
    const body = this.#bytes.toString('utf8', headEnd + 4, end);
    this.#bytes = this.#bytes.subarray(end);
    const [method = '', target = ''] = start.split(' ');
    const [path = '', search = ''] = target.split('?');
    const query = new URLSearchParams(search);
    // Its lists do not move, so the number on the path may be any.
    const numbers = { number, numberOnPath: number };
    return { ...numbers, method, path, query, headers, body, atMs: Date.now() };
  }
}
