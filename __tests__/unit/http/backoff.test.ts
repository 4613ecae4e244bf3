import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ATTEMPT_RESERVE_MS,
  BACKOFF_BASE_MS,
  BACKOFF_CAP_MS,
  computeBackoff,
  MAX_RETRY_AFTER_MS,
  parseRetryAfter,
  parseServerClock,
} from '../../../src/http/backoff.ts';

const date = 'Tue, 24 Nov 2026 12:00:00 GMT';
const serverClock = Date.UTC(2026, 10, 24, 12, 0, 0);
/** Our own clock, seven minutes off, which must not matter. */
const receivedAt = serverClock + 7 * 60_000;

describe('server clock', () => {
  test.each([
    ['is the Date of the response', { date }, serverClock],
    ['is unknown without a Date', {}, undefined],
    ['is unknown with an empty Date', { date: '' }, undefined],
    ['is unknown with an invalid Date', { date: 'yesterday' }, undefined],
  ])('the server time %s', (_claim, headers: Record<string, string>, expected) => {
    expect(parseServerClock(headers)).toBe(expected);
  });
});

describe('parseRetryAfter', () => {
  test.each([
    [{ 'retry-after': '3' }, 3_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:00:07 GMT' }, 7_000],
    [{ 'retry-after': '2', 'x-ratelimit-reset': `${serverClock + 9_000}` }, 2_000],
    [{ 'retry-after': '0' }, undefined],
    [{ 'x-ratelimit-reset': `${serverClock + 9_000}` }, undefined],
  ])('reads nothing but Retry-After: %j', (headers: Record<string, string>, expected) => {
    expect(parseRetryAfter({ date, ...headers }, receivedAt)).toBe(expected);
  });
});

describe('computeBackoff', () => {
  const almostOne = 1 - Number.EPSILON;
  const ample = { retryAfterMs: undefined, remainingMs: 120_000 };

  test('a fraction of a millisecond before the deadline is too late, and never a negative wait', () => {
    expect(computeBackoff({ waitsBefore: 0, remainingMs: 500.5, random: 0.5 })).toMatchObject({
      kind: 'too-long',
    });
  });

  test.each([
    [0, 500],
    [1, 1_000],
    [2, 2_000],
    [5, 16_000],
    [6, 20_000],
    [7, 20_000],
    [5_000, 20_000],
  ])('the backoff after %i others is drawn from zero to %i ms', (waitsBefore, ceilingMs) => {
    expect(computeBackoff({ ...ample, waitsBefore, random: 0 })).toEqual({ kind: 'wait', ms: 0 });
    expect(computeBackoff({ ...ample, waitsBefore, random: 0.5 })).toEqual({
      kind: 'wait',
      ms: ceilingMs / 2,
    });
    expect(computeBackoff({ ...ample, waitsBefore, random: almostOne })).toEqual({
      kind: 'wait',
      ms: ceilingMs - 1,
    });
  });

  test.each([
    ['a hint that ends as the time does', 4_500, 5_000],
    ['a hint longer than the time left', 60_000, 5_000],
    ['no hint and no time for another attempt', 0, ATTEMPT_RESERVE_MS],
    ['no hint and no time at all', 0, 0],
    ['no hint and a deadline that has passed', 0, -3_000],
  ])('plans no wait for %s', (_case, retryAfterMs, remainingMs) => {
    expect(computeBackoff({ waitsBefore: 0, retryAfterMs, remainingMs, random: 0 })).toEqual({
      kind: 'too-long',
      neededMs: retryAfterMs,
    });
  });

  test('plans a wait that leaves one millisecond to spare', () => {
    const retryAfterMs = 4_499;
    expect(
      computeBackoff({ waitsBefore: 9, retryAfterMs, remainingMs: 5_000, random: almostOne }),
    ).toEqual({
      kind: 'wait',
      ms: retryAfterMs,
    });
  });

  const anyRequest = fc.record({
    waitsBefore: fc.nat(2_000),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: MAX_RETRY_AFTER_MS }), { nil: undefined }),
    remainingMs: fc.oneof(
      fc.integer({ min: -1_000, max: 130_000 }),
      fc.integer({ min: -1_000, max: 2 * MAX_RETRY_AFTER_MS }),
    ),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });

  test('a wait is at least what the server asked for, at most one backoff longer, and ends before the deadline', async () => {
    await fc.assert(
      fc.property(anyRequest, (request) => {
        const { retryAfterMs = 0, waitsBefore, remainingMs } = request;
        const wait = computeBackoff(request);
        if (wait.kind === 'too-long') {
          expect(retryAfterMs + ATTEMPT_RESERVE_MS).toBeGreaterThanOrEqual(remainingMs);
          expect(wait.neededMs).toBe(retryAfterMs);
          return;
        }
        expect(wait.ms).toBeGreaterThanOrEqual(retryAfterMs);
        expect(wait.ms - retryAfterMs).toBeLessThan(BACKOFF_CAP_MS);
        expect(wait.ms - retryAfterMs).toBeLessThan(BACKOFF_BASE_MS * 2 ** waitsBefore);
        expect(wait.ms).toBeLessThan(remainingMs - ATTEMPT_RESERVE_MS);
        expect(Number.isInteger(wait.ms)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test('a wait grows with what the server asked for', async () => {
    await fc.assert(
      fc.property(anyRequest, fc.nat(30_000), (request, moreMs) => {
        const shorter = computeBackoff(request);
        const longer = computeBackoff({
          ...request,
          retryAfterMs: (request.retryAfterMs ?? 0) + moreMs,
        });
        expect(needed(longer)).toBeGreaterThanOrEqual(needed(shorter));
      }),
      { numRuns: 5_000 },
    );
  });

  test('a wait that fits still fits when more time is left', async () => {
    await fc.assert(
      fc.property(anyRequest, fc.nat(30_000), (request, moreMs) => {
        fc.pre(computeBackoff(request).kind === 'wait');
        const remainingMs = request.remainingMs + moreMs;
        expect(computeBackoff({ ...request, remainingMs }).kind).toBe('wait');
      }),
    );
  });

  /** "Too long" means longer than any wait. */
  function needed(wait: ReturnType<typeof computeBackoff>): number {
    return wait.kind === 'wait' ? wait.ms : Number.POSITIVE_INFINITY;
  }
});
