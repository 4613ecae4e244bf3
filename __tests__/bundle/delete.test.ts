import { describe, expect, test } from 'vitest';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import type { Simulator } from '../../simulator/launchdarkly/simulator.ts';
import {
  createContestedAccount,
  DELETE_UNKNOWN,
  readDeleteFailure,
  runDelete,
} from './simulated-delete.ts';
import {
  DESIRED,
  describeRequest,
  FOREIGN_404S,
  GROUP_PATH,
  olderGroup,
  type SimulatedRun,
  startSimulatedRun,
} from './simulated-run.ts';

const READ = `GET ${GROUP_PATH}?expand=scores`;
const DELETE = `DELETE ${GROUP_PATH}`;

const PLACE =
  'insight group "default-production-all-apps" of project "default", environment "production"';
/** The runner sends SIGTERM 7.5 s after SIGINT. */
const MAX_END_MS = 7_500;

function injectDeleteFault(simulator: Simulator, fault: Fault, times = 1): void {
  simulator.inject({ method: 'DELETE', fault, times });
}

function storedGroup({ simulator }: SimulatedRun) {
  return simulator.account.groups.get(DESIRED.key);
}

describe.concurrent('the outcomes of a delete', () => {
  test('reads the group, deletes it, and reports it as it was', async () => {
    const group = olderGroup();
    await using simulated = await startSimulatedRun({ group });
    const result = await runDelete(simulated);
    expect(simulated.simulator.requests.map(describeRequest)).toEqual([READ, DELETE]);
    expect(simulated.simulator.requests[1]?.body).toBe('');
    expect(storedGroup(simulated)).toBeUndefined();
    expect(result).toMatchObject({ conclusion: 'success', annotations: [], stderr: '' });
    expect(result.log).toContain(`Deleted ${PLACE}.`);
    expect(result.outputs).toEqual({
      outcome: 'deleted',
      deleted: 'true',
      key: DESIRED.key,
      group: JSON.stringify({
        key: DESIRED.key,
        name: DESIRED.name,
        projectKey: 'default',
        environmentKey: 'production',
        applicationKeys: [],
        createdAt: new Date(group.createdAt).toISOString(),
      }),
      'error-code': '',
    });
    expect(result.summary).toContain(
      '## ✅ Insight group deleted: <del>Production - All Apps</del>',
    );
  });

  test('succeeds without a delete when there is no group', async () => {
    await using simulated = await startSimulatedRun();
    const result = await runDelete(simulated);
    expect(simulated.simulator.requests.map(describeRequest)).toEqual([READ]);
    expect(result).toMatchObject({ conclusion: 'success', annotations: [] });
    expect(result.log).toContain(
      'Insight group "default-production-all-apps" does not exist: there is nothing to delete.',
    );
    expect(result.outputs).toEqual({
      outcome: 'absent',
      deleted: 'false',
      key: DESIRED.key,
      group: '',
      'error-code': '',
    });
    expect(result.summary).toContain('already absent');
  });

  test('succeeds when project and environment are gone as well', async () => {
    await using simulated = await startSimulatedRun();
    const result = await runDelete(simulated, { project: 'gone', environment: 'pr-42' });
    expect(result.outputs).toMatchObject({ outcome: 'absent', deleted: 'false' });
    expect(simulated.methods()).toBe('GET');
  });

  test('deletes a group whose environment is gone', async () => {
    const group = olderGroup({ environmentKey: 'pr-42' });
    await using simulated = await startSimulatedRun({ group });
    const result = await runDelete(simulated, { environment: 'pr-42' });
    expect(result.outputs).toMatchObject({ outcome: 'deleted', deleted: 'true' });
    expect(storedGroup(simulated)).toBeUndefined();
  });

  test('a dry run reports what would be deleted and only reads', async () => {
    const group = olderGroup();
    await using simulated = await startSimulatedRun({ group });
    const result = await runDelete(simulated, { 'dry-run': 'true' });
    expect(simulated.methods()).toBe('GET');
    expect(storedGroup(simulated)).toEqual(group);
    expect(result.log).toContain(`Dry run: would delete ${PLACE}. Nothing was deleted.`);
    expect(result.outputs).toMatchObject({
      outcome: 'would-delete',
      deleted: 'false',
      key: DESIRED.key,
      'error-code': '',
    });
    expect(JSON.parse(result.outputs['group'] ?? '')).toMatchObject({ name: DESIRED.name });
  });

  test.each([
    ['project', olderGroup({ projectKey: 'mobile' }), 'project "mobile", environment "production"'],
    [
      'environment',
      olderGroup({ environmentKey: 'staging' }),
      'project "default", environment "staging"',
    ],
  ])(
    'leaves a group of another %s alone and fails with a conflict',
    async (_what, group, place) => {
      await using simulated = await startSimulatedRun({ group });
      for (const dryRun of ['false', 'true']) {
        const result = await runDelete(simulated, { 'dry-run': dryRun });
        expect(readDeleteFailure(result)).toBe(
          [
            'The key belongs to another project or environment',
            `Insight group "default-production-all-apps" belongs to ${place}, and not to project "default", environment "production". Nothing was deleted.`,
            'Next: Correct key, project and environment: all three have to name the same group.',
          ].join('\n'),
        );
        expect(result.outputs).toMatchObject({ 'error-code': 'conflict', key: DESIRED.key });
      }
      expect(simulated.methods()).toBe('GET GET');
      expect(storedGroup(simulated)).toEqual(group);
    },
  );
});

