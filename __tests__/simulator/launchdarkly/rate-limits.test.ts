import { afterEach, beforeEach, expect, test } from 'vitest';
import { sampleReaderToken } from '../../../simulator/launchdarkly/sample-account.ts';
import { type Simulator, startSimulator } from '../../../simulator/launchdarkly/simulator.ts';
import { ask, createGroup, groupPath, groupsPath } from './ask.ts';

// 12:00:03.250 on a day, so that three seconds and a quarter of a window are gone.
const startMs = Date.UTC(2026, 10, 24, 12, 0, 3, 250);
let nowMs: number;
let simulator: Simulator;

beforeEach(async () => {
  nowMs = startMs;
  simulator = await startSimulator({ now: () => nowMs });
});

afterEach(async () => simulator.close());

async function readStatus(): Promise<number> {
  return (await ask(simulator, { path: groupsPath })).status;
}

test.each([
  [{ global: 4000 }, { 'global-remaining': '0', reset: `${startMs + 4000}` }],
  [{ route: 4000 }, { 'route-remaining': '0', reset: `${startMs + 4000}` }],
  [
    { 'auth-token': 4000 },
    { 'auth-token-remaining': '0', 'auth-token-reset': `${startMs + 4000}` },
  ],
  [{ 'retry-after-seconds': 3200 }, { 'retry-after': '4' }],
  [{ 'retry-after-date': 3200 }, { 'retry-after': 'Tue, 24 Nov 2026 12:00:07 GMT' }],
  [
    { route: 2000, 'auth-token': 7000, 'retry-after-seconds': 1000 },
    {
      'route-remaining': '0',
      reset: `${startMs + 2000}`,
      'auth-token-remaining': '0',
      'auth-token-reset': `${startMs + 7000}`,
      'retry-after': '1',
    },
  ],
  [{ global: -5000 }, { 'global-remaining': '0', reset: `${startMs - 5000}` }],
  [{}, {}],
] as const)('a rate limit of %j says %j, and nothing is written', async (waitsMs, said) => {
  simulator.inject({ path: groupPath, fault: { kind: 'rate-limit', waitsMs } });
  const { status, headers, body } = await createGroup(simulator);
  expect(status).toBe(429);
  expect(body).toEqual({
    code: 'rate_limited',
    message: "You've exceeded the API rate limit. Try again later.",
  });
  const limits = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-ratelimit-') || name === 'retry-after')
    .map(([name, value]) => [name.replace('x-ratelimit-', ''), value]);
  expect(Object.fromEntries(limits)).toEqual(said);
  expect(simulator.account.groups.size).toBe(0);
  expect((await createGroup(simulator)).status).toBe(201);
});

test('every answer has the date of the server, whose clock may be wrong', async () => {
  simulator.behaviour.clockSkewMs = -90_000;
  simulator.inject({ fault: { kind: 'rate-limit', waitsMs: { global: 1000 } } });
  const { headers } = await ask(simulator, { path: groupsPath });
  expect(headers.date).toBe('Tue, 24 Nov 2026 11:58:33 GMT');
  expect(headers['x-ratelimit-reset']).toBe(`${startMs - 89_000}`);
});

test('limits count down within ten seconds and start anew with the next ten', async () => {
  simulator.behaviour.limits = { global: 100, route: 2, authToken: 50 };
  const first = await ask(simulator, { path: groupsPath });
  expect(first.headers).toMatchObject({
    'x-ratelimit-global-limit': '100',
    'x-ratelimit-global-remaining': '99',
    'x-ratelimit-route-remaining': '1',
    'x-ratelimit-reset': `${startMs + 6750}`,
    'x-ratelimit-auth-token-remaining': '49',
    'x-ratelimit-auth-token-reset': `${startMs + 6750}`,
  });
  expect((await ask(simulator, { path: groupsPath })).status).toBe(200);
  expect((await ask(simulator, { path: groupsPath })).status).toBe(429);
  expect((await ask(simulator, { path: '/api/v2/projects' })).status).toBe(200);
  nowMs += 6750;
  expect((await ask(simulator, { path: groupsPath })).status).toBe(200);
});

