import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sleep } from '../../../src/deadline.ts';
import { throttle } from '../../../src/launchdarkly/throttle.ts';
import type { Exchange, JsonRequest, Transport } from '../../../src/launchdarkly/transport.ts';

const WINDOW_MS = 10_000;
const ROUND_TRIP_MS = 100;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 25, 12, 0, 3, 400) });
});

afterEach(() => {
  vi.useRealTimers();
});

type Dialect = 'route' | 'token' | 'account' | 'retry-after' | 'silent';

interface LimitedServer {
  /** Calls per ten seconds. */
  readonly limit: number;
  readonly window?: 'fixed' | 'sliding';
  readonly dialect?: Dialect;
  /** How far the server's clock is ahead of ours, in milliseconds. */
  readonly clockOffsetMs?: number;
}

/**
 * A server that counts calls in windows of ten seconds, as a transport with one round trip per
 * request.
 */
class RateLimitedServer implements Transport {
  readonly accepted: { readonly at: number; readonly path: string }[] = [];
  refused = 0;
  inFlight = 0;
  maxInFlight = 0;
  readonly #options: Required<LimitedServer>;

  constructor(options: LimitedServer) {
    this.#options = { window: 'fixed', dialect: 'route', clockOffsetMs: 0, ...options };
  }

  async send(request: JsonRequest, signal: AbortSignal): Promise<Exchange> {
    const startedAt = Date.now();
    if (signal.aborted) {
      const code = 'ABORTED';
      return {
        kind: 'no-response',
        mayHaveBeenProcessed: false,
        code,
        cause: undefined,
        startedAt,
        receivedAt: startedAt,
      };
    }
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    await wait(ROUND_TRIP_MS / 2);
    const { status, headers } = this.#answer(request);
    await wait(ROUND_TRIP_MS / 2);
    this.inFlight -= 1;
    const body = { kind: 'json', text: '{}', json: {} } as const;
    return { kind: 'response', status, headers, body, startedAt, receivedAt: Date.now() };
  }

  close = async () => undefined;

  #answer({ path }: JsonRequest) {
    const { limit, window, dialect, clockOffsetMs } = this.#options;
    const now = Date.now() + clockOffsetMs;
    const begin = window === 'fixed' ? now - (now % WINDOW_MS) : now - WINDOW_MS + 1;
    const used = this.accepted.filter(({ at }) => at >= begin);
    const isAccepted = used.length < limit;
    if (isAccepted) {
      this.accepted.push({ at: now, path });
    } else {
      this.refused += 1;
    }
    const resetAt = window === 'fixed' ? begin + WINDOW_MS : (used[0]?.at ?? now) + WINDOW_MS;
    const remaining = String(Math.max(0, limit - used.length - 1));
    const headers: Record<string, string> = { date: new Date(now).toUTCString() };
    switch (dialect) {
      case 'route':
        Object.assign(headers, {
          'x-ratelimit-route-remaining': remaining,
          'x-ratelimit-reset': String(resetAt),
        });
        break;
      case 'account':
        Object.assign(headers, {
          'x-ratelimit-global-remaining': remaining,
          'x-ratelimit-reset': String(resetAt),
        });
        break;
      case 'token':
        Object.assign(headers, {
          'x-ratelimit-auth-token-remaining': remaining,
          'x-ratelimit-auth-token-reset': String(resetAt),
        });
        break;
      case 'retry-after':
        if (!isAccepted) {
          headers['retry-after'] = String(Math.ceil((resetAt - now) / 1_000));
        }
        break;
      case 'silent':
        break;
    }
    return { status: isAccepted ? 201 : 429, headers };
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** A throttle whose run has a minute, and which tells nobody of waits. */
function throttleForOneMinute(server: Transport): Transport {
  return throttle(server, {
    now: Date.now,
    sleep,
    random: () => 0,
    deadlineAt: Date.now() + 60_000,
    onWait: () => undefined,
  });
}

interface Job {
  readonly requests: readonly JsonRequest[];
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly random?: () => number;
}

/** Starts all requests of a job at once, as a run does, through one throttle. */
async function runJob(server: Transport, job: Job) {
  const startedAt = Date.now();
  const waits: { ms: number; why: string }[] = [];
  const throttled = throttle(server, {
    now: Date.now,
    sleep: wait,
    random: job.random ?? (() => 0.5),
    deadlineAt: startedAt + (job.timeoutMs ?? 3_600_000),
    onWait: (announced) => waits.push(announced),
  });
  const signal = job.signal ?? new AbortController().signal;
  const exchanges = await Promise.all(
    job.requests.map((request) => throttled.send(request, signal)),
  );
  const statuses = exchanges.map((exchange) =>
    exchange.kind === 'response' ? exchange.status : exchange.code,
  );
  return { statuses, waits, elapsedMs: Date.now() - startedAt };
}

async function settle<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await vi.advanceTimersToNextTimerAsync();
  }
  return done;
}

