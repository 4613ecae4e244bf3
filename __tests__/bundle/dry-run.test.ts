import { describe, expect, test } from 'vitest';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import { sampleReaderToken } from '../../simulator/launchdarkly/sample-account.ts';
import {
  DESIRED,
  describeRequest,
  FOREIGN_404S,
  GROUP_PATH,
  olderGroup,
  readFailure,
  startSimulatedRun,
} from './simulated-run.ts';

const DRY = { 'dry-run': 'true' };
const READ = `GET ${GROUP_PATH}?expand=scores`;
const CHECK = 'GET /api/v2/projects/default/environments/production';

interface Row {
  readonly title: string;
  readonly group?: Partial<InsightGroup>;
  readonly ifExists: string;
  readonly outcome: string;
  readonly requests?: readonly string[];
}

const ROWS: readonly Row[] = [
  ...['fail', 'keep', 'update'].map((ifExists) => ({
    title: 'no group',
    ifExists,
    outcome: 'would-create',
    requests: [READ, CHECK],
  })),
  { title: 'an equal group', group: {}, ifExists: 'fail', outcome: 'conflict' },
  { title: 'an equal group', group: {}, ifExists: 'keep', outcome: 'unchanged' },
  { title: 'an equal group', group: {}, ifExists: 'update', outcome: 'unchanged' },
  { title: 'another name', group: { name: 'P' }, ifExists: 'fail', outcome: 'conflict' },
  { title: 'another name', group: { name: 'P' }, ifExists: 'keep', outcome: 'kept' },
  { title: 'another name', group: { name: 'P' }, ifExists: 'update', outcome: 'would-update' },
  ...['fail', 'keep', 'update'].map((ifExists) => ({
    title: 'a group of another project',
    group: { projectKey: 'mobile' },
    ifExists,
    outcome: 'conflict',
  })),
];

describe.concurrent('dry run', () => {
  test.each(ROWS)(
    'a dry run with $title and if-exists: $ifExists ends as $outcome and writes nothing',
    async ({ group, ifExists, outcome, requests = [READ] }) => {
      const before = group && olderGroup(group);
      await using simulated = await startSimulatedRun({ group: before });
      const result = await simulated.run({ ...DRY, 'if-exists': ifExists });

      expect(simulated.simulator.requests.map(describeRequest)).toEqual(requests);
      expect(simulated.simulator.account.groups.get(DESIRED.key)).toEqual(before);
      const isFailure = outcome === 'conflict';
      expect(result.conclusion).toBe(isFailure ? 'failure' : 'success');
      expect(result.outputs).toMatchObject({
        outcome: isFailure ? 'failed' : outcome,
        created: 'false',
        'error-code': isFailure ? outcome : '',
        name: before?.name ?? '',
        group: before === undefined ? '' : expect.stringContaining(DESIRED.key),
        drift: group?.name
          ? '[{"field":"name","desired":"Production - All Apps","actual":"P"}]'
          : expect.any(String),
      });
      expect(result.summary).toContain(DESIRED.key);
    },
  );

  test.each([
    [{}, 'would create', undefined],
    [{ 'if-exists': 'update' }, 'would update', { name: 'P' }],
  ])('a dry run logs that nothing was written: %j', async (inputs, words, group) => {
    await using simulated = await startSimulatedRun({ group: group && olderGroup(group) });
    const { log } = await simulated.run({ ...DRY, ...inputs });
    expect(log).toMatch(new RegExp(`^Dry run: ${words} .* Nothing was written\\.\n$`));
  });

  test('a dry run needs only a token that may read', async () => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({ ...DRY, token: sampleReaderToken });
    expect(result.outputs['outcome']).toBe('would-create');
  });

  test('a dry run trusts the project and environment when the token may not read them', async () => {
    await using simulated = await startSimulatedRun();
    simulated.simulator.inject({
      path: '/api/v2/projects',
      fault: { kind: 'respond', status: 403, body: { code: 'forbidden', message: 'No.' } },
    });
    const result = await simulated.run(DRY);
    expect(result.outputs['outcome']).toBe('would-create');
  });

  test.each([
    [{ environment: 'prodution' }, 'not-found', 'did you mean "production"?'],
    [{ project: 'defualt' }, 'not-found', 'did you mean "default"?'],
    [
      { token: 'api-99999999-0000-4000-8000-000000000009' },
      'unauthorized',
      'LaunchDarkly does not know the token (401)',
    ],
    [{ key: '-x' }, 'invalid-input', 'key: "-x" is not valid; expected letters'],
  ])('a dry run fails where the real run would fail: %j', async (inputs, code, words) => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({ ...DRY, ...inputs });
    expect(readFailure(result)).toContain(words);
    expect(result.outputs['error-code']).toBe(code);
    expect(new Set(simulated.simulator.requests.map(({ method }) => method))).not.toContain('POST');
  });

  test('a dry run survives the same faults as a read', async () => {
    await using simulated = await startSimulatedRun();
    simulated.simulator.inject({ path: GROUP_PATH, fault: { kind: 'reset' } });
    simulated.simulator.inject({ path: /environments/, fault: { kind: 'respond', status: 503 } });
    const result = await simulated.run(DRY);
    expect(result.outputs['outcome']).toBe('would-create');
    expect(simulated.methods()).toBe('GET GET GET GET');
  });
});

test('a 403 of a proxy does not say that the environment exists', async () => {
  await using simulated = await startSimulatedRun();
  simulated.simulator.inject({
    path: '/api/v2/projects/default/environments/production',
    fault: { kind: 'respond', status: 403, body: '<h1>Blocked</h1>' },
  });
  const result = await simulated.run(DRY);
  expect(readFailure(result)).toContain('Something other than LaunchDarkly answered');
});

describe.concurrent('a 404 that LaunchDarkly did not write', () => {
  const times = Number.POSITIVE_INFINITY;

  test.each(FOREIGN_404S)('is no plan to create the group: %s', async (_title, fault) => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    simulated.simulator.inject({ path: GROUP_PATH, fault, times });
    const result = await simulated.run({ ...DRY, 'timeout-seconds': '20' });
    expect(readFailure(result)).toContain('Something other than LaunchDarkly answered');
    expect(result.outputs['error-code']).toBe('unexpected-response');
  });

  test.each(FOREIGN_404S)(
    'does not say that a conflict has no group: %s',
    async (_title, fault) => {
      await using simulated = await startSimulatedRun({ group: olderGroup() });
      simulated.simulator.inject({ path: GROUP_PATH, fault, times });
      const result = await simulated.run({ 'if-exists': 'keep', 'timeout-seconds': '20' });
      expect(readFailure(result)).toContain('Something other than LaunchDarkly answered');
      expect(result.outputs['error-code']).toBe('unexpected-response');
    },
  );

  test.each(FOREIGN_404S)(
    'does not make an update create the group anew: %s',
    async (_title, fault) => {
      await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Before' }) });
      simulated.simulator.inject({ method: 'PATCH', fault, times });
      const result = await simulated.run({ 'if-exists': 'update', 'timeout-seconds': '20' });
      expect(readFailure(result)).toContain('Something other than LaunchDarkly answered');
      expect(simulated.methods().match(/POST/g)).toHaveLength(1);
    },
  );
});
