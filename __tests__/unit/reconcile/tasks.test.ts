import { describe, expect, test } from 'vitest';
import type { IfExists } from '../../../src/inputs/if-exists.ts';
import type { InsightGroup } from '../../../src/insight-group/insight-group.ts';
import { applyOne } from '../../../src/reconcile/apply.ts';
import { DeleteLimit } from '../../../src/reconcile/delete-limit.ts';
import type { PlannedGroup } from '../../../src/reconcile/entries-plan.ts';
import { planChange } from '../../../src/reconcile/plan.ts';
import { deleteTask, plannedTasks } from '../../../src/reconcile/tasks.ts';
import { type AccountDouble, createAccountDouble, makeGroup } from './account-double.ts';

interface Options {
  readonly isDryRun?: boolean;
  readonly ifExists?: IfExists;
}

function makeKeys(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `group-${index}`);
}

/** Plans a group by what a list shows of it. */
function planGroup(
  key: string,
  listed: InsightGroup | undefined,
  options: Partial<PlannedGroup> & Options = {},
): PlannedGroup {
  const { desired = makeGroup({ key }), isEnvironmentKnown = true, ifExists = 'update' } = options;
  return { desired, isEnvironmentKnown, plan: planChange(desired, listed, ifExists) };
}

/** Runs the tasks one after the other, and returns how each group ended. */
async function runTasks(
  planned: readonly PlannedGroup[],
  { depsFor }: AccountDouble,
  { isDryRun = true, ifExists = 'update' }: Options = {},
): Promise<string[]> {
  const ends: string[] = [];
  for (const task of plannedTasks(planned, { ifExists, isDryRun, depsFor })) {
    const { outcome } = await applyOne(task);
    ends.push(outcome.kind === 'failed' ? outcome.error.message : outcome.kind);
  }
  return ends;
}

const old = (key: string) => makeGroup({ key, name: 'Old' });

describe('a dry run', () => {
  test('reads what differs until twenty reads in a row have agreed with the list', async () => {
    const keys = makeKeys(40);
    const account = createAccountDouble({ groups: keys.map(old) });
    const ends = await runTasks(
      keys.map((key) => planGroup(key, old(key))),
      account,
    );
    expect(new Set(ends)).toEqual(new Set(['would-update']));
    expect(account.calls).toEqual(keys.slice(0, 20).map((key) => `read ${key}`));
  });

  test('counts anew after a read that did not agree', async () => {
    const keys = makeKeys(40);
    const account = createAccountDouble({ groups: keys.map(old) });
    account.groups.set('group-9', makeGroup({ key: 'group-9' }));
    const ends = await runTasks(
      keys.map((key) => planGroup(key, old(key))),
      account,
    );
    expect(ends.map((end) => end === 'unchanged')).toEqual(keys.map((key) => key === 'group-9'));
    expect(account.calls).toHaveLength(30);
  });

  test('reads what the list does not show', async () => {
    const account = createAccountDouble({ groups: [makeGroup({ key: 'listed-late' })] });
    const planned = ['listed-late', 'new'].map((key) => planGroup(key, undefined));
    expect(await runTasks(planned, account)).toEqual(['unchanged', 'would-create']);
  });

  test('asks once for an environment that is not known', async () => {
    const account = createAccountDouble();
    const planned = makeKeys(3).map((key) =>
      planGroup(key, undefined, { isEnvironmentKnown: false }),
    );
    expect(await runTasks(planned, account)).toEqual(makeKeys(3).map(() => 'would-create'));
    expect(account.calls.filter((call) => call === 'check dev')).toHaveLength(1);
  });

  test('asks for each of several environments, and for none that is known', async () => {
    const account = createAccountDouble();
    const planned = ['dev', 'qa', 'known'].map((environmentKey) =>
      planGroup(environmentKey, undefined, {
        desired: makeGroup({ key: environmentKey, environmentKey }),
        isEnvironmentKnown: environmentKey === 'known',
      }),
    );
    await runTasks(planned, account);
    expect(account.calls.filter((call) => call.startsWith('check'))).toEqual([
      'check dev',
      'check qa',
    ]);
  });

  test('asks again where the first group has proved nothing, because it exists', async () => {
    const account = createAccountDouble({ groups: [makeGroup({ key: 'group-0' })] });
    const planned = makeKeys(2).map((key) =>
      planGroup(key, undefined, { isEnvironmentKnown: false }),
    );
    expect(await runTasks(planned, account)).toEqual(['unchanged', 'would-create']);
    expect(account.calls).toContain('check dev');
  });

  test('tells of each group that its environment does not exist', async () => {
    const account = createAccountDouble({ environments: [] });
    const planned = makeKeys(2).map((key) =>
      planGroup(key, undefined, { isEnvironmentKnown: false }),
    );
    expect(await runTasks(planned, account)).toEqual(
      makeKeys(2).map((key) => `Answered 404. Nothing was written for insight group "${key}".`),
    );
  });

  test('reads a group that seems to belong elsewhere, however often the list was right', async () => {
    const keys = makeKeys(21);
    const account = createAccountDouble({ groups: keys.map(old) });
    const planned = keys.map((key, index) =>
      planGroup(key, index < 20 ? old(key) : makeGroup({ key, projectKey: 'app' })),
    );
    expect((await runTasks(planned, account)).at(-1)).toBe('would-update');
  });
});