describe.concurrent('the inputs of a delete', () => {
  test('fills in the placeholders of the key as the create does', async () => {
    const group = olderGroup();
    await using simulated = await startSimulatedRun({ group });
    const result = await runDelete(simulated, { key: '{project}-{environment}-all-apps' });
    expect(result.outputs).toMatchObject({ outcome: 'deleted', key: DESIRED.key });
    expect(storedGroup(simulated)).toBeUndefined();
  });

  test.each<[string, Record<string, string>]>([
    ['a pattern for the environment', { environment: 'pr-*' }],
    ['two environments', { environment: 'production, staging' }],
    ['a pattern for the project', { project: '*' }],
    ['a blank key', { key: ' ' }],
    ['a blank environment', { environment: '' }],
    ['an unknown placeholder', { key: '{env}-all-apps' }],
    ['a placeholder for a name', { key: '{environment-name}-all-apps' }],
    ['a key that starts with a hyphen', { key: '-{environment}' }],
    ['a time limit of zero', { 'timeout-seconds': '0' }],
  ])('makes no request with %s', async (_case, inputs) => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    const result = await runDelete(simulated, inputs);
    expect(readDeleteFailure(result)).toContain('The inputs are not valid');
    expect(result.outputs).toEqual({
      outcome: 'failed',
      deleted: 'false',
      key: '',
      group: '',
      'error-code': 'invalid-input',
    });
    expect(simulated.simulator.requests).toEqual([]);
  });

  test('names every problem of the inputs at once', async () => {
    await using simulated = await startSimulatedRun();
    const failure = readDeleteFailure(
      await runDelete(simulated, { key: '', project: '*', environment: '', token: '' }),
    );
    for (const input of ['key', 'project', 'environment', 'token']) {
      expect(failure).toMatch(new RegExp(`^- ${input}: `, 'm'));
    }
  });
});

