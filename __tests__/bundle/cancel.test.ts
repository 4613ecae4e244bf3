import { describe, expect, test } from 'vitest';
import type { Injection } from '../../simulator/launchdarkly/faults.ts';
import type { Simulator } from '../../simulator/launchdarkly/simulator.ts';
import {
  CREATE_PATH,
  DESIRED,
  GROUP_PATH,
  olderGroup,
  readFailure,
  startSimulatedRun,
} from './simulated-run.ts';

/** The runner sends SIGTERM 7.5 s after SIGINT. A hanging run would take a minute here. */
const MAX_END_MS = 7_500;

const CREATE_UNKNOWN = `Outcome unknown: insight group "${DESIRED.key}" may or may not have been created.`;
const UPDATE_UNKNOWN = `Outcome unknown: insight group "${DESIRED.key}" may or may not have been updated.`;

interface Phase {
  readonly title: string;
  readonly group?: { readonly name?: string };
  readonly faults: readonly Injection[];
  /** Resolves when the run has reached the phase. */
  readonly isReached: (simulator: Simulator, stdout: string) => boolean;
  readonly says: string;
  readonly next?: string;
}

const stallAt = (method: string, path: string): Injection => ({
  method,
  path,
  fault: { kind: 'stall' },
});
const asked = (method: string) => (simulator: Simulator) =>
  simulator.requests.some((request) => request.method === method);
const waits = (_simulator: Simulator, stdout: string) => stdout.includes('Trying again in');
const longWait = { 'Retry-After': '60' };

const PHASES: readonly Phase[] = [
  {
    title: 'a create that stalls',
    faults: [stallAt('POST', CREATE_PATH)],
    isReached: asked('POST'),
    says: CREATE_UNKNOWN,
    next: "It is safe to run again: the key can't be created twice.",
  },
  {
    title: 'a create that was processed and stalls',
    faults: [{ method: 'POST', fault: { kind: 'process-then-stall' } }],
    isReached: asked('POST'),
    says: CREATE_UNKNOWN,
    next: "It is safe to run again: the key can't be created twice.",
  },
  {
    title: 'a wait for a rate limit',
    faults: [{ method: 'POST', fault: { kind: 'respond', status: 429, headers: longWait } }],
    isReached: waits,
    says: 'Nothing was written.',
  },
  {
    title: 'a wait after a lost create',
    faults: [{ method: 'POST', fault: { kind: 'respond', status: 503, headers: longWait } }],
    isReached: waits,
    says: CREATE_UNKNOWN,
    next: "It is safe to run again: the key can't be created twice.",
  },
  {
    title: 'the read of an existing group',
    group: {},
    faults: [stallAt('GET', GROUP_PATH)],
    isReached: asked('GET'),
    says: 'Nothing was written.',
  },
  {
    title: 'an update that stalls',
    group: { name: 'Production' },
    faults: [stallAt('PATCH', GROUP_PATH)],
    isReached: asked('PATCH'),
    says: UPDATE_UNKNOWN,
    next: 'It is safe to run again.',
  },
];

describe.each(['SIGINT', 'SIGTERM'] as const)('cancelled by %s', (name) => {
  test.concurrent.each(PHASES)('reports the cancellation during $title', async (phase) => {
    const { group, faults, isReached, says, next } = phase;
    await using simulated = await startSimulatedRun({ group: group && olderGroup(group) });
    for (const fault of faults) {
      simulated.simulator.inject(fault);
    }
    let signalledAt = Number.NaN;
    const when = (stdout: string) => {
      const isTime = isReached(simulated.simulator, stdout);
      signalledAt = isTime ? performance.now() : Number.NaN;
      return isTime;
    };
    const result = await simulated.run({ 'if-exists': 'update' }, { signal: { name, when } });
    expect(performance.now() - signalledAt).toBeLessThan(MAX_END_MS);
    expect(result.signal).toBeNull();
    expect(result.outputs['error-code']).toBe('cancelled');
    expect(readFailure(result)).toBe(
      [
        'The run was cancelled',
        `The run was cancelled before it was done. ${says}`,
        `Next: ${['Re-run the job if you still need the group.', next].filter(Boolean).join(' ')}`,
      ].join('\n'),
    );
    expect(result.summary).toContain(DESIRED.key);
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'writes outputs and summary however often it is told to end by %s',
  async (name) => {
    await using simulated = await startSimulatedRun();
    simulated.simulator.inject(stallAt('POST', CREATE_PATH));
    const result = await simulated.run(
      {},
      { signal: { name, when: () => asked('POST')(simulated.simulator), isRepeated: true } },
    );
    expect(result.conclusion).toBe('failure');
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'cancelled' });
    expect(result.summary).toContain('may or may not have been created');
  },
);

test('reports a failure without its diagnosis when cancelled during the diagnosis', async () => {
  await using simulated = await startSimulatedRun();
  simulated.simulator.inject({ path: '/api/v2/caller-identity', fault: { kind: 'stall' } });
  let signalledAt = Number.NaN;
  const when = () => {
    const isTime = simulated.simulator.requests.length === 2;
    signalledAt = isTime ? performance.now() : Number.NaN;
    return isTime;
  };
  const result = await simulated.run(
    { token: 'api-99999999-0000-4000-8000-000000000009' },
    { signal: { name: 'SIGINT', when } },
  );
  expect(result.outputs['error-code']).toBe('unauthorized');
  // The diagnosis alone would take ten seconds.
  expect(performance.now() - signalledAt).toBeLessThan(MAX_END_MS);
});
