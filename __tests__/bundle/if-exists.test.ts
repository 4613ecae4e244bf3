import { describe, expect, test } from 'vitest';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import {
  CREATE_PATH,
  DESIRED,
  describeRequest,
  GROUP_PATH,
  olderGroup,
  readFailure,
  startSimulatedRun,
} from './simulated-run.ts';

const APPLICATIONS = ['billing-service', 'inventory-service'];
const CREATE = `POST ${CREATE_PATH}`;
const READ = `GET ${GROUP_PATH}?expand=scores`;
const UPDATE = `PATCH ${GROUP_PATH}`;

const NAME_DRIFT = { field: 'name', desired: DESIRED.name, actual: 'Production' };

/** What may exist before the run, and how it differs from the desired group. */
const SITUATIONS = {
  missing: { group: undefined, inputs: {}, drift: [], patch: [] },
  equal: { group: {}, inputs: {}, drift: [], patch: [] },
  'equal, applications in another order': {
    group: { applicationKeys: APPLICATIONS },
    inputs: { applications: 'inventory-service, billing-service' },
    drift: [],
    patch: [],
  },
  'equal, an empty list for all applications': {
    group: { applicationKeys: [] },
    inputs: {},
    drift: [],
    patch: [],
  },
  'another name': {
    group: { name: 'Production' },
    inputs: {},
    drift: [NAME_DRIFT],
    patch: [{ op: 'replace', path: '/name', value: DESIRED.name }],
  },
  'all applications instead of two': {
    group: {},
    inputs: { applications: APPLICATIONS.join(',') },
    drift: [{ field: 'applications', desired: APPLICATIONS, actual: [] }],
    patch: [{ op: 'add', path: '/applicationKeys', value: APPLICATIONS }],
  },
  'one application instead of two': {
    group: { applicationKeys: ['billing-service'] },
    inputs: { applications: APPLICATIONS.join(',') },
    drift: [{ field: 'applications', desired: APPLICATIONS, actual: ['billing-service'] }],
    patch: [{ op: 'add', path: '/applicationKeys', value: APPLICATIONS }],
  },
  'two applications instead of all': {
    group: { applicationKeys: APPLICATIONS },
    inputs: {},
    drift: [{ field: 'applications', desired: [], actual: APPLICATIONS }],
    patch: [
      { op: 'add', path: '/applicationKeys', value: [] },
      { op: 'remove', path: '/applicationKeys' },
    ],
  },
  'another name and other applications': {
    group: { name: 'Production', applicationKeys: ['billing-service'] },
    inputs: { applications: 'inventory-service' },
    drift: [
      NAME_DRIFT,
      { field: 'applications', desired: ['inventory-service'], actual: ['billing-service'] },
    ],
    patch: [
      { op: 'replace', path: '/name', value: DESIRED.name },
      { op: 'add', path: '/applicationKeys', value: ['inventory-service'] },
    ],
  },
  'another project': {
    group: { projectKey: 'mobile', name: 'Production' },
    inputs: {},
    drift: [{ field: 'project', desired: 'default', actual: 'mobile' }, NAME_DRIFT],
    patch: [],
  },
  'another environment': {
    group: { environmentKey: 'staging' },
    inputs: {},
    drift: [{ field: 'environment', desired: 'production', actual: 'staging' }],
    patch: [],
  },
} as const satisfies Record<string, Situation>;

interface Situation {
  /** How the existing group differs from the sample; undefined when none exists. */
  readonly group: Partial<InsightGroup> | undefined;
  readonly inputs: Readonly<Record<string, string>>;
  readonly drift: readonly object[];
  readonly patch: readonly object[];
}

type Row = readonly [
  situation: keyof typeof SITUATIONS,
  fail: string,
  keep: string,
  update: string,
];

/** The truth table: the outcome for each situation and each value of `if-exists`. */
const TRUTH: readonly Row[] = [
  ['missing', 'created', 'created', 'created'],
  ['equal', 'conflict', 'unchanged', 'unchanged'],
  ['equal, applications in another order', 'conflict', 'unchanged', 'unchanged'],
  ['equal, an empty list for all applications', 'conflict', 'unchanged', 'unchanged'],
  ['another name', 'conflict', 'kept', 'updated'],
  ['all applications instead of two', 'conflict', 'kept', 'updated'],
  ['one application instead of two', 'conflict', 'kept', 'updated'],
  ['two applications instead of all', 'conflict', 'kept', 'updated'],
  ['another name and other applications', 'conflict', 'kept', 'updated'],
  ['another project', 'conflict', 'conflict', 'conflict'],
  ['another environment', 'conflict', 'conflict', 'conflict'],
];

