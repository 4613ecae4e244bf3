import { expect, test } from 'vitest';
import { sampleWriterToken } from '../../simulator/launchdarkly/sample-account.ts';
import { runAction } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { existingGroup, listOutcomes, type SyncRun, startSyncRun } from '../bundle/sync-run.ts';

/*
 * Real processes at once. The file and the single steps ask for the same, so whoever comes first must not
 * change what is there in the end.
 */

const ENVIRONMENTS = ['production', 'staging', 'test'];

const FILE = `defaults: {project: default}
groups:
  - {key: '{project}-{environment}', name: '{environment-name}', environment: '*'}
  - {key: old, environment: test, state: absent}
`;

const FINAL = {
  'default-production': 'Production',
  'default-staging': 'Staging',
  'default-test': 'Test',
};

function runStep(
  { simulator }: SyncRun,
  main: 'index.js' | 'delete.js',
  inputs: Readonly<Record<string, string>>,
): Promise<StepResult> {
  return runAction({
    main,
    inputs: {
      token: sampleWriterToken,
      'base-uri': simulator.origin,
      project: 'default',
      ...inputs,
    },
  });
}

function countOutcomes(results: readonly StepResult[], outcome: string): number {
  return results
    .flatMap((result) =>
      result.outputs['groups'] === undefined
        ? [`${result.outputs['key']}: ${result.outputs['outcome']}`]
        : listOutcomes(result),
    )
    .filter((text) => text === outcome).length;
}

function readNames({ simulator }: SyncRun): Record<string, string> {
  const groups = [...simulator.account.groups.values()];
  return Object.fromEntries(groups.map(({ key, name }) => [key, name]));
}

test.each([{ lagMs: 0 }, { lagMs: 700 }])(
  'syncs and single creates at once make one group per key, and one of them reports it as created, with a lag of $lagMs ms',
  async ({ lagMs }) => {
    await using sync = await startSyncRun(FILE, {
      behaviour: { visibilityLagMs: lagMs, listLagMs: 2 * lagMs },
    });
    const results = await Promise.all([
      ...Array.from({ length: 4 }, () => sync.run()),
      ...ENVIRONMENTS.flatMap((environment) =>
        [1, 2].map(() =>
          runStep(sync, 'index.js', {
            environment,
            key: `default-${environment}`,
            name: '{environment-name}',
            'if-exists': 'update',
          }),
        ),
      ),
    ]);

    expect(results.map(({ exitCode }) => exitCode)).toEqual(results.map(() => 0));
    expect(readNames(sync)).toEqual(FINAL);
    for (const key of Object.keys(FINAL)) {
      expect(sync.simulator.createdCount(key)).toBe(1);
      expect(countOutcomes(results, `${key}: created`)).toBe(1);
      expect(countOutcomes(results, `${key}: unchanged`)).toBe(5);
      expect(sync.simulator.updatesOf(key)).toEqual([]);
    }
  },
);

test('syncs and single updates at once leave every group as the file says, and report each update', async () => {
  await using sync = await startSyncRun(FILE, {
    groups: ENVIRONMENTS.map((environmentKey) =>
      existingGroup({ key: `default-${environmentKey}`, environmentKey, name: 'Before' }),
    ),
  });
  const results = await Promise.all([
    ...Array.from({ length: 4 }, () => sync.run()),
    ...ENVIRONMENTS.map((environment) =>
      runStep(sync, 'index.js', {
        environment,
        key: `default-${environment}`,
        name: '{environment-name}',
        'if-exists': 'update',
      }),
    ),
  ]);
  expect(results.map(({ exitCode }) => exitCode)).toEqual(results.map(() => 0));
  expect(readNames(sync)).toEqual(FINAL);
  for (const key of Object.keys(FINAL)) {
    const updates = countOutcomes(results, `${key}: updated`);
    expect(updates).toBeGreaterThan(0);
    expect(updates).toBe(sync.simulator.updatesOf(key).length);
    expect(updates + countOutcomes(results, `${key}: unchanged`)).toBe(5);
  }
});

test('syncs and single deletes of one group at once all succeed, and the group is gone', async () => {
  await using sync = await startSyncRun(FILE, {
    groups: [existingGroup({ key: 'old', environmentKey: 'test' })],
  });
  const results = await Promise.all([
    ...Array.from({ length: 4 }, () => sync.run()),
    ...Array.from({ length: 4 }, () =>
      runStep(sync, 'delete.js', { key: 'old', environment: 'test' }),
    ),
  ]);
  expect(results.map(({ exitCode }) => exitCode)).toEqual(results.map(() => 0));
  expect(readNames(sync)).toEqual(FINAL);
  expect(countOutcomes(results, 'old: deleted')).toBeGreaterThan(0);
  expect(countOutcomes(results, 'old: deleted') + countOutcomes(results, 'old: absent')).toBe(8);
});
