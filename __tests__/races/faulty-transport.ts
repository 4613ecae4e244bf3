import type { InsightGroup } from '../../src/insight-group/insight-group.ts';
import { parseInsightGroup } from '../../src/launchdarkly/schemas.ts';
import type { Exchange, JsonRequest, Transport } from '../../src/launchdarkly/transport.ts';
import { collision, EPOCH_MS, type MemoryServer, type Reply } from './memory-server.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What goes wrong with one request. The details (which 5xx, which wait, how long) are random. */
export const FAULTS = [
  'never sent',
  'lost before processing',
  'lost after processing',
  'lost, processed later',
  'timed out before processing',
  'timed out after processing',
  '5xx before processing',
  '5xx after processing',
  '408 before processing',
  '408 after processing',
  'senseless before processing',
  'senseless after processing',
  'rate limited',
  'lock collision',
] as const;

export type Fault = (typeof FAULTS)[number];

/** The ground truth about the transport of one job. Times are virtual milliseconds. */
export interface TransportRecord {
  requests: number;
  /** When each write was sent whose result the job did not learn. */
  readonly doubts: { readonly method: JsonRequest['method']; readonly sentAt: number }[];
  readonly deletes: DeleteRecord[];
  /** What each read has shown. */
  readonly shown: {
    readonly group: InsightGroup;
    readonly sentAt: number;
    readonly answeredMs: number;
  }[];
  /** The group after each patch with a definite response. */
  readonly patched: InsightGroup[];
  /** How often the job sent a request before the time the server had asked it to wait for. */
  impatience: number;
}

/** The times of one delete, in virtual milliseconds. */
export interface DeleteRecord {
  readonly sentAt: number;
  /** When the last response to a read had come by then. */
  readonly readAt: number;
  /** When the server processed it; undefined as long as it has not. */
  processedAt: number | undefined;
}

export interface FaultyTransportOptions {
  readonly job: number;
  readonly server: MemoryServer;
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  /** By request number. */
  readonly faults: readonly (Fault | undefined)[];
  /** A clock of the job's machine that is never set, in epoch milliseconds. */
  readonly clock: () => number;
  /** When the job is stopped, in virtual milliseconds. */
  readonly stopsAt: number;
}

/** Sends requests to a {@link MemoryServer} in virtual time, or fails to. */
export class FaultyTransport implements Transport {
  readonly record: TransportRecord = {
    requests: 0,
    doubts: [],
    deletes: [],
    shown: [],
    patched: [],
    impatience: 0,
  };
  readonly #options: FaultyTransportOptions;
  #notBefore = 0;
  #lastReadAt = Number.NEGATIVE_INFINITY;

  constructor(options: FaultyTransportOptions) {
    this.#options = options;
  }

