import { describe, expect, test } from 'vitest';
import { createSampleAccount } from '../../simulator/launchdarkly/sample-account.ts';
import {
  ENVIRONMENTS_PATH,
  GROUPS_PATH,
  nameEnvironments,
  readCounts,
  readGroups,
  startSeveralRun,
} from './several-run.ts';
import { describeRequest, readFailure } from './simulated-run.ts';

/** The outputs of a single group, all of them empty for several. */
const NO_SINGLE_GROUP = {
  key: '',
  name: '',
  project: '',
  environment: '',
  applications: '',
  'created-at': '',
  group: '',
  'overall-score': '',
  'overall-indicator': '',
  scores: '{}',
  drift: '[]',
};

describe.concurrent('patterns and templates', () => {
  test('creates a group for each environment of a project', async () => {
    await using simulated = await startSeveralRun();
    const result = await simulated.run();
    expect(result.conclusion).toBe('success');
    expect(result.outputs).toMatchObject({
      ...NO_SINGLE_GROUP,
      outcome: 'changed',
      created: 'true',
      'error-code': '',
    });
    expect(readCounts(result)).toEqual({ created: 3 });
    expect(readGroups(result)).toEqual(
      ['production', 'staging', 'test'].map((environmentKey) => ({
        key: `default-${environmentKey}-all-apps`,
        name: expect.stringMatching(/^[A-Z][a-z]+ - All Apps$/),
        projectKey: 'default',
        environmentKey,
        applicationKeys: [],
        createdAt: expect.stringMatching(/^20/),
        outcome: 'created',
        drift: [],
        errorCode: '',
        message: '',
      })),
    );
    expect([...simulated.account.groups.keys()].sort()).toEqual([
      'default-production-all-apps',
      'default-staging-all-apps',
      'default-test-all-apps',
    ]);
  });

  test('reads the environments and the groups once, and then writes each group once', async () => {
    await using simulated = await startSeveralRun();
    await simulated.run();
    // The two lists are read at the same time.
    expect(simulated.simulator.requests.slice(0, 2).map(describeRequest).sort()).toEqual([
      `GET ${GROUPS_PATH}?limit=20&sort=name`,
      `GET ${ENVIRONMENTS_PATH}?limit=100`,
    ]);
    expect(simulated.methods()).toBe('GET GET POST POST POST');
  });

  test('updates what differs, creates what is missing, and leaves the rest alone', async () => {
    await using simulated = await startSeveralRun({ existing: ['production'], drifted: ['test'] });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 1, updated: 1, unchanged: 1 });
    expect(simulated.calls()).toEqual({
      'GET environments': 1,
      'GET groups': 1,
      'GET default-test-all-apps': 1,
      'POST group': 1,
      'PATCH default-test-all-apps': 1,
    });
    expect(readGroups(result).find(({ outcome }) => outcome === 'updated')).toMatchObject({
      name: 'Test - All Apps',
      drift: [{ field: 'name', desired: 'Test - All Apps', actual: 'Test (old)' }],
    });
  });

  test('a second run finds all groups unchanged and writes nothing', async () => {
    await using simulated = await startSeveralRun();
    await simulated.run();
    const before = simulated.simulator.requests.length;
    const result = await simulated.run();
    expect(result.outputs).toMatchObject({ outcome: 'unchanged', created: 'false' });
    expect(readCounts(result)).toEqual({ unchanged: 3 });
    expect(simulated.simulator.requests.slice(before).map(({ method }) => method)).toEqual([
      'GET',
      'GET',
    ]);
  });

  test('if-exists: keep keeps what differs, with a warning', async () => {
    await using simulated = await startSeveralRun({ existing: ['production'], drifted: ['test'] });
    const result = await simulated.run({ environment: 'production, test', 'if-exists': 'keep' });
    expect(result).toMatchObject({ conclusion: 'success', outputs: { outcome: 'kept' } });
    expect(readCounts(result)).toEqual({ kept: 1, unchanged: 1 });
    expect(result.annotations).toMatchObject([
      { kind: 'warning', message: expect.stringContaining('"default-test-all-apps" was kept') },
    ]);
    expect(simulated.account.groups.get('default-test-all-apps')?.name).toBe('Test (old)');
  });

  test.each([
    ['*\n!production', ['staging', 'test']],
    ['!production\n*', ['staging', 'test']],
    ['*, !prod*, !test', ['staging']],
    ['t?st', ['test']],
    ['*t*', ['production', 'staging', 'test']],
    ['production, s*', ['production', 'staging']],
    ['production, staging', ['production', 'staging']],
    ['Production*, s*', ['staging']],
    ['staging*', ['staging']],
  ])('environment: %j means %j', async (environment, expected) => {
    await using simulated = await startSeveralRun();
    const result = await simulated.run({ environment });
    expect(readGroups(result).map(({ environmentKey }) => environmentKey)).toEqual(expected);
    expect(result.conclusion).toBe('success');
    // Also where the pattern happens to match one.
    expect(result.outputs).toMatchObject(NO_SINGLE_GROUP);
  });

  test('matches projects as well, and asks for names only where the name has them', async () => {
    const account = createSampleAccount();
    account.addProject('mobile-app', ['production', 'beta']);
    account.addProject('internal', ['production']);
    await using simulated = await startSeveralRun({ account });
    const result = await simulated.run({
      project: '*\n!internal',
      environment: 'p*',
      name: '{project-name}: {environment-name}',
    });
    expect(readGroups(result).map(({ key, name }) => `${key}: ${name}`)).toEqual([
      'default-production-all-apps: Default: Production',
      'mobile-app-production-all-apps: Mobile App: Production',
    ]);
    const reads = simulated.simulator.requests.filter(({ method }) => method === 'GET');
    expect(reads.map(({ path }) => path).sort()).toEqual([
      GROUPS_PATH,
      '/api/v2/projects',
      '/api/v2/projects/default/environments',
      '/api/v2/projects/mobile-app/environments',
    ]);
  });

  test('a pattern that matches nothing is a success with a notice', async () => {
    await using simulated = await startSeveralRun();
    const result = await simulated.run({ environment: 'pr-*' });
    expect(result).toMatchObject({
      conclusion: 'success',
      outputs: { outcome: 'unchanged', created: 'false', groups: '[]', 'error-code': '' },
    });
    expect(result.annotations).toMatchObject([
      { kind: 'notice', message: 'No environment in project "default" matches "pr-*".' },
    ]);
    // The list of groups may have been asked for meanwhile.
    expect({ 'GET groups': 1, ...simulated.calls() }).toEqual({
      'GET environments': 1,
      'GET groups': 1,
    });
  });

  test('a pattern that matches nothing beside keys and patterns that match is a notice', async () => {
    await using simulated = await startSeveralRun();
    const result = await simulated.run({ environment: 'production, stagging*, t*' });
    expect(readCounts(result)).toEqual({ created: 2 });
    expect(result.annotations).toMatchObject([
      { kind: 'notice', message: 'No environment in project "default" matches "stagging*".' },
    ]);
    const projects = await simulated.run({ project: 'default, web-*', environment: 'production' });
    expect(projects.annotations).toMatchObject([
      { kind: 'notice', message: 'No project matches "web-*".' },
    ]);
  });

  test('placeholders alone are one group, with one request and the outputs of one', async () => {
    await using simulated = await startSeveralRun();
    const result = await simulated.run({
      environment: 'production',
      name: '{project}/{environment}',
      'if-exists': 'fail',
    });
    expect(result.outputs).toMatchObject({
      outcome: 'created',
      key: 'default-production-all-apps',
      name: 'default/production',
    });
    expect(readGroups(result)).toHaveLength(1);
    expect(readCounts(result)).toEqual({ created: 1 });
    expect(simulated.methods()).toBe('POST');
  });

  test('placeholders for names in a single group cost one read each', async () => {
    await using simulated = await startSeveralRun();
    const result = await simulated.run({
      environment: 'production',
      name: '{project-name}: {environment-name}',
    });
    expect(result.outputs).toMatchObject({ outcome: 'created', name: 'Default: Production' });
    expect(simulated.methods()).toBe('GET GET POST');
  });

  test('a single group writes the outputs groups and counts when it fails as well', async () => {
    await using simulated = await startSeveralRun({ existing: ['production'] });
    const result = await simulated.run({ environment: 'production', 'if-exists': 'fail' });
    expect(readCounts(result)).toEqual({ failed: 1 });
    expect(readGroups(result)).toMatchObject([
      { outcome: 'failed', errorCode: 'conflict', message: expect.stringContaining('exists') },
    ]);
  });
});

