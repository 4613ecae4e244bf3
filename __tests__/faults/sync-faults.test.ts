import { describe, expect, test } from 'vitest';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { existingGroup, listOutcomes, type SyncRun, startSyncRun } from '../bundle/sync-run.ts';

const FILE = `defaults:
  project: default
groups:
  - key: checkout
    name: Checkout
    environment: production
  - key: '{project}-{environment}-all-apps'
    name: '{environment-name} - All Apps'
    environment: ['*', '!production']
  - {key: same, name: Same, environment: test}
  - {key: old, environment: production, state: absent}
  - {key: gone, environment: production, state: absent}
`;

function existing(): InsightGroup[] {
  return [
    existingGroup({ key: 'old' }),
    existingGroup({ key: 'same', name: 'Same', environmentKey: 'test' }),
    existingGroup({ key: 'default-test-all-apps', environmentKey: 'test', name: 'Test' }),
  ];
}

/** What the apply of {@link FILE} makes of {@link existing}, and what it stands for in the account. */
const OUTCOMES = [
  'checkout: created',
  'default-staging-all-apps: created',
  'default-test-all-apps: updated',
  'gone: absent',
  'old: deleted',
  'same: unchanged',
];

/** The requests of that apply without faults. A slow machine may need more. */
const REQUESTS = 9;

const VERBS: Readonly<Record<string, string>> = {
  created: 'Created',
  updated: 'Updated',
  deleted: 'Deleted',
};

function readErrors({ annotations }: StepResult): string[] {
  return annotations.filter(({ kind }) => kind === 'error').map(({ message }) => message);
}

/** Expects that outputs, log and summary say what the account holds and the server has done. */
function expectTrue(sync: SyncRun, result: StepResult): void {
  const { simulator } = sync;
  const outcomes = listOutcomes(result);
  for (const text of outcomes) {
    const [key = '', outcome = ''] = text.split(': ');
    const did = {
      created: simulator.createdCount(key),
      updated: simulator.updatesOf(key).length,
      deleted: simulator.deletionsOf(key).length,
    };
    const isThere = simulator.account.groups.has(key);
    for (const [kind, verb] of Object.entries(VERBS)) {
      const line = `${verb} insight group "${key}"`;
      expect([text, result.log.includes(line)]).toEqual([text, outcome === kind]);
    }
    expect(result.summary).toContain(key);
    switch (outcome) {
      case 'created':
        expect([text, did, isThere]).toEqual([text, { ...did, created: 1, deleted: 0 }, true]);
        break;
      case 'updated':
        expect([text, did.updated > 0, isThere]).toEqual([text, true, true]);
        break;
      case 'deleted':
        expect([text, did.deleted, isThere]).toEqual([text, 1, false]);
        break;
      case 'unchanged':
      case 'skipped':
        expect([text, did]).toEqual([text, { created: 0, updated: 0, deleted: 0 }]);
        break;
      case 'absent':
        expect([text, isThere]).toEqual([text, false]);
        break;
      default:
        expect(outcome).toBe('failed');
    }
  }
}

const GATEWAY = { status: 502, body: '<html>Bad gateway</html>' } as const;

const FAULTS: readonly Fault[] = [
  { kind: 'reset' },
  { kind: 'process-then-reset' },
  { kind: 'process-then-truncate' },
  { kind: 'process-then-stall' },
  { kind: 'process-then-respond', ...GATEWAY },
  { kind: 'respond', ...GATEWAY },
  { kind: 'rate-limit', waitsMs: { 'retry-after-seconds': 1_000 } },
];

describe.concurrent('one fault at any request of an apply changes nothing of what is done and reported', () => {
  test.each(FAULTS)('$kind', async (fault) => {
    const requests = Array.from({ length: REQUESTS }, (_, index) => index);
    await Promise.all(
      requests.map(async (skip) => {
        await using sync = await startSyncRun(FILE, { groups: existing() });
        sync.simulator.inject({ skip, fault });
        const result = await sync.run();

        expect(sync.simulator.requests.some(({ fault }) => fault !== undefined)).toBe(true);
        expect(readErrors(result)).toEqual([]);
        expect(listOutcomes(result)).toEqual(OUTCOMES);
        expect(result.outputs).toMatchObject({ outcome: 'changed', 'error-code': '' });
        expectTrue(sync, result);
        expect([...sync.simulator.account.groups.keys()].sort()).toEqual([
          'checkout',
          'default-staging-all-apps',
          'default-test-all-apps',
          'same',
        ]);
      }),
    );
  });
});

const OUTAGES: readonly Fault[] = [
  { kind: 'reset' },
  { kind: 'process-then-reset' },
  { kind: 'respond', ...GATEWAY },
  { kind: 'respond', status: 401, body: { code: 'unauthorized', message: 'Invalid token' } },
];

describe.concurrent('an outage from any request of an apply on fails the step, and what was done is reported', () => {
  test.each(OUTAGES)('$kind $status', async (fault) => {
    const requests = Array.from({ length: REQUESTS }, (_, index) => index);
    await Promise.all(
      requests.map(async (skip) => {
        await using sync = await startSyncRun(FILE, { groups: existing() });
        sync.simulator.inject({ skip, times: Number.POSITIVE_INFINITY, fault });
        const result = await sync.run({ 'timeout-seconds': '60' });

        expect(result.exitCode).toBe(1);
        expect(result.outputs).toMatchObject({ outcome: 'failed' });
        expect(result.outputs['error-code']).toMatch(
          /^(?:network|server-error|timeout|unauthorized)$/,
        );
        expectTrue(sync, result);
        const writes = listOutcomes(result).filter((text) => !/^(?:old|gone):/.test(text));
        if (writes.some((text) => /failed|skipped/.test(text))) {
          expect(sync.simulator.deletionsOf('old')).toEqual([]);
        }
      }),
    );
  });
});

describe.concurrent('an apply that has to stop', () => {
  const delayCreates = ({ simulator }: SyncRun) =>
    simulator.inject({
      method: 'POST',
      skip: 1,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'stall' },
    });

  test('when it is cancelled reports what was done, and deletes nothing', async () => {
    await using sync = await startSyncRun(FILE, { groups: existing() });
    delayCreates(sync);
    const result = await sync.run(
      {},
      { signal: { name: 'SIGINT', when: (stdout) => stdout.includes('Created insight group') } },
    );
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'cancelled' });
    expect(listOutcomes(result).filter((text) => text.endsWith('created'))).toHaveLength(1);
    expect(listOutcomes(result)).toContain('old: skipped');
    expect(sync.simulator.deletionsOf('old')).toEqual([]);
    expectTrue(sync, result);
  });

  test('when its time is up reports what was done, and deletes nothing', async () => {
    await using sync = await startSyncRun(FILE, { groups: existing() });
    delayCreates(sync);
    const result = await sync.run({ 'timeout-seconds': '15' });
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'timeout' });
    expect(listOutcomes(result)).toContain('old: skipped');
    expect(sync.simulator.deletionsOf('old')).toEqual([]);
    expectTrue(sync, result);
  });
});
