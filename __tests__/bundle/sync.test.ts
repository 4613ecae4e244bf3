import { describe, expect, test } from 'vitest';
import { sampleWriterToken } from '../../simulator/launchdarkly/sample-account.ts';
import type { Simulator } from '../../simulator/launchdarkly/simulator.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { showPage } from './simulated-run.ts';
import { existingGroup, listAnnotations, listOutcomes, startSyncRun } from './sync-run.ts';

const GROUPS = '/api/v2/engineering-insights/insights/groups';
const CREATE = 'POST /api/v2/engineering-insights/insights/group';

const FILE = `defaults:
  project: default
groups:
  - key: checkout
    name: Checkout
    environment: production
    applications: [billing-service]
  - key: '{project}-{environment}-all-apps'
    name: '{environment-name} - All Apps'
    environment: ['*', '!production']
  - key: old
    environment: production
    state: absent
  - key: gone
    environment: production
    state: absent
`;

/** One group to create by the entry `checkout`, one by the pattern, one to update, one to delete. */
const EXISTING = [
  existingGroup({ key: 'old' }),
  existingGroup({ key: 'default-test-all-apps', environmentKey: 'test', name: 'Test' }),
];

const PLAN_OUTCOMES = [
  'checkout: would-create',
  'default-staging-all-apps: would-create',
  'default-test-all-apps: would-update',
  'gone: absent',
  'old: would-delete',
];

