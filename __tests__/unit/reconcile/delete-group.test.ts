import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import type { InsightGroup } from '../../../src/insight-group/insight-group.ts';
import type { ApiResult } from '../../../src/launchdarkly/api-result.ts';
import type { Placement } from '../../../src/launchdarkly/key-lookup.ts';
import { HELD } from '../../../src/launchdarkly/transport.ts';
import { deleteGroup } from '../../../src/reconcile/delete-group.ts';
import type { DeleteOutcome } from '../../../src/reconcile/group-result.ts';
import type { ReconcileDeps } from '../../../src/reconcile/reconcile-deps.ts';
import { indeterminate, ok, type Reply } from './replies.ts';

const START_MS = Date.UTC(2026, 10, 24, 12, 0, 0);

/** How long each request takes, in milliseconds. */
const REQUEST_MS = 100;

const target = { key: 'checkout', projectKey: 'default', environmentKey: 'production' };
const group: InsightGroup = {
  ...target,
  name: 'Checkout',
  applicationKeys: [],
  createdAt: START_MS - 86_400_000,
};
const anew: InsightGroup = { ...group, createdAt: START_MS + 50 };
const young: InsightGroup = { ...group, createdAt: START_MS - 1_000 };
const foreign: InsightGroup = { ...group, environmentKey: 'staging' };
const { createdAt: _, ...undated } = group;

const rejected =
  (status: number, { retryAfterMs, code = 'a_code' }: RejectionOptions = {}): Reply<never> =>
  (timing) => ({
    ...timing,
    retryAfterMs,
    kind: 'rejected',
    error: { status, code: code ?? undefined, text: '', errors: [] },
  });

interface RejectionOptions {
  readonly retryAfterMs?: number;
  /** `null` for an answer that is not LaunchDarkly's. */
  readonly code?: string | null;
}

const missing = rejected(404);
const gone: Reply<true> = ok(true);
const lost = indeterminate();
const neverSent = indeterminate({ code: 'network', mayHaveBeenProcessed: false });
const held = indeterminate({ causeCode: HELD, mayHaveBeenProcessed: false });

interface Script {
  /** The responses to each operation, in order; the last one repeats. */
  readonly read: readonly Reply<InsightGroup>[];
  readonly delete?: readonly Reply<true>[];
  readonly isDryRun?: boolean;
  readonly timeoutMs?: number;
  readonly maxUnansweredAttempts?: number;
  /** Whether the server's responses have a `Date`. Defaults to true. */
  readonly hasClock?: boolean;
  readonly placement?: Placement;
  /** Aborts the run during the request or wait with this number, counted together from 1. */
  readonly cancelledDuring?: number;
}

interface Run {
  readonly outcome: DeleteOutcome | undefined;
  readonly error: unknown;
  /** The operations in order. */
  readonly requests: string;
  /** The operations and the waits, in order. */
  readonly steps: readonly string[];
  /** What was sent when, in milliseconds since the start. */
  readonly sentAtMs: readonly number[];
  readonly elapsedMs: number;
}

