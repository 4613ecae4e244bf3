import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import { type Behaviour, documentedBehaviour } from './behaviour.ts';
import { conflict, type Reply, rateLimited } from './exchange.ts';
import { type Fault, FaultPlan, type Injection, type MadeUpAnswer } from './faults.ts';
import { RateLimiter, rateLimitHeaders } from './rate-limits.ts';
import { pairHeaders, type RecordedRequest } from './requests.ts';
import { nameError, processRequest } from './routes.ts';
import { createSampleAccount } from './sample-account.ts';

/** How to start a simulator; everything has a default. */
export interface SimulatorOptions {
  /** The account to serve; a new sample account when absent. */
  readonly account?: Account;
  /** Where it departs from {@link documentedBehaviour}. */
  readonly behaviour?: Partial<Behaviour>;
  /** The port on 127.0.0.1; a free one when absent. */
  readonly port?: number;
  /** Serves https with this key and certificate, both PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The clock, in epoch milliseconds; `Date.now` when absent. */
  readonly now?: () => number;
  /** Makes the `id` of error bodies; counts when absent. */
  readonly newId?: () => string;
  /** Hears of every answer that was sent. */
  readonly onAnswer?: (request: RecordedRequest) => void;
}

/** A running LaunchDarkly look-alike: what it was asked, what it holds, and what shall go wrong. */
export interface Simulator extends AsyncDisposable {
  /** For example `http://127.0.0.1:40123`, without a slash at the end. */
  readonly origin: string;
  readonly account: Account;
  /** May be changed at any time. */
  readonly behaviour: Behaviour;
  /** All requests in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** What no client should ever do: asking for an expansion that hands out SDK keys. */
  readonly violations: readonly string[];
  /** Makes something go wrong with requests to come. */
  inject(injection: Injection): void;
  /** Forgets the faults that have not happened yet. */
  clearFaults(): void;
  /** How often a group of this key was really created. */
  createdCount(key: string): number;
  /** The requests that really created a group of this key, in order. */
  creationsOf(key: string): readonly RecordedRequest[];
  /** Stops at once, stalled and idle connections included. */
  close(): Promise<void>;
}