describe.concurrent.each(['fail', 'keep', 'update'] as const)('if-exists: %s', (ifExists) => {
  const column = { fail: 1, keep: 2, update: 3 } as const;
  const rows = TRUTH.map((row) => ({ situation: row[0], outcome: row[column[ifExists]] }));

  test.each(rows)('$situation: $outcome', async ({ situation, outcome }) => {
    const { group, inputs, drift, patch }: Situation = SITUATIONS[situation];
    const before = group && olderGroup(group);
    await using simulated = await startSimulatedRun({ group: before });
    simulated.simulator.account.addProject('mobile', ['production']);
    const result = await simulated.run({ ...inputs, 'if-exists': ifExists });

    const hasWrittenApplications = outcome === 'updated' && 'applications' in inputs;
    expect(simulated.simulator.requests.map(describeRequest)).toEqual([
      ...({ created: [CREATE], updated: [CREATE, READ, UPDATE] }[outcome] ?? [CREATE, READ]),
      ...(hasWrittenApplications ? [expect.stringContaining('/applications?filter=')] : []),
    ]);
    if (outcome === 'updated') {
      expect(JSON.parse(simulated.simulator.requests[2]?.body ?? '')).toEqual(patch);
    }

    const isFailure = outcome === 'conflict';
    expect(result.conclusion).toBe(isFailure ? 'failure' : 'success');
    const stored = simulated.simulator.account.groups.get(DESIRED.key);
    expect(result.outputs).toMatchObject({
      outcome: isFailure ? 'failed' : outcome,
      created: String(outcome === 'created'),
      'error-code': isFailure ? 'conflict' : '',
      // Whatever the outcome, the outputs describe the group that exists.
      key: DESIRED.key,
      name: stored?.name,
      project: stored?.projectKey,
      environment: stored?.environmentKey,
      applications: JSON.stringify(stored?.applicationKeys ?? []),
      'created-at': new Date(stored?.createdAt ?? 0).toISOString(),
    });
    expect(JSON.parse(result.outputs['drift'] ?? '')).toEqual(drift);
    if (outcome === 'updated') {
      expect(stored).toMatchObject({ name: DESIRED.name, createdAt: before?.createdAt });
      expect([...(stored?.applicationKeys ?? [])]).toEqual(
        inputs['applications']?.split(',') ?? [],
      );
    } else if (before !== undefined) {
      expect(stored).toEqual(before);
    }
    expect(result.annotations.map(({ kind }) => kind)).toEqual(
      { conflict: ['error'], kept: ['warning'] }[outcome] ?? [],
    );
    expect(result.summary).toContain(DESIRED.key);
  });
});

describe.concurrent('the log', () => {
  test('warns once of a drift that is kept, with the actual and the desired values', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Production' }) });
    const result = await simulated.run({ 'if-exists': 'keep', applications: 'billing-service' });
    expect(result.annotations).toMatchObject([
      {
        kind: 'warning',
        title: 'The insight group differs from the request',
        message: expect.stringMatching(
          /\(if-exists: keep\)\. Name: "Production", expected "Production - All Apps"\. Applications: all applications, expected billing-service\.$/,
        ),
      },
    ]);
  });

  test('shows how the group differs in a conflict', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Production' }) });
    const result = await simulated.run();
    expect(readFailure(result)).toEqual(
      [
        'The insight group already exists',
        'Insight group "default-production-all-apps" already exists in project "default", environment "production". It differs in name. Nothing was written.',
        '- Name: "Production", expected "Production - All Apps"',
        'Next: Set if-exists: keep to go on with the group as it is, or if-exists: update to change it to what is requested.',
      ].join('\n'),
    );
  });

  test('says that a group of another project belongs to somebody else', async () => {
    await using simulated = await startSimulatedRun({
      group: olderGroup({ projectKey: 'mobile' }),
    });
    const result = await simulated.run({ 'if-exists': 'update' });
    expect(readFailure(result)).toEqual(
      [
        'The key belongs to another project or environment',
        'Insight group "default-production-all-apps" belongs to project "mobile", environment "production". Keys are unique in the whole account, so it can\'t be created for project "default", environment "production", and it is never moved. Nothing was written.',
        '- Project: mobile, expected default',
        'Next: Choose another key, such as "default.production.all-apps".',
      ].join('\n'),
    );
  });
});

describe.concurrent('an update that LaunchDarkly does not apply', () => {
  test('quotes the rejection of a patch', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Production' }) });
    simulated.simulator.inject({
      method: 'PATCH',
      fault: {
        kind: 'respond',
        status: 422,
        body: { code: 'patch_failed', message: 'Could not apply patch.' },
      },
    });
    const result = await simulated.run({ 'if-exists': 'update' });
    expect(readFailure(result)).toEqual(
      [
        'LaunchDarkly refused the request as invalid',
        'LaunchDarkly refused the request as invalid (422). Tried to update insight group "default-production-all-apps". Nothing was written.',
        '- Name: "Production", expected "Production - All Apps"',
        'LaunchDarkly answered 422 (patch_failed): "Could not apply patch."',
        'Next: Make the change in LaunchDarkly, or set if-exists: keep to go on with the group as it is.',
      ].join('\n'),
    );
    expect(simulated.methods()).toBe('POST GET PATCH');
  });

  test('does not report an update that is answered 200 but not applied', async () => {
    const group = olderGroup({ name: 'Production' });
    await using simulated = await startSimulatedRun({ group });
    simulated.simulator.inject({
      method: 'PATCH',
      fault: { kind: 'respond', status: 200, body: group },
    });
    const result = await simulated.run({ 'if-exists': 'update', applications: 'billing-service' });
    expect(readFailure(result)).toContain(
      'LaunchDarkly accepted the update of insight group "default-production-all-apps" but its name and applications did not change. Nothing was written.',
    );
    expect(result.outputs).toMatchObject({
      'error-code': 'unexpected-response',
      name: 'Production',
    });
    expect(JSON.parse(result.outputs['drift'] ?? '')).toMatchObject([
      { field: 'name' },
      { field: 'applications' },
    ]);
  });
});

test.concurrent.each(['keep', 'update', 'fail'])(
  'writes the scores of an existing group to the outputs with %s',
  async (ifExists) => {
    await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Production' }) });
    simulated.simulator.account.setScores(DESIRED.key);
    const result = await simulated.run({ 'if-exists': ifExists });
    expect(result.outputs).toMatchObject({ 'overall-score': '72', 'overall-indicator': 'good' });
  },
);

test.concurrent('treats scores that are not calculated yet as missing', async () => {
  await using simulated = await startSimulatedRun({ group: olderGroup() });
  const result = await simulated.run({ 'if-exists': 'keep' });
  expect(result.outputs).toMatchObject({
    'overall-score': '',
    'overall-indicator': 'notCalculated',
  });
});
