import { describe, expect, test } from 'vitest';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import type { Simulator } from '../../simulator/launchdarkly/simulator.ts';
import {
  DESIRED,
  GROUP_PATH,
  injectCreateFault,
  olderGroup,
  readFailure,
  startSimulatedRun,
} from './simulated-run.ts';

/*
 * The server stores, shows or dates a group differently than requested. The step's report must
 * still be true.
 */

const ALWAYS = Number.POSITIVE_INFINITY;
const MINUTE_MS = 60_000;

const COMPOSED = 'Caf\u00e9';
const DECOMPOSED = 'Cafe\u0301';

/** A read that shows `group` and has no `Date`. */
const undated = (group: InsightGroup): Fault => ({
  kind: 'respond',
  status: 200,
  headers: { Date: null },
  body: group,
});

function answerReads(simulator: Simulator, fault: Fault, times = ALWAYS): void {
  simulator.inject({ method: 'GET', path: GROUP_PATH, fault, times });
}

function answerUpdates(simulator: Simulator, fault: Fault, times = ALWAYS): void {
  simulator.inject({ method: 'PATCH', path: GROUP_PATH, fault, times });
}

describe.concurrent('an update that LaunchDarkly stores differently than requested', () => {
  test.each([
    [
      'an unknown application is dropped',
      { applicationKeys: ['inventory-service'] },
      { applications: 'billing-service, unheard-of' },
      { applicationKeys: ['billing-service'] },
      'applications',
    ],
    ['blanks are squeezed', {}, { name: 'A  B' }, { name: 'A B' }, 'name'],
    ['letters are lower-cased', {}, { name: 'Prod' }, { name: 'prod' }, 'name'],
    [
      'one field is stored and the other is ignored',
      { name: 'Old', applicationKeys: ['inventory-service'] },
      { applications: 'billing-service' },
      { name: DESIRED.name, applicationKeys: ['inventory-service'] },
      'applications',
    ],
  ])('reports an update when %s', async (_case, before, inputs, after, field) => {
    const group = olderGroup(before);
    await using simulated = await startSimulatedRun({ group });
    answerUpdates(simulated.simulator, {
      kind: 'respond',
      status: 200,
      body: { ...group, ...after },
    });
    const result = await simulated.run({ 'if-exists': 'update', ...inputs });
    expect(readFailure(result)).toContain(
      `Insight group "${DESIRED.key}" was updated, but LaunchDarkly stored different values than requested: ${field}.`,
    );
    expect(result.log).not.toContain('Nothing was written');
    expect(result.outputs['error-code']).toBe('unexpected-response');
    expect(JSON.parse(result.outputs['group'] ?? '')).toMatchObject(after);
    expect(JSON.parse(result.outputs['drift'] ?? '')).toMatchObject([{ field }]);
  });

  test('does not report an update when the group is as it was', async () => {
    const group = olderGroup({ applicationKeys: ['billing-service'] });
    await using simulated = await startSimulatedRun({ group });
    answerUpdates(simulated.simulator, { kind: 'respond', status: 200, body: group });
    const result = await simulated.run({
      'if-exists': 'update',
      applications: 'billing-service, unheard-of',
    });
    expect(readFailure(result)).toContain(
      'accepted the update of insight group "default-production-all-apps" but its applications did not change. Nothing was written.',
    );
  });
});

