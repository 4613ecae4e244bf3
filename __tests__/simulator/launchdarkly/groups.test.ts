import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValues } from '../../../simulator/launchdarkly/requests.ts';
import {
  sampleReaderToken,
  sampleWriterToken,
} from '../../../simulator/launchdarkly/sample-account.ts';
import { metrics, sampleScores } from '../../../simulator/launchdarkly/scores.ts';
import { type Simulator, startSimulator } from '../../../simulator/launchdarkly/simulator.ts';
import { ask, createGroup, groupBody, groupPath, groupsPath } from './ask.ts';

const key = 'default-production-all-apps';
let nowMs: number;
let simulator: Simulator;

beforeEach(async () => {
  nowMs = 1_706_701_522_000;
  simulator = await startSimulator({ now: () => nowMs });
});

afterEach(async () => simulator.close());

describe('the beta header', () => {
  test.each([
    ['no version', null],
    ['another version', '20240415'],
    ['beta as the second header', ['20240415', 'beta']],
    ['beta as the second value of one header', '20240415, beta'],
  ])('%s is answered 403 without a code, and nothing is written', async (_case, apiVersion) => {
    const { status, body } = await ask(simulator, {
      method: 'POST',
      path: groupPath,
      apiVersion,
      body: groupBody(),
      // The real answer has been seen without the `code` that the document requires.
      mayDeviate: true,
    });
    expect(status).toBe(403);
    expect(body).toEqual({
      message:
        'This API is in beta. To use it, your request must include the header `LD-API-Version: beta`.',
    });
    expect(simulator.account.groups.size).toBe(0);
  });

  test('the first of two values counts, and both are recorded', async () => {
    const { status } = await ask(simulator, {
      path: groupsPath,
      apiVersion: ['beta', '20240415'],
    });
    expect(status).toBe(200);
    const [request] = simulator.requests;
    expect(request && headerValues(request, 'ld-api-version')).toEqual(['beta', '20240415']);
  });

  test('resources that are not beta do without it', async () => {
    const { status } = await ask(simulator, { path: '/api/v2/projects', apiVersion: null });
    expect(status).toBe(200);
  });
});

describe('credentials', () => {
  test.each([
    ['no token', null],
    ['an unknown token', 'api-11111111-0000-4000-8000-000000000001'],
    ['a Bearer token', `Bearer ${sampleWriterToken}`],
  ])('%s is answered 401', async (_case, token) => {
    const { status, body } = await ask(simulator, { path: groupsPath, token });
    expect(status).toBe(401);
    expect(body).toEqual({ code: 'unauthorized', message: 'Invalid access token' });
  });

  test('an expired token is answered 401, without a body if the behaviour says so', async () => {
    simulator.behaviour.unauthorizedBody = 'empty';
    simulator.account.tokens.set('api-old', { kind: 'service', role: 'writer', expired: true });
    const { status, body, headers } = await ask(simulator, {
      path: groupsPath,
      token: 'api-old',
      mayDeviate: true,
    });
    expect(status).toBe(401);
    expect(body).toBeUndefined();
    expect(headers['content-length']).toBe('0');
  });

  test('an SDK key is answered 401, but may ask who it is', async () => {
    const sdkKey = simulator.account.projects.get('default')?.environments.get('test')?.apiKey;
    const token = sdkKey ?? null;
    expect(token).toMatch(/^sdk-[0-9a-f-]{36}$/);
    expect((await ask(simulator, { path: groupsPath, token })).status).toBe(401);
    const identity = await ask(simulator, { path: '/api/v2/caller-identity', token });
    expect(identity.body).toMatchObject({ environmentName: 'Test', projectName: 'Default' });
  });

  test('a reader may read, and is answered 403 when it writes', async () => {
    const reading = await ask(simulator, { path: groupsPath, token: sampleReaderToken });
    expect(reading.status).toBe(200);
    const writing = await ask(simulator, {
      method: 'POST',
      path: groupPath,
      token: sampleReaderToken,
      body: groupBody(),
    });
    expect(writing.status).toBe(403);
    expect(writing.body).toEqual({
      code: 'forbidden',
      message: 'Forbidden. Access to the requested resource was denied.',
    });
  });
});

