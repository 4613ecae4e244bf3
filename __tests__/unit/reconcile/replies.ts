import type { ApiResult, RequestFailure, Timing } from '../../../src/launchdarkly/api-result.ts';

/** A response without its times. */
export type Reply<T> = (timing: Timing) => ApiResult<T>;

/** What was asked for was done, and shows this. */
export const ok =
  <T>(value: T): Reply<T> =>
  (timing) => ({ ...timing, kind: 'ok', value });

/** No clear answer: a 503 unless `failure` says otherwise. */
export const indeterminate =
  (failure: Partial<RequestFailure> = {}, retryAfterMs?: number): Reply<never> =>
  (timing) => ({
    ...timing,
    retryAfterMs,
    kind: 'indeterminate',
    failure: {
      code: 'server-error',
      mayHaveBeenProcessed: true,
      isRetryable: true,
      what: 'answered 503',
      causeCode: 'HTTP 503',
      ...failure,
    },
  });