describe.concurrent('inputs that cannot work', () => {
  test.each([
    [{ 'if-exists': 'fail' }, 'if-exists: fail can never pass twice for several groups', 0],
    [{ environment: 'production, staging', 'if-exists': 'fail' }, 'fail can never pass twice', 0],
    [{ key: '{project}-{env}' }, 'key: {env} is not a placeholder', 0],
    [{ name: '{environment_name}' }, 'did you mean {environment-name}?', 0],
    [{ key: '{environment-name}' }, '{environment-name}', 0],
    [{ environment: '!production' }, 'environment: ', 0],
    [{ environment: 'production, !production' }, 'environment: ', 0],
    [{ environment: '*, {x' }, 'environment: ', 0],
    [{ key: 'all-apps' }, 'key: gives "all-apps" for ', 1],
    [{ key: 'x-{project}', environment: 'production, test' }, 'keys of groups must be unique', 1],
    [{ environment: 'prod*, !production' }, 'environment: "prod*, !production" leaves nothing', 1],
    [{ project: 'def*, !default' }, 'project: "def*, !default" leaves nothing', 1],
  ])('%j is invalid-input, and nothing is written', async (inputs, words, requests) => {
    await using simulated = await startSeveralRun();
    const result = await simulated.run(inputs);
    expect(readFailure(result)).toContain(words);
    expect(result.outputs).toMatchObject({ 'error-code': 'invalid-input', groups: '[]' });
    expect(new Set(simulated.simulator.requests.map(({ method }) => method))).not.toContain('POST');
    const withoutGroups = simulated.simulator.requests.filter(({ path }) => path !== GROUPS_PATH);
    expect(withoutGroups).toHaveLength(requests);
  });

  test('a rendered key that is not valid names the environment, before anything is written', async () => {
    await using simulated = await startSeveralRun({ environments: ['production', '_internal'] });
    const result = await simulated.run({ key: '{environment}-{project}' });
    expect(readFailure(result)).toContain('"_internal-default"');
    expect(simulated.methods()).toMatch(/^GET( GET)?$/);
  });

  test('all that is wrong is told at once', async () => {
    await using simulated = await startSeveralRun();
    const result = await simulated.run({
      environment: '!*',
      key: '{project}-{env}',
      name: '{naem}',
      'if-exists': 'maybe',
    });
    const failure = readFailure(result);
    for (const input of ['environment', 'key', 'name', 'if-exists']) {
      expect(failure).toContain(`- ${input}: `);
    }
    expect(simulated.methods()).toBe('');
  });
});

