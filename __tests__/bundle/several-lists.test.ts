import { describe, expect, test } from 'vitest';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import type { Behaviour } from '../../simulator/launchdarkly/behaviour.ts';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import { sampleReaderToken } from '../../simulator/launchdarkly/sample-account.ts';
import {
  ENVIRONMENTS_PATH,
  expectTrueReport,
  GROUPS_PATH,
  nameEnvironments,
  readCounts,
  readGroups,
  type SeveralOptions,
  type SeveralRun,
  startSeveralRun,
} from './several-run.ts';
import { showPage } from './simulated-run.ts';

const PAGES: readonly (readonly [title: string, behaviour: Partial<Behaviour>])[] = [
  ['documented', {}],
  ['clamped to seven items', { maxPageSize: 7 }],
  ['clamped, without a count', { maxPageSize: 7, sendsTotalCount: false }],
  ['clamped, without a link to the next page', { maxPageSize: 7, sendsNextLink: false }],
  ['of one item', { maxPageSize: 1 }],
];

/** Lists that are no proof of anything. */
const UNRELIABLE: typeof PAGES = [
  ['shuffled anew for each page', { listOrder: 'shuffled' }],
  ['moving while they are read', { listOrder: 'moving' }],
  ['lagging', { listLagMs: 60_000 }],
  ['lagging, as single reads do', { listLagMs: 3_000, visibilityLagMs: 700 }],
];

describe.concurrent('pages of lists', () => {
  test.each(PAGES)('finds every environment and every group: %s', async (_title, behaviour) => {
    const environments = nameEnvironments(45);
    await using simulated = await startSeveralRun({
      environments,
      existing: environments.slice(0, 30),
      drifted: environments.slice(30, 40),
      behaviour,
    });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 5, updated: 10, unchanged: 30 });
    expectTrueReport(result, simulated);
    expect(simulated.account.groups.size).toBe(45);
  });

  test('two hundred unchanged groups cost the pages of both lists and nothing else', async () => {
    const environments = nameEnvironments(200);
    await using simulated = await startSeveralRun({ environments, existing: environments });
    const result = await simulated.run();
    expect(result.outputs['outcome']).toBe('unchanged');
    expect(simulated.calls()).toEqual({ 'GET environments': 2, 'GET groups': 10 });
  });

  const UNSTEADY: typeof PAGES = [
    ['moving while they are read', { listOrder: 'moving' }],
    ['moving, without a count', { listOrder: 'moving', sendsTotalCount: false }],
    ['shuffled anew for each page', { listOrder: 'shuffled' }],
  ];
  test.each(UNSTEADY)('finds every environment of lists that are %s', async (_title, behaviour) => {
    await using simulated = await startSeveralRun({
      environments: nameEnvironments(250),
      behaviour,
    });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 250 });
    expect(result.annotations).toEqual([]);
  });

  test.each(UNSTEADY)('finds every project of lists that are %s', async (_title, behaviour) => {
    await using simulated = await startSeveralRun({ behaviour });
    for (const number of nameEnvironments(220)) {
      simulated.account.addProject(`team-${number}`, ['production']);
    }
    const result = await simulated.run({ project: 'team-*', 'dry-run': 'true' });
    expect(readCounts(result)).toEqual({ wouldCreate: 220 });
    expect(result.annotations).toEqual([]);
  });

  test('never calls an environment missing that a read still shows', async () => {
    await using simulated = await startSeveralRun();
    const items = [{ key: 'production', name: 'Production' }];
    simulated.simulator.inject({
      path: /environments$/,
      times: Number.POSITIVE_INFINITY,
      fault: showPage(items),
    });
    const result = await simulated.run({ environment: 'production, staging, gone' });
    expect(readCounts(result)).toEqual({ created: 2, failed: 1 });
    expect(readGroups(result).map(({ name }) => name)).toEqual([
      '',
      'Production - All Apps',
      'Staging - All Apps',
    ]);
    expect(readGroups(result)[0]?.message).toContain('Environment "gone" does not exist');
  });

  test('tells of environments that LaunchDarkly counts and does not show', async () => {
    await using simulated = await startSeveralRun();
    const items = ['production', 'staging'].map((key) => ({ key, name: key }));
    simulated.simulator.inject({
      path: ENVIRONMENTS_PATH,
      times: Number.POSITIVE_INFINITY,
      fault: showPage(items, 3),
    });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 2 });
    expect(result.annotations).toMatchObject([
      {
        kind: 'warning',
        title: 'A list is incomplete',
        message:
          'LaunchDarkly counts 3 environments in project "default" but lists only 2. What it does not list is left out.',
      },
    ]);
    expect(simulated.simulator.requests.length).toBeLessThanOrEqual(12);
  });

  test('few groups in a large account are read one by one', async () => {
    await using simulated = await startSeveralRun({ existing: ['production'], others: 400 });
    const result = await simulated.run({ environment: 'production, staging' });
    expect(readCounts(result)).toEqual({ created: 1, unchanged: 1 });
    expect(simulated.calls()).toMatchObject({ 'GET groups': 1, 'POST group': 1 });
    expect(simulated.simulator.requests.length).toBeLessThanOrEqual(5);
  });
});

