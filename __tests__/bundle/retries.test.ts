import { describe, expect, test } from 'vitest';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import type { RateLimitWaits } from '../../simulator/launchdarkly/rate-limits.ts';
import type { Simulator } from '../../simulator/launchdarkly/simulator.ts';
import {
  CREATE_PATH,
  DESIRED,
  GROUP_PATH,
  injectCreateFault,
  olderGroup,
  readFailure,
  startSimulatedRun,
} from './simulated-run.ts';

/** How long the run waited between its first and its second request, in milliseconds. */
function readFirstWait({ requests: [first, second] }: Simulator): number {
  return (second?.atMs ?? Number.NaN) - (first?.atMs ?? Number.NaN);
}

describe.concurrent('lost responses', () => {
  test.each([0, 300, 900, 1_500])(
    'reports a processed create once its group is visible, with reads that lag by %i ms',
    async (visibilityLagMs) => {
      await using simulated = await startSimulatedRun({ behaviour: { visibilityLagMs } });
      injectCreateFault(simulated.simulator, { kind: 'process-then-reset' });
      const result = await simulated.run();
      expect(result.outputs).toMatchObject({ outcome: 'created', created: 'true', drift: '[]' });
      expect(simulated.simulator.createdCount(DESIRED.key)).toBe(1);
      expect(simulated.methods()).toMatch(/^POST GET( POST GET)*$/);
      if (visibilityLagMs === 0) {
        expect(simulated.methods()).toBe('POST GET');
      }
    },
  );

  test.each([-3_600_000, -2_500, 2_500, 3_600_000])(
    'reports a lost create truthfully with a server clock that is off by %i ms',
    async (clockSkewMs) => {
      await using simulated = await startSimulatedRun({ behaviour: { clockSkewMs } });
      injectCreateFault(simulated.simulator, { kind: 'process-then-reset' });
      const result = await simulated.run();
      expect(result.outputs['outcome']).toBe('created');
    },
  );

  test.each([-3_600_000, 0, 3_600_000])(
    'does not claim an older group with a server clock that is off by %i ms',
    async (clockSkewMs) => {
      const group = olderGroup({ createdAt: Date.now() + clockSkewMs - 60_000 });
      await using simulated = await startSimulatedRun({ group, behaviour: { clockSkewMs } });
      injectCreateFault(simulated.simulator, { kind: 'reset' });
      const result = await simulated.run({ 'if-exists': 'keep' });
      expect(result.outputs).toMatchObject({ outcome: 'unchanged', created: 'false' });
      // Until reads can no longer lag.
      expect(simulated.methods()).toMatch(/^POST GET( GET)+$/);
    },
  );

  test('reports a conflict when a lost create meets an older group with if-exists: fail', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    injectCreateFault(simulated.simulator, { kind: 'reset' });
    const result = await simulated.run();
    expect(result.outputs['error-code']).toBe('conflict');
    expect(readFailure(result)).toContain('It matches the request.');
  });

  test('reports a drift when a lost create meets a different group of a faster run', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Theirs' }) });
    injectCreateFault(simulated.simulator, { kind: 'reset' });
    const result = await simulated.run({ 'if-exists': 'keep' });
    expect(result.outputs).toMatchObject({ outcome: 'kept', name: 'Theirs' });
  });

  test('reports the truth after several lost responses in a row', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, { kind: 'reset' }, 2);
    injectCreateFault(simulated.simulator, { kind: 'process-then-respond', status: 502 });
    simulated.simulator.inject({
      method: 'GET',
      fault: { kind: 'respond', status: 500 },
      times: 2,
    });
    const result = await simulated.run();
    expect(result.outputs['outcome']).toBe('created');
    expect(simulated.simulator.createdCount(DESIRED.key)).toBe(1);
  });

  test('waits for a group of another job that is not visible for a second', async () => {
    await using simulated = await startSimulatedRun({ behaviour: { visibilityLagMs: 1_000 } });
    await simulated.run();
    const result = await simulated.run({ 'if-exists': 'keep' });
    expect(result.outputs).toMatchObject({ outcome: 'unchanged', created: 'false' });
    expect(simulated.simulator.createdCount(DESIRED.key)).toBe(1);
  });
});