describe('creation', () => {
  test('answers 201 with the group, and with neither scores nor environment', async () => {
    const { status, body } = await createGroup(simulator, { applicationKeys: ['billing-service'] });
    expect(status).toBe(201);
    expect(body).toEqual({
      ...groupBody({ applicationKeys: ['billing-service'] }),
      createdAt: nowMs,
    });
    expect(simulator.creationsOf(key)).toEqual([simulator.requests[0]]);
  });

  test('lists every missing attribute', async () => {
    const { status, body } = await ask(simulator, { method: 'POST', path: groupPath, body: {} });
    expect(status).toBe(400);
    expect(body).toEqual({
      code: 'invalid_request',
      message: 'validation failed',
      errors: ['name', 'key', 'projectKey', 'environmentKey'].map((attribute) => ({
        attribute,
        reason: 'must be present',
      })),
    });
  });

  test.each([
    ['key', '-starts-with-a-dash'],
    ['key', 'has a blank'],
    ['name', ' '],
    ['name', 7],
    ['applicationKeys', 'billing-service'],
    ['applicationKeys', [1]],
  ])('refuses %s %j', async (attribute, value) => {
    const { status, body } = await createGroup(simulator, { [attribute]: value });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ attribute }] });
    expect(simulator.account.groups.size).toBe(0);
  });

  test.each([
    ['a body that is not JSON', '{', 'application/json', 'body'],
    ['a list', '[]', 'application/json', 'body'],
    ['a body of another content type', JSON.stringify(groupBody()), 'text/plain', 'Content-Type'],
  ])('answers 400 with errors for %s', async (_case, body, contentType, attribute) => {
    const answer = await ask(simulator, { method: 'POST', path: groupPath, body, contentType });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ attribute }] });
  });

  test.each([{ projectKey: 'nowhere' }, { environmentKey: 'nowhere' }])(
    'answers 404 for %j',
    async (changes) => {
      const { status, body } = await createGroup(simulator, changes);
      expect(status).toBe(404);
      expect(body).toEqual({ code: 'not_found', message: 'Invalid resource identifier' });
    },
  );

  test('on the plural path is answered 405', async () => {
    const { status, headers, body } = await ask(simulator, {
      method: 'POST',
      path: groupsPath,
      body: groupBody(),
    });
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET');
    expect(body).toEqual({ code: 'method_not_allowed', message: 'Method not allowed' });
  });
});

describe('conflict', () => {
  test.each(['optimistic_locking_error', 'key_exists', 'conflict'] as const)(
    'a duplicate and a lock collision have the same %s body',
    async (conflictCode) => {
      simulator.behaviour.conflictCode = conflictCode;
      simulator.inject({ method: 'POST', path: groupPath, fault: { kind: 'lock-collision' } });
      const collision = await createGroup(simulator);
      expect(simulator.account.groups.size).toBe(0);

      expect((await createGroup(simulator)).status).toBe(201);
      const duplicate = await createGroup(simulator, { name: 'Another' });
      expect(collision.status).toBe(409);
      expect(duplicate.status).toBe(409);
      expect(duplicate.body).toEqual(collision.body);
      expect(duplicate.body).toMatchObject({ code: conflictCode });
      expect(simulator.account.groups.get(key)?.name).toBe('Production - All Apps');
      expect(simulator.createdCount(key)).toBe(1);
    },
  );

  test('a key is taken in the whole account, not in its project only', async () => {
    simulator.account.addProject('other', ['production']);
    await createGroup(simulator, { projectKey: 'other' });
    expect((await createGroup(simulator)).status).toBe(409);
  });
});