describe.concurrent('lists that are no proof', () => {
  test.each(UNRELIABLE)('writes reconcile when lists are %s', async (_title, behaviour) => {
    const environments = nameEnvironments(60);
    await using simulated = await startSeveralRun({ environments });
    await simulated.run({ environment: 'env-000*' });
    simulated.simulator.behaviour.maxPageSize = 10;
    Object.assign(simulated.simulator.behaviour, behaviour);
    const result = await simulated.run();
    expect(result.conclusion).toBe('success');
    expectTrueReport(result, simulated);
    for (const { key } of readGroups(result)) {
      expect(simulated.simulator.createdCount(key)).toBe(1);
    }
  });

  test('a group that the list does not show yet is found unchanged by its create', async () => {
    await using simulated = await startSeveralRun({ behaviour: { listLagMs: 60_000 } });
    await simulated.run();
    const again = await simulated.run();
    expect(readCounts(again)).toEqual({ unchanged: 3 });
    expect(again.outputs['created']).toBe('false');
  });

  test('a dry run of a list that moves still shows no group twice or as missing', async () => {
    const environments = nameEnvironments(50);
    await using simulated = await startSeveralRun({
      environments,
      existing: environments,
      behaviour: { listOrder: 'moving' },
    });
    simulated.simulator.behaviour.listOrder = 'documented';
    simulated.simulator.inject({
      path: GROUPS_PATH,
      skip: 1,
      fault: showPage([], 50),
    });
    const result = await simulated.run({ 'dry-run': 'true' });
    expect(readCounts(result)).toEqual({ unchanged: 50 });
  });
});

/** A list that still shows `group`, whatever the account holds by now. */
function showStale(simulated: SeveralRun, group: InsightGroup): void {
  simulated.simulator.inject({
    path: /insights\/groups$/,
    times: Number.POSITIVE_INFINITY,
    fault: showPage([group]),
  });
}

describe.concurrent('a list that lags', () => {
  const KEY = 'default-production-all-apps';
  const ONE = { environment: 'prod*' };

  /** A run whose list shows the group with another name than it has by now. */
  async function startRenamedRun(name: string): Promise<SeveralRun> {
    const simulated = await startSeveralRun({ existing: ['production'] });
    const group = simulated.account.groups.get(KEY);
    if (group === undefined) {
      throw new Error('The account has no group');
    }
    showStale(simulated, { ...group, name });
    return simulated;
  }

  test('does not cause an update of a group that already matches', async () => {
    await using simulated = await startRenamedRun('Old');
    const result = await simulated.run(ONE);
    expect(readCounts(result)).toEqual({ unchanged: 1 });
    expect(simulated.methods()).toBe('GET GET GET');
  });

  test('does not make a dry run plan an update of a group that already matches', async () => {
    await using simulated = await startRenamedRun('Old');
    const result = await simulated.run({ ...ONE, 'dry-run': 'true' });
    expect(readCounts(result)).toEqual({ unchanged: 1 });
  });

  test('does not cause a change to a group that was recreated in another project', async () => {
    await using simulated = await startRenamedRun('Old');
    const foreign = {
      key: KEY,
      name: 'Of others',
      projectKey: 'other',
      environmentKey: 'production',
      createdAt: Date.now(),
    };
    simulated.account.groups.set(KEY, foreign);
    const result = await simulated.run(ONE);
    expect(readGroups(result)).toMatchObject([{ outcome: 'failed', errorCode: 'conflict' }]);
    expect(simulated.account.groups.get(KEY)).toEqual(foreign);
    expect(simulated.methods()).not.toContain('PATCH');
  });

  test('does not keep a deleted group from being created', async () => {
    await using simulated = await startRenamedRun('Old');
    simulated.account.groups.delete(KEY);
    const result = await simulated.run(ONE);
    expect(readCounts(result)).toEqual({ created: 1 });
    expectTrueReport(result, simulated);
  });

  test('does not make a dry run plan any of forty changes that were already made', async () => {
    const environments = nameEnvironments(40);
    await using simulated = await startSeveralRun({
      environments,
      drifted: environments.slice(0, 20),
      behaviour: { listLagMs: 600_000 },
    });
    expect(readCounts(await simulated.run())).toEqual({ created: 20, updated: 20 });
    const result = await simulated.run({ 'dry-run': 'true' });
    expect(readCounts(result)).toEqual({ unchanged: 40 });
  });

  test('does not make a dry run plan to create a group that already exists', async () => {
    await using simulated = await startSeveralRun({ behaviour: { listLagMs: 60_000 } });
    await simulated.run();
    const again = await simulated.run({ 'dry-run': 'true' });
    expect(readCounts(again)).toEqual({ unchanged: 3 });
    expect(again.outputs['outcome']).toBe('unchanged');
  });
});

