import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_RETRY_AFTER_MS, parseServerClock } from '../../../src/http/backoff.ts';
import {
  findExhaustedScopes,
  parseRateLimitWait,
  readRateLimits,
} from '../../../src/launchdarkly/rate-limit-headers.ts';

const date = 'Tue, 24 Nov 2026 12:00:00 GMT';
const serverClock = Date.UTC(2026, 10, 24, 12, 0, 0);
/** Our own clock, seven minutes off, which must not matter. */
const receivedAt = serverClock + 7 * 60_000;

describe('parseRateLimitWait', () => {
  test.each([
    // Seconds.
    [{ 'retry-after': '3' }, 3_000],
    [{ 'retry-after': '0.25' }, 250],
    [{ 'retry-after': '0.0001' }, 1],
    [{ 'retry-after': '604800' }, 604_800_000],
    [{ 'retry-after': String(MAX_RETRY_AFTER_MS / 1_000) }, MAX_RETRY_AFTER_MS],
    // A date, in the three formats of RFC 9110.
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:00:07 GMT' }, 7_000],
    [{ 'retry-after': 'Tuesday, 24-Nov-26 12:00:07 GMT' }, 7_000],
    [{ 'retry-after': 'Tue Nov 24 12:00:07 2026' }, 7_000],
    [{ 'retry-after': 'Tue Dec  1 12:00:00 2026' }, 604_800_000],
    [{ 'retry-after': '5, Tue Nov 24 12:00:07 2026' }, 7_000],
    [{ 'retry-after': 'Tue, 01 Dec 2026 12:00:00 GMT' }, 604_800_000],
    // Epoch milliseconds.
    [{ 'x-ratelimit-reset': `${serverClock + 4_321}` }, 4_321],
    [{ 'x-ratelimit-auth-token-reset': `${serverClock + 10_000}` }, 10_000],
    [{ 'x-ratelimit-reset': `${serverClock + 86_500_000}` }, 86_500_000],
    // Several: the longest satisfies all.
    [{ 'retry-after': '2', 'x-ratelimit-reset': `${serverClock + 9_000}` }, 9_000],
    [{ 'retry-after': '12', 'x-ratelimit-reset': `${serverClock + 9_000}` }, 12_000],
    [
      {
        'x-ratelimit-reset': `${serverClock + 1_000}`,
        'x-ratelimit-auth-token-reset': `${serverClock + 8_000}`,
      },
      8_000,
    ],
    [{ 'retry-after': 'soon', 'x-ratelimit-reset': `${serverClock + 9_000}` }, 9_000],
    [{ 'retry-after': '5', 'x-ratelimit-reset': `${serverClock - 9_000}` }, 5_000],
    // The same header twice, as the transport joins it.
    [{ 'retry-after': '5, 8' }, 8_000],
    [{ 'retry-after': '8, 5' }, 8_000],
    [{ 'retry-after': '5,8' }, 8_000],
    [{ 'retry-after': '5,  8' }, 8_000],
    [{ 'retry-after': '5, Tue, 24 Nov 2026 12:00:07 GMT' }, 7_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:00:09 GMT, Tuesday, 24-Nov-26 12:00:07 GMT' }, 9_000],
    [{ 'x-ratelimit-reset': `${serverClock + 1_000}, ${serverClock + 2_000}` }, 2_000],
  ])('%j asks to wait %i ms', (headers: Record<string, string>, expected) => {
    expect(parseRateLimitWait({ date, ...headers }, receivedAt)).toBe(expected);
  });

  test.each([
    {},
    { 'retry-after': '' },
    { 'retry-after': '0' },
    { 'retry-after': '-5' },
    { 'retry-after': '+5' },
    { 'retry-after': '1e3' },
    { 'retry-after': '0x10' },
    { 'retry-after': 'Infinity' },
    { 'retry-after': 'NaN' },
    { 'retry-after': 'soon' },
    { 'retry-after': '5 seconds' },
    { 'retry-after': String(MAX_RETRY_AFTER_MS / 1_000 + 1) },
    { 'retry-after': '31536000' },
    { 'retry-after': '9'.repeat(400) },
    { 'retry-after': date },
    { 'retry-after': 'Tue, 24 Nov 2026 11:59:59 GMT' },
    { 'retry-after': 'Thu, 24 Nov 2033 12:00:00 GMT' },
    // Dates with extra text, of which `Date.parse` would accept some.
    { 'retry-after': 'after Tue, 24 Nov 2026 12:00:07 GMT' },
    { 'retry-after': 'Tue, 24 Nov 2026 12:00:07 GMT-1' },
    { 'x-ratelimit-reset': '' },
    { 'x-ratelimit-reset': `${serverClock}` },
    { 'x-ratelimit-reset': `${serverClock - 1}` },
    { 'x-ratelimit-reset': `-${serverClock}` },
    { 'x-ratelimit-reset': `${serverClock + MAX_RETRY_AFTER_MS + 1}` },
    { 'x-ratelimit-reset': 'soon' },
    { 'x-ratelimit-reset': '99999999999999' },
    // Epoch seconds, or seconds from now: other services' dialects, and in the distant past as
    // milliseconds.
    { 'x-ratelimit-reset': `${serverClock / 1_000 + 5}` },
    { 'x-ratelimit-reset': '5' },
    { 'x-ratelimit-auth-token-reset': `${serverClock - 60_000}` },
    // Says what remains, not when it resets.
    { 'x-ratelimit-global-remaining': '0', 'x-ratelimit-route-remaining': '0' },
  ])('%j asks for no wait', (headers: Record<string, string>) => {
    expect(parseRateLimitWait({ date, ...headers }, receivedAt)).toBeUndefined();
  });

  test('a reset time is compared with the local clock when the response has no Date', () => {
    const headers = { 'x-ratelimit-reset': `${receivedAt + 3_000}` };
    expect(parseRateLimitWait(headers, receivedAt)).toBe(3_000);
  });

  test('the wait stays within bounds, whatever the headers contain', async () => {
    const anyValue = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^[-+]?\d{1,20}(?:\.\d{1,5})?$/),
      fc.date({ noInvalidDate: true }).map((moment) => moment.toUTCString()),
      fc.array(fc.nat().map(String), { minLength: 2, maxLength: 4 }).map((all) => all.join(', ')),
    );
    const anyHeaders = fc.record(
      {
        date: anyValue,
        'retry-after': anyValue,
        'x-ratelimit-reset': anyValue,
        'x-ratelimit-auth-token-reset': anyValue,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.property(anyHeaders, (headers) => {
        const retryAfterMs = parseRateLimitWait(withoutMissing(headers), receivedAt) ?? 1;
        expect(retryAfterMs).toBeGreaterThan(0);
        expect(retryAfterMs).toBeLessThanOrEqual(MAX_RETRY_AFTER_MS);
        expect(Number.isInteger(retryAfterMs)).toBe(true);
        expect(parseServerClock(withoutMissing(headers))).not.toBeNaN();
      }),
      { numRuns: 2_000 },
    );
  });

  test('the wait does not depend on either clock', async () => {
    await fc.assert(
      fc.property(
        fc.record({
          clock: fc.integer({ min: 1, max: 4_000_000_000 }).map((seconds) => seconds * 1_000),
          ours: fc.nat(),
          waitMs: fc.integer({ min: 1, max: MAX_RETRY_AFTER_MS }),
        }),
        ({ clock, ours, waitMs }) => {
          const headers = {
            date: new Date(clock).toUTCString(),
            'x-ratelimit-reset': String(clock + waitMs),
          };
          expect(parseRateLimitWait(headers, ours)).toBe(waitMs);
        },
      ),
    );
  });

  test('the longest of several requested waits wins', async () => {
    const anyWaitMs = fc.option(fc.integer({ min: -20_000, max: 60_000 }), { nil: undefined });
    await fc.assert(
      fc.property(anyWaitMs, anyWaitMs, anyWaitMs, (afterMs, resetMs, tokenResetMs) => {
        const headers = withoutMissing({
          date,
          'retry-after': afterMs && new Date(serverClock + afterMs).toUTCString(),
          'x-ratelimit-reset': resetMs && String(serverClock + resetMs),
          'x-ratelimit-auth-token-reset': tokenResetMs && String(serverClock + tokenResetMs),
        });
        const retryAfterMs = parseRateLimitWait(headers, receivedAt) ?? 0;
        for (const name of Object.keys(headers)) {
          const alone = withoutMissing({ date, [name]: headers[name] });
          expect(retryAfterMs).toBeGreaterThanOrEqual(parseRateLimitWait(alone, receivedAt) ?? 0);
        }
      }),
    );
  });
});