describe.concurrent('rate limits', () => {
  const dialects: readonly (readonly [title: string, waitsMs: RateLimitWaits])[] = [
    ['X-Ratelimit-Reset for the account', { global: 1_000 }],
    ['X-Ratelimit-Reset for the route', { route: 1_000 }],
    ['X-Ratelimit-Auth-Token-Reset', { 'auth-token': 1_000 }],
    ['Retry-After in seconds', { 'retry-after-seconds': 1_000 }],
    ['Retry-After as a date', { 'retry-after-date': 1_000 }],
    ['all at once, of which the longest wins', { global: 1_000, route: 100, 'auth-token': -500 }],
    ['one in the past beside another', { global: -9_000, 'retry-after-seconds': 1_000 }],
  ];

  test.each(dialects)('waits for a rate limit announced by %s', async (_title, waitsMs) => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, { kind: 'rate-limit', waitsMs });
    const result = await simulated.run();
    expect(result.outputs['outcome']).toBe('created');
    expect(simulated.methods()).toBe('POST POST');
    expect(readFirstWait(simulated.simulator)).toBeGreaterThanOrEqual(1_000);
  });

  test.each([-3_600_000, 3_600_000])(
    "measures a rate limit by the server's clock, which is off by %i ms",
    async (clockSkewMs) => {
      await using simulated = await startSimulatedRun({ behaviour: { clockSkewMs } });
      injectCreateFault(simulated.simulator, { kind: 'rate-limit', waitsMs: { global: 1_000 } });
      const result = await simulated.run({ 'timeout-seconds': '60' });
      expect(result.outputs['outcome']).toBe('created');
      expect(readFirstWait(simulated.simulator)).toBeGreaterThanOrEqual(1_000);
    },
  );

  const noHints: readonly (readonly [title: string, headers: Record<string, string>])[] = [
    ['no hint at all', {}],
    ['a reset in the past', { 'X-Ratelimit-Reset': '1000000000000' }],
    ['a reset in seconds instead of milliseconds', { 'X-Ratelimit-Reset': '1790000000' }],
    ['a reset in another century', { 'X-Ratelimit-Reset': '9999999999999' }],
    ['a reset in another millennium', { 'X-Ratelimit-Reset': '99999999999999' }],
    ['a Retry-After of a year', { 'Retry-After': '31536000' }],
    ['a negative Retry-After', { 'Retry-After': '-5' }],
    ['a Retry-After that is nonsense', { 'Retry-After': 'soon' }],
  ];

  test.each(noHints)('retries soon after a rate limit with %s', async (_title, headers) => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, { kind: 'respond', status: 429, headers });
    const result = await simulated.run({ 'timeout-seconds': '60' });
    expect(result.outputs['outcome']).toBe('created');
    expect(simulated.methods()).toBe('POST POST');
  });

  test('fails at once when a rate limit outlasts the deadline, and says when to try again', async () => {
    await using simulated = await startSimulatedRun();
    const fault: Fault = { kind: 'rate-limit', waitsMs: { 'retry-after-seconds': 600_000 } };
    injectCreateFault(simulated.simulator, fault, Number.POSITIVE_INFINITY);
    const before = Date.now();
    const result = await simulated.run();
    const after = Date.now();
    const [title, message = '', next] = readFailure(result).split('\n');
    expect(simulated.methods()).toBe('POST');
    expect(result.outputs['error-code']).toBe('rate-limited');
    expect(title).toBe('The rate limit lasts longer than the time limit');
    const [, until = ''] =
      /^LaunchDarkly's rate limit \(429\) stopped the step from working on insight group "default-production-all-apps"\. It asks to wait 600 s, until (\S+), and the step has less time left\. Nothing was written\.$/.exec(
        message,
      ) ?? [];
    expect(Date.parse(until)).toBeGreaterThanOrEqual(before + 600_000);
    expect(Date.parse(until)).toBeLessThanOrEqual(after + 600_000);
    expect(next).toBe('Next: Run again after that time, or raise timeout-seconds beyond the wait.');
  });

  test('waits for a rate limit of the read after a 409', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    const fault: Fault = { kind: 'rate-limit', waitsMs: { 'retry-after-seconds': 1_000 } };
    simulated.simulator.inject({ method: 'GET', path: GROUP_PATH, fault });
    const result = await simulated.run({ 'if-exists': 'keep' });
    expect(result.outputs['outcome']).toBe('unchanged');
    const [, second, third] = simulated.simulator.requests;
    expect((third?.atMs ?? 0) - (second?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  test('waits for the Retry-After of a 503', async () => {
    await using simulated = await startSimulatedRun();
    const fault: Fault = { kind: 'respond', status: 503, headers: { 'Retry-After': '1' } };
    simulated.simulator.inject({ method: 'POST', path: CREATE_PATH, fault });
    const result = await simulated.run();
    expect(result.outputs['outcome']).toBe('created');
    const posts = simulated.simulator.requests.filter(({ method }) => method === 'POST');
    expect((posts[1]?.atMs ?? 0) - (posts[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
  });
});

describe.concurrent('announced waits', () => {
  test('announces a wait of more than three seconds', async () => {
    await using simulated = await startSimulatedRun();
    const fault: Fault = { kind: 'rate-limit', waitsMs: { 'retry-after-seconds': 3_000 } };
    injectCreateFault(simulated.simulator, fault);
    const result = await simulated.run();
    expect(result.log.split('\n')[0]).toMatch(
      /^Trying again in 3\.\d s: LaunchDarkly's rate limit was reached \(429\)\.$/,
    );
  });

  test('logs a shorter wait at debug level only', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, { kind: 'reset' });
    const quiet = await simulated.run();
    expect(quiet.log).not.toContain('Trying again');
    simulated.simulator.account.groups.clear();
    injectCreateFault(simulated.simulator, { kind: 'reset' });
    const verbose = await simulated.run({}, { env: { RUNNER_DEBUG: '1' } });
    expect(verbose.log).toMatch(/##\[debug\]Trying again in 0\.\d s: LaunchDarkly was lost before/);
  });
});