describe('visibility', () => {
  test('readers see a write only after the lag, writers at once', async () => {
    simulator.behaviour.visibilityLagMs = 500;
    await createGroup(simulator);
    expect((await ask(simulator, { path: `${groupsPath}/${key}` })).status).toBe(404);
    expect((await ask(simulator, { path: groupsPath })).body).toMatchObject({ totalCount: 0 });
    expect((await createGroup(simulator)).status).toBe(409);

    nowMs += 300;
    const patch = [{ op: 'replace', path: '/name', value: 'Renamed' }];
    await ask(simulator, { method: 'PATCH', path: `${groupsPath}/${key}`, body: patch });
    nowMs += 200;
    expect((await ask(simulator, { path: `${groupsPath}/${key}` })).body).toMatchObject({
      name: 'Production - All Apps',
    });
    nowMs += 300;
    expect((await ask(simulator, { path: `${groupsPath}/${key}` })).body).toMatchObject({
      name: 'Renamed',
    });

    await ask(simulator, { method: 'DELETE', path: `${groupsPath}/${key}` });
    expect((await ask(simulator, { path: groupsPath })).body).toMatchObject({ totalCount: 1 });
    nowMs += 500;
    expect((await ask(simulator, { path: groupsPath })).body).toMatchObject({ totalCount: 0 });
  });
});

describe('reading', () => {
  test('lists at most twenty groups a page, with relative links to the pages that exist', async () => {
    for (let number = 10; number < 35; number += 1) {
      const seeded = `group-${number}`;
      simulator.account.groups.set(seeded, {
        key: seeded,
        name: `Group ${number}`,
        projectKey: 'default',
        environmentKey: 'test',
        createdAt: number,
      });
    }
    const first = await ask(simulator, { path: `${groupsPath}?sort=-name&query=GROUP` });
    expect(first.body).toMatchObject({ totalCount: 25, items: { length: 20 } });
    expect(first.body).toHaveProperty('items.0.key', 'group-34');
    expect(first.body).toHaveProperty(
      '_links.next.href',
      `${groupsPath}?sort=-name&query=GROUP&limit=20&offset=20`,
    );
    expect(first.body).not.toHaveProperty('_links.prev');

    const next = await ask(simulator, {
      path: `${groupsPath}?sort=-name&query=GROUP&limit=20&offset=20`,
    });
    expect(next.body).toMatchObject({ totalCount: 25, items: { length: 5 } });
    expect(next.body).not.toHaveProperty('_links.next');
    expect(next.body).toHaveProperty('_links.prev');
  });

  test.each(['limit=0', 'limit=21', 'limit=x', 'offset=-1', 'sort=key', 'expand=everything'])(
    'refuses ?%s',
    async (query) => {
      const { status, body } = await ask(simulator, { path: `${groupsPath}?${query}` });
      expect(status).toBe(400);
      expect(body).toMatchObject({ errors: [{ attribute: query.split('=')[0] }] });
    },
  );

  test('a fresh group has scores that are not calculated, and later all eleven', async () => {
    await createGroup(simulator);
    const path = `${groupsPath}/${key}?expand=scores`;
    expect((await ask(simulator, { path })).body).toMatchObject({
      scores: { overall: { score: 0, indicator: 'notCalculated' } },
      scoreMetadata: { period: { endTime: nowMs } },
    });
    simulator.account.setScores(key);
    const { body } = await ask(simulator, { path });
    expect(body).toMatchObject({ scores: sampleScores() });
    expect(new Set(Object.keys(sampleScores()))).toEqual(new Set(metrics));
    expect(body).toHaveProperty('scores.velocity', {
      score: 90,
      indicator: 'excellent',
      indicatorRange: { min: 90, max: 100 },
      aggregateOf: ['deploymentFrequency', 'leadTime'],
      diffVsLastPeriod: 3,
      lastPeriod: {
        score: 87,
        indicator: 'good',
        indicatorRange: { min: 70, max: 89 },
        aggregateOf: ['deploymentFrequency', 'leadTime'],
      },
    });
    const listed = await ask(simulator, { path: `${groupsPath}?expand=scores,metadata` });
    expect(listed.body).toHaveProperty('metadata.countByIndicator', {
      excellent: 0,
      good: 1,
      fair: 0,
      needsAttention: 0,
      notCalculated: 0,
      unknown: 0,
      total: 1,
    });
  });

  test('expanding the environment hands out its SDK key and is recorded as a violation', async () => {
    await createGroup(simulator);
    expect(simulator.violations).toEqual([]);
    const { body } = await ask(simulator, {
      path: `${groupsPath}/${key}?expand=scores,environment`,
    });
    expect(body).toHaveProperty('environment.apiKey', expect.stringMatching(/^sdk-/));
    expect(simulator.violations).toHaveLength(1);
  });
});