function readCounts({ outputs }: StepResult): Record<string, number> {
  const counts: Record<string, number> = JSON.parse(outputs['counts'] ?? '{}');
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function addExisting(simulator: Simulator, ...keys: readonly string[]): void {
  for (const key of keys) {
    simulator.account.groups.set(key, existingGroup({ key }));
  }
}

describe('a dry run', () => {
  test('shows the plan in log, summary and outputs, in the order of the file, and writes nothing', async () => {
    await using sync = await startSyncRun(FILE, { groups: EXISTING });
    const result = await sync.run({ 'dry-run': 'true' });

    expect(result.log.split('\n')).toEqual([
      'Planning 5 insight groups: 2 to create, 1 to update, 1 to delete, 1 already absent.',
      '+ create insight group "checkout" of project "default", environment "production"',
      '+ create insight group "default-staging-all-apps" of project "default", environment "staging"',
      '~ update insight group "default-test-all-apps" of project "default", environment "test". Name: "Test" → "Test - All Apps".',
      '- delete insight group "old" of project "default", environment "production"',
      'Dry run, nothing was written: 2 to create, 1 to update, 1 to delete, 1 already absent.',
      ...(result.log.endsWith('\n') ? [''] : []),
    ]);
    expect(result.exitCode).toBe(0);
    expect(result.annotations).toEqual([]);
    expect(result.outputs).toMatchObject({ outcome: 'drift', drift: 'true', 'error-code': '' });
    expect(listOutcomes(result)).toEqual(PLAN_OUTCOMES);
    expect(readCounts(result)).toEqual({
      wouldCreate: 2,
      wouldUpdate: 1,
      wouldDelete: 1,
      absent: 1,
    });
    for (const text of [
      '2 to create',
      'checkout',
      'Test - All Apps',
      'old',
      'nothing was written',
    ]) {
      expect(result.summary).toContain(text);
    }
    expect(sync.writes()).toEqual([]);
  });

  test.each([
    ['created', []],
    ['updated', [existingGroup({ key: 'checkout' })]],
  ])('warns of an unknown application of a group that would be %s', async (_what, groups) => {
    const file = FILE.replace('billing-service', 'biling-service');
    await using sync = await startSyncRun(file, { groups });
    const result = await sync.run({ 'dry-run': 'true' });
    expect(result.log).toContain('"biling-service"; did you mean "billing-service"?');
  });

  test('with on-drift: fail fails with the code drift, and its outcome is drift', async () => {
    await using sync = await startSyncRun(FILE, { groups: EXISTING });
    const result = await sync.run({ 'dry-run': 'true', 'on-drift': 'fail' });

    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({
      outcome: 'drift',
      drift: 'true',
      'error-code': 'drift',
    });
    expect(listOutcomes(result)).toEqual(PLAN_OUTCOMES);
    expect(listAnnotations(result)).toEqual([
      expect.stringContaining(
        'error LaunchDarkly differs from the groups file: 4 insight groups differ from the groups file. This was a dry run: nothing was written.',
      ),
    ]);
    expect(sync.writes()).toEqual([]);
  });

  test.each([
    ['an environment', 'project: default, environment: nope', 'Environment "nope" does not exist'],
    ['a project', 'project: nope, environment: production', 'Project "nope" does not exist'],
  ])('fails like the apply when %s of an entry does not exist', async (_, place, reason) => {
    await using sync = await startSyncRun(`groups:
  - {key: a, name: A, ${place}}
  - {key: b, name: B, project: default, environment: staging}
`);
    const planned = await sync.run({ 'dry-run': 'true', 'on-drift': 'fail' });
    expect(planned.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'not-found' });
    expect(listOutcomes(planned)).toEqual(['a: failed', 'b: would-create']);
    expect(planned.log).toContain(reason);
    expect(sync.writes()).toEqual([]);

    const applied = await sync.run({ 'timeout-seconds': '30' });
    expect(applied.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'not-found' });
  });

  test('with on-drift: fail succeeds when the account matches the file', async () => {
    const groups = [existingGroup({ key: 'checkout', name: 'Checkout' })];
    await using sync = await startSyncRun(
      'groups: [{key: checkout, name: Checkout, project: default, environment: production}]',
      { groups },
    );
    const result = await sync.run({ 'dry-run': 'true', 'on-drift': 'fail' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ outcome: 'in-sync', drift: 'false', 'error-code': '' });
  });

  test.each([
    {
      what: 'the list of groups cannot be read',
      inject: (simulator: Simulator) =>
        simulator.inject({
          path: GROUPS,
          times: Number.POSITIVE_INFINITY,
          fault: { kind: 'respond', status: 403, body: { code: 'forbidden', message: 'No' } },
        }),
      code: 'forbidden',
    },
    {
      what: 'one group belongs to another environment',
      inject: (simulator: Simulator) =>
        simulator.account.groups.set(
          'checkout',
          existingGroup({ key: 'checkout', environmentKey: 'test' }),
        ),
      code: 'conflict',
    },
  ])('with on-drift: fail never reports drift when $what', async ({ inject, code }) => {
    await using sync = await startSyncRun(FILE, { groups: EXISTING });
    inject(sync.simulator);
    const result = await sync.run({ 'dry-run': 'true', 'on-drift': 'fail' });
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': code });
    expect(result.log).not.toContain('differs from the groups file');
  });

  test('says of each group in a missing environment what is wrong with that group', async () => {
    const file = `groups:
  - {key: first, name: First, project: default, environment: prodution}
  - {key: second, name: Second, project: default, environment: prodution}
`;
    await using sync = await startSyncRun(file);
    const result = await sync.run({ 'dry-run': 'true' });
    expect(listOutcomes(result)).toEqual(['first: failed', 'second: failed']);
    expect(result.log).toContain('for insight group "first"');
    expect(result.log).toContain('for insight group "second"');
  });

  test('checks the other groups of an environment when the first one belongs to another', async () => {
    const file = `groups:
  - {key: first, name: First, project: default, environment: production}
  - {key: second, name: Second, project: default, environment: production}
`;
    await using sync = await startSyncRun(file);
    const elsewhere = existingGroup({ key: 'first', environmentKey: 'test' });
    // Nothing is listed, as if the list lagged, and a read of the first group shows it in another environment.
    sync.simulator.inject({
      path: `${GROUPS}/first`,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'respond', status: 200, body: elsewhere },
    });
    const result = await sync.run({ 'dry-run': 'true' });
    expect(listOutcomes(result)).toEqual(['first: failed', 'second: would-create']);
  });

  test('blames no project when LaunchDarkly has no list of insight groups', async () => {
    await using sync = await startSyncRun(FILE);
    sync.simulator.inject({
      path: GROUPS,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'respond', status: 404, body: { code: 'not_found', message: 'No' } },
    });
    const result = await sync.run({ 'dry-run': 'true' });
    expect(result.outputs['error-code']).toBe('not-found');
    expect(result.log).toContain('LaunchDarkly did not find it (404)');
    expect(result.log).toContain('that the account has engineering insights');
    expect(result.log).not.toContain('""');
  });

  test('waits for an environment that was created a moment ago and whose name is asked for', async () => {
    const file = `groups:
  - {key: new, name: '{environment-name}', project: default, environment: fresh}
`;
    await using sync = await startSyncRun(file);
    const { account } = sync.simulator;
    const result = sync.run({ 'dry-run': 'true' });
    while (!sync.simulator.requests.some(({ path }) => path.endsWith('/environments'))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    account.addEnvironment('default', 'fresh');
    expect(listOutcomes(await result)).toEqual(['new: would-create']);
  });

  test('reads the name of a project again that a list showed before the project itself was found', async () => {
    const file = `groups:
  - {key: named, name: '{project-name}', project: default, environment: 'prod*'}
`;
    await using sync = await startSyncRun(file);
    sync.simulator.inject({
      path: '/api/v2/projects/default',
      fault: { kind: 'respond', status: 404, body: { code: 'not_found', message: 'No' } },
    });
    const result = await sync.run({ 'dry-run': 'true' });
    expect(listOutcomes(result)).toEqual(['named: would-create']);
  });

  test('does not call a group missing that the list has skipped while others changed it', async () => {
    const keys = Array.from({ length: 45 }, (_, index) => `group-${index}`);
    const entries = keys.map(
      (key) => `  - {key: ${key}, name: Same, project: default, environment: production}`,
    );
    await using sync = await startSyncRun(['groups:', ...entries].join('\n'), {
      groups: keys.map((key) => existingGroup({ key, name: 'Same' })),
      behaviour: { listOrder: 'moving' },
    });
    const result = await sync.run({ 'dry-run': 'true', 'on-drift': 'fail' });
    expect(result.outputs).toMatchObject({ outcome: 'in-sync', 'error-code': '' });
  });
});