describe.concurrent('an update that fails', () => {
  const message = 'Not today.';
  const long = { 'Retry-After': '60' };

  test.each<readonly [title: string, fault: Fault, code: string]>([
    ['400', { kind: 'respond', status: 400, body: { code: 'no', message } }, 'bad-request'],
    ['403', { kind: 'respond', status: 403, body: { code: 'no', message } }, 'forbidden'],
    ['404', { kind: 'respond', status: 404, body: '<h1>No</h1>' }, 'unexpected-response'],
    ['429', { kind: 'respond', status: 429, headers: long, body: { message } }, 'rate-limited'],
    ['503', { kind: 'respond', status: 503, body: { message } }, 'server-error'],
    ['503 and a long wait', { kind: 'respond', status: 503, headers: long }, 'server-error'],
    ['a redirect', { kind: 'respond', status: 302 }, 'unexpected-response'],
    ['a lost connection', { kind: 'reset' }, 'network'],
  ])('leaves the group that was read in the outputs: %s', async (_title, fault, code) => {
    const group = olderGroup({ name: 'Before' });
    await using simulated = await startSimulatedRun({ group });
    answerUpdates(simulated.simulator, fault);
    const result = await simulated.run({ 'if-exists': 'update', 'timeout-seconds': '20' });
    const difference = [{ field: 'name', actual: 'Before', desired: DESIRED.name }];
    expect(result.outputs).toMatchObject({
      outcome: 'failed',
      'error-code': code,
      key: DESIRED.key,
      name: 'Before',
      'created-at': new Date(group.createdAt).toISOString(),
    });
    expect(JSON.parse(result.outputs['group'] ?? '')).toMatchObject({ name: 'Before' });
    expect(JSON.parse(result.outputs['drift'] ?? '')).toMatchObject(difference);
    expect(JSON.parse(result.outputs['groups'] ?? '')).toMatchObject([
      { name: 'Before', drift: difference },
    ]);
  });
});

describe.concurrent('equivalent spellings', () => {
  test.each([
    [COMPOSED, DECOMPOSED],
    [DECOMPOSED, COMPOSED],
  ])('treats equivalent names as equal: %j stored as %j', async (name, storedName) => {
    await using simulated = await startSimulatedRun({ group: olderGroup({ name: storedName }) });
    const result = await simulated.run({ name, 'if-exists': 'update' });
    expect(result.outputs).toMatchObject({ outcome: 'unchanged', drift: '[]', name: storedName });
    expect(simulated.methods()).toBe('POST GET');
  });

  test('reports no drift of a created group that is stored in an equivalent spelling', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, {
      kind: 'respond',
      status: 201,
      body: olderGroup({ name: COMPOSED, projectKey: 'DEFAULT' }),
    });
    const result = await simulated.run({ name: DECOMPOSED });
    expect(result.outputs).toMatchObject({ outcome: 'created', drift: '[]', project: 'DEFAULT' });
    expect(result.annotations).toEqual([]);
  });

  test.each([
    [{ project: 'Default' }, {}],
    [{ environment: 'PRODUCTION' }, {}],
    [{}, { projectKey: 'DEFAULT', environmentKey: 'Production' }],
  ])(
    'treats equivalent keys as the same project and environment: %j, stored as %j',
    async (inputs, stored) => {
      const group = olderGroup(stored);
      await using simulated = await startSimulatedRun({ group });
      simulated.simulator.inject({
        method: 'POST',
        fault: { kind: 'lock-collision' },
        times: ALWAYS,
      });
      const result = await simulated.run({ ...inputs, 'if-exists': 'keep' });
      expect(result.outputs).toMatchObject({
        outcome: 'unchanged',
        project: group.projectKey,
        environment: group.environmentKey,
      });
    },
  );
});

describe.concurrent('a lost create on a server without a Date header', () => {
  /** A group created by this run, dated by a server clock that is a minute behind the runner's. */
  const ours = () => olderGroup({ createdAt: Date.now() - MINUTE_MS });

  test('neither claims nor denies an equal group that may be older', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, { kind: 'process-then-reset' });
    answerReads(simulated.simulator, undated(ours()));
    const result = await simulated.run({ 'if-exists': 'keep' });
    expect(result.conclusion).toBe('success');
    expect(result.outputs).toMatchObject({ outcome: 'unchanged', created: '' });
    expect(result.log).toContain('may or may not have created it');
    expect(result.log).not.toContain('Nothing was written');
  });

  test('reports an unknown outcome when if-exists: fail finds the group', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, { kind: 'process-then-reset' });
    answerReads(simulated.simulator, undated(ours()));
    const result = await simulated.run();
    expect(readFailure(result)).toContain(
      'Outcome unknown: insight group "default-production-all-apps" may or may not have been created.',
    );
    expect(result.outputs).toMatchObject({ 'error-code': 'conflict', key: DESIRED.key });
  });

  test('does not claim a group that existed long before', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    injectCreateFault(simulated.simulator, { kind: 'reset' });
    answerReads(simulated.simulator, undated(olderGroup()));
    const result = await simulated.run({ 'if-exists': 'keep' });
    expect(result.outputs['created']).not.toBe('true');
  });
});

