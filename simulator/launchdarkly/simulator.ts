import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen, shutDown, trackSockets } from '../network/loopback.ts';
import type { Account, Environment } from './account.ts';
import { type Behaviour, documentedBehaviour } from './behaviour.ts';
import { conflict, type Reply, rateLimited } from './exchange.ts';
import { type Fault, FaultPlan, type InjectedResponse, type Injection } from './faults.ts';
import { GroupWriteLog } from './group-writes.ts';
import { prepareResponse, resetConnection } from './http-server.ts';
import { RateLimiter, rateLimitHeaders } from './rate-limits.ts';
import { pairHeaders, type RecordedRequest } from './requests.ts';
import { addErrorId, processRequest } from './routes.ts';
import { createSampleAccount } from './sample-account.ts';

/** How to start a simulator; everything has a default. */
export interface SimulatorOptions {
  /** The account to serve. Defaults to a new sample account. */
  readonly account?: Account;
  /** Differences from {@link documentedBehaviour}. */
  readonly behaviour?: Partial<Behaviour>;
  /** The port on 127.0.0.1. Defaults to a free one. */
  readonly port?: number;
  /** Serves https with this PEM key and certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The clock, in epoch milliseconds. Defaults to `Date.now`. */
  readonly now?: () => number;
  /** Creates the `id` of error bodies. Defaults to a counter. */
  readonly newId?: () => string;
  /** Called for each response that was sent. */
  readonly onResponse?: (request: RecordedRequest) => void;
}

/**
 * A running LaunchDarkly simulator: its state, the requests it received, and the faults to inject.
 */
export interface Simulator extends AsyncDisposable {
  /** For example `http://127.0.0.1:40123`, without a trailing slash. */
  readonly origin: string;
  readonly account: Account;
  /** May be changed at any time. */
  readonly behaviour: Behaviour;
  /** All requests in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Requests that no client should send: those for an expansion that returns SDK keys. */
  readonly violations: readonly string[];
  /**
   * Adds an environment now, by the server's clock: the configured lags apply to it. Throws if
   * there is no such project.
   */
  addEnvironment(projectKey: string, key: string): Environment;
  /** Injects a fault into later requests. */
  inject(injection: Injection): void;
  /** Clears the faults that have not been injected yet. */
  clearFaults(): void;
  /** How often a group with this key (as stored) was created. */
  createdCount(key: string): number;
  /** The requests that created a group with this key, in order. */
  creationsOf(key: string): readonly RecordedRequest[];
  /** The requests that updated it, in order. */
  updatesOf(key: string): readonly RecordedRequest[];
  /** The requests that deleted it, in order. */
  deletionsOf(key: string): readonly RecordedRequest[];
  /** Stops immediately, closing stalled and idle connections. */
  close(): Promise<void>;
}

/**
 * How long an idle connection is kept, in milliseconds. Node's default of five seconds would end some of
 * them just as a step on a busy machine sends its next request.
 */
const KEEP_ALIVE_MS = 60_000;

/** Starts a simulator on 127.0.0.1; resolves once it is listening. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const account = options.account ?? createSampleAccount();
  const behaviour: Behaviour = { ...documentedBehaviour(), ...options.behaviour };
  const now = options.now ?? Date.now;
  let ids = 0;
  const newId = options.newId ?? (() => `error-${++ids}`);
  const limiter = new RateLimiter();
  const plan = new FaultPlan();
  const requests: RecordedRequest[] = [];
  const requestsByPath = new Map<string, number>();
  const violations: string[] = [];
  const writes = new GroupWriteLog();
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
    const numberOnPath = (requestsByPath.get(path) ?? 0) + 1;
    requestsByPath.set(path, numberOnPath);
    const request: RecordedRequest = {
      number: requests.length + 1,
      numberOnPath,
      method,
      path,
      query: new URLSearchParams(search.join('?')),
      headers: pairHeaders(message.rawHeaders),
      body,
      atMs: now(),
      ...(fault === undefined ? {} : { fault: fault.kind }),
    };
    requests.push(request);
    for (const option of request.query.getAll('expand').join(',').split(',')) {
      if (option === 'environment' || option === 'environments') {
        violations.push(`${method} ${message.url} asks for ${option}, which hands out SDK keys`);
      }
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
      recordWrite: (write) => writes.add(write, request),
    });
    request.processedStatus = reply.status;
    return reply;
  }

  const dateHeader = (): Date | undefined =>
    behaviour.sendsDate ? new Date(serverNow()) : undefined;

  function answer(
    response: ServerResponse,
    request: RecordedRequest,
    reply: InjectedResponse,
  ): void {
    const body = prepareResponse(response, reply, dateHeader());
    request.status = reply.status;
    response.end(body);
    options.onResponse?.(request);
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
        const error = rateLimited(rateLimitHeaders(fault.waitsMs, serverNow()));
        return answer(response, request, addErrorId(error.reply, { behaviour, newId }));
      }
      case 'lock-collision': {
        const error = conflict(behaviour.conflictCode);
        return answer(response, request, addErrorId(error.reply, { behaviour, newId }));
      }
      case 'reset':
        return resetConnection(message.socket);
      case 'stall':
        return;
      case 'process-then-reset':
        carryOut(request);
        return resetConnection(message.socket);
      case 'process-then-stall':
        carryOut(request);
        return;
      case 'process-then-truncate': {
        const reply = carryOut(request);
        const body = prepareResponse(response, reply, dateHeader());
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
      // A client that disconnected during its request, close() during a delay, or a bug.
      if (message.complete && !closing.signal.aborted && !response.headersSent) {
        response.statusCode = 500;
        response.end(`The simulator failed: ${error instanceof Error ? error.stack : error}`);
      } else {
        message.socket.destroy();
      }
    });
  }

  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const sockets = trackSockets(server);
  const port = await listen(server, options.port ?? 0);

  async function close(): Promise<void> {
    closing.abort();
    await shutDown(server, sockets);
  }

  return {
    origin: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    account,
    behaviour,
    requests,
    violations,
    addEnvironment: (projectKey, key) =>
      account.addEnvironment(projectKey, key, { createdAt: serverNow() }),
    inject: (injection) => plan.inject(injection),
    clearFaults: () => plan.clear(),
    createdCount: (key) => writes.requestsOf('create', key).length,
    creationsOf: (key) => writes.requestsOf('create', key),
    updatesOf: (key) => writes.requestsOf('update', key),
    deletionsOf: (key) => writes.requestsOf('delete', key),
    close,
    [Symbol.asyncDispose]: close,
  };
}