describe('an apply', () => {
  test('creates and updates first and deletes last, and a second one is in sync and writes nothing', async () => {
    await using sync = await startSyncRun(FILE, { groups: EXISTING });
    const first = await sync.run();

    expect(first.exitCode).toBe(0);
    expect(first.outputs).toMatchObject({ outcome: 'changed', drift: 'false', 'error-code': '' });
    expect(listOutcomes(first)).toEqual([
      'checkout: created',
      'default-staging-all-apps: created',
      'default-test-all-apps: updated',
      'gone: absent',
      'old: deleted',
    ]);
    expect(readCounts(first)).toEqual({ created: 2, updated: 1, deleted: 1, absent: 1 });
    expect(sync.writes().at(-1)).toBe(`DELETE ${GROUPS}/old`);
    expect(sync.writes().slice(0, -1).sort()).toEqual([
      `PATCH ${GROUPS}/default-test-all-apps`,
      CREATE,
      CREATE,
    ]);
    const { groups } = sync.simulator.account;
    expect([...groups.keys()].sort()).toEqual([
      'checkout',
      'default-staging-all-apps',
      'default-test-all-apps',
    ]);
    expect(groups.get('checkout')).toMatchObject({
      name: 'Checkout',
      applicationKeys: ['billing-service'],
    });
    expect(groups.get('default-staging-all-apps')).toMatchObject({ name: 'Staging - All Apps' });
    for (const line of [
      'Created insight group "checkout" of project "default", environment "production".',
      'Name: "Test" → "Test - All Apps".',
      'Deleted insight group "old" of project "default", environment "production".',
      'Done: 2 created, 1 updated, 1 deleted, 1 already absent.',
    ]) {
      expect(first.log).toContain(line);
    }

    const before = sync.writes().length;
    const second = await sync.run();
    expect(second.outputs).toMatchObject({ outcome: 'in-sync', drift: 'false' });
    expect(readCounts(second)).toEqual({ unchanged: 3, absent: 2 });
    expect(second.log).toContain('Done: 3 unchanged, 2 already absent.');
    expect(sync.writes()).toHaveLength(before);
  });

  test('writes all other groups when one fails, and then skips the deletions', async () => {
    await using sync = await startSyncRun(FILE, {
      groups: [...EXISTING, existingGroup({ key: 'checkout', environmentKey: 'test' })],
    });
    const result = await sync.run();

    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'conflict' });
    expect(listOutcomes(result)).toEqual([
      'checkout: failed',
      'default-staging-all-apps: created',
      'default-test-all-apps: updated',
      'gone: skipped',
      'old: skipped',
    ]);
    expect(sync.simulator.account.groups.has('old')).toBe(true);
    expect(result.log).toContain('Done: 1 failed, 2 skipped, 1 created, 1 updated.');
  });

  test('creates the groups of the environments that exist when one that is named does not', async () => {
    await using sync = await startSyncRun(`groups:
  - key: '{environment}-x'
    name: X
    project: default
    environment: [staging, tset]
  - {key: old, project: default, environment: production, state: absent}
`);
    sync.simulator.account.groups.set('old', existingGroup({ key: 'old' }));
    const result = await sync.run();
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'not-found' });
    expect(listOutcomes(result)).toEqual(['old: skipped', 'staging-x: created', 'tset-x: failed']);
    expect(result.log).toContain('"test"');
  });

  test('never deletes a group that the file does not name', async () => {
    const other = existingGroup({ key: 'other' });
    await using sync = await startSyncRun(FILE, { groups: [...EXISTING, other] });
    await sync.run();
    expect(sync.simulator.account.groups.get('other')).toEqual(other);
  });

  test('does not delete a group of another environment', async () => {
    await using sync = await startSyncRun(
      'groups: [{key: old, project: default, environment: production, state: absent}]',
      { groups: [existingGroup({ key: 'old', environmentKey: 'test' })] },
    );
    const result = await sync.run();
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'conflict' });
    expect(sync.writes()).toEqual([]);
  });

  test('deletes groups that the list has skipped', async () => {
    const keys = Array.from({ length: 45 }, (_, index) => `group-${index}`);
    const entries = keys.map(
      (key) => `  - {key: ${key}, project: default, environment: production, state: absent}`,
    );
    await using sync = await startSyncRun(['groups:', ...entries].join('\n'), {
      groups: keys.map((key) => existingGroup({ key })),
      behaviour: { listOrder: 'moving' },
    });
    const result = await sync.run({ 'max-deletes': '45' });
    expect(readCounts(result)).toEqual({ deleted: 45 });
    expect(sync.simulator.account.groups.size).toBe(0);
  });

  test('makes what an exact entry says where a pattern gives the same key', async () => {
    await using sync = await startSyncRun(`defaults: {project: default}
groups:
  - {key: '{project}-{environment}-all-apps', name: '{environment-name}', environment: '*'}
  - {key: default-test-all-apps, name: Special, environment: test, applications: [billing-service]}
`);
    const result = await sync.run();
    expect(readCounts(result)).toEqual({ created: 3 });
    expect(sync.simulator.createdCount('default-test-all-apps')).toBe(1);
    expect(sync.simulator.account.groups.get('default-test-all-apps')).toMatchObject({
      name: 'Special',
      applicationKeys: ['billing-service'],
    });
  });

  test('deletes the group of an exact entry that is absent, whatever a pattern says', async () => {
    await using sync = await startSyncRun(
      `defaults: {project: default}
groups:
  - {key: '{environment}-x', name: X, environment: '*'}
  - {key: test-x, environment: test, state: absent}
`,
      { groups: [existingGroup({ key: 'test-x', environmentKey: 'test' })] },
    );
    expect(listOutcomes(await sync.run())).toEqual([
      'production-x: created',
      'staging-x: created',
      'test-x: deleted',
    ]);
    const again = await sync.run();
    expect(again.outputs).toMatchObject({ outcome: 'in-sync' });
  });

  test('keeps scalars as text', async () => {
    await using sync = await startSyncRun(
      'groups: [{key: 007, name: 1.10, project: default, environment: production, applications: [no]}]',
    );
    await sync.run();
    expect(sync.simulator.account.groups.get('007')).toMatchObject({
      name: '1.10',
      applicationKeys: ['no'],
    });
  });
});

