import { describe, expect, test } from 'vitest';
import { ActionError, type ErrorCode } from '../../../src/errors.ts';
import type { GroupOutcome } from '../../../src/reconcile/group-result.ts';
import { StopRule } from '../../../src/reconcile/stop-rule.ts';

const fail = (code: ErrorCode): GroupOutcome => ({
  kind: 'failed',
  error: new ActionError({ code, message: 'No.', nextStep: 'Wait.' }),
  group: undefined,
  drift: [],
});

const absent: GroupOutcome = { kind: 'absent', group: undefined, drift: [] };

/** After which of the outcomes the rule has stopped the run, counted from 1; undefined for none. */
function findStop(...outcomes: readonly GroupOutcome[]): number | undefined {
  const rule = new StopRule(new AbortController().signal);
  const index = outcomes.findIndex((outcome) => {
    rule.observe(outcome);
    return rule.isStopped;
  });
  return index === -1 ? undefined : index + 1;
}

describe('a run of several groups', () => {
  test.each<ErrorCode>(['unauthorized', 'rate-limited', 'cancelled'])(
    'stops at the first group that fails with %s',
    (code) => {
      expect(findStop(absent, fail(code), absent)).toBe(2);
    },
  );

  test.each<ErrorCode>(['network', 'timeout', 'server-error'])(
    'stops when three groups in a row fail with %s',
    (code) => {
      expect(findStop(fail(code), fail(code), fail(code))).toBe(3);
      expect(findStop(fail(code), fail(code), absent, fail(code), fail(code))).toBeUndefined();
      expect(findStop(fail(code), fail(code), fail('conflict'), fail(code))).toBeUndefined();
    },
  );

  test('stops when three groups are refused access before any other gets through', () => {
    const refused = fail('forbidden');
    expect(findStop(refused, refused, refused)).toBe(3);
    expect(findStop(refused, fail('network'), refused, fail('network'), refused)).toBe(5);
    expect(findStop(refused, fail('unexpected-response'), refused, refused)).toBe(4);
  });

  test.each([
    ['succeeded', absent],
    ['met a conflict', fail('conflict')],
  ])('goes on when groups are refused access after one that %s', (_what, shown) => {
    const refused = fail('forbidden');
    expect(findStop(shown, refused, refused, refused, refused)).toBeUndefined();
    expect(findStop(refused, refused, shown, refused, refused)).toBeUndefined();
  });

  test('goes on after any number of other failures', () => {
    const outcomes = Array.from({ length: 5 }, () => fail('conflict'));
    expect(findStop(...outcomes)).toBeUndefined();
    expect(findStop(...Array.from({ length: 5 }, () => absent))).toBeUndefined();
  });

  test('stops as soon as the run is over, whatever the outcomes', () => {
    const controller = new AbortController();
    const rule = new StopRule(controller.signal);
    rule.observe(absent);
    expect(rule.isStopped).toBe(false);
    controller.abort();
    expect(rule.isStopped).toBe(true);
  });
});