function creates(count: number): JsonRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    method: 'POST',
    path: '/create',
    body: index,
  }));
}

/**
 * The minimum time for `count` calls: every window but the last must pass, starting in the middle
 * of one.
 */
function leastTimeMs(count: number, limit: number, startedAt: number): number {
  const windows = Math.ceil(count / limit);
  const untilFirstReset = WINDOW_MS - (startedAt % WINDOW_MS);
  return windows === 1 ? 0 : untilFirstReset + (windows - 2) * WINDOW_MS;
}

describe('without a rate limit', () => {
  test('sends the first request alone, then up to four at once', async () => {
    const server = new RateLimitedServer({ limit: Infinity, dialect: 'silent' });
    const { elapsedMs } = await settle(runJob(server, { requests: creates(200) }));
    expect(server.maxInFlight).toBe(4);
    expect(elapsedMs).toBeLessThan((200 * ROUND_TRIP_MS) / 3.5);
  });

  test('reads do not wait for writes: four of each are in flight', async () => {
    const server = new RateLimitedServer({ limit: Infinity, dialect: 'silent' });
    const reads = creates(40).map((request) => ({ ...request, method: 'GET' as const }));
    await settle(runJob(server, { requests: [...creates(40), ...reads] }));
    expect(server.maxInFlight).toBe(8);
  });
});

describe.each(['fixed', 'sliding'] as const)('with %s windows', (window) => {
  test.each([
    ['route', 5],
    ['route', 50],
    ['token', 5],
    ['account', 50],
  ] as const)(
    'keeps within a limit by %s of %d calls in close to the minimum time, with two 429s at most',
    async (dialect, limit) => {
      for (const clockOffsetMs of [0, -75_000, 75_300]) {
        const server = new RateLimitedServer({ limit, window, dialect, clockOffsetMs });
        const least = leastTimeMs(100, limit, window === 'fixed' ? Date.now() + clockOffsetMs : 0);
        const { statuses, elapsedMs } = await settle(runJob(server, { requests: creates(100) }));
        expect(new Set(statuses)).toEqual(new Set([201]));
        expect(server.refused).toBeLessThanOrEqual(2);
        const lastBurstMs = Math.ceil(limit / 4) * ROUND_TRIP_MS;
        expect(elapsedMs).toBeLessThan((least + lastBurstMs) * 1.05 + 5 * ROUND_TRIP_MS);
      }
    },
  );
});

test.each(['retry-after', 'silent'] as const)(
  'waits for a limit that only shows in 429s (%s)',
  async (dialect) => {
    const server = new RateLimitedServer({ limit: 5, dialect });
    const { statuses } = await settle(runJob(server, { requests: creates(30) }));
    expect(new Set(statuses)).toEqual(new Set([201]));
  },
);

