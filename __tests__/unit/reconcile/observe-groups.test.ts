import { expect, test } from 'vitest';
import { Lists } from '../../../src/reconcile/lists.ts';
import { beginObservation } from '../../../src/reconcile/observe-groups.ts';
import { type AccountDoubleOptions, createAccountDouble, makeGroup } from './account-double.ts';

const ENTRY = {
  kind: 'absent',
  group: { key: 'a', projectKey: 'web', environmentKey: 'dev' },
} as const;

/** Which of `keys` are found, as `asked for: key of the group`, and by which requests. */
async function observe(keys: readonly string[], options: AccountDoubleOptions) {
  const account = createAccountDouble(options);
  const observed = await beginObservation([ENTRY], new Lists(account)).find(keys);
  const found = keys.flatMap((key) => {
    const group = observed.get(key);
    return group === undefined ? [] : [`${key}: ${group.key}`];
  });
  return { found, calls: account.calls };
}

const makeGroups = (...keys: readonly string[]) => keys.map((key) => makeGroup({ key }));

test('the first page is read before it is known which groups are meant', async () => {
  const account = createAccountDouble();
  const observation = beginObservation([ENTRY], new Lists(account));
  expect(account.calls).toEqual(['list 0']);
  expect(await observation.find([])).toEqual(new Map());
  expect(account.calls).toEqual(['list 0']);
});

test('no entries need no request', async () => {
  const account = createAccountDouble();
  expect(await beginObservation([], new Lists(account)).find([])).toEqual(new Map());
  expect(account.calls).toEqual([]);
});

test('a list of groups that can not be read only fails who asks for groups', async () => {
  const account = createAccountDouble();
  const client = { ...account.client, listGroups: () => Promise.reject(new Error('No.')) };
  const observation = beginObservation([ENTRY], new Lists({ ...account, client }));
  expect(await observation.find([])).toEqual(new Map());
  await expect(observation.find(['a'])).rejects.toThrow('No.');
});

test('keys on the first page need no other request, however large the account is', async () => {
  const groups = makeGroups('a', 'b', 'c', 'd', 'e');
  expect(await observe(['a', 'b'], { groups, pageSize: 2 })).toEqual({
    found: ['a: a', 'b: b'],
    calls: ['list 0'],
  });
});

test('keys that are not on the first page are read one by one where that needs fewer requests', async () => {
  const groups = makeGroups('a', 'b', 'c', 'd', 'e');
  expect(await observe(['a', 'e'], { groups, pageSize: 2 })).toEqual({
    found: ['a: a', 'e: e'],
    calls: ['list 0', 'read e'],
  });
});

test('all pages are read where that needs no more requests', async () => {
  const groups = makeGroups('a', 'b', 'c', 'd', 'e');
  expect(await observe(['a', 'd', 'e', 'x'], { groups, pageSize: 2 })).toEqual({
    found: ['a: a', 'd: d', 'e: e'],
    calls: ['list 0', 'list 2', 'list 4'],
  });
});

test('a key that a list has skipped is read', async () => {
  const [a, b, c, d] = makeGroups('a', 'b', 'c', 'd');
  const listed = [a, b, b, d].flatMap((group) => group ?? []);
  const groups = [a, b, c, d].flatMap((group) => group ?? []);
  expect(await observe(['c', 'd', 'x', 'y'], { groups, listed, pageSize: 2 })).toEqual({
    found: ['c: c', 'd: d'],
    calls: ['list 0', 'list 2', 'read c', 'read x', 'read y'],
  });
});

test('a group whose key differs in letter case is another one, unless a read shows it', async () => {
  const groups = makeGroups('A', 'b');
  expect(await observe(['a', 'b', 'x'], { groups })).toEqual({
    found: ['b: b'],
    calls: ['list 0', 'read a'],
  });
});

test('of two spellings the exact one counts', async () => {
  const groups = makeGroups('a', 'A');
  expect(await observe(['a'], { groups })).toEqual({ found: ['a: a'], calls: ['list 0'] });
});
