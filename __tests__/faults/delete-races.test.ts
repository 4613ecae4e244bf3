import { expect, test } from 'vitest';
import { runDelete } from '../bundle/simulated-delete.ts';
import { DESIRED, olderGroup, startSimulatedRun } from '../bundle/simulated-run.ts';

/** Concurrent processes of each kind. */
const CROWD = 12;

function repeat<T>(start: () => Promise<T>): Promise<T>[] {
  return Array.from({ length: CROWD }, start);
}

test('many deletes at once all succeed, and the group is deleted once', async () => {
  await using simulated = await startSimulatedRun({ group: olderGroup() });
  const results = await Promise.all(repeat(() => runDelete(simulated)));
  const { simulator } = simulated;
  expect(simulator.account.groups.size).toBe(0);
  expect(simulator.deletionsOf(DESIRED.key)).toHaveLength(1);
  for (const { outputs, exitCode, annotations } of results) {
    expect({ exitCode, annotations }).toEqual({ exitCode: 0, annotations: [] });
    expect(['deleted', 'absent']).toContain(outputs['outcome']);
  }
  expect(results.some(({ outputs }) => outputs['deleted'] === 'true')).toBe(true);
});

test('deletes and updates at once leave the account as the reports say', async () => {
  await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Old name' }) });
  const [deletes, updates] = await Promise.all([
    Promise.all(repeat(() => runDelete(simulated))),
    Promise.all(repeat(() => simulated.run({ 'if-exists': 'update' }))),
  ]);
  const { simulator } = simulated;
  const created = simulator.createdCount(DESIRED.key);
  const deleted = simulator.deletionsOf(DESIRED.key).length;
  expect(simulator.account.groups.size).toBe(1 + created - deleted);
  const outcomes = updates.map(({ outputs }) => outputs['outcome']);
  expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(created);
  for (const outcome of outcomes) {
    expect(['created', 'updated', 'unchanged']).toContain(outcome);
  }
  const claims = deletes.filter(({ outputs }) => outputs['deleted'] === 'true');
  // A delete that was overtaken gets a 404, and may claim the group that is gone as well.
  expect(claims.length).toBeGreaterThanOrEqual(deleted);
  expect(deletes.map(({ exitCode }) => exitCode)).toEqual(deletes.map(() => 0));
});

test('deletes of another environment delete nothing while others create the group', async () => {
  await using simulated = await startSimulatedRun();
  const [deletes, creates] = await Promise.all([
    Promise.all(repeat(() => runDelete(simulated, { environment: 'staging' }))),
    Promise.all(repeat(() => simulated.run({ 'if-exists': 'keep' }))),
  ]);
  const { simulator } = simulated;
  expect(simulator.account.groups.size).toBe(1);
  expect(simulator.requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
  expect(creates.filter(({ outputs }) => outputs['created'] === 'true')).toHaveLength(1);
  for (const { outputs } of deletes) {
    expect(['absent', 'conflict']).toContain(outputs['error-code'] || outputs['outcome']);
  }
});