describe.concurrent('a delete whose answer is lost', () => {
  const afterProcessing: readonly [string, Fault][] = [
    ['a reset', { kind: 'process-then-reset' }],
    ['a truncated answer', { kind: 'process-then-respond', status: 200, body: '{"ke' }],
    ['a 500', { kind: 'process-then-respond', status: 500 }],
    ['a 502', { kind: 'process-then-respond', status: 502, body: '<html>' }],
    ['a 200 instead of a 204', { kind: 'process-then-respond', status: 200, body: {} }],
    ['a 408', { kind: 'process-then-respond', status: 408 }],
    ['a redirect', { kind: 'process-then-respond', status: 302, headers: { Location: '/login' } }],
  ];
  test.each(afterProcessing)('reads back that the group is gone after %s', async (_case, fault) => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    injectDeleteFault(simulated.simulator, fault);
    const result = await runDelete(simulated);
    expect(result.outputs).toMatchObject({ outcome: 'deleted', deleted: 'true' });
    expect(result.annotations).toEqual([]);
    expect(simulated.methods()).toBe('GET DELETE GET');
  });

  const beforeProcessing: readonly [string, Fault][] = [
    ['a reset', { kind: 'reset' }],
    ['a 503', { kind: 'respond', status: 503 }],
    ['a 204 from nobody', { kind: 'respond', status: 200, body: 'OK' }],
  ];
  test.each(beforeProcessing)(
    'reads back that the group is still there after %s, and deletes it',
    async (_case, fault) => {
      await using simulated = await startSimulatedRun({ group: olderGroup() });
      injectDeleteFault(simulated.simulator, fault);
      const result = await runDelete(simulated);
      expect(result.outputs).toMatchObject({ outcome: 'deleted', deleted: 'true' });
      expect(simulated.methods()).toMatch(/^GET DELETE( GET)+ DELETE$/);
      expect(simulated.simulator.deletionsOf(DESIRED.key)).toHaveLength(1);
    },
  );

  test('says that the outcome is unknown when the answer stalls until the end of the time', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    injectDeleteFault(simulated.simulator, { kind: 'process-then-stall' });
    const result = await runDelete(simulated, { 'timeout-seconds': '15' });
    expect(readDeleteFailure(result)).toContain(DELETE_UNKNOWN);
    expect(result.outputs['error-code']).toBe('timeout');
    expect(result.annotations[0]?.message).toContain(
      'It is safe to run again: a group that is gone stays gone.',
    );
  });

  test.each([0, 2_000])(
    'does not delete a group that was created anew meanwhile, with reads that lag by %i ms',
    async (visibilityLagMs) => {
      const anew = olderGroup({ name: 'Created anew', createdAt: Date.now() });
      const account = createContestedAccount(anew);
      await using simulated = await startSimulatedRun({
        account,
        group: olderGroup(),
        behaviour: { visibilityLagMs },
      });
      injectDeleteFault(simulated.simulator, { kind: 'process-then-reset' });
      const result = await runDelete(simulated);
      expect(storedGroup(simulated)).toEqual(anew);
      expect(result.outputs).toMatchObject({ outcome: 'deleted', deleted: 'true' });
      expect(JSON.parse(result.outputs['group'] ?? '')).toMatchObject({ name: DESIRED.name });
      expect(result.annotations).toMatchObject([
        {
          kind: 'warning',
          title: 'An insight group with the same key was created in the meantime',
          message: expect.stringContaining('The new group was left alone.'),
        },
      ]);
      expect(simulated.simulator.deletionsOf(DESIRED.key)).toHaveLength(1);
    },
  );
});

describe.concurrent('a delete that was certainly not carried out', () => {
  const refusals: readonly [string, Fault][] = [
    ['a rate limit', { kind: 'respond', status: 429, headers: { 'Retry-After': '2' } }],
    ['a rate limit without a hint', { kind: 'respond', status: 429 }],
    ['a lock collision', { kind: 'lock-collision' }],
  ];
  test.each(refusals)('is retried after %s and another read', async (_case, fault) => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    injectDeleteFault(simulated.simulator, fault);
    const result = await runDelete(simulated);
    expect(result.outputs).toMatchObject({ outcome: 'deleted', deleted: 'true' });
    // After a short wait the first read still holds.
    expect(simulated.methods()).toMatch(/^GET DELETE( GET)? DELETE$/);
  });

  test('leaves a group alone that was created anew during a rate limit', async () => {
    const anew = olderGroup({ createdAt: Date.now() });
    await using simulated = await startSimulatedRun({
      group: olderGroup(),
      onResponse: ({ status }) => {
        if (status === 429) {
          simulated.simulator.account.groups.set(anew.key, anew);
        }
      },
    });
    const headers = { 'Retry-After': '2' };
    injectDeleteFault(simulated.simulator, { kind: 'respond', status: 429, headers });
    const result = await runDelete(simulated);
    expect(storedGroup(simulated)).toEqual(anew);
    expect(result.outputs).toMatchObject({ outcome: 'absent', deleted: 'false' });
    expect(result.annotations).toMatchObject([{ kind: 'warning' }]);
    expect(simulated.methods()).toBe('GET DELETE GET');
  });

  test('fails at once when a rate limit outlasts the step', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    const headers = { 'Retry-After': '3600' };
    injectDeleteFault(simulated.simulator, { kind: 'respond', status: 429, headers });
    const result = await runDelete(simulated);
    const failure = readDeleteFailure(result);
    expect(failure).toContain('The rate limit lasts longer than the time limit');
    expect(failure).toContain('Nothing was deleted.');
    expect(result.outputs['error-code']).toBe('rate-limited');
    expect(simulated.methods()).toBe('GET DELETE');
  });

  test('fails with the reason when the token may read but not delete', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    const body = { code: 'forbidden', message: 'Access to the requested resource was denied' };
    injectDeleteFault(simulated.simulator, { kind: 'respond', status: 403, body });
    const result = await runDelete(simulated);
    const failure = readDeleteFailure(result);
    expect(failure).toContain('LaunchDarkly refused access');
    expect(failure).toContain('Tried to delete insight group "default-production-all-apps".');
    expect(failure).toContain('Nothing was deleted.');
    expect(result.outputs['error-code']).toBe('forbidden');
  });

  test.each(['reset', 'stall'] as const)(
    'says that nothing was deleted when the read never gets an answer: %s',
    async (kind) => {
      await using simulated = await startSimulatedRun({ group: olderGroup() });
      simulated.simulator.inject({ fault: { kind }, times: Number.POSITIVE_INFINITY });
      const result = await runDelete(simulated, { 'timeout-seconds': '3' });
      expect(readDeleteFailure(result)).toContain('Nothing was deleted.');
      expect(['network', 'timeout']).toContain(result.outputs['error-code']);
      expect(simulated.methods()).not.toContain('DELETE');
    },
  );
});

