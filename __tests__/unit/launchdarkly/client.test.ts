import { describe, expect, test } from 'vitest';
import { createClient, type LaunchDarkly } from '../../../src/launchdarkly/client.ts';
import type { JsonRequest } from '../../../src/launchdarkly/transport.ts';

const group = {
  key: 'k',
  name: 'N',
  projectKey: 'p',
  environmentKey: 'e',
  applicationKeys: [],
  createdAt: 1,
};

/** A client whose server always sends the same response, and the requests it received. */
function setUp(status: number, json: unknown) {
  const requests: JsonRequest[] = [];
  const { signal } = new AbortController();
  const client = createClient(
    {
      async send(request) {
        requests.push(request);
        const body = { kind: 'json', text: '', json } as const;
        return { kind: 'response', status, headers: {}, body, startedAt: 0, receivedAt: 0 };
      },
      close: async () => {},
    },
    signal,
  );
  return { client, requests };
}

describe('client operations', () => {
  const INSIGHTS = '/api/v2/engineering-insights/insights';
  const rows: readonly (readonly [
    name: string,
    call: (client: LaunchDarkly) => Promise<unknown>,
    request: JsonRequest,
  ])[] = [
    [
      'createGroup for all applications',
      (client) => client.createGroup(group),
      {
        method: 'POST',
        path: `${INSIGHTS}/group`,
        body: { key: 'k', name: 'N', projectKey: 'p', environmentKey: 'e' },
      },
    ],
    [
      'createGroup for some',
      (client) => client.createGroup({ ...group, applicationKeys: ['a'] }),
      {
        method: 'POST',
        path: `${INSIGHTS}/group`,
        body: { key: 'k', name: 'N', projectKey: 'p', environmentKey: 'e', applicationKeys: ['a'] },
      },
    ],
    [
      'getGroup',
      (client) => client.getGroup('k/../x'),
      { method: 'GET', path: `${INSIGHTS}/groups/k%2F..%2Fx`, query: { expand: 'scores' } },
    ],
    [
      'patchGroup',
      (client) => client.patchGroup('k', [{ op: 'replace', path: '/name', value: 'N' }]),
      {
        method: 'PATCH',
        path: `${INSIGHTS}/groups/k`,
        body: [{ op: 'replace', path: '/name', value: 'N' }],
      },
    ],
    [
      'deleteGroup',
      (client) => client.deleteGroup('k/x'),
      { method: 'DELETE', path: `${INSIGHTS}/groups/k%2Fx`, maxHeldMs: 1_000 },
    ],
    [
      'listGroups',
      (client) => client.listGroups(40),
      {
        method: 'GET',
        path: `${INSIGHTS}/groups`,
        query: { limit: '20', offset: '40', sort: 'name' },
      },
    ],
    [
      'getProject',
      (client) => client.getProject('p/q'),
      { method: 'GET', path: '/api/v2/projects/p%2Fq', query: {} },
    ],
    [
      'getEnvironment',
      (client) => client.getEnvironment('p', 'e'),
      { method: 'GET', path: '/api/v2/projects/p/environments/e', query: {} },
    ],
    [
      'listEnvironments',
      (client) => client.listEnvironments('p', 0),
      { method: 'GET', path: '/api/v2/projects/p/environments', query: { limit: '100' } },
    ],
    [
      'listProjects',
      (client) => client.listProjects(100),
      { method: 'GET', path: '/api/v2/projects', query: { limit: '100', offset: '100' } },
    ],
    [
      'findApplications',
      (client) => client.findApplications(['a', 'b']),
      {
        method: 'GET',
        path: '/api/v2/applications',
        query: { filter: 'key anyOf ["a","b"]', limit: '2' },
      },
    ],
    [
      'listApplications',
      (client) => client.listApplications(0),
      { method: 'GET', path: '/api/v2/applications', query: { limit: '100' } },
    ],
    [
      'getCallerIdentity',
      (client) => client.getCallerIdentity(),
      { method: 'GET', path: '/api/v2/caller-identity', query: {} },
    ],
  ];

  test.each(rows)('sends one request: %s', async (_name, call, request) => {
    const { client, requests } = setUp(200, {});
    await call(client);
    expect(requests).toEqual([{ ...request, route: expect.any(String) }]);
  });
});

test('rejects a group with another key in the response, but ignores letter case', async () => {
  const { client } = setUp(200, { ...group, key: 'default-ALL' });
  expect(await client.getGroup('default-all')).toMatchObject({ kind: 'ok' });
  expect(await client.getGroup('default')).toMatchObject({ kind: 'indeterminate' });
});

test('requests for different keys share a route, and no two operations do', async () => {
  const { client, requests } = setUp(200, {});
  await client.getGroup('a');
  await client.getGroup('b');
  await client.getProject('a');
  await client.getEnvironment('a', 'b');
  await client.listGroups(0);
  const routes = requests.map(({ route }) => route);
  expect(routes[0]).toBe(routes[1]);
  expect(new Set(routes).size).toBe(4);
});

test('a delete is acknowledged by a 204, which has no body', async () => {
  expect(await setUp(204, undefined).client.deleteGroup('k')).toMatchObject({ kind: 'ok' });
  expect(await setUp(200, {}).client.deleteGroup('k')).toMatchObject({ kind: 'indeterminate' });
});

test('only the key and the name of an environment are kept', async () => {
  const { client } = setUp(200, { key: 'e', name: 'E', apiKey: 'sdk-1', mobileKey: 'mob-1' });
  expect(await client.getEnvironment('p', 'e')).toHaveProperty('value', {
    key: 'e',
    name: 'E',
  });
});