test('a token limit leaves other tokens alone, an address limit does not', async () => {
  simulator.behaviour.limits = { authToken: 1 };
  await ask(simulator, { path: groupsPath });
  expect((await ask(simulator, { path: groupsPath })).status).toBe(429);
  expect((await ask(simulator, { path: groupsPath, token: sampleReaderToken })).status).toBe(200);

  simulator.behaviour.limits = { ip: 1 };
  expect((await ask(simulator, { path: groupsPath })).headers).not.toHaveProperty('retry-after');
  const limited = await ask(simulator, { path: groupsPath, token: sampleReaderToken });
  expect(limited.status).toBe(429);
  expect(limited.headers['retry-after']).toBe('7');
});

test('limits may differ by operation, and an operation without one has no headers of it', async () => {
  simulator.behaviour.limits = { route: { createInsightGroup: 1, getInsightGroup: 2 } };
  const created = await createGroup(simulator);
  expect(created.headers).toMatchObject({
    'x-ratelimit-route-limit': '1',
    'x-ratelimit-route-remaining': '0',
    'x-ratelimit-reset': `${startMs + 6750}`,
  });
  expect((await createGroup(simulator, { key: 'second' })).status).toBe(429);
  const path = `${groupsPath}/default-production-all-apps`;
  expect((await ask(simulator, { path })).headers['x-ratelimit-route-remaining']).toBe('1');
  // Another verb of the same path is another operation.
  const deleted = await ask(simulator, { method: 'DELETE', path });
  expect(deleted.status).toBe(204);
  expect(deleted.headers).not.toHaveProperty('x-ratelimit-route-limit');
  expect(deleted.headers).not.toHaveProperty('x-ratelimit-reset');
});

test('a fixed window admits twice the limit around its border, a sliding one does not', async () => {
  const statuses = async (): Promise<number[]> => {
    nowMs = startMs + 6700;
    const before = [await readStatus(), await readStatus()];
    nowMs += 100;
    return [...before, await readStatus(), await readStatus()];
  };
  simulator.behaviour.limits = { route: 2 };
  expect(await statuses()).toEqual([200, 200, 200, 200]);
  nowMs += 60_000;
  simulator.behaviour.limits = { authToken: 2, windows: 'sliding' };
  expect(await statuses()).toEqual([200, 200, 429, 429]);
});

test('a sliding window frees one call at a time, at the moment that its reset says', async () => {
  simulator.behaviour.limits = { global: 2, windows: 'sliding' };
  expect(await readStatus()).toBe(200);
  nowMs += 4000;
  expect(await readStatus()).toBe(200);
  const { status, headers } = await ask(simulator, { path: groupsPath });
  expect(status).toBe(429);
  expect(headers['x-ratelimit-reset']).toBe(`${startMs + 10_000}`);
  nowMs = startMs + 9999;
  expect(await readStatus()).toBe(429);
  nowMs += 1;
  expect([await readStatus(), await readStatus()]).toEqual([200, 429]);
  nowMs += 4000;
  expect(await readStatus()).toBe(200);
});

test('the shared reset is that of the limit which is used up', async () => {
  simulator.behaviour.limits = { global: 3, route: { getProjects: 1 }, windows: 'sliding' };
  await readStatus();
  nowMs += 5000;
  const { headers } = await ask(simulator, { path: '/api/v2/projects' });
  expect(headers).toMatchObject({
    'x-ratelimit-global-remaining': '1',
    'x-ratelimit-route-remaining': '0',
    'x-ratelimit-reset': `${startMs + 15_000}`,
  });
});

test('two jobs with tokens of their own share the limits of account, route and address', async () => {
  const scopes = [{ global: 1 }, { route: 1 }, { ip: { getInsightGroups: 1 } }];
  for (const limits of scopes) {
    nowMs += 10_000;
    simulator.behaviour.limits = limits;
    expect(await readStatus()).toBe(200);
    const other = await ask(simulator, { path: groupsPath, token: sampleReaderToken });
    expect(other.status).toBe(429);
  }
});

test('a limit of zero refuses every call', async () => {
  simulator.behaviour.limits = { global: 0, windows: 'sliding' };
  const { status, headers } = await ask(simulator, { path: groupsPath });
  expect(status).toBe(429);
  expect(headers['x-ratelimit-reset']).toBe(`${startMs + 10_000}`);
});