describe.concurrent('keys that do not exist', () => {
  test('the others are made, and the one that is missing fails with a suggestion', async () => {
    await using simulated = await startSeveralRun();
    const result = await simulated.run({ environment: 'production, stagin' });
    expect(result.conclusion).toBe('failure');
    expect(result.outputs).toMatchObject({
      outcome: 'failed',
      created: 'true',
      'error-code': 'not-found',
    });
    expect(readCounts(result)).toEqual({ created: 1, failed: 1 });
    expect(readGroups(result)).toMatchObject([
      { key: 'default-stagin-all-apps', outcome: 'failed', errorCode: 'not-found' },
      { key: 'default-production-all-apps', outcome: 'created' },
    ]);
    expect(result.annotations).toMatchObject([
      { kind: 'error', message: expect.stringContaining('did you mean "staging"?') },
    ]);
  });

  test('a project that does not exist is a failure, with a suggestion from the projects there are', async () => {
    await using simulated = await startSeveralRun();
    const result = await simulated.run({ project: 'defualt' });
    expect(result.conclusion).toBe('failure');
    expect(readGroups(result)).toMatchObject([
      {
        projectKey: 'defualt',
        outcome: 'failed',
        errorCode: 'not-found',
        message: expect.stringContaining('did you mean "default"?'),
      },
    ]);
    expect(simulated.simulator.createdCount('defualt-production-all-apps')).toBe(0);
  });

  test('an environment that was made a moment ago is waited for', async () => {
    await using simulated = await startSeveralRun({ behaviour: { environmentLagMs: 1_500 } });
    simulated.simulator.addEnvironment('default', 'preview');
    const result = await simulated.run({ environment: 'production, preview' });
    expect(readCounts(result)).toEqual({ created: 2 });
  });
});

