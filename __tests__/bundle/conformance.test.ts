import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import { findUnusedPort } from '../../simulator/network/loopback.ts';
import {
  CREATE_PATH,
  DESIRED,
  GROUP_PATH,
  olderGroup,
  startSimulatedRun,
} from './simulated-run.ts';

/*
 * Network fault × time, for each operation: the exact requests that follow, the outcome of the
 * step, and the state of the server. "before" and "after" say whether the server had processed the
 * request when the fault happened. The step cannot tell the two apart, but must report the truth in
 * both.
 */

/**
 * One row: the fault of the operation's first request, the requests of the run, and its outcome.
 */
type Row = readonly [name: string, fault: Fault, requests: string, expected: string];

/**
 * Responses that leave open whether the request was processed. The rows below use them in pairs.
 */
const INDETERMINATE_RESPONSES: readonly (readonly [
  fault: string,
  status: number,
  body?: unknown,
])[] = [
  ['204', 204],
  ['202', 202, {}],
  ['301', 301],
  ['302', 302],
  ['303', 303],
  ['307', 307],
  ['308', 308],
  ['408', 408],
  ['500', 500, { code: 'internal_error' }],
  ['502 as HTML', 502, '<h1>Bad gateway</h1>'],
  ['503', 503],
  ['504', 504],
];

function indeterminateBefore(requests: string, expected: string): Row[] {
  return INDETERMINATE_RESPONSES.map(([name, status, body]) => [
    `${name}, before`,
    { kind: 'respond', status, body },
    requests,
    expected,
  ]);
}

function indeterminateAfter(requests: string, expected: string): Row[] {
  return INDETERMINATE_RESPONSES.map(([name, status, body]) => [
    `${name}, after`,
    { kind: 'process-then-respond', status, body },
    requests,
    expected,
  ]);
}

const answer = (status: number, body?: unknown): Fault => ({ kind: 'respond', status, body });
const answerAfter = (status: number, body?: unknown): Fault => ({
  kind: 'process-then-respond',
  status,
  body,
});
const RATE_LIMIT: Fault = { kind: 'rate-limit', waitsMs: {} };

/** Rows that end at the deadline have a short one. */
const inputsFor = (expected: string) => ({
  'timeout-seconds': expected === 'timeout' ? '5' : '60',
});

const CREATE: readonly Row[] = [
  ['reset, before', { kind: 'reset' }, 'POST GET POST', 'created'],
  ['reset, after', { kind: 'process-then-reset' }, 'POST GET', 'created'],
  ['truncated, after', { kind: 'process-then-truncate' }, 'POST GET', 'created'],
  ['stall, before', { kind: 'stall' }, 'POST', 'timeout'],
  ['stall, after', { kind: 'process-then-stall' }, 'POST', 'timeout'],
  ['delay', { kind: 'delay', delayMs: 300 }, 'POST', 'created'],
  ['200, before', answer(200, olderGroup()), 'POST GET POST', 'created'],
  ['200, after', answerAfter(200, olderGroup()), 'POST GET', 'created'],
  ['201 without a body, before', answer(201), 'POST GET POST', 'created'],
  ['201 without a body, after', answerAfter(201), 'POST GET', 'created'],
  [
    '201 for another key, before',
    answer(201, olderGroup({ key: 'x' })),
    'POST GET POST',
    'created',
  ],
  ['201 for another key, after', answerAfter(201, olderGroup({ key: 'x' })), 'POST GET', 'created'],
  ['201 that is no JSON, after', answerAfter(201, '<p>Hi'), 'POST GET', 'created'],
  ['201 without createdAt, after', answerAfter(201, { key: DESIRED.key }), 'POST GET', 'created'],
  ...indeterminateBefore('POST GET POST', 'created'),
  ...indeterminateAfter('POST GET', 'created'),
  ['409, a lock collided', { kind: 'lock-collision' }, 'POST GET POST', 'created'],
  ['429', RATE_LIMIT, 'POST POST', 'created'],
  ['400', answer(400), 'POST', 'bad-request'],
  ['401', answer(401), 'POST GET', 'unauthorized'],
  ['403', answer(403), 'POST', 'forbidden'],
  // A 404 means that nothing was written, and project and environment exist.
  ['404', answer(404), 'POST GET POST', 'created'],
  ['405', answer(405), 'POST', 'bad-request'],
  ['413', answer(413), 'POST', 'bad-request'],
  ['422', answer(422), 'POST', 'bad-request'],
];