describe('patching', () => {
  const path = `${groupsPath}/${key}`;

  beforeEach(async () => {
    await createGroup(simulator);
  });

  test('applies all operations, with or without a comment around them', async () => {
    const added = await ask(simulator, {
      method: 'PATCH',
      path,
      body: {
        comment: 'tidying up',
        patch: [
          { op: 'test', path: '/projectKey', value: 'default' },
          { op: 'add', path: '/applicationKeys', value: ['a'] },
          { op: 'add', path: '/applicationKeys/-', value: 'b' },
          { op: 'replace', path: '/name', value: 'Renamed' },
        ],
      },
    });
    expect(added.status).toBe(200);
    expect(added.body).toMatchObject({ name: 'Renamed', applicationKeys: ['a', 'b'] });

    const removed = await ask(simulator, {
      method: 'PATCH',
      path,
      body: [{ op: 'remove', path: '/applicationKeys' }],
    });
    expect(removed.body).not.toHaveProperty('applicationKeys');
    expect(simulator.account.groups.get(key)).not.toHaveProperty('applicationKeys');
  });

  test.each([
    [[{ op: 'replace', path: '/key', value: 'other' }]],
    [[{ op: 'replace', path: '/projectKey', value: 'other' }]],
    [[{ op: 'replace', path: '/environmentKey', value: 'test' }]],
    [[{ op: 'replace', path: '/createdAt', value: 1 }]],
    [[{ op: 'remove', path: '/name' }]],
    [[{ op: 'replace', path: '/name', value: 7 }]],
    [[{ op: 'replace', path: '/name' }]],
    [[{ op: 'replace', path: 'name', value: 'x' }]],
    [[{ op: 'replace', path: '/applicationKeys', value: ['not there yet'] }]],
    [[{ op: 'add', path: '/applicationKeys', value: 'no list' }]],
    [[{ op: 'move', from: '/name', path: '/applicationKeys' }]],
    [
      [
        { op: 'replace', path: '/name', value: 'half' },
        { op: 'test', path: '/environmentKey', value: 'staging' },
      ],
    ],
  ])('answers 422 for %j and changes nothing', async (body) => {
    const answer = await ask(simulator, { method: 'PATCH', path, body });
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      code: 'patch_failed',
      message: 'Unprocessable entity. Could not apply patch.',
    });
    expect(simulator.account.groups.get(key)).toEqual({ ...groupBody(), createdAt: nowMs });
  });

  test.each([
    ['a merge patch', { name: 'x' }],
    ['a text', 'x'],
    ['an operation that is not an object', ['x']],
    ['an operation without a path', [{ op: 'replace', value: 'x' }]],
    ['an operation without an op', [{ path: '/name', value: 'x' }]],
  ])('answers 400 with errors for %s', async (_case, body) => {
    const answer = await ask(simulator, { method: 'PATCH', path, body: JSON.stringify(body) });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errors: [{ attribute: expect.any(String) }] });
  });

  test('records each update, and answers 404 for a group that does not exist', async () => {
    const rename = [{ op: 'replace', path: '/name', value: 'x' }];
    await ask(simulator, { method: 'PATCH', path, body: rename });
    expect(simulator.updatesOf(key)).toMatchObject([{ number: 2, method: 'PATCH' }]);
    const missing = await ask(simulator, {
      method: 'PATCH',
      path: `${groupsPath}/nowhere`,
      body: rename,
    });
    expect(missing.status).toBe(404);
    expect(simulator.updatesOf('nowhere')).toEqual([]);
  });

  test('goes through POST with a method override', async () => {
    const { status } = await ask(simulator, {
      method: 'POST',
      path,
      headers: { 'X-HTTP-Method-Override': 'DELETE' },
    });
    expect(status).toBe(204);
    expect(simulator.account.groups.size).toBe(0);
  });
});

