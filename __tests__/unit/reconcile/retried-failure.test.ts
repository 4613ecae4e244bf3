import { expect, test } from 'vitest';
import type { RequestFailure } from '../../../src/launchdarkly/api-result.ts';
import { RetriedFailure } from '../../../src/reconcile/retried-failure.ts';

const failure: RequestFailure = {
  code: 'server-error',
  mayHaveBeenProcessed: true,
  isRetryable: true,
  what: 'answered 503',
  causeCode: 'HTTP 503',
};
const unanswered = { kind: 'indeterminate', failure } as const;

test.each(['create', 'update', 'delete'] as const)(
  'a failed %s is kept through answered reads, and not through an answered write',
  (operation) => {
    const retried = new RetriedFailure();
    retried.noteWait(unanswered, operation);
    retried.noteAnswer('read');
    retried.noteWait({ kind: 'stale-read' }, 'read');
    expect(retried.last).toEqual({ failure, operation });
    expect(retried.lastWrite).toEqual({ failure, operation });
    retried.noteAnswer(operation);
    expect(retried.last).toBeUndefined();
    expect(retried.lastWrite).toBeUndefined();
  },
);

test.each(['read', 'check', 'list-groups'] as const)(
  'a failed %s is kept until anything is answered, and is no write',
  (operation) => {
    const retried = new RetriedFailure();
    retried.noteWait(unanswered, operation);
    expect(retried.last).toEqual({ failure, operation });
    expect(retried.lastWrite).toBeUndefined();
    retried.noteAnswer('read');
    expect(retried.last).toBeUndefined();
  },
);

test('an attempt that only timed out is no failure to report', () => {
  const retried = new RetriedFailure();
  retried.noteWait(unanswered, 'create');
  const timedOut = { ...failure, causeCode: 'ATTEMPT_TIMEOUT' };
  retried.noteWait({ kind: 'indeterminate', failure: timedOut }, 'create');
  expect(retried.last).toBeUndefined();
});

test('a wait for another reason ends the failure', () => {
  const retried = new RetriedFailure();
  retried.noteWait(unanswered, 'update');
  retried.noteWait({ kind: 'overtaken' }, 'update');
  expect(retried.last).toBeUndefined();
});
