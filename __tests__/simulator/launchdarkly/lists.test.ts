import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Simulator, startSimulator } from '../../../simulator/launchdarkly/simulator.ts';
import { ask, createGroup, groupsPath } from './ask.ts';

const environmentsPath = '/api/v2/projects/big/environments';
const pageSchema = z.object({
  totalCount: z.number().optional(),
  items: z.array(z.object({ key: z.string() })),
  _links: z.record(z.string(), z.object({ href: z.string() })),
});

let nowMs: number;
let simulator: Simulator;

beforeEach(async () => {
  nowMs = 1_706_701_522_000;
  simulator = await startSimulator({ now: () => nowMs });
  simulator.account.addProject(
    'big',
    Array.from({ length: 45 }, (_, index) => `env-${index + 10}`),
  );
  for (let index = 10; index < 55; index += 1) {
    simulator.account.groups.set(`group-${index}`, {
      key: `group-${index}`,
      name: 'Same name',
      projectKey: 'big',
      environmentKey: `env-${index}`,
      createdAt: index,
    });
  }
});

afterEach(async () => simulator.close());

async function readPage(path: string): Promise<z.infer<typeof pageSchema>> {
  const { status, body } = await ask(simulator, { path });
  expect(status).toBe(200);
  return pageSchema.parse(body);
}

/** Reads every page by its offset, and returns the keys in order. */
async function readKeys(path: string, limit: number): Promise<string[]> {
  const keys: string[] = [];
  for (let offset = 0; ; offset += limit) {
    const { items } = await readPage(`${path}?limit=${limit}&offset=${offset}`);
    if (items.length === 0) {
      return keys;
    }
    keys.push(...items.map(({ key }) => key));
  }
}

describe('pages', () => {
  test.each([groupsPath, environmentsPath])('of %s add up to the whole list', async (path) => {
    const keys = await readKeys(path, 20);
    expect(keys).toHaveLength(45);
    expect(new Set(keys).size).toBe(45);
  });

  test('of environments hold twenty items by default, and as many as the limit says', async () => {
    expect((await readPage(environmentsPath)).items).toHaveLength(20);
    expect((await readPage(`${environmentsPath}?limit=100`)).items).toHaveLength(45);
  });

  test.each([groupsPath, environmentsPath, '/api/v2/projects', '/api/v2/applications'])(
    'of %s are clamped without a word, and links count by the clamped limit',
    async (path) => {
      simulator.behaviour.maxPageSize = 1;
      const { items, _links: links } = await readPage(`${path}?limit=100`);
      expect(items).toHaveLength(1);
      expect(links['next']?.href).toContain('limit=1&offset=1');
    },
  );

  test('of groups never hold more than twenty items', async () => {
    simulator.behaviour.maxPageSize = 50;
    expect((await readPage(`${groupsPath}?limit=50`)).items).toHaveLength(20);
  });

  test('have a count, unless the behaviour leaves it out where it is optional', async () => {
    simulator.behaviour.sendsTotalCount = false;
    for (const path of [environmentsPath, '/api/v2/projects', '/api/v2/applications']) {
      expect(await readPage(path)).not.toHaveProperty('totalCount');
    }
    expect(await readPage(groupsPath)).toHaveProperty('totalCount', 45);
  });

  test('link to the next page, unless the behaviour leaves the link out', async () => {
    simulator.behaviour.sendsNextLink = false;
    const { _links: links } = await readPage(`${environmentsPath}?offset=20`);
    expect(Object.keys(links)).toEqual(['self', 'first', 'prev']);
  });
});

describe('the order of a list', () => {
  test('is another one for each request when shuffled, and a page is no larger for it', async () => {
    simulator.behaviour.listOrder = 'shuffled';
    const keys = await readKeys(groupsPath, 20);
    expect(keys).toHaveLength(45);
    expect(new Set(keys).size).toBeLessThan(45);
  });

  test('moves by one item between two pages, so that one is skipped or repeated', async () => {
    simulator.behaviour.listOrder = 'moving';
    const keys = await readKeys(environmentsPath, 20);
    expect(keys).not.toContain('env-30');
    expect(keys.filter((key) => key === 'env-50')).toHaveLength(2);
  });

  test.each([
    ['sort=name', 'env-10'],
    ['sort=-name', 'production'],
    ['sort=-createdOn', 'env-new'],
    ['sort=critical,-name', 'production'],
  ])('of environments follows %s', async (query, first) => {
    simulator.account.addEnvironment('big', 'production');
    simulator.addEnvironment('big', 'env-new');
    const { items } = await readPage(`${environmentsPath}?${query}&limit=1`);
    expect(items[0]?.key).toBe(first);
  });
});