  async send(request: JsonRequest, signal: AbortSignal): Promise<Exchange> {
    const { time, faults } = this.#options;
    if (signal.aborted) {
      return this.#noResponse({
        mayHaveBeenProcessed: false,
        code: 'ABORTED',
        startedAt: this.#clock(),
      });
    }
    const sentAt = time.now;
    const fault = faults[this.record.requests];
    this.record.requests += 1;
    this.record.impatience += sentAt < this.#notBefore ? 1 : 0;
    if (request.method === 'DELETE') {
      this.record.deletes.push({ sentAt, readAt: this.#lastReadAt, processedAt: undefined });
    }
    const exchange = await this.#exchange(request, fault);
    this.#note(request, exchange, sentAt);
    if (request.method === 'GET') {
      this.#lastReadAt = time.now;
    }
    return exchange;
  }

  async close(): Promise<void> {
    // There is nothing to close.
  }

  async #exchange(request: JsonRequest, fault: Fault | undefined): Promise<Exchange> {
    const { time, random, stopsAt } = this.#options;
    const startedAt = this.#clock();
    const arrivesAt = time.now + this.#drawLatency();
    let answersAt = arrivesAt + this.#drawLatency();
    if (fault?.startsWith('timed out')) {
      answersAt += random.between(1_000, 15_000);
    }
    let reply: Reply | undefined;
    if (isProcessed(fault)) {
      const isLate = fault === 'lost, processed later';
      const sent = request.method === 'DELETE' ? this.record.deletes.at(-1) : undefined;
      time.plan(isLate ? answersAt + random.between(1, 8_000) : arrivesAt, () => {
        reply = this.#process(request);
        if (sent !== undefined) {
          sent.processedAt = time.now;
        }
      });
    }
    await time.waitUntil(Math.min(answersAt, stopsAt));
    if (answersAt > stopsAt) {
      return this.#noResponse({
        mayHaveBeenProcessed: fault !== 'never sent',
        code: 'ABORTED',
        startedAt,
      });
    }
    return this.#answer(request, { fault, reply, startedAt, arrivesAt });
  }

  #process(request: JsonRequest): Reply {
    const { server, job, random } = this.#options;
    // Half of the reads see everything, the others lag by up to five seconds.
    return server.process(request, job, Math.max(0, random.between(-5_000, 5_000)));
  }

  #answer(request: JsonRequest, { fault, reply, startedAt, arrivesAt }: Attempt): Exchange {
    const { random } = this.#options;
    const respond = (status: number, json: unknown, headers: Record<string, string> = {}) =>
      this.#response({ status, json, headers, startedAt, arrivesAt });
    switch (fault) {
      case undefined:
        return respond(reply?.status ?? 500, reply?.json);
      case 'never sent':
        return this.#noResponse({ mayHaveBeenProcessed: false, code: 'ECONNREFUSED', startedAt });
      case 'lost before processing':
      case 'lost after processing':
      case 'lost, processed later':
        return this.#noResponse({ mayHaveBeenProcessed: true, code: 'ECONNRESET', startedAt });
      case 'timed out before processing':
      case 'timed out after processing':
        return this.#noResponse({ mayHaveBeenProcessed: true, code: 'ATTEMPT_TIMEOUT', startedAt });
      case '5xx before processing':
      case '5xx after processing':
        return respond(
          random.pick([500, 502, 503, 504, 520]),
          undefined,
          this.#drawHints(arrivesAt, [random.pick(['seconds', 'date'])]),
        );
      case '408 before processing':
      case '408 after processing':
        return respond(408, undefined);
      case 'senseless before processing':
      case 'senseless after processing':
        return respond(...drawSenseless(request, random));
      case 'rate limited':
        return respond(
          429,
          undefined,
          this.#drawHints(arrivesAt, [
            'x-ratelimit-reset',
            'x-ratelimit-auth-token-reset',
            random.pick(['seconds', 'date']),
          ]),
        );
      case 'lock collision':
        return request.method === 'GET' ? respond(503, undefined) : respond(409, collision);
    }
  }

  #drawLatency(): number {
    const { random } = this.#options;
    return random.next() < 0.9 ? random.between(1, 60) : random.between(60, 800);
  }

  /** Asks the job to wait, through any number of headers or none, and remembers until when. */
  #drawHints(arrivesAt: number, dialects: readonly Dialect[]): Record<string, string> {
    const { time, random, server } = this.#options;
    const headers: Record<string, string> = {};
    for (const dialect of dialects) {
      // Without a Date, a point in time can only be compared with the job's own clock, which may be
      // wrong.
      if (dialect !== 'seconds' && !server.behaviour.sendsDate) {
        continue;
      }
      const untilMs = EPOCH_MS + arrivesAt + random.between(-2_000, 4_000);
      const seconds = Math.max(0, Math.ceil((untilMs - EPOCH_MS - arrivesAt) / 1_000));
      switch (random.next() < 0.4 ? dialect : undefined) {
        case 'seconds':
          headers['retry-after'] = String(seconds);
          this.#waitsUntil(time.now + seconds * 1_000);
          break;
        case 'date':
          headers['retry-after'] = new Date(untilMs).toUTCString();
          this.#waitsUntil(Math.floor(untilMs / 1_000) * 1_000 - EPOCH_MS);
          break;
        case 'x-ratelimit-reset':
        case 'x-ratelimit-auth-token-reset':
          headers[dialect] = String(untilMs);
          this.#waitsUntil(untilMs - EPOCH_MS);
      }
    }
    return headers;
  }

  #waitsUntil(at: number): void {
    this.#notBefore = Math.max(this.#notBefore, at);
  }

  #response(parts: {
    readonly status: number;
    readonly json: unknown;
    readonly headers: Record<string, string>;
    readonly startedAt: number;
    readonly arrivesAt: number;
  }): Exchange {
    const { status, json, startedAt, arrivesAt } = parts;
    const date = new Date(EPOCH_MS + arrivesAt).toUTCString();
    const headers = this.#options.server.behaviour.sendsDate
      ? { ...parts.headers, date }
      : parts.headers;
    return {
      kind: 'response',
      status,
      headers,
      body: json === undefined ? { kind: 'text', text: '' } : { kind: 'json', text: '', json },
      startedAt,
      receivedAt: this.#clock(),
    };
  }

  #noResponse(parts: {
    readonly mayHaveBeenProcessed: boolean;
    readonly code: string;
    readonly startedAt: number;
  }): Exchange {
    return { kind: 'no-response', cause: undefined, receivedAt: this.#clock(), ...parts };
  }

  #clock(): number {
    return this.#options.clock();
  }

  /** Records what the response said, independently of the action's own interpretation. */
  #note({ method }: JsonRequest, exchange: Exchange, sentAt: number): void {
    const isResponse = exchange.kind === 'response';
    const status = isResponse ? exchange.status : 0;
    const json = isResponse && exchange.body.kind === 'json' ? exchange.body.json : undefined;
    const group = parseInsightGroup(json);
    const isOk =
      method === 'DELETE'
        ? status === 204
        : status === (method === 'POST' ? 201 : 200) &&
          group !== undefined &&
          group.key.toLowerCase() === GROUP_KEY.toLowerCase();
    if (isOk && method === 'GET' && group !== undefined) {
      this.record.shown.push({ group, sentAt, answeredMs: this.#options.time.now - sentAt });
    } else if (isOk && method === 'PATCH' && group !== undefined) {
      this.record.patched.push(group);
    }
    const isRefused = status >= 400 && status < 500 && status !== 408;
    const wasSent = isResponse || exchange.mayHaveBeenProcessed;
    if (method !== 'GET' && !isOk && !isRefused && wasSent) {
      this.record.doubts.push({ method, sentAt });
    }
  }
}

