import { afterAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import {
  EVERY_ENVIRONMENT,
  expectTrueReport,
  nameEnvironments,
  readCounts,
  readGroups,
  type SeveralRun,
  startSeveralRun,
} from '../bundle/several-run.ts';

const numbers: string[] = [];
afterAll(() => console.log(['Races of steps on several groups:', ...numbers].join('\n  ')));

/** What the runs of a race report of one key, and whether exactly one of them created it. */
function expectOneCreator(
  results: readonly StepResult[],
  { account, simulator }: SeveralRun,
): void {
  const creators = results
    .flatMap(readGroups)
    .filter(({ outcome }) => outcome === 'created')
    .map(({ key }) => key);
  expect(new Set(creators).size).toBe(creators.length);
  for (const key of account.groups.keys()) {
    expect(simulator.createdCount(key)).toBe(1);
  }
  expect(creators.sort()).toEqual([...account.groups.keys()].sort());
}

function note(title: string, results: readonly StepResult[], { simulator }: SeveralRun): void {
  const counts = results.map((result) => JSON.stringify(readCounts(result)));
  numbers.push(`${title}: ${simulator.requests.length} requests, ${counts.join(' ')}`);
}

const LAGS = { visibilityLagMs: 300, listLagMs: 1_500 };

describe('several steps at once', () => {
  test('equal steps create each group once, and every report is true', async () => {
    await using simulated = await startSeveralRun({
      environments: nameEnvironments(30),
      behaviour: LAGS,
    });
    const results = await Promise.all([1, 2, 3, 4].map(() => simulated.run()));
    note('four equal steps', results, simulated);
    for (const result of results) {
      expect(result.conclusion).toBe('success');
      expectTrueReport(result, simulated);
    }
    expect(simulated.account.groups.size).toBe(30);
    expectOneCreator(results, simulated);
  });

  test('steps that overlap create each group once', async () => {
    await using simulated = await startSeveralRun({
      environments: nameEnvironments(30),
      behaviour: LAGS,
    });
    const environments = ['env-000*', 'env-00?1', '*5', '*, !*0'];
    const results = await Promise.all(
      environments.map((environment) => simulated.run({ environment })),
    );
    note('four steps that overlap', results, simulated);
    for (const result of results) {
      expect(result.conclusion).toBe('success');
      expectTrueReport(result, simulated);
    }
    expectOneCreator(results, simulated);
  });

  test('a step on all groups and steps on single ones create each group once', async () => {
    const environments = nameEnvironments(20);
    await using simulated = await startSeveralRun({ environments, behaviour: LAGS });
    const singles = environments.slice(0, 12).map((environment) =>
      simulated.run({
        environment,
        key: `default-${environment}-all-apps`,
        name: EVERY_ENVIRONMENT.name,
        'if-exists': 'keep',
      }),
    );
    const results = await Promise.all([simulated.run(), simulated.run(), ...singles]);
    note('two steps on twenty groups and twelve on one', results, simulated);
    for (const result of results) {
      expect(result.conclusion).toBe('success');
      expectTrueReport(result, simulated);
    }
    expect(simulated.account.groups.size).toBe(20);
    expectOneCreator(results, simulated);
  });

  test('steps that ask for different names all succeed, and each reports its own', async () => {
    await using simulated = await startSeveralRun({
      environments: nameEnvironments(10),
      behaviour: { visibilityLagMs: 200 },
    });
    const names = ['{environment} A', '{environment} B', '{environment} C'];
    const results = await Promise.all(names.map((name) => simulated.run({ name })));
    note('three names', results, simulated);
    for (const [index, result] of results.entries()) {
      expect(result.conclusion).toBe('success');
      for (const { name, environmentKey } of readGroups(result)) {
        expect(name).toBe(`${environmentKey} ${'ABC'[index]}`);
      }
    }
    expectOneCreator(results, simulated);
    const stored = [...simulated.account.groups.values()].map(({ name }) => name.slice(-1));
    expect(stored.every((letter) => 'ABC'.includes(letter))).toBe(true);
  });

  test('steps that share the limits of an account all finish', async () => {
    await using simulated = await startSeveralRun({
      environments: nameEnvironments(12),
      behaviour: { ...LAGS, limits: { global: 40, route: { createInsightGroup: 10 } } },
    });
    const results = await Promise.all([simulated.run(), simulated.run()]);
    note('two steps under a limit', results, simulated);
    for (const result of results) {
      expect(result.conclusion).toBe('success');
      expectTrueReport(result, simulated);
    }
    expectOneCreator(results, simulated);
  });
});

/** What can happen to any request of a run. */
const FAULTS: readonly Fault[] = [
  { kind: 'reset' },
  { kind: 'process-then-reset' },
  { kind: 'process-then-truncate' },
  { kind: 'process-then-respond', status: 502, body: 'Bad gateway' },
  { kind: 'respond', status: 503, headers: { 'Retry-After': '1' } },
  { kind: 'rate-limit', waitsMs: { global: 300 } },
  { kind: 'respond', status: 500 },
];

describe.concurrent('a fault at any request', () => {
  const OPTIONS = {
    environments: ['dev', 'production', 'qa', 'staging', 'test'],
    existing: ['production'],
    drifted: ['dev', 'qa'],
    // So that every list has two pages.
    behaviour: { maxPageSize: 3 },
  } as const;

  test.each(FAULTS)('is survived, and the report is true: %j', async (fault) => {
    await using undisturbed = await startSeveralRun(OPTIONS);
    const expected = readCounts(await undisturbed.run());
    expect(expected).toEqual({ created: 2, updated: 2, unchanged: 1 });
    const total = undisturbed.simulator.requests.length;
    const checked = Array.from({ length: total }, async (_, skip) => {
      await using simulated = await startSeveralRun(OPTIONS);
      simulated.simulator.inject({ skip, fault });
      const result = await simulated.run();
      expect({ skip, counts: readCounts(result) }).toEqual({ skip, counts: expected });
      expectTrueReport(result, simulated);
      expect(simulated.account.groups.size).toBe(5);
      for (const { environmentKey, name } of simulated.account.groups.values()) {
        const title = simulated.account.projects.get('default')?.environments.get(environmentKey);
        expect(name).toBe(`${title?.name} - All Apps`);
      }
    });
    await Promise.all(checked);
  });
});
