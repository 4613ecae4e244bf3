import { describe, expect, test } from 'vitest';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import {
  expectTrueReport,
  GROUPS_PATH,
  nameEnvironments,
  readCounts,
  readGroups,
  startSeveralRun,
} from './several-run.ts';
import { CREATE_PATH, injectCreateFault } from './simulated-run.ts';

/** More groups than can be in flight when the run stops. */
const MANY = nameEnvironments(40);

/** Groups that are worked on at once, and so may all have begun when the run stops. */
const MAX_BEGUN = 8;

const ALWAYS = Number.POSITIVE_INFINITY;

describe.concurrent('one failure stops nothing else', () => {
  const faults: readonly (readonly [title: string, fault: Fault, code: string])[] = [
    ['400', { kind: 'respond', status: 400, body: { message: 'No.' } }, 'bad-request'],
    ['422', { kind: 'respond', status: 422, body: { message: 'No.' } }, 'bad-request'],
  ];

  test.each(faults)('%s to one create fails that group only', async (_title, fault, code) => {
    await using simulated = await startSeveralRun({ environments: nameEnvironments(20) });
    simulated.simulator.inject({ method: 'POST', path: CREATE_PATH, skip: 6, fault });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 19, failed: 1 });
    expect(result.outputs).toMatchObject({
      outcome: 'failed',
      created: 'true',
      'error-code': code,
    });
    expectTrueReport(result, simulated);
  });

  test('403 to one create after others got through fails that group only', async () => {
    await using simulated = await startSeveralRun({ environments: nameEnvironments(20) });
    simulated.simulator.inject({
      method: 'POST',
      path: CREATE_PATH,
      skip: 10,
      fault: { kind: 'respond', status: 403, body: { message: 'No.' } },
    });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 19, failed: 1 });
    expect(result.outputs['error-code']).toBe('forbidden');
  });

  test('faults that pass are retried for each group by itself', async () => {
    await using simulated = await startSeveralRun({
      environments: nameEnvironments(12),
      drifted: ['env-0001', 'env-0002'],
    });
    injectCreateFault(simulated.simulator, { kind: 'process-then-reset' }, 2);
    injectCreateFault(simulated.simulator, { kind: 'respond', status: 503 }, 2);
    injectCreateFault(simulated.simulator, { kind: 'lock-collision' });
    simulated.simulator.inject({ method: 'PATCH', fault: { kind: 'process-then-reset' } });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 10, updated: 2 });
    expectTrueReport(result, simulated);
  });
});

