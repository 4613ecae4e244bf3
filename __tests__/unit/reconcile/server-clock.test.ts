import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Moment, ServerClock } from '../../../src/reconcile/server-clock.ts';

const epochMs = Date.UTC(2026, 10, 24, 12, 0, 0, 250);

/** A moment on a machine that was started at `epochMs` and whose wall clock is `skewMs` ahead. */
const at = (uptimeMs: number, skewMs = 0): Moment => ({
  uptimeMs,
  wallMs: epochMs + uptimeMs + skewMs,
});

/** The `Date` header at that time. */
const dateAt = (uptimeMs: number, skewMs = 0) =>
  Math.floor((epochMs + uptimeMs + skewMs) / 1_000) * 1_000;

const anyUptime = fc.integer({ min: 0, max: 600_000 });
const anyDuration = fc.integer({ min: 0, max: 5_000 });
const anySkew = fc.integer({ min: -7_200_000, max: 7_200_000 });

describe('the time of the server at a moment', () => {
  test('the server time is unknown before it was read, and from responses without a Date', () => {
    const clock = new ServerClock();
    expect(clock.timeAt(at(0))).toBeUndefined();
    clock.record({ sentAt: at(0), receivedAt: at(100), serverTimeMs: undefined });
    expect(clock.timeAt(at(0))).toBeUndefined();
    expect(clock.isAfter(epochMs + 1e9, at(0))).toBe(false);
  });

  test('the server time is a lower bound, at most a second and one response early, however far the clocks differ', async () => {
    await fc.assert(
      fc.property(
        anyUptime,
        fc.array(fc.tuple(anyUptime, anyDuration, anyDuration), { minLength: 1, maxLength: 5 }),
        anySkew,
        anySkew,
        (momentMs, readings, ourSkewMs, theirSkewMs) => {
          const clock = new ServerClock();
          for (const [sentMs, thereMs, backMs] of readings) {
            clock.record({
              sentAt: at(sentMs, ourSkewMs),
              receivedAt: at(sentMs + thereMs + backMs, ourSkewMs),
              serverTimeMs: dateAt(sentMs + thereMs, theirSkewMs),
            });
          }
          const truth = epochMs + momentMs + theirSkewMs;
          const longestMs = Math.max(...readings.map(([, thereMs, backMs]) => thereMs + backMs));
          const time = clock.timeAt(at(momentMs, ourSkewMs));
          expect(time?.latestMs).toBeLessThanOrEqual(truth);
          expect(time?.latestMs).toBeGreaterThan(truth - 1_000 - longestMs);
          expect(time?.earliestMs).toBe(time?.latestMs);
        },
      ),
    );
  });

  test('the server time is a range when the wall clock was set forward or the machine was suspended', () => {
    const clock = new ServerClock();
    const sleptMs = 60_000;
    // Uptime stood still in the meantime, so the server is further ahead of it than before.
    clock.record({
      sentAt: at(100, sleptMs),
      receivedAt: at(200, sleptMs),
      serverTimeMs: dateAt(200, sleptMs),
    });
    const time = clock.timeAt(at(0));
    expect(time?.earliestMs).toBeLessThanOrEqual(epochMs);
    expect(time?.latestMs).toBeGreaterThan(epochMs);
  });

  test('a wall clock that was set back does not change the server time', () => {
    const clock = new ServerClock();
    clock.record({
      sentAt: at(100, -60_000),
      receivedAt: at(200, -60_000),
      serverTimeMs: dateAt(200),
    });
    const time = clock.timeAt(at(0));
    expect(time?.earliestMs).toBe(time?.latestMs);
    expect(time?.latestMs).toBeLessThanOrEqual(epochMs);
  });

  test("the server time is a range when the server's clock was set between two responses", () => {
    const clock = new ServerClock();
    clock.record({ sentAt: at(0), receivedAt: at(100), serverTimeMs: dateAt(100) });
    clock.record({ sentAt: at(200), receivedAt: at(300), serverTimeMs: dateAt(300, 60_000) });
    const time = clock.timeAt(at(0));
    expect(time?.earliestMs).toBeLessThanOrEqual(epochMs);
    expect(time?.latestMs).toBeGreaterThan(epochMs);
  });
});

test('a server time is after a moment only when no imprecision can explain it', () => {
  const clock = new ServerClock();
  clock.record({ sentAt: at(0), receivedAt: at(100), serverTimeMs: dateAt(50) });
  expect(clock.isAfter(epochMs + 700, at(0))).toBe(false);
  expect(clock.isAfter(epochMs + 1_101, at(0))).toBe(true);
});

test('a server time is not after a moment that it reaches only by all imprecisions together', () => {
  const clock = new ServerClock();
  clock.record({ sentAt: at(900), receivedAt: at(1_000), serverTimeMs: dateAt(1_000) });
  const { latestMs } = clock.timeAt(at(0)) ?? { latestMs: 0 };
  // A second of the Date, and the 100 ms of the exchange.
  expect(clock.isAfter(latestMs + 1_100, at(0))).toBe(false);
  expect(clock.isAfter(latestMs + 1_101, at(0))).toBe(true);
});

test('readings that differ by no more than the imprecision are those of a steady clock', () => {
  const clock = new ServerClock();
  clock.record({ sentAt: at(0), receivedAt: at(100), serverTimeMs: epochMs });
  clock.record({ sentAt: at(0), receivedAt: at(100), serverTimeMs: epochMs + 1_100 });
  const steady = clock.timeAt(at(0));
  expect(steady?.earliestMs).toBe(steady?.latestMs);
  clock.record({ sentAt: at(0), receivedAt: at(100), serverTimeMs: epochMs + 1_101 });
  const unsteady = clock.timeAt(at(0));
  expect(unsteady?.earliestMs).toBeLessThan(unsteady?.latestMs ?? 0);
});