/** Runs the script with its own clock: requests take {@link REQUEST_MS}, waits their duration. */
async function run(script: Script): Promise<Run> {
  const controller = new AbortController();
  const steps: string[] = [];
  const sentAtMs: number[] = [];
  const asked = { read: 0, delete: 0 };
  let nowMs = START_MS;

  const pass = (ms: number, step: string) => {
    nowMs += ms;
    steps.push(step);
    if (steps.length === script.cancelledDuring) {
      controller.abort(
        new ActionError({ code: 'cancelled', message: 'Cancelled.', nextStep: 'Re-run.' }),
      );
    }
  };
  const answer = async <T>(
    operation: 'read' | 'delete',
    replies: readonly Reply<T>[] = [],
  ): Promise<ApiResult<T>> => {
    const reply = replies[asked[operation]] ?? replies.at(-1);
    asked[operation] += 1;
    if (reply === undefined) {
      throw new Error(`The script has no ${operation}`);
    }
    const startedAt = nowMs;
    sentAtMs.push(nowMs - START_MS);
    pass(REQUEST_MS, operation);
    const serverClock = script.hasClock === false ? undefined : nowMs;
    return reply({ startedAt, receivedAt: nowMs, heldMs: 0, serverClock, retryAfterMs: undefined });
  };
  const unforeseen = async () => {
    throw new Error('A delete only reads and deletes');
  };
  const deps: ReconcileDeps = {
    client: {
      createGroup: unforeseen,
      patchGroup: unforeseen,
      getEnvironment: unforeseen,
      getGroup: () => answer('read', script.read),
      deleteGroup: () => answer('delete', script.delete),
    },
    diagnosis: {
      describeApiError: async ({ status }, operation) => ({
        code: 'bad-request',
        message: `Could not ${operation} it (${status}).`,
        nextStep: 'Correct the inputs.',
      }),
      describeFailure: ({ code, what }, operation) => ({
        code,
        message: `Could not ${operation} it: LaunchDarkly ${what}.`,
        nextStep: 'Look at the network.',
      }),
      locateEnvironment: async () => script.placement ?? { kind: 'unknown' },
      findUnknownApplications: unforeseen,
    },
    signal: controller.signal,
    remainingMs: () => START_MS + (script.timeoutMs ?? 120_000) - nowMs,
    now: () => ({ wallMs: nowMs, uptimeMs: nowMs - START_MS }),
    sleep: async (ms) => pass(ms, `wait ${ms}`),
    random: () => 0.5,
    maxUnansweredAttempts: script.maxUnansweredAttempts,
    announceWait: () => undefined,
  };
  const result = await deleteGroup({ target, isDryRun: script.isDryRun ?? false }, deps).then(
    (outcome) => ({ outcome, error: undefined }),
    (error: unknown) => ({ outcome: undefined, error }),
  );
  const requests = steps.filter((step) => !step.startsWith('wait')).join(' ');
  return { ...result, requests, steps, sentAtMs, elapsedMs: nowMs - START_MS };
}

describe('the read before a delete', () => {
  test('deletes a group that belongs to the project and environment', async () => {
    const { outcome, requests } = await run({ read: [ok(group)], delete: [gone] });
    expect(outcome).toEqual({ kind: 'deleted', group, drift: [] });
    expect(requests).toBe('read delete');
  });

  test('reports a missing group as absent without sending a delete', async () => {
    const { outcome, requests } = await run({ read: [missing] });
    expect(outcome).toEqual({ kind: 'absent', group: undefined, drift: [] });
    expect(requests).toBe('read');
  });

  test.each([
    ['another environment', foreign],
    ['another project', { ...group, projectKey: 'mobile' }],
  ])('refuses to delete a group of %s', async (_place, other) => {
    const { error, requests } = await run({ read: [ok(other)] });
    expect(error).toMatchObject({
      code: 'conflict',
      title: 'The key belongs to another project or environment',
      message: expect.stringMatching(/Nothing was deleted\.$/),
      existing: { group: other },
    });
    expect(requests).toBe('read');
  });

  test('ignores letter case in the keys of project and environment', async () => {
    const other = { ...group, projectKey: 'Default', environmentKey: 'PRODUCTION' };
    const { outcome } = await run({ read: [ok(other)], delete: [gone] });
    expect(outcome).toMatchObject({ kind: 'deleted' });
  });

  test('only reads in a dry run', async () => {
    const { outcome, requests } = await run({ read: [ok(group)], isDryRun: true });
    expect(outcome).toEqual({ kind: 'would-delete', group, drift: [] });
    expect(requests).toBe('read');
  });

  test('does not take the 404 of a server that is not LaunchDarkly for an absent group', async () => {
    const { error } = await run({
      read: [rejected(404, { code: null })],
      placement: { kind: 'not-launchdarkly' },
    });
    expect(error).toMatchObject({ message: 'Could not read it (404). Nothing was deleted.' });
  });

  test.each([400, 401, 403])(
    'fails without a delete when the read is rejected with %i',
    async (status) => {
      const { error, requests } = await run({ read: [rejected(status)] });
      expect(error).toMatchObject({
        message: `Could not read it (${status}). Nothing was deleted.`,
      });
      expect(requests).toBe('read');
    },
  );
});