describe.concurrent('what concerns all groups stops the run', () => {
  test.each([
    [401, 'unauthorized', MAX_BEGUN],
    // The first two may concern their groups only.
    [403, 'forbidden', MAX_BEGUN + 2],
  ])('%i to the first writes skips what has not begun', async (status, code, maxFailed) => {
    await using simulated = await startSeveralRun({ environments: MANY });
    const fault: Fault = { kind: 'respond', status, body: { message: 'No.' } };
    simulated.simulator.inject({ method: 'POST', path: CREATE_PATH, fault, times: ALWAYS });
    const result = await simulated.run();
    const { failed = 0, skipped = 0, ...others } = readCounts(result);
    expect(others).toEqual({});
    expect(failed + skipped).toBe(MANY.length);
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThanOrEqual(maxFailed);
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': code });
    expect(readGroups(result).find(({ outcome }) => outcome === 'skipped')).toMatchObject({
      errorCode: '',
      message: '',
      createdAt: '',
    });
    expectTrueReport(result, simulated);
  });

  test.each([
    ['reset connections', { kind: 'reset' }, 'network'],
    ['503', { kind: 'respond', status: 503 }, 'server-error'],
  ] as const)('three groups lost to %s skip the others', async (_title, fault, code) => {
    await using simulated = await startSeveralRun({ environments: MANY });
    simulated.simulator.inject({ path: /insights\/group/, skip: 1, fault, times: ALWAYS });
    const result = await simulated.run();
    const { failed = 0, skipped = 0, ...others } = readCounts(result);
    expect(others).toEqual({});
    expect(failed).toBeGreaterThanOrEqual(3);
    expect(failed).toBeLessThanOrEqual(MAX_BEGUN + 2);
    expect(skipped).toBe(MANY.length - failed);
    expect(result.outputs['error-code']).toBe(code);
  });

  test.each([1, 2])('403 to the first %i writes only fails those groups', async (times) => {
    await using simulated = await startSeveralRun({ environments: nameEnvironments(20) });
    const fault: Fault = { kind: 'respond', status: 403, body: { message: 'No.' } };
    simulated.simulator.inject({ method: 'POST', path: CREATE_PATH, fault, times });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 20 - times, failed: times });
    expectTrueReport(result, simulated);
  });

  test('creates that always get 500 end after a few attempts each, and skip the others', async () => {
    await using simulated = await startSeveralRun({ environments: MANY });
    const fault: Fault = { kind: 'respond', status: 500 };
    simulated.simulator.inject({ method: 'POST', path: CREATE_PATH, fault, times: ALWAYS });
    const result = await simulated.run();
    const { failed = 0, skipped = 0 } = readCounts(result);
    expect(failed).toBeGreaterThanOrEqual(3);
    expect(failed + skipped).toBe(MANY.length);
    expect(skipped).toBeGreaterThanOrEqual(MANY.length - MAX_BEGUN - 2);
    expect(result.outputs['error-code']).toBe('server-error');
    expect(simulated.calls()['POST group']).toBeLessThanOrEqual(5 * failed);
  });

  test('two groups lost to the network do not skip the others', async () => {
    await using simulated = await startSeveralRun({ environments: nameEnvironments(12) });
    for (const key of ['default-env-0003-all-apps', 'default-env-0009-all-apps']) {
      simulated.simulator.inject({
        path: `${GROUPS_PATH}/${key}`,
        fault: { kind: 'reset' },
        times: ALWAYS,
      });
      simulated.account.groups.set(key, {
        key,
        name: 'Old',
        projectKey: 'default',
        environmentKey: key.slice(8, 16),
        createdAt: 1,
      });
    }
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 10, failed: 2 });
    expect(result.outputs['error-code']).toBe('network');
  });

  test('a rate limit that outlasts the deadline fails at once and skips the others', async () => {
    await using simulated = await startSeveralRun({ environments: MANY });
    simulated.simulator.inject({
      method: 'POST',
      path: CREATE_PATH,
      skip: 5,
      times: ALWAYS,
      fault: { kind: 'rate-limit', waitsMs: { 'retry-after-seconds': 3_600_000 } },
    });
    const result = await simulated.run();
    const { created = 0, failed = 0, skipped = 0 } = readCounts(result);
    expect(created).toBe(5);
    expect(failed + skipped).toBe(MANY.length - 5);
    expect(skipped).toBeGreaterThanOrEqual(MANY.length - 5 - MAX_BEGUN);
    expect(result.outputs['error-code']).toBe('rate-limited');
    expect(result.log).toContain('It asks to wait 3600 s, until ');
    expectTrueReport(result, simulated);
  });

  test('the deadline ends the run, and what is not known is not denied', async () => {
    await using simulated = await startSeveralRun({ environments: MANY });
    const fault: Fault = { kind: 'process-then-stall' };
    simulated.simulator.inject({
      method: 'POST',
      path: CREATE_PATH,
      skip: 3,
      fault,
      times: ALWAYS,
    });
    const result = await simulated.run({ 'timeout-seconds': '15' });
    const { created = 0, failed = 0, skipped = 0 } = readCounts(result);
    expect(created).toBe(3);
    expect(skipped).toBe(MANY.length - 3 - failed);
    expect(result.outputs['error-code']).toBe('timeout');
    expect(result.log).toContain('may or may not have been created');
    for (const { key, outcome, message } of readGroups(result)) {
      const wasSent = simulated.simulator.createdCount(key) > 0;
      expect(message.includes('may or may not have been created')).toBe(
        wasSent && outcome === 'failed',
      );
    }
    expectTrueReport(result, simulated);
  });

  test('a cancellation ends the run within its grace, and writes the outputs', async () => {
    await using simulated = await startSeveralRun({ environments: MANY });
    const fault: Fault = { kind: 'process-then-stall' };
    simulated.simulator.inject({
      method: 'POST',
      path: CREATE_PATH,
      skip: 3,
      fault,
      times: ALWAYS,
    });
    const result = await simulated.run(
      {},
      { signal: { name: 'SIGINT', when: (log) => log.split('Created insight').length > 3 } },
    );
    expect(result).toMatchObject({ conclusion: 'failure', signal: null, exitCode: 1 });
    expect(result.outputs).toMatchObject({
      outcome: 'failed',
      created: 'true',
      'error-code': 'cancelled',
    });
    const { created = 0, failed = 0, skipped = 0 } = readCounts(result);
    expect(created).toBe(3);
    expect(created + failed + skipped).toBe(MANY.length);
    expect(skipped).toBeGreaterThanOrEqual(MANY.length - 3 - MAX_BEGUN);
    expectTrueReport(result, simulated);
    for (const { key, outcome, message } of readGroups(result)) {
      expect(message).toContain(outcome === 'failed' ? `insight group "${key}"` : '');
    }
  });
});

describe.concurrent('the pace', () => {
  test('keeps within a limit of the route with two 429s at most, and creates all groups', async () => {
    await using simulated = await startSeveralRun({
      environments: nameEnvironments(25),
      behaviour: { limits: { route: { createInsightGroup: 20 } } },
    });
    const result = await simulated.run();
    expect(readCounts(result)).toEqual({ created: 25 });
    const refused = simulated.simulator.requests.filter(({ status }) => status === 429);
    expect(refused.length).toBeLessThanOrEqual(2);
  });

  test('has at most four writes in flight', async () => {
    await using simulated = await startSeveralRun({ environments: nameEnvironments(24) });
    let inFlight = 0;
    let highest = 0;
    simulated.simulator.inject({
      method: 'POST',
      path: CREATE_PATH,
      times: ALWAYS,
      fault: { kind: 'delay', delayMs: 60 },
    });
    const watch = setInterval(() => {
      inFlight = simulated.simulator.requests.filter(
        ({ method, status }) => method === 'POST' && status === undefined,
      ).length;
      highest = Math.max(highest, inFlight);
    }, 5);
    const result = await simulated.run();
    clearInterval(watch);
    expect(readCounts(result)).toEqual({ created: 24 });
    expect(highest).toBeLessThanOrEqual(4);
    expect(highest).toBeGreaterThan(1);
  });

  test('has ten minutes unless the workflow says otherwise', async () => {
    await using simulated = await startSeveralRun();
    const waitsMs = { 'retry-after-seconds': 500_000 };
    injectCreateFault(simulated.simulator, { kind: 'rate-limit', waitsMs }, ALWAYS);
    const signal = { name: 'SIGINT', when: (log: string) => log.includes('Trying again') } as const;
    const several = await simulated.run({ 'timeout-seconds': '' }, { signal });
    expect(several.log).toMatch(/^Trying again in 500\.\d s: LaunchDarkly's rate limit/m);
    expect(several.outputs['error-code']).toBe('cancelled');
    const single = await simulated.run({ 'timeout-seconds': '', environment: 'test', name: 'T' });
    expect(single.outputs['error-code']).toBe('rate-limited');
  });
});