describe('max-deletes', () => {
  const keys = ['a', 'b', 'c'];
  const file = [
    'groups:',
    '  - {key: new, name: New, project: default, environment: production}',
    ...keys.map(
      (key) => `  - {key: ${key}, project: default, environment: production, state: absent}`,
    ),
  ].join('\n');

  test('stops an apply before it writes anything', async () => {
    await using sync = await startSyncRun(file);
    addExisting(sync.simulator, ...keys);
    const result = await sync.run({ 'max-deletes': '2' });

    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'too-many-deletes' });
    expect(listAnnotations(result)).toEqual([
      expect.stringContaining(
        'error The file asks for too many deletions: The groups file .github/insight-groups.yml asks to delete 3 existing groups; max-deletes allows 2. Nothing was written.',
      ),
    ]);
    for (const key of keys) {
      expect(result.log).toContain(`To delete: ${key}`);
    }
    expect(sync.writes()).toEqual([]);
  });

  test('fails a dry run as well, which still shows the plan', async () => {
    await using sync = await startSyncRun(file);
    addExisting(sync.simulator, ...keys);
    const result = await sync.run({ 'max-deletes': '2', 'dry-run': 'true', 'on-drift': 'fail' });

    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'too-many-deletes' });
    expect(readCounts(result)).toEqual({ wouldCreate: 1, wouldDelete: 3 });
    expect(result.log).toContain('- delete insight group "a" of project');
  });

  test('counts only groups that exist', async () => {
    await using sync = await startSyncRun(file);
    addExisting(sync.simulator, 'a', 'b');
    const result = await sync.run({ 'max-deletes': '2' });
    expect(result.exitCode).toBe(0);
    expect(readCounts(result)).toEqual({ created: 1, deleted: 2, absent: 1 });
  });

  test('of 0 allows no deletion', async () => {
    await using sync = await startSyncRun(file);
    addExisting(sync.simulator, 'a');
    const result = await sync.run({ 'max-deletes': '0' });
    expect(result.outputs).toMatchObject({ 'error-code': 'too-many-deletes' });
    expect(sync.writes()).toEqual([]);
  });

  test('counts no group whose key differs in letter case', async () => {
    await using sync = await startSyncRun(file);
    addExisting(sync.simulator, 'A', 'B', 'C');
    const result = await sync.run({ 'max-deletes': '0' });
    expect(readCounts(result)).toEqual({ created: 1, absent: 3 });
    expect([...sync.simulator.account.groups.keys()]).toEqual(['A', 'B', 'C', 'new']);
  });

  /** Makes the list show no group at all, as one that lags does. */
  function hideGroups({ inject }: Simulator): void {
    inject({
      path: /insights\/groups$/,
      times: Number.POSITIVE_INFINITY,
      fault: showPage([]),
    });
  }

  test('holds for groups that the list does not show', async () => {
    await using sync = await startSyncRun(file);
    addExisting(sync.simulator, ...keys);
    hideGroups(sync.simulator);
    const result = await sync.run({ 'max-deletes': '2' });

    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'too-many-deletes' });
    expect(readCounts(result)).toEqual({ created: 1, deleted: 2, failed: 1 });
    expect(listAnnotations(result)).toEqual([
      expect.stringMatching(/max-deletes allows 2\. Insight group "[abc]" was not deleted\./),
    ]);
  });

  test('holds in a dry run for groups that the list does not show', async () => {
    await using sync = await startSyncRun(file);
    addExisting(sync.simulator, ...keys);
    hideGroups(sync.simulator);
    const result = await sync.run({ 'max-deletes': '2', 'dry-run': 'true' });
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'too-many-deletes' });
    expect(readCounts(result)).toEqual({ wouldCreate: 1, wouldDelete: 3 });
  });

  test('counts groups that the list has skipped', async () => {
    const existing = Array.from({ length: 45 }, (_, index) => `group-${index}`);
    const entries = existing.map(
      (key) => `  - {key: ${key}, project: default, environment: production, state: absent}`,
    );
    await using sync = await startSyncRun(['groups:', ...entries].join('\n'), {
      groups: existing.map((key) => existingGroup({ key })),
      behaviour: { listOrder: 'moving' },
    });
    const result = await sync.run({ 'max-deletes': '44' });
    expect(result.outputs).toMatchObject({ 'error-code': 'too-many-deletes' });
    expect(sync.writes()).toEqual([]);
  });
});

