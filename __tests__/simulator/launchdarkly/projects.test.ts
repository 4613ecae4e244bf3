import { afterEach, beforeEach, expect, test } from 'vitest';
import { sampleReaderToken } from '../../../simulator/launchdarkly/sample-account.ts';
import { type Simulator, startSimulator } from '../../../simulator/launchdarkly/simulator.ts';
import { ask } from './ask.ts';

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator();
});

afterEach(async () => simulator.close());

test('projects are listed without their environments, and read one by one', async () => {
  simulator.account.addProject('mobile', ['production']);
  const listed = await ask(simulator, { path: '/api/v2/projects?limit=1&offset=1' });
  expect(listed.body).toMatchObject({ totalCount: 2, items: [{ key: 'mobile' }] });
  expect(listed.body).not.toHaveProperty('items.0.environments');
  const one = await ask(simulator, { path: '/api/v2/projects/default' });
  expect(one.body).toMatchObject({ key: 'default', name: 'Default' });
  expect((await ask(simulator, { path: '/api/v2/projects/nowhere' })).status).toBe(404);
});

test('environments come twenty a page and with the secrets that the real ones have', async () => {
  const keys = Array.from({ length: 21 }, (_, index) => `env-${index}`);
  simulator.account.addProject('big', keys);
  const path = '/api/v2/projects/big/environments';
  expect((await ask(simulator, { path })).body).toMatchObject({
    totalCount: 21,
    items: { length: 20 },
  });
  const filtered = await ask(simulator, { path: `${path}?filter=query:env-20` });
  expect(filtered.body).toMatchObject({ totalCount: 1, items: [{ key: 'env-20' }] });
  const one = await ask(simulator, { path: `${path}/env-20` });
  expect(one.body).toMatchObject({
    apiKey: expect.stringMatching(/^sdk-/),
    mobileKey: expect.stringMatching(/^mob-/),
  });
  expect((await ask(simulator, { path: `${path}/nowhere` })).status).toBe(404);
});

test('applications are beta, ten a page, and filtered by key', async () => {
  const path = '/api/v2/applications';
  for (let number = 1; number <= 10; number += 1) {
    simulator.account.addApplication(`app-${number}`);
  }
  const withoutVersion = await ask(simulator, { path, apiVersion: null, mayDeviate: true });
  expect(withoutVersion.status).toBe(403);
  expect((await ask(simulator, { path })).body).toMatchObject({
    totalCount: 12,
    items: { length: 10 },
  });
  const filter = encodeURIComponent('key anyOf ["billing-service","nowhere"]');
  const filtered = await ask(simulator, { path: `${path}?filter=${filter}` });
  expect(filtered.body).toMatchObject({ totalCount: 1, items: [{ key: 'billing-service' }] });
  expect((await ask(simulator, { path: `${path}?filter=key` })).status).toBe(400);
});

test('the caller learns what kind of token it has, and which version it speaks', async () => {
  const writer = await ask(simulator, { path: '/api/v2/caller-identity' });
  expect(writer.body).toMatchObject({ tokenKind: 'server', serviceToken: true });
  const reader = await ask(simulator, {
    path: '/api/v2/caller-identity',
    token: sampleReaderToken,
  });
  expect(reader.body).toMatchObject({ tokenKind: 'personal', serviceToken: false });
  const versions = await ask(simulator, { path: '/api/v2/versions' });
  expect(versions.body).toMatchObject({ beta: true, latestVersion: 20240415 });
});

test('a path that nobody knows is answered 404', async () => {
  expect((await ask(simulator, { path: '/api/v2/nothing' })).status).toBe(404);
});
