import { parseRetryAfter, parseServerClock } from '../http/backoff.ts';
import type { HttpResponse } from '../http/http-client.ts';

/** Without a hint of its own, a secondary rate limit lasts a minute at least. */
const SECONDARY_LIMIT_MS = 60_000;

/**
 * Reads whether GitHub refused the request because of a rate limit, and how long to wait, in milliseconds
 * (undefined when it does not say). Only then does a 403 mean that a later attempt can succeed.
 *
 * @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function readRateLimit({
  status,
  headers,
  body,
  receivedAt,
}: HttpResponse): { readonly waitMs: number | undefined } | undefined {
  if (status !== 403 && status !== 429) {
    return undefined;
  }
  if (headers['retry-after'] !== undefined) {
    return { waitMs: parseRetryAfter(headers, receivedAt) };
  }
  if (headers['x-ratelimit-remaining'] === '0') {
    // In epoch seconds, by the server's own clock.
    const resetAt = Number(headers['x-ratelimit-reset']) * 1_000;
    const waitMs = resetAt - (parseServerClock(headers) ?? receivedAt);
    return { waitMs: Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined };
  }
  if (body.kind === 'text' && /secondary rate limit/i.test(body.text)) {
    return { waitMs: SECONDARY_LIMIT_MS };
  }
  return status === 429 ? { waitMs: undefined } : undefined;
}

/** Says, in a sentence, that a rate limit leaves no time for another attempt. `waitMs` is in milliseconds. */
export function describeRateLimit(status: number, waitMs: number | undefined): string {
  const limit = `GitHub answered ${status}: its rate limit`;
  return waitMs === undefined
    ? `${limit} did not end in time.`
    : `${limit} lasts another ${Math.ceil(waitMs / 1_000)} s, longer than a comment may take.`;
}