describe('a definite response to the delete', () => {
  test('takes 404 for success when a read confirms that the group is gone', async () => {
    const { outcome, requests } = await run({ read: [ok(group), missing], delete: [missing] });
    expect(outcome).toEqual({ kind: 'deleted', group, drift: [] });
    expect(requests).toBe('read delete read');
  });

  test('fails when LaunchDarkly answers 404 but still shows the group once reads can no longer lag', async () => {
    const { error, requests, elapsedMs } = await run({ read: [ok(group)], delete: [missing] });
    expect(error).toMatchObject({
      code: 'unexpected-response',
      message: expect.stringContaining('answered the delete of insight group "checkout" with 404'),
      nextStep: expect.stringContaining('token'),
    });
    expect(requests).toMatch(/^read delete( read)+$/);
    expect(elapsedMs).toBeGreaterThanOrEqual(5_000);
  });

  test('takes a group without a time of creation for a new one after a 404', async () => {
    const { outcome } = await run({ read: [ok(undated)], delete: [missing] });
    expect(outcome).toMatchObject({ kind: 'deleted', successor: undated });
  });

  test('is a bug when the read after a 404 throws what nobody foresaw', async () => {
    const bug: Reply<InsightGroup> = () => {
      throw new TypeError('a bug');
    };
    const { error } = await run({ read: [ok(group), bug], delete: [missing] });
    expect(error).toBeInstanceOf(TypeError);
  });

  test('takes 404 for success when the read after it fails', async () => {
    const { outcome } = await run({ read: [ok(group), rejected(403)], delete: [missing] });
    expect(outcome).toMatchObject({ kind: 'deleted', group });
  });

  test('does not take the 404 of a proxy for success while LaunchDarkly shows the group', async () => {
    const { error, requests, elapsedMs } = await run({
      read: [ok(group)],
      delete: [rejected(404, { code: null })],
    });
    expect(error).toMatchObject({
      code: 'unexpected-response',
      message: expect.stringContaining('but not by LaunchDarkly, which still shows the group'),
    });
    expect(requests).toMatch(/^read delete( read)+$/);
    expect(elapsedMs).toBeGreaterThanOrEqual(5_000);
  });

  test('does not take the 404 of a proxy for success while the group may be there, without a time of creation', async () => {
    const { error } = await run({
      read: [ok(undated)],
      delete: [rejected(404, { code: null })],
    });
    expect(error).toMatchObject({ code: 'unexpected-response', existing: { group: undated } });
  });

  test('takes a group of another environment for a new one, though it is as old', async () => {
    const { outcome, requests } = await run({
      read: [ok(group), ok(foreign)],
      delete: [rejected(409)],
    });
    expect(outcome).toMatchObject({ kind: 'absent', successor: foreign });
    expect(requests).toBe('read delete read');
  });

  test('shows the group when there is no time left to be sure that it is gone', async () => {
    const { error } = await run({
      read: [ok(group)],
      delete: [rejected(404, { code: null })],
      timeoutMs: 1_500,
    });
    expect(error).toMatchObject({ code: 'timeout', existing: { group, drift: [] } });
  });

  test.each([400, 401, 403, 422])(
    'fails and does not retry when the delete is rejected with %i',
    async (status) => {
      const { error, requests } = await run({ read: [ok(group)], delete: [rejected(status)] });
      expect(error).toMatchObject({
        message: `Could not delete it (${status}). Nothing was deleted.`,
      });
      expect(requests).toBe('read delete');
    },
  );
});

test('a delete that is answered 409 for half a minute is given up, with what the server says', async () => {
  const { error, requests } = await run({ read: [ok(group)], delete: [rejected(409)] });
  expect(error).toMatchObject({
    code: 'conflict',
    message:
      'LaunchDarkly answered 409 when this step tried to delete insight group "checkout". Nothing was deleted.',
    serverMessage: 'LaunchDarkly answered 409 (a_code) with an empty body.',
    existing: { group, drift: [] },
  });
  const { length } = requests.split(' ');
  expect(length).toBeGreaterThanOrEqual(12);
  expect(length).toBeLessThan(20);
});

/** Responses after which it is certain that the delete did nothing. */
const NOT_DELETED = [
  ['a rate limit that held it back', held],
  ['a conflict', rejected(409)],
  ['a connection that could not be opened', neverSent],
] as const;