describe.concurrent('a lost create of a group that was deleted just before', () => {
  test.each(['fail', 'keep', 'update'])(
    'reports a group as created once the reads have caught up, if-exists: %s',
    async (ifExists) => {
      await using simulated = await startSimulatedRun();
      injectCreateFault(simulated.simulator, { kind: 'process-then-reset' });
      // The first reads still show the predecessor.
      const predecessor = olderGroup({ name: 'Predecessor' });
      answerReads(simulated.simulator, { kind: 'respond', status: 200, body: predecessor }, 2);
      const result = await simulated.run({ 'if-exists': ifExists });
      expect(result.outputs).toMatchObject({ outcome: 'created', created: 'true', drift: '[]' });
      expect(simulated.simulator.createdCount(DESIRED.key)).toBe(1);
      expect(simulated.methods()).toBe('POST GET GET GET');
    },
  );
});

describe.concurrent('a group without a creation time', () => {
  test.each([
    ['missing', undefined],
    ['null', null],
    ['a word', 'yesterday'],
    ['negative', -1],
    ['beyond all dates', 9e18],
    ['an object', {}],
  ])('creates a group without a creation time: createdAt is %s', async (_case, createdAt) => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, {
      kind: 'process-then-respond',
      status: 201,
      body: { ...olderGroup(), createdAt },
    });
    const result = await simulated.run();
    expect(result.outputs).toMatchObject({ outcome: 'created', created: 'true', 'created-at': '' });
    expect(JSON.parse(result.outputs['group'] ?? '')).not.toHaveProperty('createdAt');
    expect(result.summary).not.toContain('Invalid');
    expect(simulated.methods()).toBe('POST');
  });

  test('finds and updates a group without a creation time', async () => {
    const group = { ...olderGroup({ name: 'Old' }), createdAt: null };
    await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Old' }) });
    answerReads(simulated.simulator, { kind: 'respond', status: 200, body: group });
    const body = { ...group, name: DESIRED.name };
    answerUpdates(simulated.simulator, { kind: 'process-then-respond', status: 200, body });
    const result = await simulated.run({ 'if-exists': 'update' });
    expect(result.outputs).toMatchObject({ outcome: 'updated', 'created-at': '' });
  });
});