function withoutMissing(
  headers: Readonly<Record<string, string | 0 | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

describe('the limits that an answer reports', () => {
  /** Our clock is seven minutes ahead of the server's. */
  const toLocal = (at: number) => at + 7 * 60_000;
  const read = (headers: Record<string, string>) =>
    readRateLimits(headers, { receivedAt, toLocal });
  const reset = `${serverClock + 4_000}`;

  test('are read by scope, with resets by our clock', () => {
    const headers = {
      'x-ratelimit-global-remaining': '90',
      'x-ratelimit-route-remaining': ' 5 ',
      'x-ratelimit-reset': reset,
      'x-ratelimit-auth-token-remaining': '0',
      'x-ratelimit-auth-token-reset': `${serverClock + 9_000}`,
    };
    expect(read(headers)).toEqual({
      account: { remaining: 90, resetsAt: receivedAt + 4_000 },
      token: { remaining: 0, resetsAt: receivedAt + 9_000 },
      route: { remaining: 5, resetsAt: receivedAt + 4_000 },
    });
  });

  test.each([
    ['no count', { 'x-ratelimit-reset': reset }],
    ['no reset', { 'x-ratelimit-route-remaining': '5' }],
    ['a count with a sign', { 'x-ratelimit-route-remaining': '-5', 'x-ratelimit-reset': reset }],
    [
      'a count with a unit',
      { 'x-ratelimit-route-remaining': '5 of 9', 'x-ratelimit-reset': reset },
    ],
    ['a blank count', { 'x-ratelimit-route-remaining': '', 'x-ratelimit-reset': reset }],
    ['a reset in words', { 'x-ratelimit-route-remaining': '5', 'x-ratelimit-reset': 'soon' }],
  ])('are left out with %s', (_what, headers: Record<string, string>) => {
    expect(read(headers)).toEqual({});
  });

  test.each([
    [-1, false],
    [0, false],
    [1, true],
    [60_000, true],
    [60_001, false],
  ])('count with a reset %i ms ahead: %s', (aheadMs, isRead) => {
    const headers = {
      'x-ratelimit-route-remaining': '5',
      'x-ratelimit-reset': `${serverClock + aheadMs}`,
    };
    expect(read(headers)).toEqual(
      isRead ? { route: { remaining: 5, resetsAt: receivedAt + aheadMs } } : {},
    );
  });
});

describe('the limits that a 429 reached', () => {
  test.each([
    [{ 'x-ratelimit-route-remaining': '0' }, ['route']],
    [{ 'x-ratelimit-auth-token-remaining': '0', 'x-ratelimit-route-remaining': '3' }, ['token']],
    [
      { 'x-ratelimit-global-remaining': '0', 'x-ratelimit-route-remaining': '0' },
      ['account', 'route'],
    ],
    [{ 'x-ratelimit-global-remaining': '00' }, ['account']],
    // None is named.
    [{ 'x-ratelimit-route-remaining': '3' }, ['account']],
    [{}, ['account']],
  ])('are those with nothing left: %j', (headers: Record<string, string>, scopes) => {
    expect(findExhaustedScopes(headers)).toEqual(scopes);
  });
});
