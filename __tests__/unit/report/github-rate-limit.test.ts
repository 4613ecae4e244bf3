import { describe, expect, test } from 'vitest';
import type { HttpResponse } from '../../../src/http/http-client.ts';
import { describeRateLimit, readRateLimit } from '../../../src/report/github-rate-limit.ts';

/** The server's clock, which is an hour behind ours. */
const SERVER_NOW = Date.UTC(2026, 10, 25, 12);
const RECEIVED_AT = SERVER_NOW + 3_600_000;

function answer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  text = '{"message":"No"}',
): HttpResponse {
  return {
    kind: 'response',
    status,
    headers: { date: new Date(SERVER_NOW).toUTCString(), ...headers },
    body: { kind: 'text', text },
    startedAt: RECEIVED_AT,
    receivedAt: RECEIVED_AT,
  };
}

const reset = (ms: number) => String((SERVER_NOW + ms) / 1_000);

describe('a rate limit of GitHub', () => {
  test.each<[string, HttpResponse, number | undefined]>([
    ['retry-after in seconds', answer(403, { 'retry-after': '7' }), 7_000],
    [
      'retry-after as a date',
      answer(429, { 'retry-after': new Date(SERVER_NOW + 9_000).toUTCString() }),
      9_000,
    ],
    [
      'a reset, by the clock of the server',
      answer(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(5_000) }),
      5_000,
    ],
    [
      'a reset that is over',
      answer(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(-5_000) }),
      0,
    ],
    [
      'a reset that is no number',
      answer(429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }),
      undefined,
    ],
    [
      'retry-after, which counts more than a reset',
      answer(403, {
        'retry-after': '2',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': reset(60_000),
      }),
      2_000,
    ],
    ['words alone', answer(403, {}, 'You have exceeded a secondary rate limit.'), 60_000],
    ['the status 429 alone', answer(429), undefined],
  ])('is read from %s', (_title, response, waitMs) => {
    expect(readRateLimit(response)).toEqual({ waitMs });
  });

  test.each<[string, HttpResponse]>([
    ['a refusal', answer(403)],
    ['a refusal with requests left', answer(403, { 'x-ratelimit-remaining': '12' })],
    ['a server error', answer(503, { 'retry-after': '7' })],
    ['a success', answer(200, { 'x-ratelimit-remaining': '0' })],
  ])('is not read from %s', (_title, response) => {
    expect(readRateLimit(response)).toBeUndefined();
  });

  test('is described with the time that it lasts, where that is known', () => {
    expect(describeRateLimit(403, 59_001)).toBe(
      'GitHub answered 403: its rate limit lasts another 60 s, longer than a comment may take.',
    );
    expect(describeRateLimit(429, undefined)).toBe(
      'GitHub answered 429: its rate limit did not end in time.',
    );
  });
});