describe.each(NOT_DELETED)('a delete that met %s', (_cause, refusal) => {
  test('is sent again only after another read', async () => {
    const { outcome, requests } = await run({ read: [ok(group)], delete: [refusal, gone] });
    expect(outcome).toMatchObject({ kind: 'deleted', group });
    expect(requests).toBe('read delete read delete');
  });

  test('reads after the wait, not before', async () => {
    const { steps } = await run({ read: [ok(group)], delete: [refusal, gone] });
    expect(steps.slice(-2)).toEqual(['read', 'delete']);
  });

  test('leaves a group alone that was created anew meanwhile', async () => {
    const { outcome, requests } = await run({ read: [ok(group), ok(anew)], delete: [refusal] });
    expect(outcome).toMatchObject({ kind: 'absent', successor: anew });
    expect(requests).toBe('read delete read');
  });

  test('leaves a group of another environment alone that was created meanwhile', async () => {
    const successor = { ...anew, environmentKey: 'staging' };
    const { outcome, requests } = await run({
      read: [ok(group), ok(successor)],
      delete: [refusal],
    });
    expect(outcome).toMatchObject({ kind: 'absent', successor });
    expect(requests).toBe('read delete read');
  });

  test('reports absent when somebody else has deleted the group meanwhile', async () => {
    const { outcome } = await run({ read: [ok(group), missing], delete: [refusal] });
    expect(outcome).toEqual({ kind: 'absent', group: undefined, drift: [] });
  });
});

describe('a delete without a clear answer', () => {
  test('is successful when the group is gone', async () => {
    const { outcome, requests } = await run({ read: [ok(group), missing], delete: [lost] });
    expect(outcome).toEqual({ kind: 'deleted', group, drift: [] });
    expect(requests).toBe('read delete read');
  });

  test('is retried only after a read that can no longer lag shows the group', async () => {
    const { outcome, requests, sentAtMs } = await run({ read: [ok(group)], delete: [lost, gone] });
    expect(outcome).toMatchObject({ kind: 'deleted' });
    expect(requests).toMatch(/^read delete( read)+ delete$/);
    // The first delete ended after 200 ms.
    expect(sentAtMs.at(-2)).toBeGreaterThanOrEqual(5_200);
  });

  test.each([
    ['the group', group],
    ['a group without a time of creation', undated],
  ])(
    'is followed by a wait although the first read took long enough to show %s',
    async (_what, shown) => {
      const slow = Array.from({ length: 8 }, () => indeterminate());
      const { steps } = await run({
        read: [ok(group), ...slow, ok(shown)],
        delete: [lost, gone],
      });
      const last = steps.lastIndexOf('read', steps.lastIndexOf('read') - 1);
      expect(steps.slice(last, last + 3)).toEqual([
        'read',
        expect.stringMatching(/^wait /),
        'read',
      ]);
    },
  );

  test('is successful at once when a read shows a younger group, also without the server clock', async () => {
    const { outcome, steps } = await run({
      read: [ok(young), ok(anew)],
      delete: [lost],
      hasClock: false,
    });
    expect(outcome).toEqual({ kind: 'deleted', group: young, drift: [], successor: anew });
    expect(steps).toEqual(['read', 'delete', 'read']);
  });

  test('shows the group that was found when the time is up before an absence can be trusted', async () => {
    const { error } = await run({ read: [ok(young), missing], delete: [lost], timeoutMs: 2_000 });
    expect(error).toMatchObject({
      code: 'server-error',
      message: expect.stringContaining('Could not delete it'),
      existing: { group: young, drift: [] },
    });
  });

  test('is not retried on a read that shows the group again after another read had shown a predecessor', async () => {
    const { outcome, requests } = await run({
      read: [ok(young), ok(group), ok(young), missing],
      delete: [held],
    });
    expect(outcome).toEqual({ kind: 'absent', group: undefined, drift: [] });
    expect(requests).toMatch(/^read delete read read( read)+$/);
  });

  test('is not retried on a group that was created anew while reads lagged', async () => {
    const { outcome, requests } = await run({
      read: [ok(group), ok(group), ok(group), ok(anew)],
      delete: [lost],
    });
    expect(outcome).toEqual({ kind: 'deleted', group, drift: [], successor: anew });
    expect(requests).toBe('read delete read read read');
  });

  test('is not taken for success by a read from before the group was created', async () => {
    const { outcome, requests } = await run({
      read: [ok(young), missing, ok(young)],
      delete: [lost, gone],
    });
    expect(outcome).toMatchObject({ kind: 'deleted', group: young });
    expect(requests).toMatch(/^read delete read( read)+ delete$/);
  });

  test('is not taken for success by a read that shows a predecessor of the group', async () => {
    const { outcome, requests } = await run({
      read: [ok(young), ok(group), ok(young)],
      delete: [lost, gone],
    });
    expect(outcome).toEqual({ kind: 'deleted', group: young, drift: [] });
    expect(requests).toMatch(/^read delete read( read)+ delete$/);
  });

  test('is not retried on a read that shows the group again after another read had shown none', async () => {
    const { outcome, requests } = await run({
      read: [ok(young), missing, ok(young), missing],
      delete: [held],
    });
    expect(outcome).toEqual({ kind: 'absent', group: undefined, drift: [] });
    expect(requests).toMatch(/^read delete read read( read)+$/);
  });

  test('is successful without the server clock once a read can no longer lag', async () => {
    const { outcome, elapsedMs } = await run({
      read: [ok(group), missing],
      delete: [lost],
      hasClock: false,
    });
    expect(outcome).toMatchObject({ kind: 'deleted' });
    expect(elapsedMs).toBeGreaterThanOrEqual(5_000);
  });

  test.each([
    ['neither read', undated, undated],
    ['the second read', group, undated],
    ['the first read', undated, anew],
  ])('is not retried when %s shows the time of creation', async (_case, first, second) => {
    const { error, requests } = await run({ read: [ok(first), ok(second)], delete: [lost] });
    expect(error).toMatchObject({
      code: 'server-error',
      message: expect.stringMatching(
        /^Could not delete it: .*not when it was created, so it may be a new one\. Outcome unknown: .* may or may not have been deleted\.$/,
      ),
      nextStep: expect.stringContaining('a group that is gone stays gone'),
    });
    expect(requests).toMatch(/^read delete( read)+$/);
  });

  test('stays in doubt when a later delete is rejected', async () => {
    const { error } = await run({ read: [ok(group)], delete: [lost, rejected(403)] });
    expect(error).toMatchObject({
      message: expect.stringContaining('may or may not have been deleted'),
    });
  });

  test('ends in time with the doubt when it never gets an answer', async () => {
    const { error, elapsedMs } = await run({
      read: [ok(group)],
      delete: [lost],
      timeoutMs: 20_000,
    });
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(server-error|timeout)$/),
      message: expect.stringContaining('may or may not have been deleted'),
    });
    expect(elapsedMs).toBeLessThan(20_000);
  });
});