describe.concurrent('a dry run', () => {
  test('shows the plan and writes nothing', async () => {
    await using simulated = await startSeveralRun({ existing: ['production'], drifted: ['test'] });
    const result = await simulated.run({ 'dry-run': 'true' });
    expect(result).toMatchObject({ conclusion: 'success', outputs: { outcome: 'would-change' } });
    expect(result.outputs['created']).toBe('false');
    expect(readCounts(result)).toEqual({ unchanged: 1, wouldCreate: 1, wouldUpdate: 1 });
    expect(new Set(simulated.simulator.requests.map(({ method }) => method))).toEqual(
      new Set(['GET']),
    );
    expect(simulated.account.groups.get('default-test-all-apps')?.name).toBe('Test (old)');
    expect(result.log).toContain('Dry run, nothing was written');
  });

  test('reports a key of another project as a conflict', async () => {
    await using simulated = await startSeveralRun();
    simulated.account.groups.set('default-test-all-apps', {
      key: 'default-test-all-apps',
      name: 'Theirs',
      projectKey: 'mobile',
      environmentKey: 'test',
      createdAt: 1,
    });
    const dryRun = await simulated.run({ 'dry-run': 'true' });
    expect(readCounts(dryRun)).toEqual({ failed: 1, wouldCreate: 2 });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ failed: 1, created: 2 });
    expect(result.outputs['error-code']).toBe('conflict');
    expect(simulated.account.groups.get('default-test-all-apps')?.name).toBe('Theirs');
  });
});

describe.concurrent('what a person sees', () => {
  test('one line at the start, one for each change, one at the end', async () => {
    await using simulated = await startSeveralRun({ existing: ['production'], drifted: ['test'] });
    const result = await simulated.run();
    const [start, ...rest] = result.log.trim().split('\n');
    expect(start).toBe('Working on 3 insight groups: 1 to create, 1 to update, 1 unchanged.');
    expect(rest.slice(0, 2).sort()).toEqual([
      'Created insight group "default-staging-all-apps" of project "default", environment "staging".',
      'Updated insight group "default-test-all-apps" of project "default", environment "test". Name: "Test (old)" → "Test - All Apps".',
    ]);
    expect(rest.slice(2)).toEqual(['Done: 1 created, 1 updated, 1 unchanged.']);
  });

  test('three hundred groups stay readable: a short log, a summary within its limit', async () => {
    const environments = nameEnvironments(300);
    await using simulated = await startSeveralRun({
      environments,
      existing: environments.slice(0, 290),
    });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 10, unchanged: 290 });
    expect(result.log.trim().split('\n')).toHaveLength(12);
    expect(result.summary?.length).toBeLessThan(60_000);
  });

  test('of twelve failures, nine are annotations and a tenth counts the rest', async () => {
    await using simulated = await startSeveralRun({ environments: nameEnvironments(14) });
    for (const number of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) {
      const key = `default-env-${String(number).padStart(4, '0')}-all-apps`;
      const other = { projectKey: 'mobile', environmentKey: 'test', createdAt: 1 };
      simulated.account.groups.set(key, { key, name: 'Theirs', ...other });
    }
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 2, failed: 12 });
    expect(result.annotations).toHaveLength(10);
    expect(result.annotations.at(-1)?.message).toContain('3 more');
    expect(result.log.match(/default-env-\d+-all-apps" belongs to/g)).toHaveLength(12);
  });
});
