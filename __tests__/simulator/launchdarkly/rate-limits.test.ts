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