describe('an apply', () => {
  const apply = { isDryRun: false } as const;

  test('reads a group before it updates it', async () => {
    const account = createAccountDouble({ groups: [old('k')] });
    expect(await runTasks([planGroup('k', old('k'))], account, apply)).toEqual(['updated']);
    expect(account.calls).toEqual(['read k', 'update k']);
  });

  test('updates every group, however often the list was right', async () => {
    const keys = makeKeys(25);
    const account = createAccountDouble({ groups: keys.map(old) });
    const planned = keys.map((key) => planGroup(key, old(key)));
    expect(new Set(await runTasks(planned, account, apply))).toEqual(new Set(['updated']));
    expect(account.calls).toHaveLength(50);
  });

  test('never updates a group that is as requested by now', async () => {
    const account = createAccountDouble({ groups: [makeGroup({ key: 'k' })] });
    expect(await runTasks([planGroup('k', old('k'))], account, apply)).toEqual(['unchanged']);
    expect(account.calls).toEqual(['read k']);
  });

  test('creates a group that is gone by now', async () => {
    const account = createAccountDouble();
    expect(await runTasks([planGroup('k', old('k'))], account, apply)).toEqual(['created']);
    expect(account.calls).toEqual(['read k', 'create k']);
  });

  test('creates a group that the list does not show without a read', async () => {
    const account = createAccountDouble();
    expect(await runTasks([planGroup('k', undefined)], account, apply)).toEqual(['created']);
    expect(account.calls).toEqual(['create k']);
  });

  test('needs no request for a group that is left as it is', async () => {
    const account = createAccountDouble();
    const planned = [
      planGroup('same', makeGroup({ key: 'same' })),
      planGroup('kept', old('kept'), { ifExists: 'keep' }),
    ];
    const tasks = plannedTasks(planned, { ...apply, ifExists: 'keep', depsFor: account.depsFor });
    expect(tasks.map(({ needsNoRequest }) => needsNoRequest)).toEqual([true, true]);
    expect(await runTasks(planned, account, apply)).toEqual(['unchanged', 'kept']);
    expect(account.calls).toEqual([]);
  });
});

describe('deletions that share a limit', () => {
  test('end with it, and groups that are gone do not count', async () => {
    const account = createAccountDouble({ groups: ['a', 'b', 'c'].map(old) });
    const limit = new DeleteLimit(2);
    const ends: string[] = [];
    for (const key of ['gone', 'a', 'b', 'c']) {
      const options = { isDryRun: false, depsFor: account.depsFor, limit };
      const { outcome } = await applyOne(deleteTask(makeGroup({ key }), options));
      ends.push(outcome.kind === 'failed' ? outcome.error.code : outcome.kind);
    }
    expect(ends).toEqual(['absent', 'deleted', 'deleted', 'too-many-deletes']);
    expect([...account.groups.keys()]).toEqual(['c']);
  });

  test('delete nothing with a limit of 0', async () => {
    const account = createAccountDouble({ groups: [old('a')] });
    const options = { isDryRun: false, depsFor: account.depsFor, limit: new DeleteLimit(0) };
    const { outcome } = await applyOne(deleteTask(makeGroup({ key: 'a' }), options));
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: {
        message: expect.stringMatching(
          /max-deletes allows 0\. Insight group "a" was not deleted\.$/,
        ),
      },
      group: { key: 'a' },
    });
  });
});