describe('filters', () => {
  test('of projects look for a text and for keys', async () => {
    simulator.account.addProject('mobile', ['production']);
    const keysOf = async (filter: string): Promise<string[]> =>
      (await readPage(`/api/v2/projects?filter=${encodeURIComponent(filter)}`)).items.map(
        ({ key }) => key,
      );
    expect(await keysOf('query:MOB')).toEqual(['mobile']);
    expect(await keysOf('keys:big|mobile|nowhere')).toEqual(['big', 'mobile']);
    expect(await keysOf('keys:big|mobile,query:big')).toEqual(['big']);
    expect(await keysOf('tags:ops')).toEqual([]);
  });

  test.each([
    '/api/v2/projects?filter=name:x',
    '/api/v2/projects?filter=x',
    '/api/v2/projects?sort=key',
    `${environmentsPath}?filter=keys:x`,
    `${environmentsPath}?sort=toString`,
  ])('and orders that are not documented are answered 400: %s', async (path) => {
    const { status, body } = await ask(simulator, { path });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_request' });
  });
});

test('every environment of a list carries its SDK and mobile keys', async () => {
  const { body } = await ask(simulator, { path: `${environmentsPath}?limit=100` });
  const secrets = { apiKey: expect.stringMatching(/^sdk-/), mobileKey: expect.any(String) };
  expect(body).toMatchObject({ items: Array.from({ length: 45 }, () => secrets) });
  expect(simulator.violations).toEqual([]);
});

test('projects expand their environments, which is recorded as a violation', async () => {
  const { body } = await ask(simulator, { path: '/api/v2/projects?expand=environments' });
  expect(body).toHaveProperty('items.1.environments.items.length', 20);
  expect(body).toHaveProperty('items.1.environments.items.0.apiKey');
  expect(body).toHaveProperty(
    'items.1.environments._links.next.href',
    `${environmentsPath}?limit=20&offset=20`,
  );
  expect(simulator.violations).toHaveLength(1);
});

describe('lag', () => {
  test('of lists hides a write that a single read shows', async () => {
    simulator.behaviour.listLagMs = 500;
    await createGroup(simulator, { key: 'fresh' });
    expect((await ask(simulator, { path: `${groupsPath}/fresh` })).status).toBe(200);
    expect(await readPage(groupsPath)).toHaveProperty('totalCount', 45);
    nowMs += 500;
    expect(await readPage(groupsPath)).toHaveProperty('totalCount', 46);
    await ask(simulator, { method: 'DELETE', path: `${groupsPath}/fresh` });
    expect((await ask(simulator, { path: `${groupsPath}/fresh` })).status).toBe(404);
    expect(await readPage(groupsPath)).toHaveProperty('totalCount', 46);
  });

  const body = { projectKey: 'big', environmentKey: 'preview' };

  test('of environments hides a new one from reads, lists and creates', async () => {
    simulator.behaviour.environmentLagMs = 3000;
    simulator.addEnvironment('big', 'preview');
    const scores = '/api/v2/engineering-insights/insights/scores';
    const statuses = async (): Promise<number[]> => [
      (await ask(simulator, { path: `${environmentsPath}/preview` })).status,
      (await ask(simulator, { path: `${scores}?projectKey=big&environmentKey=preview` })).status,
      (await createGroup(simulator, body)).status,
      (await readPage(environmentsPath)).totalCount ?? 0,
    ];
    expect(await statuses()).toEqual([404, 400, 404, 45]);
    nowMs += 3000;
    expect(await statuses()).toEqual([200, 200, 201, 46]);
  });

  test('of creates refuses a new environment that reads show already', async () => {
    simulator.behaviour.createLagMs = 3000;
    simulator.addEnvironment('big', 'preview');
    expect((await ask(simulator, { path: `${environmentsPath}/preview` })).status).toBe(200);
    expect((await createGroup(simulator, body)).status).toBe(404);
    expect((await createGroup(simulator)).status).toBe(201);
    nowMs += 3000;
    expect((await createGroup(simulator, { ...body, key: 'fresh' })).status).toBe(201);
  });

  test('applies to the server clock, and to new projects', async () => {
    simulator.behaviour.clockSkewMs = -60_000;
    simulator.behaviour.environmentLagMs = 1000;
    simulator.addEnvironment('big', 'preview');
    simulator.account.addProject('fresh', ['test'], { createdAt: nowMs - 60_000 });
    expect((await createGroup(simulator, body)).status).toBe(404);
    expect((await ask(simulator, { path: '/api/v2/projects/fresh' })).status).toBe(404);
    nowMs += 1000;
    expect((await createGroup(simulator, body)).status).toBe(201);
    expect((await ask(simulator, { path: '/api/v2/projects/fresh' })).status).toBe(200);
  });
});

test('an environment can only be added to a project that exists', () => {
  expect(() => simulator.addEnvironment('nowhere', 'test')).toThrow('no project nowhere');
});