describe.concurrent('a listed group whose key differs in letter case only', () => {
  const LISTED = 'DEFAULT-production-all-apps';
  const KEY = 'default-production-all-apps';
  const ONE = { environment: 'prod*' };

  async function startRun(options: SeveralOptions = {}): Promise<SeveralRun> {
    const simulated = await startSeveralRun(options);
    simulated.account.groups.set(LISTED, {
      key: LISTED,
      name: 'Made by hand',
      projectKey: 'default',
      environmentKey: 'production',
      createdAt: Date.now() - 3_600_000,
    });
    return simulated;
  }

  test('is left alone, and the wanted group is created', async () => {
    await using simulated = await startRun();
    const result = await simulated.run(ONE);
    expect(readCounts(result)).toEqual({ created: 1 });
    expect([...simulated.account.groups.keys()]).toEqual([LISTED, KEY]);
    expect(simulated.account.groups.get(LISTED)).toMatchObject({ name: 'Made by hand' });
  });

  test('does not keep a dry run from planning to create the wanted group', async () => {
    await using simulated = await startRun();
    const result = await simulated.run({ ...ONE, 'dry-run': 'true' });
    expect(readCounts(result)).toEqual({ wouldCreate: 1 });
  });

  test('is ignored when the wanted group is listed as well', async () => {
    await using simulated = await startRun({ existing: ['production'] });
    const result = await simulated.run(ONE);
    expect(readCounts(result)).toEqual({ unchanged: 1 });
    expect(simulated.calls()).toEqual({ 'GET environments': 1, 'GET groups': 1 });
  });

  test('is the wanted group where LaunchDarkly ignores letter case', async () => {
    await using simulated = await startSeveralRun({ behaviour: { storeAs: ['lower-case-keys'] } });
    const inputs = { ...ONE, key: 'Default-{environment}' };
    await simulated.run(inputs);
    const again = await simulated.run(inputs);
    expect(readCounts(again)).toEqual({ unchanged: 1 });
    expect([...simulated.account.groups.keys()]).toEqual(['default-production']);
  });
});