describe.concurrent('create', () => {
  test.each(CREATE)(
    'ends a create truthfully after: %s',
    async (name, fault, requests, expected) => {
      await using simulated = await startSimulatedRun();
      simulated.simulator.inject({ method: 'POST', path: CREATE_PATH, fault });
      const result = await simulated.run(inputsFor(expected));

      expect(simulated.methods()).toBe(requests);
      expect(result.outputs['error-code'] || result.outputs['outcome']).toBe(expected);
      const exists = expected === 'created' || name === 'stall, after';
      expect(simulated.simulator.account.groups.has(DESIRED.key)).toBe(exists);
      expect(simulated.simulator.createdCount(DESIRED.key)).toBe(exists ? 1 : 0);
      if (expected === 'timeout') {
        expect(result.log).toContain('may or may not have been created');
      } else if (expected !== 'created') {
        expect(result.log).toContain('Nothing was written.');
      }
    },
  );

  test('retries a create until the server listens, and creates the group once', async () => {
    const port = await findUnusedPort();
    await using simulated = await startSimulatedRun();
    const running = simulated.run({ 'base-uri': `http://127.0.0.1:${port}` });
    await sleep(600);
    await using late = await startSimulatedRun({ port });
    const result = await running;
    expect(result.outputs['outcome']).toBe('created');
    expect(late.methods()).toBe('POST');
    expect(late.simulator.createdCount(DESIRED.key)).toBe(1);
  });

  test('reports that nothing was written when the server never listens', async () => {
    await using simulated = await startSimulatedRun();
    const origin = `http://127.0.0.1:${await findUnusedPort()}`;
    const result = await simulated.run({ 'base-uri': origin, 'timeout-seconds': '15' });
    expect(result.outputs['error-code']).toBe('network');
    expect(result.log).toContain(
      `${origin} could not be reached (ECONNREFUSED). Tried to create insight group "${DESIRED.key}" for project "default", environment "production". Nothing was written.`,
    );
  });
});

const READ: readonly Row[] = [
  ['reset', { kind: 'reset' }, 'POST GET GET', 'unchanged'],
  ['truncated', { kind: 'process-then-truncate' }, 'POST GET GET', 'unchanged'],
  ['stall', { kind: 'stall' }, 'POST GET', 'timeout'],
  ['200 without a body', answer(200), 'POST GET GET', 'unchanged'],
  ['200 that is no JSON', answer(200, '<p>Hi'), 'POST GET GET', 'unchanged'],
  ['200 for another key', answer(200, olderGroup({ key: 'x' })), 'POST GET GET', 'unchanged'],
  ['201', answer(201, olderGroup()), 'POST GET GET', 'unchanged'],
  ['204', answer(204), 'POST GET GET', 'unchanged'],
  ['408', answer(408), 'POST GET GET', 'unchanged'],
  ['429', RATE_LIMIT, 'POST GET GET', 'unchanged'],
  ['500', answer(500), 'POST GET GET', 'unchanged'],
  ['502 as HTML', answer(502, '<h1>Bad gateway</h1>'), 'POST GET GET', 'unchanged'],
  ['503', answer(503), 'POST GET GET', 'unchanged'],
  // A lagging read: the key is taken, but not visible yet.
  ['404', answer(404), 'POST GET POST GET', 'unchanged'],
  ['307', answer(307), 'POST GET', 'unexpected-response'],
  ['400', answer(400), 'POST GET', 'bad-request'],
  ['401', answer(401), 'POST GET GET', 'unauthorized'],
  ['403', answer(403), 'POST GET', 'forbidden'],
  ['422', answer(422), 'POST GET', 'bad-request'],
];

describe.concurrent('read after a 409 for an equal group', () => {
  test.each(READ)('ends a read truthfully after: %s', async (_name, fault, requests, expected) => {
    const group = olderGroup();
    await using simulated = await startSimulatedRun({ group });
    simulated.simulator.inject({ method: 'GET', path: GROUP_PATH, fault });
    const result = await simulated.run({ ...inputsFor(expected), 'if-exists': 'keep' });

    expect(simulated.methods()).toBe(requests);
    expect(result.outputs['error-code'] || result.outputs['outcome']).toBe(expected);
    expect(simulated.simulator.account.groups.get(DESIRED.key)).toEqual(group);
    expect(simulated.simulator.createdCount(DESIRED.key)).toBe(0);
    if (expected !== 'unchanged') {
      expect(result.log).toContain('Nothing was written.');
    }
  });
});

