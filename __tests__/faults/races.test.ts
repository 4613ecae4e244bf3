import { afterAll, expect, test } from 'vitest';
import {
  DESIRED,
  injectCreateFault,
  type SimulatedRun,
  startSimulatedRun,
} from '../bundle/simulated-run.ts';

/** As many concurrent processes as a large matrix has jobs. */
const CROWD = 32;

const OTHER_NAME = 'Production - Web Only';

const numbers: string[] = [];
afterAll(() => console.log(['Races of real processes:', ...numbers].join('\n  ')));

/** Starts all runs at once, each with the inputs for its number, and returns all outcomes. */
async function race(
  simulated: SimulatedRun,
  title: string,
  inputsOf: (runner: number) => Readonly<Record<string, string>>,
) {
  const startedAt = performance.now();
  const runners = Array.from({ length: CROWD }, (_, runner) => runner);
  const results = await Promise.all(
    runners.map((runner) => simulated.run({ 'timeout-seconds': '120', ...inputsOf(runner) })),
  );
  const outcomes = results.map(({ outputs }) => outputs['error-code'] || outputs['outcome'] || '');
  const counts = Object.fromEntries(
    [...new Set(outcomes)].sort().map((outcome) => [outcome, countOf(outcomes, outcome)]),
  );
  const tally = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  numbers.push(
    `${title}: ${CROWD} processes, ${tally.join(', ')}; ${simulated.simulator.requests.length} requests in ${seconds} s`,
  );
  expect(simulated.simulator.createdCount(DESIRED.key)).toBe(1);
  expect(simulated.simulator.account.groups.size).toBe(1);
  return { results, outcomes, counts };
}

function countOf(outcomes: readonly string[], outcome: string): number {
  return outcomes.filter((each) => each === outcome).length;
}

/** Every other run uses another name. */
const twoNames = (runner: number) => ({ name: runner % 2 === 0 ? DESIRED.name : OTHER_NAME });

test('with if-exists: keep, one of many equal runs creates the group and all others find it unchanged', async () => {
  await using simulated = await startSimulatedRun();
  const { counts } = await race(simulated, 'same group, keep', () => ({ 'if-exists': 'keep' }));
  expect(counts).toEqual({ created: 1, unchanged: CROWD - 1 });
});

test('with if-exists: fail, one of many equal runs creates the group and all others fail with a conflict', async () => {
  await using simulated = await startSimulatedRun();
  const { counts } = await race(simulated, 'same group, fail', () => ({}));
  expect(counts).toEqual({ created: 1, conflict: CROWD - 1 });
});

test('with if-exists: keep, lag and lock collisions, one of many equal runs still creates the group', async () => {
  await using simulated = await startSimulatedRun({ behaviour: { visibilityLagMs: 700 } });
  injectCreateFault(simulated.simulator, { kind: 'lock-collision' }, CROWD / 4);
  const title = 'same group, keep, lag and lock collisions';
  const { counts } = await race(simulated, title, () => ({ 'if-exists': 'keep' }));
  expect(counts).toEqual({ created: 1, unchanged: CROWD - 1 });
});

test('with if-exists: keep, a run whose created response is lost still reports that it created the group', async () => {
  await using simulated = await startSimulatedRun();
  injectCreateFault(simulated.simulator, { kind: 'process-then-reset' });
  const title = 'same group, keep, the confirmation lost';
  const { counts } = await race(simulated, title, () => ({ 'if-exists': 'keep' }));
  expect(counts).toEqual({ created: 1, unchanged: CROWD - 1 });
});

test('with if-exists: keep, runs with different names keep the first group and report the drift', async () => {
  await using simulated = await startSimulatedRun();
  const { results, counts } = await race(simulated, 'two names, keep', (runner) => ({
    ...twoNames(runner),
    'if-exists': 'keep',
  }));
  expect(counts).toEqual({ created: 1, unchanged: CROWD / 2 - 1, kept: CROWD / 2 });
  const winner = simulated.simulator.account.groups.get(DESIRED.key)?.name;
  for (const [runner, { outputs }] of results.entries()) {
    expect(outputs['name']).toBe(winner);
    expect(outputs['outcome'] === 'kept').toBe(twoNames(runner).name !== winner);
  }
});

test('with if-exists: update and lag, runs with different names all succeed and the last write stands', async () => {
  await using simulated = await startSimulatedRun({ behaviour: { visibilityLagMs: 200 } });
  const { results, counts } = await race(simulated, 'two names, update, lag', (runner) => ({
    ...twoNames(runner),
    'if-exists': 'update',
  }));
  const { created, unchanged = 0, updated = 0, ...others } = counts;
  expect(others).toEqual({});
  expect(created).toBe(1);
  expect(unchanged + updated).toBe(CROWD - 1);
  for (const [runner, { outputs }] of results.entries()) {
    // A run reports its own request and what LaunchDarkly stored when the run last looked.
    expect(outputs['name']).toBe(twoNames(runner).name);
  }
  const patches = simulated.simulator.requests.filter(({ method }) => method === 'PATCH');
  const last = patches.at(-1);
  const stored = simulated.simulator.account.groups.get(DESIRED.key)?.name;
  expect(JSON.parse(last?.body ?? 'null')).toEqual([
    { op: 'replace', path: '/name', value: stored },
  ]);
});
