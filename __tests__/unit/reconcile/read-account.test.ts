import { expect, test } from 'vitest';
import type { NamedKey } from '../../../src/launchdarkly/schemas.ts';
import { listKeys } from '../../../src/reconcile/expand.ts';
import { Lists } from '../../../src/reconcile/lists.ts';
import { readAccount } from '../../../src/reconcile/read-account.ts';
import { createAccountDouble, makeGroup, TIMING } from './account-double.ts';
import { present } from './desired-entries.ts';

const ENVIRONMENTS: readonly NamedKey[] = ['a', 'b', 'c', 'd', 'e'].map((key) => ({
  key,
  name: key,
}));
const GROUPS = ['a', 'b', 'c', 'd', 'e'].map((key) => makeGroup({ key: `web-${key}` }));

/** Reads an account whose second page of environments is answered when `release` has been called. */
function startReading(environment: string, pageSize: number, { failsAfter = 9 } = {}) {
  const account = createAccountDouble({ groups: GROUPS, pageSize });
  const held = Promise.withResolvers<void>();
  const client: typeof account.client = {
    ...account.client,
    async listGroups(offset) {
      const result = await account.client.listGroups(offset);
      return offset < failsAfter ? result : Promise.reject(new Error('No.'));
    },
    async listEnvironments(_projectKey, offset) {
      account.calls.push(`environments ${offset}`);
      if (offset > 0) {
        await held.promise;
      }
      const items = ENVIRONMENTS.slice(offset, offset + 4);
      const value = { items, length: items.length, totalCount: 5, hasNext: false };
      return { ...TIMING, kind: 'ok', value };
    },
  };
  const read = async () => {
    const entries = [present({ environment })];
    const { catalog, findGroups } = await readAccount(entries, new Lists({ ...account, client }));
    const groups = await findGroups(listKeys(entries, catalog));
    return [...groups.keys()];
  };
  return { calls: account.calls, release: held.resolve, reading: read() };
}

/** Lets everything happen that waits for nothing else. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('the other pages of groups are read beside those of environments, once they are sure to be needed', async () => {
  const { calls, release, reading } = startReading('*', 2);
  await settle();
  expect(calls).toEqual(['environments 0', 'list 0', 'environments 4', 'list 2', 'list 4']);
  release();
  expect(await reading).toEqual(['web-a', 'web-b', 'web-c', 'web-d', 'web-e']);
  expect(calls).toHaveLength(5);
});

test('the other pages of groups wait for those of environments while single reads may need fewer requests', async () => {
  const { calls, release, reading } = startReading('*', 1);
  await settle();
  expect(calls).toEqual(['environments 0', 'list 0', 'environments 4']);
  release();
  expect(await reading).toEqual(['web-a', 'web-b', 'web-c', 'web-d', 'web-e']);
  expect(calls.slice(3)).toEqual(['list 1', 'list 2', 'list 3', 'list 4']);
});

test('environments that no pattern matches do not make the whole list of groups be read', async () => {
  const { calls, release, reading } = startReading('a*', 2);
  await settle();
  release();
  expect(await reading).toContain('web-a');
  expect(calls).toEqual(['environments 0', 'list 0', 'environments 4']);
});

test('a page of groups that can not be read ahead fails who asks for groups', async () => {
  const { calls, release, reading } = startReading('*', 2, { failsAfter: 2 });
  await settle();
  expect(calls).toContain('list 4');
  release();
  await expect(reading).rejects.toThrow('No.');
});
