import { describe, expect, test } from 'vitest';
import { ActionError, type ErrorCode, SPECIAL_TITLES } from '../../../src/errors.ts';
import { applyAll, findInterruption, type GroupTask } from '../../../src/reconcile/apply.ts';
import type { GroupOutcome } from '../../../src/reconcile/group-result.ts';

const ABSENT: GroupOutcome = { kind: 'absent', group: undefined, drift: [] };

function fail(code: ErrorCode): ActionError {
  return new ActionError({ code, message: 'It failed.', nextStep: 'Run again.' });
}

/** What becomes of each group, in the order in which they end: an error, or the outcome of a success. */
type Ending = ErrorCode | 'ok' | 'bug';

/** Runs one task for each ending; every task ends after those before it. */
async function applyEndings(
  endings: readonly Ending[],
  controller = new AbortController(),
  onBegin: (index: number) => void = () => {},
) {
  const order: string[] = [];
  const tasks = endings.map((ending, index): GroupTask => {
    const key = `group-${index}`;
    return {
      target: { key, projectKey: 'default', environmentKey: 'test' },
      async run() {
        onBegin(index);
        for (let turn = 0; turn <= index; turn += 1) {
          await Promise.resolve();
        }
        if (ending === 'ok') {
          return ABSENT;
        }
        throw ending === 'bug' ? new Error('nobody foresaw it') : fail(ending);
      },
    };
  });
  const { signal } = controller;
  const results = await applyAll(tasks, {
    signal,
    onResult: ({ target }) => order.push(target.key ?? ''),
  });
  const outcomes = results.map(({ outcome }) =>
    outcome.kind === 'failed' ? outcome.error.code : outcome.kind,
  );
  return { outcomes, results, order, signal };
}

function repeat(ending: Ending, count: number): Ending[] {
  return Array.from({ length: count }, () => ending);
}

test('an error that nobody foresaw is the failure of its group and stops nothing else', async () => {
  const { results } = await applyEndings(['ok', 'bug', ...repeat('ok', 12)]);
  expect(results.filter(({ outcome }) => outcome.kind === 'absent')).toHaveLength(13);
  expect(results[1]?.outcome).toMatchObject({
    kind: 'failed',
    error: { title: SPECIAL_TITLES.bug, cause: new Error('nobody foresaw it') },
  });
});

describe('groups that were refused access', () => {
  test.each([
    ['network errors', 'network'],
    ['timeouts', 'timeout'],
    ['server errors', 'server-error'],
    ['unexpected responses', 'unexpected-response'],
  ] as const)('stop the run although %s came first', async (_, code) => {
    const { outcomes } = await applyEndings([code, code, ...repeat('forbidden', 40)]);
    expect(outcomes.filter((outcome) => outcome === 'skipped').length).toBeGreaterThan(20);
  });

  test.each([0, 1, 2])(
    'do not stop the run when %i of them end before a success',
    async (count) => {
      const endings = [...repeat('forbidden', count), 'ok' as const, ...repeat('forbidden', 20)];
      const { outcomes } = await applyEndings([...endings, 'ok']);
      expect(outcomes).not.toContain('skipped');
    },
  );
});

describe('the end of the run', () => {
  test('skips the groups that have not begun and reports them last', async () => {
    const controller = new AbortController();
    const { outcomes, order } = await applyEndings(
      repeat('timeout', 2).concat(repeat('ok', 18)),
      controller,
      (index) => {
        if (index === 8) {
          controller.abort(fail('timeout'));
        }
      },
    );
    expect(outcomes.slice(9)).toEqual(Array(11).fill('skipped'));
    expect(outcomes.slice(0, 9)).not.toContain('skipped');
    expect(order).toHaveLength(20);
    expect(order.slice(9)).toEqual(Array.from({ length: 11 }, (_, index) => `group-${index + 9}`));
  });

  test('is the reason when groups were skipped and none failed', async () => {
    const controller = new AbortController();
    const reason = fail('cancelled');
    const { results, signal } = await applyEndings(repeat('ok', 20), controller, (index) => {
      if (index === 10) {
        controller.abort(reason);
      }
    });
    expect(findInterruption(results, signal)).toBe(reason);
  });

  test('is no reason when every group was done', async () => {
    const controller = new AbortController();
    const { results } = await applyEndings(repeat('ok', 3));
    controller.abort(fail('cancelled'));
    expect(findInterruption(results, controller.signal)).toBeUndefined();
  });
});