test('a rate-limited route does not hold up another route', async () => {
  const server = new RateLimitedServer({ limit: 3 });
  const free = new RateLimitedServer({ limit: Infinity, dialect: 'silent' });
  const both: Transport = {
    send: (request, signal) => (request.path === '/create' ? server : free).send(request, signal),
    close: async () => undefined,
  };
  let freeEndedAt = 0;
  const startedAt = Date.now();
  const throttled: Transport = {
    ...both,
    async send(request, signal) {
      const exchange = await both.send(request, signal);
      freeEndedAt = request.path === '/free' ? Date.now() - startedAt : freeEndedAt;
      return exchange;
    },
  };
  const reads = creates(8).map(() => ({ method: 'GET', path: '/free' }) as const);
  await settle(runJob(throttled, { requests: [...creates(12), ...reads] }));
  expect(freeEndedAt).toBeLessThan(10 * ROUND_TRIP_MS);
});

test('concurrent jobs that share one account all finish, with few 429s', async () => {
  const server = new RateLimitedServer({ limit: 20, dialect: 'account' });
  const seeds = [0.1, 0.3, 0.6, 0.9];
  const jobs = seeds.map((seed) => runJob(server, { requests: creates(25), random: () => seed }));
  const results = await settle(Promise.all(jobs));
  expect(results.flatMap(({ statuses }) => statuses)).toEqual(Array(100).fill(201));

  expect(server.refused).toBeLessThan(40);
});

test('a limit that outlasts the deadline returns its 429 to every waiting request at once', async () => {
  const server = new RateLimitedServer({ limit: 3, dialect: 'retry-after' });
  const { statuses, elapsedMs } = await settle(
    runJob(server, { requests: creates(30), timeoutMs: 2_000 }),
  );
  expect(statuses.filter((status) => status === 201)).toHaveLength(3);
  expect(statuses.filter((status) => status === 429)).toHaveLength(27);
  expect(elapsedMs).toBeLessThan(2_000);
});

test('a request whose run is stopped while it waits returns at once and is never sent', async () => {
  const server = new RateLimitedServer({ limit: 1 });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 1_000);
  const { statuses, elapsedMs } = await settle(
    runJob(server, { requests: creates(3), signal: controller.signal }),
  );
  expect(statuses).toEqual([201, 'ABORTED', 'ABORTED']);
  expect(elapsedMs).toBe(1_000);
});

test('a run begins with two requests to different routes, and with one to each route', async () => {
  const sent: string[] = [];
  const startedAt = Date.now();
  const server: Transport = {
    async send({ path }): Promise<Exchange> {
      const sentAt = Date.now();
      sent.push(`${path} at ${sentAt - startedAt}`);
      await wait(ROUND_TRIP_MS);
      const body = { kind: 'text', text: '' } as const;
      const times = { startedAt: sentAt, receivedAt: Date.now() };
      return { kind: 'response', status: 200, headers: {}, body, ...times };
    },
    close: async () => undefined,
  };
  const requests = ['/a', '/a', '/b', '/c'].map((path): JsonRequest => ({ method: 'GET', path }));
  await settle(runJob(server, { requests }));
  expect(sent).toEqual(['/a at 0', '/b at 0', '/a at 100', '/c at 100']);
});

test('the Retry-After of a 503 pauses every later request of the run and is never shortened', async () => {
  const times: number[] = [];
  const startedAt = Date.now();
  const server: Transport = {
    async send({ path }): Promise<Exchange> {
      const sentAt = Date.now();
      times.push(sentAt - startedAt);
      await wait(ROUND_TRIP_MS);
      const isFirst = path === '/first';
      return {
        kind: 'response',
        status: isFirst ? 503 : 200,
        headers: isFirst ? { 'retry-after': '7' } : {},
        body: { kind: 'text', text: '' },
        startedAt: sentAt,
        receivedAt: Date.now(),
      };
    },
    close: async () => undefined,
  };
  const { statuses, waits } = await settle(
    runJob(server, {
      requests: [
        { method: 'GET', path: '/first' },
        { method: 'GET', path: '/second' },
        { method: 'POST', path: '/third' },
      ],
    }),
  );
  expect(statuses).toEqual([503, 200, 200]);
  expect(times.slice(0, 2)).toEqual([0, 0]);
  expect(times[2]).toBeGreaterThanOrEqual(7_000 + ROUND_TRIP_MS);
  expect(waits).toEqual([{ ms: 7_125, why: 'LaunchDarkly answered 503 and asked to wait' }]);
});