test('deletes that are never answered end at the limit on unanswered attempts', async () => {
  const { error, requests } = await run({
    read: [ok(group)],
    delete: [lost],
    maxUnansweredAttempts: 3,
    timeoutMs: 600_000,
  });
  expect(error).toMatchObject({
    code: 'server-error',
    message: expect.stringContaining('may or may not have been deleted'),
  });
  expect(requests.split(' ').filter((step) => step === 'delete')).toHaveLength(3);
});

describe('the end of the time', () => {
  test.each([
    ['rate-limited', rejected(429, { retryAfterMs: 60_000 })],
    ['conflict', rejected(409)],
    ['network', neverSent],
  ])('fails with %s and says that nothing was deleted', async (code, refusal) => {
    const { error, elapsedMs } = await run({
      read: [ok(group)],
      delete: [refusal],
      timeoutMs: 10_000,
    });
    expect(error).toMatchObject({ code, message: expect.stringMatching(/Nothing was deleted\.$/) });
    expect(elapsedMs).toBeLessThan(10_000);
  });
});

describe('a cancellation', () => {
  test.each([
    [1, 'Cancelled. Nothing was deleted.'],
    [2, 'Cancelled. Outcome unknown: insight group "checkout" may or may not have been deleted.'],
    [3, 'Cancelled. Outcome unknown: insight group "checkout" may or may not have been deleted.'],
    [4, 'Cancelled. Outcome unknown: insight group "checkout" may or may not have been deleted.'],
  ])('during step %i says what may have been deleted', async (cancelledDuring, message) => {
    const aborted = indeterminate({ code: 'timeout', causeCode: 'ABORTED' });
    const read = cancelledDuring === 1 ? [aborted] : [ok(group), aborted];
    const { error } = await run({ read, delete: [aborted], cancelledDuring });
    expect(error).toMatchObject({ code: 'cancelled', message });
  });
});