/** The headers that ask to wait: the two forms of `Retry-After`, and LaunchDarkly's resets. */
type Dialect = 'seconds' | 'date' | 'x-ratelimit-reset' | 'x-ratelimit-auth-token-reset';

/** The key that all jobs ask for. */
export const GROUP_KEY = 'Checkout';

interface Attempt {
  readonly fault: Fault | undefined;
  readonly reply: Reply | undefined;
  readonly startedAt: number;
  readonly arrivesAt: number;
}

function isProcessed(fault: Fault | undefined): boolean {
  return fault === undefined || fault.includes('after processing') || fault.includes('later');
}

/** Responses that make no sense for the request. None to a read is a permanent failure. */
function drawSenseless({ method }: JsonRequest, random: SeededRandom): [number, unknown] {
  if (method === 'DELETE') {
    return random.pick<[number, unknown]>([
      [200, undefined],
      [200, {}],
      [301, undefined],
    ]);
  }
  const status = method === 'POST' ? 201 : 200;
  const otherGroup = {
    key: 'other',
    name: 'Other',
    projectKey: 'default',
    environmentKey: 'production',
    createdAt: EPOCH_MS,
  };
  return random.pick<[number, unknown]>([
    [status, undefined],
    [status, {}],
    [status, otherGroup],
    [204, undefined],
    [status === 201 ? 200 : 201, undefined],
    [method === 'GET' ? 204 : 301, undefined],
  ]);
}