test('answers HELD to a request that a rate limit has held back for too long, and sends it no more', async () => {
  const server = new RateLimitedServer({ limit: 1 });
  const urgent: JsonRequest = { method: 'DELETE', path: '/groups/a', maxHeldMs: 1_000 };
  const { statuses } = await settle(runJob(server, { requests: [urgent, urgent] }));
  expect(statuses).toEqual([201, 'HELD']);
  expect(server.accepted).toHaveLength(1);
});

test('an exchange says how long its request was held back, and not how long its answer took', async () => {
  const slowBody: Transport = {
    async send(): Promise<Exchange> {
      const startedAt = Date.now();
      await wait(5_000);
      const body = { kind: 'unreadable', why: 'it broke off' } as const;
      // The headers came at once.
      return { kind: 'response', status: 201, headers: {}, body, startedAt, receivedAt: startedAt };
    },
    close: async () => undefined,
  };
  const throttled = throttleForOneMinute(slowBody);
  const { signal } = new AbortController();
  const [first, second] = await settle(
    Promise.all(creates(2).map((request) => throttled.send(request, signal))),
  );
  expect(first?.heldMs).toBe(0);
  // The first request of a run goes alone.
  expect(second?.heldMs).toBe(5_000);
});

/** A server that gives one answer after another, and then 200. */
class ScriptedServer implements Transport {
  readonly sentAt: number[] = [];
  closed = 0;
  readonly #replies: (readonly [status: number, headers: Record<string, string>, ms?: number])[];

  constructor(replies: readonly (readonly [number, Record<string, string>, number?])[]) {
    this.#replies = [...replies];
  }

