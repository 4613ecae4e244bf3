/**
 * LaunchDarkly on the far side of a hostile wire: an HTTP server on bare sockets, so that it can do what
 * no HTTP server would, at any byte. It really keeps insight groups, so that afterwards there is a truth
 * to hold the client's report against.
 */

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket, type TlsOptions } from 'node:tls';
import type { Account } from '../launchdarkly/account.ts';
import { documentedBehaviour } from '../launchdarkly/behaviour.ts';
import type { Reply } from '../launchdarkly/exchange.ts';
import { RateLimiter } from '../launchdarkly/rate-limits.ts';
import { headerValues, pairHeaders, type RecordedRequest } from '../launchdarkly/requests.ts';
import { processRequest } from '../launchdarkly/routes.ts';
import { createSampleAccount } from '../launchdarkly/sample-account.ts';

/** What the wire does. Whatever a fault leaves out goes on as it should. */
export interface WireFault {
  /** Whether it befalls the first connection, or the first create, alone. Else it befalls all of them. */
  readonly isOnce?: boolean;
  /** Takes a connection over when it was accepted, before TLS. */
  readonly onConnection?: (line: Line) => void | Promise<void>;
  /** Takes a connection over at the first byte of a request; the rest is never read. */
  readonly onFirstByte?: (line: Line) => void | Promise<void>;
  /** Takes over when a request was read whole. */
  readonly onRequest?: (turn: Turn) => void | Promise<void>;
}

/** How to start a server. */
export interface WireServerOptions {
  readonly fault?: WireFault;
  /** Serves https. */
  readonly tls?: TlsOptions;
  /** From 0 up to but not including 1: where sent bytes are torn, and how long it pauses. `Math.random` when absent. */
  readonly random?: () => number;
}

/** A running server, and what is true on it. */
export interface WireServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly origin: string;
  readonly port: number;
  readonly account: Account;
  /** The keys of the groups that were created, in order, one entry for each time. */
  readonly creations: readonly string[];
  /** All requests that were read whole. */
  readonly requests: readonly RecordedRequest[];
  /** How many connections were accepted. */
  readonly connections: number;
  /** How often the fault has happened. */
  readonly befallen: number;
}

/** Starts a server on 127.0.0.1; resolves when it listens. */
export async function startWireServer(options: WireServerOptions = {}): Promise<WireServer> {
  const { fault = {}, tls, random = Math.random } = options;
  const account = createSampleAccount();
  const limiter = new RateLimiter();
  const creations: string[] = [];
  const requests: RecordedRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let befallen = 0;

  const work = (request: RecordedRequest): Reply =>
    processRequest(request, {
      account,
      behaviour: documentedBehaviour(),
      limiter,
      nowMs: Date.now(),
      newId: () => 'error-1',
      recordWrite: ({ kind, key }) => {
        if (kind === 'create') {
          creations.push(key);
        }
      },
    });

  /** Whether the fault is due, and counts it. A fault that happens once spares everything but creates. */
  const strikes = (method = 'POST'): boolean => {
    const isDue = fault.isOnce !== true || (befallen === 0 && method === 'POST');
    befallen += isDue ? 1 : 0;
    return isDue;
  };

  async function serve(raw: Socket): Promise<void> {
    if (fault.onConnection && strikes()) {
      await fault.onConnection(new Line(raw, raw, random));
      return;
    }
    const socket = tls === undefined ? raw : new TLSSocket(raw, { ...tls, isServer: true });
    socket.on('error', () => {});
    const line = new Line(socket, raw, random);
    const reader = new RequestReader();
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      if (fault.onFirstByte && reader.isEmpty && strikes()) {
        await fault.onFirstByte(line);
        return;
      }
      const request = reader.push(Buffer.from(chunk), requests.length + 1);
      if (request === undefined) {
        continue;
      }
      requests.push(request);
      const turn = new Turn(line, request, () => work(request));
      if (fault.onRequest && strikes(request.method)) {
        await fault.onRequest(turn);
      } else {
        await turn.answer();
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
    get befallen() {
      return befallen;
    },
    [Symbol.asyncDispose]: () => shutDown(server, sockets),
  };
}

/** One connection, as a fault handles it. */
export class Line {
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
export class Turn {
  readonly line: Line;
  readonly request: RecordedRequest;
  readonly #work: () => Reply;

  constructor(line: Line, request: RecordedRequest, work: () => Reply) {
    this.line = line;
    this.request = request;
    this.#work = work;
  }

  /** The token that came with the request. */
  get token(): string {
    return headerValues(this.request, 'authorization')[0] ?? '';
  }

  /** Does what was asked and returns the answer, which is still to be sent. Not doing it is a fault, too. */
  work(): Answer {
    const { status, headers, body } = this.#work();
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
  async answer(): Promise<void> {
    await this.line.send(renderAnswer(this.work()));
  }
}

/** An answer before it is bytes. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The head of an answer, with the empty line that ends it. */
export function renderHead(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  changes: Readonly<Record<string, string | undefined>> = {},
): string {
  const lines = Object.entries({ ...headers, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  );
  return `HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`;
}

/** The bytes of an answer. */
export function renderAnswer(answer: Answer): string {
  return `${renderHead(answer)}${answer.body}`;
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
