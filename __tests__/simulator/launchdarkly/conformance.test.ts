import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../simulator/launchdarkly/simulator.ts';
import { ask, groupBody, groupPath, groupsPath } from './ask.ts';
import { documentedOperations, findDeviation } from './conformance.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator();
});

afterAll(async () => simulator.close());

test('every operation of the OpenAPI excerpt exists and answers as it documents', async () => {
  const key = 'default-production-all-apps';
  const statuses = new Map<string, number>();
  for (const operation of documentedOperations.toSorted(byLifeCycle)) {
    const [method = '', template = ''] = operation.split(' ');
    const path = template
      .replace('{insightGroupKey}', key)
      .replace('{projectKey}', 'default')
      .replace('{environmentKey}', 'production');
    const query = path.endsWith('/scores')
      ? '?projectKey=default&environmentKey=production'
      : path.startsWith(groupsPath) && method === 'GET'
        ? '?expand=scores,environment'
        : '';
    const body =
      method === 'POST'
        ? groupBody()
        : method === 'PATCH'
          ? [{ op: 'replace', path: '/name', value: 'x' }]
          : undefined;
    const answer = await ask(simulator, {
      method,
      path: `${path}${query}`,
      ...(body === undefined ? {} : { body }),
    });
    statuses.set(operation, answer.status);
  }
  expect(Object.fromEntries(statuses)).toEqual(
    Object.fromEntries(
      documentedOperations.map((operation) => {
        const [method] = operation.split(' ');
        return [operation, method === 'POST' ? 201 : method === 'DELETE' ? 204 : 200];
      }),
    ),
  );
});

/** The create first and the delete last. */
function byLifeCycle(a: string, b: string): number {
  const rank = (operation: string): number =>
    operation.startsWith('POST') ? 0 : operation.startsWith('DELETE') ? 2 : 1;
  return rank(a) - rank(b);
}

describe('the check against the OpenAPI excerpt', () => {
  const group = { ...groupBody(), createdAt: 1 };

  test.each([
    ['a missing attribute', 'POST', groupPath, 201, { ...group, name: undefined }],
    ['an attribute of another type', 'POST', groupPath, 201, { ...group, createdAt: '1' }],
    ['a status that is not documented', 'POST', groupPath, 200, group],
    ['a body where there is none', 'DELETE', `${groupsPath}/x`, 204, {}],
    ['no body where there is one', 'GET', `${groupsPath}/x`, 200, undefined],
    ['a 400 without errors', 'GET', groupsPath, 400, { code: 'invalid_request', message: 'x' }],
    [
      'an environment without its keys in a list of groups',
      'GET',
      groupsPath,
      200,
      { totalCount: 1, items: [{ ...group, environment: { key: 'production' } }] },
    ],
  ])('finds %s', (_case, method, path, status, body) => {
    expect(findDeviation({ method, path, status, body })).toBeDefined();
  });

  test('accepts an answer as documented', () => {
    expect(
      findDeviation({ method: 'POST', path: groupPath, status: 201, body: group }),
    ).toBeUndefined();
  });
});