describe.concurrent('unknown applications', () => {
  test('an application called all is named as one, and how to get all is told', async () => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({ applications: 'all' });
    expect(result.log).toContain('environment "production", application all.');
    expect(result.annotations[0]?.message).toContain(
      'LaunchDarkly does not know the application "all". For all applications, leave applications out.',
    );
  });

  const MISSPELT = { applications: 'billing-service, inventroy-service' };
  const WARNING = {
    kind: 'warning',
    message: expect.stringContaining('"inventroy-service"; did you mean "inventory-service"?'),
  };

  test.each([
    ['a create', undefined, {}],
    ['an update', olderGroup(), { 'if-exists': 'update' }],
    ['a dry run of a create', undefined, { 'dry-run': 'true' }],
    ['a dry run of an update', olderGroup(), { 'if-exists': 'update', 'dry-run': 'true' }],
  ])('warns of an unknown application after %s', async (_case, group, inputs) => {
    await using simulated = await startSimulatedRun({ group });
    const result = await simulated.run({ ...MISSPELT, ...inputs });
    expect(result.conclusion).toBe('success');
    expect(result.annotations).toMatchObject([WARNING]);
  });

  test('warns of an unknown application without a suggestion when none is similar', async () => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({ applications: 'zzz' });
    expect(result.annotations).toMatchObject([
      { kind: 'warning', message: expect.stringContaining('does not know the application "zzz".') },
    ]);
  });

  test('finds the one unknown application among more than a URL can hold', async () => {
    await using simulated = await startSimulatedRun();
    const keys = Array.from({ length: 700 }, (_, index) => `a-service-of-the-company-${index}`);
    const { applications } = simulated.simulator.account;
    for (const key of keys) {
      applications.set(key, { key, name: key, kind: 'server' });
    }
    const result = await simulated.run({ applications: [...keys, 'inventroy-service'].join() });
    expect(result.annotations).toMatchObject([WARNING]);
  });

  test('looks up applications with one request when all are known, and not at all without applications', async () => {
    await using simulated = await startSimulatedRun();
    const known = await simulated.run({ applications: 'billing-service, inventory-service' });
    expect(known.annotations).toEqual([]);
    expect(simulated.methods()).toBe('POST GET');
    simulated.simulator.account.groups.clear();
    await simulated.run();
    expect(simulated.methods()).toBe('POST GET POST');
  });

  test.each<[string, Fault]>([
    ['is refused', { kind: 'respond', status: 403 }],
    ['meets a server error', { kind: 'respond', status: 500 }],
    ['is limited', { kind: 'rate-limit', waitsMs: { global: 60_000 } }],
    ['is cut off', { kind: 'reset' }],
    ['gets nonsense', { kind: 'respond', status: 200, body: { items: 7 } }],
  ])('does not mention applications when the lookup %s', async (_case, fault) => {
    await using simulated = await startSimulatedRun();
    simulated.simulator.inject({ path: '/api/v2/applications', fault, times: ALWAYS });
    const result = await simulated.run(MISSPELT);
    expect(result.outputs['outcome']).toBe('created');
    expect(result.annotations).toEqual([]);
    expect(simulated.methods()).toBe('POST GET');
  });
});

describe.concurrent('a project or environment that was just created', () => {
  test.each([1, 3])('retries a create that is answered 404 %i times', async (times) => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, { kind: 'respond', status: 404 }, times);
    const result = await simulated.run();
    expect(result.outputs).toMatchObject({ outcome: 'created', created: 'true' });
    // Their existence is checked once.
    expect(simulated.methods()).toBe(`POST GET${' POST'.repeat(times)}`);
  });

  test('waits until LaunchDarkly shows a new environment', async () => {
    await using simulated = await startSimulatedRun({
      onResponse: ({ method }) => {
        if (method === 'GET') {
          simulated.simulator.account.addProject('default', ['production', 'preview']);
        }
      },
    });
    const result = await simulated.run({ environment: 'preview' });
    expect(result.outputs).toMatchObject({ outcome: 'created', environment: 'preview' });
  });

  test('a dry run waits for a new environment, too', async () => {
    await using simulated = await startSimulatedRun({
      onResponse: ({ path }) => {
        if (path.endsWith('/environments')) {
          simulated.simulator.account.addProject('default', ['production', 'preview']);
        }
      },
    });
    const result = await simulated.run({ environment: 'preview', 'dry-run': 'true' });
    expect(result.outputs['outcome']).toBe('would-create');
  });

  test('gives up on a new environment after some seconds', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, { kind: 'respond', status: 404 }, ALWAYS);
    const result = await simulated.run();
    expect(readFailure(result)).toContain('LaunchDarkly did not find it (404).');
    expect(result.outputs['error-code']).toBe('not-found');
    expect(simulated.methods()).toMatch(/^POST GET( POST){3,}$/);
  });

  test('does not wait when the project is missing', async () => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({ project: 'defualt' });
    expect(readFailure(result)).toContain('did you mean "default"?');
    expect(simulated.methods()).toBe('POST GET GET');
  });

  test('does not look up the environment where everything is answered with 404', async () => {
    await using simulated = await startSimulatedRun();
    simulated.simulator.inject({ fault: { kind: 'respond', status: 404 }, times: ALWAYS });
    for (const inputs of [{}, { 'dry-run': 'true' }]) {
      const result = await simulated.run(inputs);
      const failure = readFailure(result);
      expect(failure).toContain("is not LaunchDarkly's API");
      expect(failure).toContain('Check base-uri');
      expect(failure).not.toContain('does not exist');
    }
  });
});