  async send(): Promise<Exchange> {
    const startedAt = Date.now();
    this.sentAt.push(startedAt);
    const [status, headers, ms = ROUND_TRIP_MS] = this.#replies.shift() ?? [200, {}];
    await wait(ms);
    const body = { kind: 'text', text: '' } as const;
    return { kind: 'response', status, headers, body, startedAt, receivedAt: Date.now() };
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

test('a forecast that outlasts the deadline does not hold a request back beyond a Retry-After', async () => {
  const forecast = {
    'x-ratelimit-auth-token-remaining': '0',
    'x-ratelimit-auth-token-reset': String(Date.now() + 9_000),
  };
  const server = new ScriptedServer([
    [200, forecast],
    [429, { 'x-ratelimit-route-remaining': '0', 'retry-after': '2' }],
  ]);
  const { statuses, elapsedMs } = await settle(
    runJob(server, { requests: creates(2), timeoutMs: 6_000 }),
  );
  expect(statuses).toEqual([200, 200]);
  expect(elapsedMs).toBeLessThan(3_000);
});

test('closing answers the requests that wait and leaves no timer behind', async () => {
  const server = new ScriptedServer([[429, { 'retry-after': '30' }]]);
  const throttled = throttleForOneMinute(server);
  const { signal } = new AbortController();
  const exchanges = Promise.all(creates(2).map((request) => throttled.send(request, signal)));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(vi.getTimerCount()).toBe(1);
  await throttled.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(await exchanges).toMatchObject([{ code: 'ABORTED' }, { code: 'ABORTED' }]);
  const [create = { method: 'POST', path: '/create' }] = creates(1);
  expect(await throttled.send(create, signal)).toMatchObject({
    code: 'ABORTED',
    mayHaveBeenProcessed: false,
  });
  expect(server.sentAt).toHaveLength(1);
});

describe('an answer to a request that was sent before a limit closed', () => {
  test('does not let more than one request probe whether it is open again', async () => {
    const server = new ScriptedServer([
      [200, {}],
      [429, { 'retry-after': '2' }, 100],
      [200, {}, 300],
    ]);
    const { statuses } = await settle(runJob(server, { requests: creates(5) }));
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    const [probedAt = 0, nextAt = 0] = server.sentAt.slice(3);
    expect(nextAt - probedAt).toBe(ROUND_TRIP_MS);
  });

  test('does not shorten the next wait for a limit that never says how long to wait', async () => {
    const server = new ScriptedServer([
      [200, {}],
      [429, {}, 100],
      [200, {}, 300],
      [429, {}],
    ]);
    await settle(runJob(server, { requests: creates(4) }));
    const [, , secondMs = 0, thirdMs = 0, fourthMs = 0] = server.sentAt;
    expect(thirdMs - secondMs).toBe(ROUND_TRIP_MS + 375);
    expect(fourthMs - thirdMs).toBe(ROUND_TRIP_MS + 625);
  });
});

test('a request refused because of an earlier 429 carries what is left of the wait, and no time of day', async () => {
  const server = new ScriptedServer([
    [
      429,
      {
        date: new Date().toUTCString(),
        'retry-after': '600',
        'x-ratelimit-global-remaining': '0',
      },
    ],
  ]);
  const throttled = throttleForOneMinute(server);
  const { signal } = new AbortController();
  const request = { method: 'GET', path: '/read' } as const;
  await settle(throttled.send(request, signal));
  await vi.advanceTimersByTimeAsync(20_000);
  const refused = await throttled.send(request, signal);
  expect(refused).toMatchObject({
    kind: 'response',
    status: 429,
    headers: { 'retry-after': '580.000' },
    startedAt: Date.now(),
    receivedAt: Date.now(),
  });
  expect(refused).not.toHaveProperty('headers.date');
  expect(server.sentAt).toHaveLength(1);
});

test('a request that waits longer than there is time for names the answer that asked for that, and not the last one', async () => {
  const server = new ScriptedServer([
    [200, {}],
    [503, { 'retry-after': '600' }],
    [429, { 'retry-after': '1' }, 2 * ROUND_TRIP_MS],
  ]);
  const throttled = throttleForOneMinute(server);
  const { signal } = new AbortController();
  const request = { method: 'GET', path: '/read' } as const;
  await settle(throttled.send(request, signal));
  const [first, second] = await settle(
    Promise.all([throttled.send(request, signal), throttled.send(request, signal)]),
  );
  expect(first).toMatchObject({ kind: 'response', status: 503 });
  expect(second).toMatchObject({ kind: 'no-response', code: 'RETRY_AFTER' });
  expect(server.sentAt).toHaveLength(3);
});

describe('a wait', () => {
  const waitsOf = async (
    replies: readonly (readonly [number, Record<string, string>, number?])[],
    job: Partial<Job> = {},
  ) => {
    const options = { requests: creates(1), random: () => 0, ...job };
    return settle(runJob(new ScriptedServer(replies), options));
  };

  test('is announced with its length and its cause: a rate limit', async () => {
    const { waits, statuses } = await waitsOf([[429, { 'retry-after': '3' }]]);
    expect(waits).toEqual([{ ms: 3_000, why: "LaunchDarkly's rate limit was reached (429)" }]);
    expect(statuses).toEqual([200]);
  });

  test.each([300, 400, 503])(
    'is announced with its length and its cause: a %i that asks for it',
    async (status) => {
      const { waits, statuses } = await waitsOf([[status, { 'retry-after': '3' }]]);
      expect(waits).toEqual([
        { ms: 3_000, why: `LaunchDarkly answered ${status} and asked to wait` },
      ]);
      expect(statuses).toEqual([status]);
    },
  );

  test('is not begun for a success, whatever its headers say', async () => {
    const { waits, elapsedMs } = await waitsOf([[200, { 'retry-after': '3' }]], {
      requests: creates(2),
    });
    expect(waits).toEqual([]);
    expect(elapsedMs).toBe(2 * ROUND_TRIP_MS);
  });

  test.each([
    ['1', 1],
    ['1.9', 1],
    ['2.2', 2],
  ])(
    'is announced again only when its end moves by more than a second: %s s',
    async (second, announced) => {
      const { waits } = await waitsOf(
        [
          [200, {}],
          [503, { 'retry-after': '1' }],
          [503, { 'retry-after': second }],
        ],
        { requests: creates(3) },
      );
      expect(waits).toHaveLength(announced);
    },
  );

  test('that would end at the deadline or later is not begun', async () => {
    const timeoutMs = ROUND_TRIP_MS + 3_000;
    const late = await waitsOf([[429, { 'retry-after': '3' }]], { timeoutMs });
    expect(late).toMatchObject({ statuses: [429], waits: [] });
    const inTime = await waitsOf([[429, { 'retry-after': '2.999' }]], { timeoutMs });
    expect(inTime).toMatchObject({ statuses: [200], waits: [{ ms: 2_999 }] });
  });

  test('is lengthened by up to a quarter of a second, but never past the deadline', async () => {
    const reply = [429, { 'retry-after': '3' }] as const;
    const { waits } = await waitsOf([reply], { random: () => 0.5 });
    expect(waits).toMatchObject([{ ms: 3_125 }]);
    const tight = await waitsOf([reply], {
      random: () => 0.5,
      timeoutMs: ROUND_TRIP_MS + 3_000 + 100,
    });
    expect(tight).toMatchObject({ statuses: [200], waits: [{ ms: 3_099 }] });
  });

  test('for a limit that never says how long grows with each', async () => {
    const server = new ScriptedServer([
      [429, {}],
      [429, {}],
      [429, {}],
    ]);
    await settle(runJob(server, { requests: creates(1), random: () => 0.5 }));
    const [first = 0, second = 0, third = 0, fourth = 0] = server.sentAt;
    expect([second - first, third - second, fourth - third]).toEqual([
      ROUND_TRIP_MS + 375,
      ROUND_TRIP_MS + 625,
      ROUND_TRIP_MS + 1_125,
    ]);
  });
});

describe('a request', () => {
  const read = { method: 'GET', path: '/read' } as const;

  test('that got no answer makes room for the next one', async () => {
    let sent = 0;
    const silent: Transport = {
      async send() {
        sent += 1;
        const startedAt = Date.now();
        await wait(ROUND_TRIP_MS);
        const receivedAt = Date.now();
        const common = { cause: undefined, startedAt, receivedAt, mayHaveBeenProcessed: true };
        return { kind: 'no-response', code: 'ECONNRESET', ...common };
      },
      close: async () => undefined,
    };
    const { statuses } = await settle(runJob(silent, { requests: creates(3) }));
    expect(statuses).toEqual(['ECONNRESET', 'ECONNRESET', 'ECONNRESET']);
    expect(sent).toBe(3);
  });

  test('that was aborted before is passed on at once, for the transport to say so', async () => {
    const server = new RateLimitedServer({ limit: 5 });
    const throttled = throttleForOneMinute(server);
    const open = new AbortController().signal;
    const first = throttled.send(read, open);
    expect(await throttled.send(read, AbortSignal.abort())).toMatchObject({ code: 'ABORTED' });
    expect(await settle(first)).toMatchObject({ status: 201 });
  });

  test('that is aborted while it waits is passed on once, and the others stay', async () => {
    const server = new RateLimitedServer({ limit: 5 });
    const throttled = throttleForOneMinute(server);
    const controller = new AbortController();
    const open = new AbortController().signal;
    const first = throttled.send(read, open);
    const aborted = throttled.send(read, controller.signal);
    const third = throttled.send(read, open);
    controller.abort();
    expect(await aborted).toMatchObject({ code: 'ABORTED' });
    const answers = await settle(Promise.all([first, third]));
    expect(answers).toMatchObject([{ status: 201 }, { status: 201 }]);
    expect(server.accepted).toHaveLength(2);
  });

  test('that was aborted while it waited takes no room afterwards', async () => {
    const server = new RateLimitedServer({ limit: Infinity, dialect: 'silent' });
    const throttled = throttleForOneMinute(server);
    const controller = new AbortController();
    const open = new AbortController().signal;
    // The first one goes alone, and then four at once.
    await settle(throttled.send(read, open));
    const sent = [1, 2, 3, 4].map(() => throttled.send(read, open));
    const aborted = [1, 2, 3, 4].map(() => throttled.send(read, controller.signal));
    controller.abort();
    await Promise.all(aborted);
    await settle(Promise.all(sent));
    const startedAt = Date.now();
    await settle(Promise.all([1, 2, 3, 4].map(() => throttled.send(read, open))));
    expect(Date.now() - startedAt).toBe(ROUND_TRIP_MS);
  });

  test('that was refused takes no room afterwards', async () => {
    const server = new ScriptedServer([
      [429, { 'x-ratelimit-route-remaining': '0', 'retry-after': '600' }],
    ]);
    const throttled = throttleForOneMinute(server);
    const { signal } = new AbortController();
    const refused = [1, 2, 3, 4, 5].map(() => throttled.send(read, signal));
    const answers = await settle(Promise.all(refused));
    expect(answers.map((answer) => answer.kind === 'response' && answer.status)).toEqual([
      ...[429, 429, 429, 429, 429],
    ]);
    const other = { method: 'GET', path: '/other' } as const;
    expect(await settle(throttled.send(other, signal))).toMatchObject({ kind: 'response' });
    expect(server.sentAt).toHaveLength(2);
  });

  test('leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const throttled = throttleForOneMinute(new RateLimitedServer({ limit: 5 }));
    await settle(Promise.all([throttled.send(read, signal), throttled.send(read, signal)]));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('after a server error still goes alone', async () => {
    const server = new ScriptedServer([
      [500, {}],
      [500, {}],
    ]);
    await settle(runJob(server, { requests: creates(4) }));
    const [first = 0, second, third, fourth] = server.sentAt;
    expect([second, third, fourth].map((at = 0) => at - first)).toEqual([
      ROUND_TRIP_MS,
      2 * ROUND_TRIP_MS,
      3 * ROUND_TRIP_MS,
    ]);
  });

  test('waits for the limit of its route only, by whatever paths the route goes', async () => {
    const limit = { 'x-ratelimit-route-remaining': '0', 'retry-after': '5' };
    const of = (path: string, route?: string) => ({ method: 'GET', path, ...(route && { route }) });
    const server = new ScriptedServer([[429, limit]]);
    const throttled = throttleForOneMinute(server);
    const { signal } = new AbortController();
    const startedAt = Date.now();
    const timed = (request: JsonRequest) =>
      throttled.send(request, signal).then(() => Date.now() - startedAt);
    const [first, same, other] = await settle(
      Promise.all([
        timed(of('/groups/a', '/groups/{key}') as JsonRequest),
        timed(of('/groups/b', '/groups/{key}') as JsonRequest),
        timed(of('/projects') as JsonRequest),
      ]),
    );
    expect(first).toBeGreaterThanOrEqual(5_000);
    expect(same).toBeGreaterThanOrEqual(5_000);
    expect(other).toBeLessThan(5_000);
  });
});