describe.concurrent('a delete that never gets a clear answer', () => {
  const message = 'Maintenance.';

  test.each<readonly [title: string, fault: Fault, code: string, says: string]>([
    ['500', { kind: 'respond', status: 500, body: { message } }, 'server-error', 'answered 500'],
    ['503', { kind: 'respond', status: 503, body: { message } }, 'server-error', 'answered 503'],
    ['a lost connection', { kind: 'reset' }, 'network', 'lost before it responded'],
  ])(
    'fails with the answer and not with reads that may lag: %s',
    async (_title, fault, code, says) => {
      const group = olderGroup();
      await using simulated = await startSimulatedRun({ group });
      injectDeleteFault(simulated.simulator, fault, Number.POSITIVE_INFINITY);
      const result = await runDelete(simulated, { 'timeout-seconds': '20' });
      const failure = readDeleteFailure(result);
      expect(failure).toContain(says);
      expect(failure).toContain(DELETE_UNKNOWN);
      expect(failure.includes(message)).toBe(code === 'server-error');
      expect(result.outputs['error-code']).toBe(code);
      expect(JSON.parse(result.outputs['group'] ?? '')).toMatchObject({ key: DESIRED.key });
    },
  );

  test('has the group in the outputs when LaunchDarkly refuses to delete it', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    injectDeleteFault(simulated.simulator, { kind: 'respond', status: 403 });
    const result = await runDelete(simulated);
    expect(result.outputs['error-code']).toBe('forbidden');
    expect(JSON.parse(result.outputs['group'] ?? '')).toMatchObject({ key: DESIRED.key });
  });
});

