import { RateLimiter, type RateLimits } from '../simulator/launchdarkly/rate-limits.ts';
import { throttle } from '../src/launchdarkly/throttle.ts';
import type { Exchange, Transport } from '../src/launchdarkly/transport.ts';

/** LaunchDarkly's windows, in milliseconds. */
const WINDOW_MS = 10_000;

/** Writes in flight at once, in the formula as in the action. */
const CALLERS = 4;

/** Creates on one route with a limit. Times in milliseconds. */
export interface LimitedCreates {
  readonly count: number;
  /** Calls per window; undefined for none. */
  readonly limit: number | undefined;
  readonly windows: 'fixed' | 'sliding';
  readonly roundTripMs: number;
}

/** What they came to. */
export interface LimitedResult {
  readonly elapsedMs: number;
  /** How many were answered with 429. */
  readonly refused: number;
  /** By the formula: all windows but the last have to pass, and the last ones go four at a time. */
  readonly leastMs: number;
}

/** Sends creates through the throttle of the action, in virtual time: it takes no time to wait. */
export async function sendLimited(creates: LimitedCreates): Promise<LimitedResult> {
  const { count, limit, windows, roundTripMs } = creates;
  const time = new VirtualClock();
  const limiter = new RateLimiter();
  const limits: RateLimits = { windows, ...(limit !== undefined && { route: limit }) };
  let refused = 0;
  const server: Transport = {
    async send(): Promise<Exchange> {
      const startedAt = time.now;
      await time.sleep(roundTripMs / 2);
      const { headers, isExceeded } = limiter.count({
        limits,
        operation: 'createInsightGroup',
        token: 'one',
        nowMs: time.now,
      });
      refused += isExceeded ? 1 : 0;
      const date = new Date(time.now).toUTCString();
      await time.sleep(roundTripMs / 2);
      const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      return {
        kind: 'response',
        status: isExceeded ? 429 : 201,
        headers: { ...Object.fromEntries(lowerCase), date },
        body: { kind: 'json', text: '{}', json: {} },
        startedAt,
        receivedAt: time.now,
      };
    },
    close: async () => undefined,
  };
  const startedAt = time.now;
  const throttled = throttle(server, {
    now: () => time.now,
    sleep: (ms) => time.sleep(ms),
    random: () => 0.5,
    deadlineAt: Number.POSITIVE_INFINITY,
    onWait: () => undefined,
  });
  const { signal } = new AbortController();
  const sent = Array.from({ length: count }, () =>
    throttled.send({ method: 'POST', path: '/create' }, signal),
  );
  await time.runUntil(Promise.all(sent));
  return { elapsedMs: time.now - startedAt, refused, leastMs: findLeastMs(creates) };
}

/** The least time for creates, from the beginning of a window: `10 s · (⌈K/R⌉ − 1) + ⌈K'/C⌉ · t`. */
export function findLeastMs({ count, limit, roundTripMs }: LimitedCreates): number {
  const windows = limit === undefined ? 1 : Math.ceil(count / limit);
  const inLastWindow = limit === undefined ? count : count - (windows - 1) * limit;
  return WINDOW_MS * (windows - 1) + Math.ceil(inLastWindow / CALLERS) * roundTripMs;
}

/** A clock that jumps to whatever is due next as soon as nothing else is left to do. */
class VirtualClock {
  /** At the beginning of a window. */
  now = Date.UTC(2026, 0, 1);
  readonly #due: { readonly at: number; readonly wake: () => void }[] = [];

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.#due.push({ at: this.now + ms, wake });
    });
  }

  async runUntil(done: Promise<unknown>): Promise<void> {
    let isDone = false;
    void done.then(() => {
      isDone = true;
    });
    for (;;) {
      await new Promise(setImmediate);
      this.#due.sort((a, b) => a.at - b.at);
      const next = isDone ? undefined : this.#due.shift();
      if (next === undefined) {
        return;
      }
      this.now = next.at;
      next.wake();
    }
  }
}
