import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../simulator/launchdarkly/simulator.ts';
import type { StorageRule } from '../../../simulator/launchdarkly/storage.ts';
import { ask, createGroup, groupPath, groupsPath } from './ask.ts';

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator({ now: () => 1_706_701_522_000 });
});

afterEach(async () => simulator.close());

const NFD = 'Cafe\u0301';
const NFC = 'Caf\u00e9';

test.each<[StorageRule, Record<string, unknown>, Record<string, unknown>]>([
  ['nfc', { name: NFD }, { name: NFC }],
  ['squeeze-blanks', { name: '  All \t Apps ' }, { name: 'All Apps' }],
  ['lower-case-keys', { key: 'Default-ALL' }, { key: 'default-all', projectKey: 'default' }],
  [
    'lower-case-project-and-environment',
    { key: 'Mine', projectKey: 'Default', environmentKey: 'TEST' },
    { key: 'Mine', projectKey: 'default', environmentKey: 'test' },
  ],
  [
    'lower-case-applications',
    { applicationKeys: ['Billing-Service'] },
    { applicationKeys: ['billing-service'] },
  ],
  ['sort-applications', { applicationKeys: ['b', 'a', 'b'] }, { applicationKeys: ['a', 'b'] }],
  [
    'drop-unknown-applications',
    { applicationKeys: ['biling-service', 'inventory-service'] },
    { applicationKeys: ['inventory-service'] },
  ],
  [(group) => ({ ...group, name: `${group.name}!` }), { name: 'A' }, { name: 'A!' }],
])('a create under the storage rule %s stores normalized values', async (rule, sent, stored) => {
  simulator.behaviour.storeAs = [rule];
  const { status, body } = await createGroup(simulator, sent);
  expect(status).toBe(201);
  expect(body).toMatchObject(stored);
  expect([...simulator.account.groups.values()]).toMatchObject([stored]);
});

test('a patch stores normalized values, and keeps the key of the group', async () => {
  await createGroup(simulator, { key: 'Mine' });
  simulator.behaviour.storeAs = ['nfc', 'squeeze-blanks', 'lower-case-keys'];
  const { status, body } = await ask(simulator, {
    method: 'PATCH',
    path: `${groupsPath}/Mine`,
    body: [{ op: 'replace', path: '/name', value: ` ${NFD}  bar ` }],
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ key: 'Mine', name: `${NFC} bar` });
});

test('letter case makes no difference to a server that lower-cases keys', async () => {
  simulator.behaviour.storeAs = ['lower-case-keys'];
  await createGroup(simulator, { key: 'Mine' });
  expect((await createGroup(simulator, { key: 'MINE' })).status).toBe(409);
  expect((await ask(simulator, { path: `${groupsPath}/Mine` })).body).toMatchObject({
    key: 'mine',
  });
  const { status } = await ask(simulator, { method: 'DELETE', path: `${groupsPath}/mINE` });
  expect(status).toBe(204);
  expect(simulator.account.groups.size).toBe(0);
});

test('letter case makes a difference to a server that stores keys as they are sent', async () => {
  await createGroup(simulator, { key: 'Mine' });
  expect((await createGroup(simulator, { key: 'mine' })).status).toBe(201);
  expect((await createGroup(simulator, { key: 'other', projectKey: 'Default' })).status).toBe(404);
});

test.each([
  ['number', { createdAt: 1_706_701_522_000 }],
  ['string', { createdAt: '1706701522000' }],
  ['null', { createdAt: null }],
  ['date', { createdAt: '2024-01-31T11:45:22.000Z' }],
  ['text', { createdAt: 'a moment ago' }],
] as const)('createdAt may be sent as %s', async (createdAtAs, sent) => {
  simulator.behaviour.createdAtAs = createdAtAs;
  const { body } = await createGroup(simulator, {}, { mayDeviate: true });
  expect(body).toMatchObject(sent);
});

test('createdAt may be missing', async () => {
  simulator.behaviour.createdAtAs = 'missing';
  const { status, body } = await createGroup(simulator, {}, { mayDeviate: true });
  expect(status).toBe(201);
  expect(body).not.toHaveProperty('createdAt');
});

test('answers may come without a Date header, made-up ones too', async () => {
  simulator.behaviour.sendsDate = false;
  expect((await createGroup(simulator)).headers).not.toHaveProperty('date');
  simulator.inject({ path: groupPath, fault: { kind: 'respond', status: 502 } });
  expect((await createGroup(simulator)).headers).not.toHaveProperty('date');
});