describe.concurrent('a 404', () => {
  test('in response to the delete is a success: somebody else was faster', async () => {
    await using simulated = await startSimulatedRun({
      group: olderGroup(),
      onResponse: () => simulated.simulator.account.groups.clear(),
    });
    const result = await runDelete(simulated);
    expect(result.outputs).toMatchObject({ outcome: 'deleted', 'error-code': '' });
    expect(simulated.methods()).toBe('GET DELETE GET');
  });

  test('of a server that answers everything with 404 is not an absent group', async () => {
    await using simulated = await startSimulatedRun();
    const fault = { kind: 'respond', status: 404, body: '<h1>Not found</h1>' } as const;
    simulated.simulator.inject({ fault, times: Number.POSITIVE_INFINITY });
    const failure = readDeleteFailure(await runDelete(simulated));
    expect(failure).toContain("is not LaunchDarkly's API");
    expect(failure).toContain('Nothing was deleted.');
    expect(failure).toContain('Check base-uri');
  });

  test.each(FOREIGN_404S)(
    'is not an absent group when it is %s, though LaunchDarkly shows the environment',
    async (_title, fault) => {
      const group = olderGroup();
      await using simulated = await startSimulatedRun({ group });
      const times = Number.POSITIVE_INFINITY;
      simulated.simulator.inject({ path: GROUP_PATH, fault, times });
      const result = await runDelete(simulated, { 'timeout-seconds': '20' });
      const failure = readDeleteFailure(result);
      expect(result.outputs['error-code']).toBe('unexpected-response');
      expect(failure).toContain('Something other than LaunchDarkly answered');
      expect(failure).toContain('Nothing was deleted.');
      expect(failure).toContain('Next: Check that base-uri names LaunchDarkly itself');
      expect(storedGroup(simulated)).toEqual(group);
    },
  );

  test.each(FOREIGN_404S)(
    'is not an absent group when it is %s and the token may not list anything',
    async (_title, fault) => {
      await using simulated = await startSimulatedRun({ group: olderGroup() });
      const times = Number.POSITIVE_INFINITY;
      simulated.simulator.inject({ path: GROUP_PATH, fault, times });
      simulated.simulator.inject({
        path: '/api/v2/projects',
        fault: { kind: 'respond', status: 403 },
        times,
      });
      const result = await runDelete(simulated);
      expect(readDeleteFailure(result)).toContain('Something other than LaunchDarkly answered');
      expect(result.outputs['error-code']).toBe('unexpected-response');
    },
  );

  test('that a gateway gives once does not hide a group that is to be deleted', async () => {
    await using simulated = await startSimulatedRun({ group: olderGroup() });
    const fault = { kind: 'respond', status: 404, body: '<h1>Not found</h1>' } as const;
    simulated.simulator.inject({ path: GROUP_PATH, fault });
    expect((await runDelete(simulated)).outputs).toMatchObject({ outcome: 'deleted' });
    expect(storedGroup(simulated)).toBeUndefined();
  });

  test('of a proxy that blocks deletes is not a success', async () => {
    const group = olderGroup();
    await using simulated = await startSimulatedRun({ group });
    const fault = { kind: 'respond', status: 404, body: '<h1>Not found</h1>' } as const;
    injectDeleteFault(simulated.simulator, fault, Number.POSITIVE_INFINITY);
    const result = await runDelete(simulated);
    expect(readDeleteFailure(result)).toContain('LaunchDarkly, which still shows the group');
    expect(result.outputs['error-code']).toBe('unexpected-response');
    expect(storedGroup(simulated)).toEqual(group);
  });
});

describe('a delete that is cancelled', () => {
  interface Phase {
    readonly title: string;
    readonly fault: Fault;
    readonly method: 'GET' | 'DELETE';
    readonly says: string;
    readonly next: string;
  }
  const RERUN = 'Re-run the job if the group should still be deleted.';
  const SAFE = 'It is safe to run again: a group that is gone stays gone.';
  const phases: readonly Phase[] = [
    {
      title: 'the read stalls',
      fault: { kind: 'stall' },
      method: 'GET',
      says: 'Nothing was deleted.',
      next: RERUN,
    },
    {
      title: 'the delete stalls',
      fault: { kind: 'stall' },
      method: 'DELETE',
      says: DELETE_UNKNOWN,
      next: `${RERUN} ${SAFE}`,
    },
    {
      title: 'the delete was processed and stalls',
      fault: { kind: 'process-then-stall' },
      method: 'DELETE',
      says: DELETE_UNKNOWN,
      next: `${RERUN} ${SAFE}`,
    },
    {
      title: 'a rate limit is waited for',
      fault: { kind: 'respond', status: 429, headers: { 'Retry-After': '60' } },
      method: 'DELETE',
      says: 'Nothing was deleted.',
      next: RERUN,
    },
  ];

  test.concurrent.each(phases)(
    'reports what may have been deleted while $title',
    async ({ fault, method, says, next }) => {
      await using simulated = await startSimulatedRun({ group: olderGroup() });
      simulated.simulator.inject({ method, fault });
      let signalledAt = Number.NaN;
      const when = (stdout: string) => {
        const isTime =
          fault.kind === 'respond'
            ? stdout.includes('Trying again in')
            : simulated.methods().includes(method);
        signalledAt = isTime ? performance.now() : Number.NaN;
        return isTime;
      };
      const result = await runDelete(simulated, {}, { signal: { name: 'SIGINT', when } });
      expect(performance.now() - signalledAt).toBeLessThan(MAX_END_MS);
      expect(result.outputs['error-code']).toBe('cancelled');
      expect(readDeleteFailure(result)).toBe(
        [
          'The run was cancelled',
          `The run was cancelled before it was done. ${says}`,
          `Next: ${next}`,
        ].join('\n'),
      );
    },
  );
});