describe('a list that lags', () => {
  const file = [
    'groups:',
    '  - {key: new, name: New, project: default, environment: production}',
    '  - {key: named, name: Named, project: default, environment: production}',
  ].join('\n');

  test('makes a dry run after an apply report no drift', async () => {
    await using sync = await startSyncRun(file, {
      groups: [existingGroup({ key: 'named', name: 'Old' })],
      behaviour: { listLagMs: 60_000 },
    });
    expect(listOutcomes(await sync.run())).toEqual(['named: updated', 'new: created']);
    const result = await sync.run({ 'dry-run': 'true', 'on-drift': 'fail' });
    expect(result.outputs).toMatchObject({ outcome: 'in-sync', drift: 'false', 'error-code': '' });
  });

  test('makes a second apply write nothing and report nothing as changed', async () => {
    await using sync = await startSyncRun(file, {
      groups: [existingGroup({ key: 'named', name: 'Old' })],
      behaviour: { listLagMs: 60_000 },
    });
    await sync.run();
    const second = await sync.run();
    expect(second.outputs).toMatchObject({ outcome: 'in-sync' });
    expect(listOutcomes(second)).toEqual(['named: unchanged', 'new: unchanged']);
  });
});

test('a created group that LaunchDarkly stores differently is drift, now and in the next dry run', async () => {
  const file = 'groups:\n  - {key: k, name: A  B, project: default, environment: production}';
  await using sync = await startSyncRun(file, { behaviour: { storeAs: ['squeeze-blanks'] } });
  const applied = await sync.run();
  expect(applied.outputs).toMatchObject({ outcome: 'changed', drift: 'true' });
  const planned = await sync.run({ 'dry-run': 'true' });
  expect(planned.outputs).toMatchObject({ outcome: 'drift', drift: 'true' });
});