test('error bodies carry an id for support if the behaviour says so', async () => {
  simulator.behaviour.errorIds = true;
  const { body } = await ask(simulator, { path: `${groupsPath}/nowhere` });
  expect(body).toEqual({
    code: 'not_found',
    message: 'Invalid resource identifier',
    id: 'error-1',
  });
});

describe('deletion', () => {
  const path = `${groupsPath}/${key}`;

  test('answers 204 without a body, and 404 for a group that is gone', async () => {
    await createGroup(simulator);
    const deleted = await ask(simulator, { method: 'DELETE', path });
    expect(deleted.status).toBe(204);
    expect(deleted.body).toBeUndefined();
    expect(deleted.headers).not.toHaveProperty('content-length');
    expect((await ask(simulator, { path })).status).toBe(404);
    expect((await ask(simulator, { method: 'DELETE', path })).status).toBe(404);
    expect(simulator.deletionsOf(key)).toMatchObject([{ number: 2, processedStatus: 204 }]);
  });

  test('needs a writer and the beta header', async () => {
    await createGroup(simulator);
    const asReader = await ask(simulator, { method: 'DELETE', path, token: sampleReaderToken });
    expect(asReader.status).toBe(403);
    const question = { method: 'DELETE', path, apiVersion: null, mayDeviate: true } as const;
    expect((await ask(simulator, question)).status).toBe(403);
    expect(simulator.account.groups.has(key)).toBe(true);
    expect(simulator.deletionsOf(key)).toEqual([]);
  });

  test('is recorded although its answer is lost', async () => {
    await createGroup(simulator);
    simulator.inject({ method: 'DELETE', fault: { kind: 'process-then-reset' } });
    await expect(ask(simulator, { method: 'DELETE', path })).rejects.toThrow();
    expect(simulator.deletionsOf(key)).toHaveLength(1);
  });

  test('frees the key for a new group without the scores of the old one', async () => {
    await createGroup(simulator);
    simulator.account.setScores(key);
    await ask(simulator, { method: 'DELETE', path });
    nowMs += 1000;
    expect((await createGroup(simulator)).body).toMatchObject({ createdAt: nowMs });
    expect((await ask(simulator, { path: `${path}?expand=scores` })).body).toMatchObject({
      scores: { overall: { indicator: 'notCalculated' } },
    });
    expect(simulator.creationsOf(key)).toHaveLength(2);
  });
});

describe('scores without a group', () => {
  const path = '/api/v2/engineering-insights/insights/scores';

  test('are those of a group for the same environment and applications', async () => {
    await createGroup(simulator, { applicationKeys: ['b', 'a'] });
    simulator.account.setScores(key);
    const place = 'projectKey=default&environmentKey=production';
    const scored = await ask(simulator, { path: `${path}?${place}&applicationKey=a,b` });
    expect(scored.body).toMatchObject({
      scores: sampleScores(),
      period: { endTime: nowMs },
      lastPeriod: expect.anything(),
    });
    expect((await ask(simulator, { path: `${path}?${place}` })).body).toMatchObject({
      scores: { overall: { indicator: 'notCalculated' } },
    });
  });

  test.each([
    ['', ['projectKey', 'environmentKey']],
    ['?projectKey=default', ['environmentKey']],
    ['?projectKey=nowhere&environmentKey=test', ['projectKey']],
    ['?projectKey=default&environmentKey=nowhere', ['environmentKey']],
  ])('are refused with 400 for "%s"', async (query, attributes) => {
    const { status, body } = await ask(simulator, { path: `${path}${query}` });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: attributes.map((attribute) => ({ attribute })) });
  });
});

test('a path with broken percent-encoding is answered 400 with errors', async () => {
  const { status, body } = await ask(simulator, { path: `${groupsPath}/%E9` });
  expect(status).toBe(400);
  expect(body).toMatchObject({ errors: [{ attribute: 'path' }] });
});
