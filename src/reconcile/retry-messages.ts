import { type ActionErrorParts, SPECIAL_TITLES } from '../errors.ts';
import type { ApiError } from '../launchdarkly/api-result.ts';
import { quoteApiError } from '../launchdarkly/diagnose.ts';
import { isForeignError } from '../launchdarkly/error-origin.ts';
import type { Operation } from '../launchdarkly/operation.ts';
import type { Diagnosis } from './reconcile-deps.ts';
import type { RetryReason, RetryReasonOf } from './retry-reason.ts';

/** What was attempted, and what a server asks for before the next attempt, in words or empty. */
interface AttemptedRequest {
  readonly key: string;
  readonly operation: Operation;
  readonly neededWait: string;
  readonly diagnosis: Pick<Diagnosis, 'describeFailure' | 'describeApiError'>;
}

/** Says why another attempt has to wait, as a clause for the log. */
export function describeRetryReason(reason: RetryReason, operation: Operation): string {
  switch (reason.kind) {
    case 'indeterminate':
      return `LaunchDarkly ${reason.failure.what}`;
    case 'conflict':
      return operation === 'create'
        ? 'LaunchDarkly answered 409 but shows no group of the key yet'
        : 'LaunchDarkly answered 409: another process may be changing the group';
    case 'not-updatable':
      return 'LaunchDarkly shows the group but answered its update with 404';
    case 'overtaken':
      return 'another process has changed the group in the meantime';
    case 'stale-read':
      return 'LaunchDarkly may not show yet what was just written';
    case 'not-found':
      return isForeignError(reason.error)
        ? "the answer was 404, and not in the form of LaunchDarkly's errors"
        : 'LaunchDarkly answered 404: the environment may be too new';
  }
}

/** Says when it would have worked, for a server that asks to wait longer than there is time for. */
export function describeNeededWait(neededMs: number, nowMs: number): string {
  return neededMs > 0
    ? ` It asks to wait ${Math.ceil(neededMs / 1000)} s, until ${new Date(nowMs + neededMs).toISOString()}, and the step has less time left.`
    : '';
}

/** Explains that there is no time for another attempt. `neededWait` is the server's own wait, in words or empty. */
export async function explainNoTimeLeft(
  reason: RetryReason,
  { key, operation, neededWait, diagnosis }: AttemptedRequest,
): Promise<ActionErrorParts> {
  switch (reason.kind) {
    case 'indeterminate': {
      const parts = diagnosis.describeFailure(reason.failure, operation);
      return { ...parts, message: `${parts.message}${neededWait}` };
    }
    case 'not-found': {
      const { error, placement } = reason;
      const parts = await diagnosis.describeApiError(error, operation, placement);
      return { ...parts, message: `${parts.message}${neededWait}` };
    }
    case 'conflict':
      return operation === 'create' && neededWait === ''
        ? explainHiddenGroup(key, reason.error)
        : explainLastingConflict(reason, { key, operation, neededWait });
    case 'not-updatable':
      return explainNotUpdatable(key, reason.error);
    case 'overtaken':
      return {
        code: 'conflict',
        title: SPECIAL_TITLES.contention,
        message: `Insight group "${key}" kept changing while this step was working on it.${neededWait}`,
        nextStep: 'Another process is changing the group. Run again when it is done.',
      };
    case 'stale-read':
      return {
        code: 'timeout',
        message: `LaunchDarkly shows insight group "${key}", but possibly as it was before this run: reads may lag behind writes by some seconds, and the step has no time left to wait for them.`,
        nextStep: 'Run again, and raise timeout-seconds.',
      };
  }
}

/**
 * Explains a rate limit that the deadline does not outlast. `key` is empty where lists were read;
 * `neededWait` is the server's own wait, in words or empty.
 */
export function explainRateLimit(key: string, neededWait: string): ActionErrorParts {
  const work = key === '' ? 'from reading lists' : `from working on insight group "${key}"`;
  return {
    code: 'rate-limited',
    message: `LaunchDarkly's rate limit (429) stopped the step ${work}.${neededWait || ' The step has no time left for another attempt.'}`,
    nextStep:
      neededWait === ''
        ? 'Run again later, raise timeout-seconds, or run fewer jobs at the same time.'
        : 'Run again after that time, or raise timeout-seconds beyond the wait.',
  };
}

/** Explains a key that is taken though no group of it can be seen. */
export function explainHiddenGroup(key: string, error: ApiError): ActionErrorParts {
  return {
    code: 'conflict',
    title: SPECIAL_TITLES.lastingConflict,
    message: `LaunchDarkly keeps answering 409 for insight group "${key}", but shows no group of that key.`,
    serverMessage: quoteApiError(error),
    nextStep:
      'The key may be reserved by a deleted group, or by one that this token may not see. Choose another key, or use a token that sees the whole account.',
  };
}

/** Explains a group that reads show and updates do not find. */
export function explainNotUpdatable(key: string, error: ApiError): ActionErrorParts {
  return {
    code: 'conflict',
    title: SPECIAL_TITLES.contention,
    message: `LaunchDarkly shows insight group "${key}" but answers every update of it with 404.`,
    serverMessage: quoteApiError(error),
    nextStep:
      'The token may be allowed to see the group but not to change it, or another process is deleting and creating the group at the same time. Check the token, or set if-exists: keep.',
  };
}

/** Explains a 409 that does not clear. `neededWait` is the server's own wait, in words or empty. */
export function explainLastingConflict(
  { error }: RetryReasonOf<'conflict'>,
  { key, operation, neededWait = '' }: { key: string; operation: Operation; neededWait?: string },
): ActionErrorParts {
  const work = key === '' ? 'read lists' : `${operation} insight group "${key}"`;
  return {
    code: 'conflict',
    title: SPECIAL_TITLES.lastingConflict,
    message: `LaunchDarkly answered 409 when this step tried to ${work}.${neededWait}`,
    serverMessage: quoteApiError(error),
    nextStep:
      "Another process may be changing the group: run again when it is done. If none is, look for the reason in LaunchDarkly's answer.",
  };
}
