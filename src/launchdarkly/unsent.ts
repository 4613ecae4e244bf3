import type { Exchange, ResponseReceived } from './transport.ts';

/** What answers a request that was not sent. */
export function createUnsent(
  code: string,
  startedAt: number,
  receivedAt: number,
  cause?: unknown,
): Exchange {
  return {
    kind: 'no-response',
    mayHaveBeenProcessed: false,
    code,
    cause,
    startedAt,
    receivedAt,
  };
}

/** The 429 to an earlier request as the answer to one of `now`: what it said of time has aged. */
export function restateLimit(
  response: ResponseReceived,
  until: number,
  now: number,
): ResponseReceived {
  const timeless = Object.entries(response.headers).filter(
    ([name]) => name !== 'date' && !name.startsWith('x-ratelimit-'),
  );
  const headers = {
    ...Object.fromEntries(timeless),
    'retry-after': ((until - now) / 1_000).toFixed(3),
  };
  return { ...response, headers, startedAt: now, receivedAt: now };
}