describe.concurrent('a wait that outlasts any step', () => {
  const nextWeek = new Date(Date.now() + 7 * 24 * 60 * MINUTE_MS);
  test.each([
    ['Retry-After in seconds', { 'Retry-After': '604800' }],
    ['Retry-After as a date', { 'Retry-After': nextWeek.toUTCString() }],
    ['a reset', { 'X-Ratelimit-Reset': String(nextWeek.getTime()) }],
    ['a reset of the token', { 'X-Ratelimit-Auth-Token-Reset': String(nextWeek.getTime()) }],
  ])(
    'fails at once and names the time when a wait outlasts any step: %s',
    async (_case, headers) => {
      await using simulated = await startSimulatedRun();
      injectCreateFault(simulated.simulator, { kind: 'respond', status: 429, headers }, ALWAYS);
      const result = await simulated.run();
      expect(readFailure(result)).toMatch(/It asks to wait \d{6} s, until 20\d\d-\d\d-\d\dT/);
      expect(result.outputs['error-code']).toBe('rate-limited');
      expect(simulated.methods()).toBe('POST');
    },
  );
});

describe.concurrent('an update of a group that LaunchDarkly shows but does not find', () => {
  test('ends before the deadline with what was read when updates do not find the group', async () => {
    const group = olderGroup({ name: 'Production' });
    await using simulated = await startSimulatedRun({ group });
    const body = { code: 'not_found', message: 'Invalid resource identifier' };
    answerUpdates(simulated.simulator, { kind: 'respond', status: 404, body });
    const result = await simulated.run({ 'if-exists': 'update', 'timeout-seconds': '20' });
    const failure = readFailure(result);
    expect(failure).toContain(
      'LaunchDarkly shows insight group "default-production-all-apps" but answers every update of it with 404. Nothing was written.',
    );
    expect(failure).toContain(
      'LaunchDarkly answered 404 (not_found): "Invalid resource identifier"',
    );
    expect(result.outputs).toMatchObject({
      'error-code': 'conflict',
      key: DESIRED.key,
      name: 'Production',
    });
  });
});

test.concurrent('suggests a fitting next step for a rejected update without named attributes', async () => {
  await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Production' }) });
  answerUpdates(simulated.simulator, {
    kind: 'respond',
    status: 422,
    body: { code: 'patch_failed', message: 'Could not apply patch.' },
  });
  const failure = readFailure(await simulated.run({ 'if-exists': 'update' }));
  expect(failure).not.toContain('Correct the inputs that LaunchDarkly names');
  expect(failure).toContain('Next: Make the change in LaunchDarkly, or set if-exists: keep');
});

describe.concurrent('a key of another project', () => {
  test('suggests a key other than the one in use in another project', async () => {
    const key = 'web-eu-prod-all-apps';
    const theirs = olderGroup({ key, projectKey: 'web-eu', environmentKey: 'prod' });
    await using simulated = await startSimulatedRun({ group: theirs });
    simulated.simulator.account.addProject('web', ['eu-prod']);
    const result = await simulated.run({ project: 'web', environment: 'eu-prod', key });
    const [, suggestion] = /Choose another key, such as "(.*?)"/.exec(readFailure(result)) ?? [];
    expect(suggestion).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/);
    expect(suggestion).not.toBe(key);
  });
});