/** Starts a simulator on 127.0.0.1; resolves when it listens. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const account = options.account ?? createSampleAccount();
  const behaviour: Behaviour = { ...documentedBehaviour(), ...options.behaviour };
  const now = options.now ?? Date.now;
  let ids = 0;
  const newId = options.newId ?? (() => `error-${++ids}`);
  const limiter = new RateLimiter();
  const plan = new FaultPlan();
  const requests: RecordedRequest[] = [];
  const violations: string[] = [];
  const creations: { key: string; request: RecordedRequest }[] = [];
  const closing = new AbortController();

  const serverNow = (): number => now() + behaviour.clockSkewMs;

  async function record(message: IncomingMessage): Promise<{
    request: RecordedRequest;
    fault: Fault | undefined;
  }> {
    const body = await text(message);
    const method = message.method ?? 'GET';
    const [path = '/', ...search] = (message.url ?? '/').split('?');
    const fault = plan.next(method, path);
    const request: RecordedRequest = {
      number: requests.length + 1,
      method,
      path,
      query: new URLSearchParams(search.join('?')),
      headers: pairHeaders(message.rawHeaders),
      body,
      atMs: now(),
      ...(fault === undefined ? {} : { fault: fault.kind }),
    };
    requests.push(request);
    if (request.query.getAll('expand').join(',').split(',').includes('environment')) {
      violations.push(
        `${method} ${message.url} asks for expand=environment, which hands out SDK keys`,
      );
    }
    return { request, fault };
  }

  function carryOut(request: RecordedRequest): Reply {
    const reply = processRequest(request, {
      account,
      behaviour,
      limiter,
      nowMs: serverNow(),
      newId,
      noteCreation: (key) => creations.push({ key, request }),
    });
    request.processedStatus = reply.status;
    return reply;
  }

  const dateHeader = (): Date | undefined =>
    behaviour.sendsDate ? new Date(serverNow()) : undefined;

  function answer(response: ServerResponse, request: RecordedRequest, reply: MadeUpAnswer): void {
    const body = prepare(response, reply, dateHeader());
    request.status = reply.status;
    response.end(body);
    options.onAnswer?.(request);
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { request, fault } = await record(message);
    switch (fault?.kind) {
      case undefined:
        return answer(response, request, carryOut(request));
      case 'delay':
        await sleep(fault.delayMs, undefined, { signal: closing.signal });
        return answer(response, request, carryOut(request));
      case 'respond':
        return answer(response, request, fault);
      case 'redirect':
        return answer(response, request, {
          status: fault.status ?? 307,
          headers: { Location: fault.location },
        });
      case 'rate-limit': {
        const refusal = rateLimited(rateLimitHeaders(fault.waitsMs, serverNow()));
        return answer(response, request, nameError(refusal.reply, { behaviour, newId }));
      }
      case 'lock-collision': {
        const refusal = conflict(behaviour.conflictCode);
        return answer(response, request, nameError(refusal.reply, { behaviour, newId }));
      }
      case 'reset':
        return reset(message.socket);
      case 'stall':
        return;
      case 'process-then-reset':
        carryOut(request);
        return reset(message.socket);
      case 'process-then-stall':
        carryOut(request);
        return;
      case 'process-then-truncate': {
        const reply = carryOut(request);
        const body = prepare(response, reply, dateHeader());
        request.status = reply.status;
        response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
          message.socket.destroy();
        });
        return;
      }
      case 'process-then-respond':
        carryOut(request);
        return answer(response, request, fault);
    }
  }

  function listener(message: IncomingMessage, response: ServerResponse): void {
    serve(message, response).catch((error: unknown) => {
      // A client that left in the middle of its request, close() in the middle of a delay, or a bug.
      if (message.complete && !closing.signal.aborted && !response.headersSent) {
        response.statusCode = 500;
        response.end(`The simulator failed: ${error instanceof Error ? error.stack : error}`);
      } else {
        message.socket.destroy();
      }
    });
  }

  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  const sockets = trackSockets(server);
  const port = await listen(server, options.port ?? 0);

  async function close(): Promise<void> {
    closing.abort();
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of sockets) {
      socket.destroy();
    }
    await closed;
  }

  return {
    origin: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    account,
    behaviour,
    requests,
    violations,
    inject: (injection) => plan.inject(injection),
    clearFaults: () => plan.clear(),
    createdCount: (key) => creations.filter((creation) => creation.key === key).length,
    creationsOf: (key) =>
      creations.filter((creation) => creation.key === key).map(({ request }) => request),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Sets status and headers of an answer and returns its body, which is still to be sent. */
function prepare(response: ServerResponse, reply: MadeUpAnswer, date: Date | undefined): Buffer {
  const { status, headers = {}, body } = reply;
  const bytes = encodeBody(body);
  response.statusCode = status;
  response.sendDate = false;
  if (date !== undefined) {
    response.setHeader('Date', date.toUTCString());
  }
  if (body !== undefined) {
    response.setHeader(
      'Content-Type',
      typeof body === 'string' ? 'text/plain' : 'application/json',
    );
  }
  if (status !== 204 && status !== 304) {
    response.setHeader('Content-Length', bytes.length);
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) {
      response.removeHeader(name);
    } else {
      response.setHeader(name, typeof value === 'string' ? value : [...value]);
    }
  }
  return bytes;
}

function encodeBody(body: unknown): Buffer {
  if (body === undefined) {
    return Buffer.alloc(0);
  }
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function reset(socket: Socket): void {
  if ('encrypted' in socket) {
    // A TLS socket cannot send TCP's RST itself.
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}

function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The simulator does not listen on a TCP port');
  }
  return address.port;
}