const UPDATE: readonly Row[] = [
  ['reset, before', { kind: 'reset' }, 'POST GET PATCH GET PATCH', 'updated'],
  ['reset, after', { kind: 'process-then-reset' }, 'POST GET PATCH GET', 'updated'],
  ['truncated, after', { kind: 'process-then-truncate' }, 'POST GET PATCH GET', 'updated'],
  ['stall, before', { kind: 'stall' }, 'POST GET PATCH', 'timeout'],
  ['stall, after', { kind: 'process-then-stall' }, 'POST GET PATCH', 'timeout'],
  ['200 without a body, before', answer(200), 'POST GET PATCH GET PATCH', 'updated'],
  ['200 without a body, after', answerAfter(200), 'POST GET PATCH GET', 'updated'],
  ['201, after', answerAfter(201, olderGroup()), 'POST GET PATCH GET', 'updated'],
  ...indeterminateBefore('POST GET PATCH GET PATCH', 'updated'),
  ...indeterminateAfter('POST GET PATCH GET', 'updated'),
  ['409, a lock collided', { kind: 'lock-collision' }, 'POST GET PATCH GET PATCH', 'updated'],
  ['429', RATE_LIMIT, 'POST GET PATCH PATCH', 'updated'],
  ['400', answer(400), 'POST GET PATCH', 'bad-request'],
  ['401', answer(401), 'POST GET PATCH GET', 'unauthorized'],
  ['403', answer(403), 'POST GET PATCH', 'forbidden'],
  ['422', answer(422), 'POST GET PATCH', 'bad-request'],
  // The group looks deleted, but the create shows that it was not.
  ['404', answer(404), 'POST GET PATCH POST GET PATCH', 'updated'],
];

describe.concurrent('update of a group with another name', () => {
  test.each(UPDATE)(
    'ends an update truthfully after: %s',
    async (name, fault, requests, expected) => {
      await using simulated = await startSimulatedRun({
        group: olderGroup({ name: 'Production' }),
      });
      simulated.simulator.inject({ method: 'PATCH', path: GROUP_PATH, fault });
      const result = await simulated.run({ ...inputsFor(expected), 'if-exists': 'update' });

      expect(simulated.methods()).toBe(requests);
      expect(result.outputs['error-code'] || result.outputs['outcome']).toBe(expected);
      const isUpdated = expected === 'updated' || name === 'stall, after';
      expect(simulated.simulator.account.groups.get(DESIRED.key)?.name).toBe(
        isUpdated ? DESIRED.name : 'Production',
      );
      expect(simulated.simulator.createdCount(DESIRED.key)).toBe(0);
      if (expected === 'timeout') {
        expect(result.log).toContain('may or may not have been updated');
      } else if (expected !== 'updated') {
        expect(result.log).toContain('Nothing was written.');
      }
    },
  );

  test('creates the group when it is deleted between the read and the patch', async () => {
    await using simulated = await startSimulatedRun({
      group: olderGroup({ name: 'Production' }),
      onResponse: ({ method }) => {
        if (method === 'GET') {
          simulated.simulator.account.groups.delete(DESIRED.key);
        }
      },
    });
    const result = await simulated.run({ 'if-exists': 'update' });
    expect(simulated.methods()).toBe('POST GET PATCH POST');
    expect(result.outputs).toMatchObject({ outcome: 'created', name: DESIRED.name, drift: '[]' });
    expect(simulated.simulator.createdCount(DESIRED.key)).toBe(1);
  });

  test('leaves a group alone whose key somebody moves to another project before the patch', async () => {
    const theirs = olderGroup({ projectKey: 'mobile' });
    await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Production' }) });
    simulated.simulator.inject({ method: 'PATCH', path: GROUP_PATH, fault: { kind: 'reset' } });
    simulated.simulator.inject({
      method: 'GET',
      path: GROUP_PATH,
      skip: 1,
      fault: { kind: 'respond', status: 200, body: theirs },
    });
    const result = await simulated.run({ 'if-exists': 'update' });
    expect(simulated.methods()).toBe('POST GET PATCH GET');
    expect(result.outputs).toMatchObject({ 'error-code': 'conflict', project: 'mobile' });
  });
});

describe.concurrent('409 for a group that exists', () => {
  test.each(['optimistic_locking_error', 'key_exists', 'conflict'] as const)(
    'reads the group whatever the code of the 409 is: %s',
    async (conflictCode) => {
      await using simulated = await startSimulatedRun({
        group: olderGroup(),
        behaviour: { conflictCode },
      });
      const result = await simulated.run({ 'if-exists': 'keep' });
      expect(simulated.methods()).toBe('POST GET');
      expect(result.outputs['outcome']).toBe('unchanged');
    },
  );

  test('survives several lock collisions in a row', async () => {
    await using simulated = await startSimulatedRun();
    const fault: Fault = { kind: 'lock-collision' };
    simulated.simulator.inject({ method: 'POST', path: CREATE_PATH, fault, times: 3 });
    const result = await simulated.run();
    expect(simulated.methods()).toBe('POST GET POST GET POST GET POST');
    expect(result.outputs['outcome']).toBe('created');
  });

  test('reports a conflict for a key that answers 409 until the deadline but shows no group', async () => {
    await using simulated = await startSimulatedRun();
    const fault: Fault = { kind: 'lock-collision' };
    simulated.simulator.inject({ method: 'POST', fault, times: Number.POSITIVE_INFINITY });
    const result = await simulated.run({ 'timeout-seconds': '15' });
    expect(result.outputs['error-code']).toBe('conflict');
    expect(result.log).toContain(
      'LaunchDarkly keeps answering 409 for insight group "default-production-all-apps", but shows no group of that key.',
    );
  });
});
