/**
 * LaunchDarkly behind a faulty network: an HTTP server on bare sockets, so that it can do what no HTTP
 * server would, at any byte. It really stores insight groups, so that afterwards there is a truth to hold
 * the client's report against.
 */

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket, type TlsOptions } from 'node:tls';
import type { Account, InsightGroup } from '../launchdarkly/account.ts';
import { type Behaviour, documentedBehaviour } from '../launchdarkly/behaviour.ts';
import type { Reply } from '../launchdarkly/exchange.ts';
import { RateLimiter } from '../launchdarkly/rate-limits.ts';
import { headerValues, pairHeaders, type RecordedRequest } from '../launchdarkly/requests.ts';
import { processRequest } from '../launchdarkly/routes.ts';
import { createSampleAccount } from '../launchdarkly/sample-account.ts';

/** What goes wrong. Everything that a fault leaves out works. */
export interface NetworkFault {
  /** Whether it happens once. Without it, the fault happens each time. */
  readonly isOnce?: boolean;
  /** The only method whose requests it happens to. When absent: POST for a fault that happens once, else all. */
  readonly method?: string;
  /** Takes a connection over when it was accepted, before TLS. */
  readonly onConnection?: (connection: FaultyConnection) => void | Promise<void>;
  /** Takes a connection over at the first byte of a request; the rest is never read. */
  readonly onFirstByte?: (connection: FaultyConnection) => void | Promise<void>;
  /** Takes over when a request was read whole. */
  readonly onRequest?: (received: ReceivedRequest) => void | Promise<void>;
}

/** How to start a server. */
export interface FaultyServerOptions {
  /** A group that is there before the first request. */
  readonly group?: InsightGroup | undefined;
  /** Where it differs from what is documented. */
  readonly behaviour?: Partial<Behaviour>;
  readonly fault?: NetworkFault;
  /** Serves https. */
  readonly tls?: TlsOptions;
  /** From 0 up to but not including 1: where sent bytes are torn, and how long it pauses. `Math.random` when absent. */
  readonly random?: () => number;
}

/** A running server, and what is true on it. */
export interface FaultyServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly origin: string;
  readonly port: number;
  readonly account: Account;
  /** The keys of the groups that were created, in order, one entry for each time. */
  readonly creations: readonly string[];
  /** How many writes changed the stored group, creations included. */
  readonly changes: number;
  /** All requests that were read whole. */
  readonly requests: readonly RecordedRequest[];
  /** How many connections were accepted. */
  readonly connections: number;
  /** How often the fault has happened. */
  readonly faultCount: number;
}

/** Starts a server on 127.0.0.1; resolves when it listens. */
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

  /** Says whether the fault happens now, and counts it. */
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
    // What fails here is the connection, and that is the point of it.
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

  /** Waits a moment, which differs each time. */
  async pause(maxMs = 15): Promise<void> {
    await sleep(this.#random() * maxMs);
  }

  /** Sends bytes, torn into pieces with pauses in between. Resolves when they were taken, or nobody is there. */
  async send(content: Buffer | string): Promise<void> {
    let rest = Buffer.from(content);
    // A flood is sent as it is: tearing it would only slow it down.
    for (let tears = rest.length < 65_536 ? 3 : 0; tears > 0 && rest.length > 1; tears -= 1) {
      const length = 1 + Math.floor(this.#random() * (rest.length - 1));
      await this.#write(rest.subarray(0, length));
      await this.pause(5);
      rest = rest.subarray(length);
    }
    await this.#write(rest);
  }

  /** Sends the same bytes again and again until the client has gone, `everyMs` apart. */
  async flood(content: Buffer | string, everyMs = 0): Promise<void> {
    while (!this.isClosed) {
      await this.#write(Buffer.from(content));
      await sleep(everyMs);
    }
  }

  /** Breaks the connection with TCP's RST. */
  reset(): void {
    this.#raw.resetAndDestroy();
  }

  /** Closes our half with TCP's FIN and keeps listening. */
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

/** One request that was read whole, as a fault handles it. */
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

  /** Does what was asked and returns the answer, which is still to be sent. Not doing it is a fault, too. */
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

  /** Does what was asked and answers as it should. */
  async respond(): Promise<void> {
    await this.connection.send(renderResponse(this.process()));
  }
}

/** An answer before it is bytes. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The head of an answer, with the empty line that ends it. */
export function renderHead(
  { status, headers }: Pick<RawResponse, 'status' | 'headers'>,
  changes: Readonly<Record<string, string | undefined>> = {},
): string {
  const lines = Object.entries({ ...headers, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  );
  return `HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`;
}

/** The bytes of an answer. */
export function renderResponse(response: RawResponse): string {
  return `${renderHead(response)}${response.body}`;
}

/** Cuts a stream of bytes into requests. Requests of this client's kind only: one at a time, with a length. */
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
    return { number, method, path, query, headers, body, atMs: Date.now() };
  }
}

/** Listens on a free port of 127.0.0.1 and returns it. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The server does not listen on a TCP port.');
  }
  return address.port;
}

/** Stops the server, whatever its connections are in the middle of; resolves when the port is free. */
export async function shutDown(server: Server, sockets: Iterable<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) {
    socket.destroy();
  }
  await closed;
}