describe('nothing to do', () => {
  test.each([
    { what: 'an empty file', content: '' },
    { what: 'a file of comments', content: '# none yet\n' },
    { what: 'an empty list', content: 'groups: []' },
    { what: 'no list', content: 'groups:\n' },
  ])('is in sync, with a notice: $what', async ({ content }) => {
    await using sync = await startSyncRun(content);
    const result = await sync.run({ 'dry-run': 'true', 'on-drift': 'fail' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ outcome: 'in-sync', drift: 'false', groups: '[]' });
    expect(listAnnotations(result)).toEqual([
      'notice Nothing matched: The groups file .github/insight-groups.yml has no groups.',
    ]);
    expect(sync.simulator.requests).toEqual([]);
  });

  test('an entry that matches nothing is a notice with its line, and not a failure', async () => {
    await using sync = await startSyncRun(`groups:
  - key: '{environment}'
    name: X
    project: default
    environment: pr-*
`);
    const result = await sync.run();
    expect(result.exitCode).toBe(0);
    expect(listAnnotations(result)).toEqual([
      'notice Nothing matched: .github/insight-groups.yml:2: No environment in project "default" matches "pr-*".',
    ]);
  });

  test('many entries that match nothing are nine notices and a tenth for the rest', async () => {
    const entries = Array.from(
      { length: 12 },
      (_, index) =>
        `  - {key: '{environment}-${index}', name: X, project: default, environment: pr-*}`,
    );
    await using sync = await startSyncRun(['groups:', ...entries].join('\n'));
    const result = await sync.run();
    expect(result.exitCode).toBe(0);
    expect(result.annotations).toHaveLength(10);
    expect(result.annotations.at(-1)?.message).toBe(
      '.github/insight-groups.yml: 3 more patterns match nothing, on lines 11, 12, 13.',
    );
  });
});

test('masks nothing that the file names, though it looks like a key, but always the token', async () => {
  const environment = 'pr-api-0f8fad5b-d9cb-469f-a165-70867728950e';
  await using sync = await startSyncRun(`groups:
  - {key: '{environment}-x', name: '${sampleWriterToken}', project: default, environment: ${environment}}
  - {key: '{environment}-y', name: Y, project: default, environment: [${environment}, missing-${environment}]}
`);
  sync.simulator.account.addEnvironment('default', environment);
  sync.simulator.account.groups.set(
    `${environment}-x`,
    existingGroup({ key: `${environment}-x`, environmentKey: environment }),
  );
  // The runner that starts the action searches everything that it wrote for the token.
  const result = await sync.run();
  expect(listOutcomes(result)).toEqual([
    `missing-${environment}-y: failed`,
    `${environment}-x: updated`,
    `${environment}-y: created`,
  ]);
  expect(result.log).toContain(`Created insight group "${environment}-y"`);
  expect(result.masks).not.toContain(environment);
});

test('refuses values of on-drift and max-deletes that are not valid', async () => {
  await using sync = await startSyncRun(FILE);
  const result = await sync.run({ 'on-drift': 'warn', 'max-deletes': '-1' });
  expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'invalid-input' });
  expect(result.log).toContain('on-drift');
  expect(result.log).toContain('max-deletes');
  expect(sync.simulator.requests).toEqual([]);
});