const UNREADABLE: readonly (readonly [title: string, fault: Fault, code: string])[] = [
  ['403', { kind: 'respond', status: 403, body: { message: 'No.' } }, 'forbidden'],
  ['500 again and again', { kind: 'respond', status: 500 }, 'server-error'],
  [
    'a page of HTML',
    { kind: 'respond', status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' },
    'unexpected-response',
  ],
  ['JSON of another kind', { kind: 'respond', status: 200, body: {} }, 'unexpected-response'],
  ['401', { kind: 'respond', status: 401 }, 'unauthorized'],
  ['no answer', { kind: 'reset' }, 'network'],
];

describe.concurrent('a list that cannot be read', () => {
  test.each(
    [ENVIRONMENTS_PATH, GROUPS_PATH].flatMap((path) =>
      UNREADABLE.map(([title, fault, code]) => ({ path, title, fault, code })),
    ),
  )('is the failure of a read: $title for $path', async ({ path, fault, code }) => {
    await using simulated = await startSeveralRun();
    simulated.simulator.inject({ path, fault, times: Number.POSITIVE_INFINITY });
    const result = await simulated.run();
    expect(result).toMatchObject({
      conclusion: 'failure',
      outputs: { outcome: 'failed', created: 'false', 'error-code': code, groups: '[]' },
    });
    expect(result.annotations).toMatchObject([{ kind: 'error' }]);
    expect(result.log).toContain('Nothing was written');
    expect(simulated.methods()).not.toContain('POST');
  });

  test.each([
    [ENVIRONMENTS_PATH, 'Tried to list the environments of project "default".'],
    [/projects$/, 'Tried to list the projects.'],
    [/insights\/groups$/, 'Tried to list the insight groups.'],
  ])('is named: %s', async (path, text) => {
    await using simulated = await startSeveralRun();
    const fault: Fault = { kind: 'respond', status: 403, body: { message: 'No.' } };
    simulated.simulator.inject({ path, fault, times: Number.POSITIVE_INFINITY });
    const result = await simulated.run({ project: 'def*' });
    expect(result.annotations[0]?.message).toContain(`${text} Nothing was written.`);
  });

  test('a second page that cannot be read is a failure as well', async () => {
    const environments = nameEnvironments(45);
    await using simulated = await startSeveralRun({ environments });
    simulated.simulator.inject({
      path: ENVIRONMENTS_PATH,
      skip: 1,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'respond', status: 403, body: { message: 'No.' } },
    });
    simulated.simulator.behaviour.maxPageSize = 20;
    const result = await simulated.run();
    expect(result.outputs['error-code']).toBe('forbidden');
    expect(simulated.methods()).not.toContain('POST');
  });

  test('a list is read again after a fault that passes', async () => {
    await using simulated = await startSeveralRun();
    for (const path of [ENVIRONMENTS_PATH, GROUPS_PATH]) {
      simulated.simulator.inject({ path, fault: { kind: 'reset' } });
      simulated.simulator.inject({ path, fault: { kind: 'respond', status: 503 } });
    }
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 3 });
  });

  test('a project without environments is the failure of that project, and of no other', async () => {
    await using simulated = await startSeveralRun();
    simulated.account.addProject('empty', []);
    const result = await simulated.run({ project: '*' });
    expect(readCounts(result)).toEqual({ created: 3, failed: 1 });
    expect(readGroups(result)[0]).toMatchObject({
      projectKey: 'empty',
      errorCode: 'unexpected-response',
      message: expect.stringContaining('shows no environment in project "empty"'),
    });
  });

  test('a server that answers everything with 404 is not taken for an account without the project', async () => {
    await using simulated = await startSeveralRun();
    simulated.simulator.inject({
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'respond', status: 404, body: 'Not found' },
    });
    const result = await simulated.run();
    expect(result.outputs['error-code']).toBe('not-found');
    expect(result.log).toContain("is not LaunchDarkly's API");
  });
});

describe.concurrent('the keys of environments', () => {
  test('are shown nowhere, and are not masked by the hundreds', async () => {
    const environments = nameEnvironments(300);
    await using simulated = await startSeveralRun({ environments, existing: environments });
    const secrets = [
      ...(simulated.account.projects.get('default')?.environments.values() ?? []),
    ].flatMap(({ apiKey, mobileKey }) => [apiKey, mobileKey]);
    const result = await simulated.run({}, { secrets, env: { RUNNER_DEBUG: '1' } });
    expect(readCounts(result)).toEqual({ unchanged: 300 });
    expect(result.masks.length).toBeLessThan(50);
  });

  test('are shown nowhere when the list breaks off or comes with an error', async () => {
    await using simulated = await startSeveralRun();
    const environments = [
      ...(simulated.account.projects.get('default')?.environments.values() ?? []),
    ];
    const secrets = environments.flatMap(({ apiKey, mobileKey }) => [apiKey, mobileKey]);
    simulated.simulator.inject({
      path: ENVIRONMENTS_PATH,
      fault: { kind: 'process-then-truncate' },
    });
    simulated.simulator.inject({
      path: ENVIRONMENTS_PATH,
      fault: { kind: 'respond', status: 400, body: { message: JSON.stringify(environments) } },
    });
    const result = await simulated.run({}, { secrets, env: { RUNNER_DEBUG: '1' } });
    expect(result.outputs['error-code']).toBe('bad-request');
  });
});

test.concurrent('a token that may only read is refused by the first writes', async () => {
  await using simulated = await startSeveralRun({
    environments: nameEnvironments(40),
    existing: ['env-0001'],
  });
  const result = await simulated.run({ token: sampleReaderToken });
  const { failed = 0, skipped = 0, ...others } = readCounts(result);
  expect(others).toEqual({ unchanged: 1 });
  expect(result.outputs['error-code']).toBe('forbidden');
  expect(failed).toBeLessThanOrEqual(10);
  expect(failed + skipped).toBe(39);
});
