import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import type { IfExists } from '../../../src/inputs/if-exists.ts';
import type { PatchOperation } from '../../../src/insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../../../src/insight-group/insight-group.ts';
import type { ApiResult } from '../../../src/launchdarkly/api-result.ts';
import type { Placement, UnknownApplication } from '../../../src/launchdarkly/key-lookup.ts';
import type { Outcome } from '../../../src/reconcile/outcome.ts';
import type { ReconcileDeps } from '../../../src/reconcile/reconcile-deps.ts';
import { ensureGroup } from '../../../src/reconcile/reconcile-group.ts';
import { indeterminate, ok, type Reply } from './replies.ts';

const startMs = Date.UTC(2026, 10, 24, 12, 0, 0);

/** How long each request takes, in milliseconds. */
const requestMs = 100;

const desired: DesiredGroup = {
  key: 'checkout',
  name: 'Checkout',
  projectKey: 'default',
  environmentKey: 'production',
  applicationKeys: ['web'],
};

const old: InsightGroup = { ...desired, createdAt: startMs - 86_400_000 };
const fresh: InsightGroup = { ...desired, createdAt: startMs + 50 };
const renamed: InsightGroup = { ...old, name: 'Payments' };
const elsewhere: InsightGroup = { ...old, environmentKey: 'staging' };

const nameDrift = [{ field: 'name', desired: 'Checkout', actual: 'Payments' }];

const rejected =
  (status: number, retryAfterMs?: number): Reply<never> =>
  (timing) => ({
    ...timing,
    retryAfterMs,
    kind: 'rejected',
    error: { status, message: 'the words of the server', text: '', errors: [] },
  });

const missing = rejected(404);
const conflict = rejected(409);
const lost = indeterminate();
const neverSent = indeterminate({
  code: 'network',
  mayHaveBeenProcessed: false,
  what: 'could not be reached',
});

interface Script {
  readonly ifExists?: IfExists;
  readonly isDryRun?: boolean;
  /** The responses to each operation, in order; the last one repeats. */
  readonly create?: readonly Reply<InsightGroup>[];
  readonly read?: readonly Reply<InsightGroup>[];
  readonly patch?: readonly Reply<InsightGroup>[];
  readonly check?: readonly Reply<string>[];
  readonly timeoutMs?: number;
  readonly maxUnansweredAttempts?: number;
  /** The server's clock minus ours. */
  readonly clockOffsetMs?: number;
  /** Whether the server's responses have a `Date`. Defaults to true. */
  readonly hasClock?: boolean;
  /** By how much our wall clock is set after the step with this number, counted from 1. */
  readonly jumpsMs?: Readonly<Record<number, number>>;
  /** What the lookups of project and environment find, in order; the last one repeats. */
  readonly placements?: readonly Placement[];
  readonly unknownApplications?: readonly UnknownApplication[];
  /** Aborts the run during the request or wait with this number, counted together from 1. */
  readonly stop?: { readonly during: number; readonly reason: unknown };
}

interface Run {
  readonly outcome: Outcome | undefined;
  readonly error: unknown;
  /** What was done, in order: operations, and waits with their reason. */
  readonly steps: readonly string[];
  readonly patches: (readonly PatchOperation[])[];
  /** How often unknown applications were looked up. */
  readonly lookUps: number;
  readonly elapsedMs: number;
}

/** Runs the script with its own clock: requests take {@link requestMs}, waits their duration. */
async function reconcile(script: Script): Promise<Run> {
  const controller = new AbortController();
  const steps: string[] = [];
  const patches: (readonly PatchOperation[])[] = [];
  const timesAsked = new Map<string, number>();
  let nowMs = startMs;
  /** Until when the throttle holds requests back, because a response asked for it. */
  let heldUntilMs = startMs;
  let jumpedMs = 0;
  let lookUps = 0;

  const pass = (ms: number, what: string) => {
    nowMs += ms;
    steps.push(what);
    if (steps.length === script.stop?.during) {
      controller.abort(script.stop.reason);
    }
  };
  const answer = async <T>(
    operation: 'create' | 'read' | 'patch' | 'check' | 'delete',
    replies: readonly Reply<T>[] = [],
  ): Promise<ApiResult<T>> => {
    const asked = timesAsked.get(operation) ?? 0;
    timesAsked.set(operation, asked + 1);
    const reply = replies[asked] ?? replies.at(-1);
    if (reply === undefined) {
      throw new Error(`nobody foresaw a ${operation}`);
    }
    const heldMs = Math.max(0, heldUntilMs - nowMs);
    if (heldMs > 0) {
      pass(heldMs, `held ${heldMs}`);
    }
    const startedAt = nowMs;
    pass(requestMs, operation);
    jumpedMs += script.jumpsMs?.[steps.length] ?? 0;
    const serverClock = script.hasClock === false ? undefined : nowMs + (script.clockOffsetMs ?? 0);
    const result = reply({
      startedAt,
      receivedAt: nowMs,
      heldMs,
      serverClock,
      retryAfterMs: undefined,
    });
    heldUntilMs = nowMs + (result.retryAfterMs ?? 0);
    return result;
  };
  const deps: ReconcileDeps = {
    client: {
      createGroup: () => answer('create', script.create),
      getGroup: () => answer('read', script.read),
      patchGroup: (_key, patch) => {
        patches.push(patch);
        return answer('patch', script.patch);
      },
      getEnvironment: () => answer('check', script.check),
      deleteGroup: () => answer('delete'),
    },
    diagnosis: {
      describeApiError: async ({ status, message }, operation) => ({
        code: 'bad-request',
        message: `Could not ${operation} it (${status}).`,
        serverMessage: message,
        nextStep: 'Correct the inputs.',
      }),
      describeFailure: ({ code, what }, operation) => ({
        code,
        message: `Could not ${operation} it: LaunchDarkly ${what}.`,
        nextStep: 'Look at the network.',
      }),
      locateEnvironment: async () => {
        const looked = timesAsked.get('locate') ?? 0;
        timesAsked.set('locate', looked + 1);
        pass(requestMs, 'locate');
        return script.placements?.[looked] ?? script.placements?.at(-1) ?? { kind: 'unknown' };
      },
      findUnknownApplications: async () => {
        lookUps += 1;
        return script.unknownApplications ?? [];
      },
    },
    signal: controller.signal,
    remainingMs: () => startMs + (script.timeoutMs ?? 120_000) - nowMs,
    now: () => ({ wallMs: nowMs + jumpedMs, uptimeMs: nowMs - startMs }),
    sleep: async (ms) => pass(ms, `wait ${ms}`),
    random: () => 0.5,
    maxUnansweredAttempts: script.maxUnansweredAttempts,
    announceWait: ({ ms, why }) => {
      steps.push(`announce ${ms}: ${why}`);
    },
  };
  const request = {
    desired,
    ifExists: script.ifExists ?? 'fail',
    isDryRun: script.isDryRun ?? false,
  };
  const result = await ensureGroup(request, deps).then(
    (outcome) => ({ outcome, error: undefined }),
    (error: unknown) => ({ outcome: undefined, error }),
  );
  return { ...result, steps, patches, lookUps, elapsedMs: nowMs - startMs };
}

/** The operations only. */
function requestsOf({ steps }: Run): string[] {
  return steps.filter((step) => /^[a-z]+$/.test(step));
}

function announcementsOf({ steps }: Run): string[] {
  return steps.filter((step) => step.startsWith('announce'));
}

const policies: readonly IfExists[] = ['fail', 'keep', 'update'];

const cancelled = new ActionError({
  code: 'cancelled',
  message: 'The run was cancelled.',
  nextStep: 'Re-run the job if you still need the group.',
});

describe('a group that does not exist', () => {
  test.each(policies)(
    'creates a missing group with one request, if-exists: %s',
    async (ifExists) => {
      const run = await reconcile({ ifExists, create: [ok(fresh)] });
      expect(run.outcome).toEqual({ kind: 'created', group: fresh, drift: [] });
      expect(run.steps).toEqual(['create']);
    },
  );

  test('reports the drift when LaunchDarkly stores a created group differently', async () => {
    const { outcome } = await reconcile({ create: [ok({ ...fresh, name: 'Payments' })] });
    expect(outcome).toMatchObject({ kind: 'created', drift: nameDrift });
  });

  test.each([400, 401, 403, 413, 422])(
    'fails with the diagnosis and does not retry when the create is rejected with %i',
    async (status) => {
      const run = await reconcile({ create: [rejected(status)] });
      expect(run.error).toMatchObject({
        code: 'bad-request',
        message: `Could not create it (${status}). Nothing was written.`,
        serverMessage: 'the words of the server',
        nextStep: 'Correct the inputs.',
      });
      expect(run.steps).toEqual(['create']);
    },
  );

  test('creates the group after earlier requests were never sent', async () => {
    const run = await reconcile({ create: [neverSent, neverSent, ok(fresh)] });
    expect(run.outcome).toMatchObject({ kind: 'created' });
    expect(requestsOf(run)).toEqual(['create', 'create', 'create']);
  });

  test('does not retry a request that can never be sent', async () => {
    const trouble = { code: 'network', mayHaveBeenProcessed: false, isRetryable: false } as const;
    const run = await reconcile({
      create: [indeterminate({ ...trouble, what: 'has a wrong certificate' })],
    });
    expect(run.error).toMatchObject({
      code: 'network',
      message: 'Could not create it: LaunchDarkly has a wrong certificate. Nothing was written.',
    });
    expect(run.steps).toEqual(['create']);
  });

  test('reports that nothing was created when nothing could be sent before the deadline', async () => {
    const run = await reconcile({ create: [neverSent], timeoutMs: 5_000 });
    expect(run.error).toMatchObject({
      code: 'network',
      message: 'Could not create it: LaunchDarkly could not be reached. Nothing was written.',
    });
    expect(run.elapsedMs).toBeLessThanOrEqual(5_000);
  });
});

describe('a group that exists', () => {
  test('fails by default when an equal group exists, and shows it', async () => {
    const run = await reconcile({ create: [conflict], read: [ok(old)] });
    expect(run.error).toMatchObject({
      code: 'conflict',
      message:
        'Insight group "checkout" already exists in project "default", environment "production". It matches the request. Nothing was written.',
      nextStep:
        'Set if-exists: keep or if-exists: update to let the step pass when the group exists.',
      existing: { group: old, drift: [] },
    });
    expect(run.steps).toEqual(['create', 'read']);
  });

  test('fails by default when a group that differs exists, and shows the drift', async () => {
    const found = { ...renamed, applicationKeys: [] };
    const run = await reconcile({ create: [conflict], read: [ok(found)] });
    expect(run.error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('It differs in name and applications. Nothing was written.'),
      nextStep:
        'Set if-exists: keep to go on with the group as it is, or if-exists: update to change it to what is requested.',
      existing: { group: found, drift: [...nameDrift, { field: 'applications' }] },
    });
  });

  test.each<[IfExists]>([['keep'], ['update']])(
    'leaves an equal group alone with if-exists: %s',
    async (ifExists) => {
      const run = await reconcile({ ifExists, create: [conflict], read: [ok(old)] });
      expect(run.outcome).toEqual({ kind: 'unchanged', group: old, drift: [] });
      expect(run.steps).toEqual(['create', 'read']);
    },
  );

  test('keeps a group that differs and reports the drift', async () => {
    const run = await reconcile({ ifExists: 'keep', create: [conflict], read: [ok(renamed)] });
    expect(run.outcome).toEqual({ kind: 'kept', group: renamed, drift: nameDrift });
    expect(run.steps).toEqual(['create', 'read']);
  });

  test('updates a group that differs with one patch of the differences', async () => {
    const scores = { overall: { score: 80, indicator: 'good' } };
    const run = await reconcile({
      ifExists: 'update',
      create: [conflict],
      read: [ok({ ...renamed, scores })],
      patch: [ok(old)],
    });
    // The response to a patch has no scores; those of the read are still valid.
    expect(run.outcome).toEqual({ kind: 'updated', group: { ...old, scores }, drift: nameDrift });
    expect(run.patches).toEqual([[{ op: 'replace', path: '/name', value: 'Checkout' }]]);
    expect(run.steps).toEqual(['create', 'read', 'patch']);
  });

  test.each(policies)(
    'never touches a group in another environment, if-exists: %s',
    async (ifExists) => {
      const run = await reconcile({ ifExists, create: [conflict], read: [ok(elsewhere)] });
      expect(run.error).toMatchObject({
        code: 'conflict',
        title: 'The key belongs to another project or environment',
        message:
          'Insight group "checkout" belongs to project "default", environment "staging". Keys are unique in the whole account, so it can\'t be created for project "default", environment "production", and it is never moved. Nothing was written.',
        nextStep: 'Choose another key, such as "default-production-all-apps".',
        existing: { group: elsewhere, drift: [{ field: 'environment' }] },
      });
      expect(run.steps).toEqual(['create', 'read']);
    },
  );

  test('fails with the diagnosis when the existing group cannot be read', async () => {
    const run = await reconcile({ ifExists: 'keep', create: [conflict], read: [rejected(403)] });
    expect(run.error).toMatchObject({
      message: 'Could not read it (403). Nothing was written.',
    });
    expect(run.steps).toEqual(['create', 'read']);
  });
});

describe('a 409 for a key that shows no group', () => {
  test('treats a 409 as a lock collision when the next create succeeds', async () => {
    const run = await reconcile({ create: [conflict, ok(fresh)], read: [missing] });
    expect(run.outcome).toMatchObject({ kind: 'created' });
    expect(run.steps).toEqual([
      'create',
      'read',
      'announce 250: LaunchDarkly answered 409 but shows no group of the key yet',
      'wait 250',
      'create',
    ]);
  });

  test('treats a 409 as a group that reads did not show yet when one appears', async () => {
    const run = await reconcile({
      ifExists: 'keep',
      create: [conflict],
      read: [missing, missing, ok(renamed)],
    });
    expect(run.outcome).toMatchObject({ kind: 'kept' });
    expect(requestsOf(run)).toEqual(['create', 'read', 'create', 'read', 'create', 'read']);
  });

  test('does not claim that a group is hidden when a 409 asks for a longer wait than there is time for', async () => {
    const run = await reconcile({ create: [rejected(409, 300_000)] });
    expect(run.error).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /^LaunchDarkly answered 409 when this step tried to create insight group "checkout"\. It asks to wait 300 s, until 2026-11-24T12:05:00\.100Z, /,
      ),
    });
    expect(run.steps).toEqual(['create']);
  });

  test('reads the group again after a 409 on the read', async () => {
    const run = await reconcile({
      ifExists: 'keep',
      create: [conflict],
      read: [conflict, ok(old)],
    });
    expect(run.outcome).toMatchObject({ kind: 'unchanged' });
    expect(run.steps).toEqual([
      'create',
      'read',
      'announce 250: LaunchDarkly answered 409: another process may be changing the group',
      'wait 250',
      'read',
    ]);
  });

  test('reports a reserved key after half a minute and at least six creates', async () => {
    const run = await reconcile({ ifExists: 'keep', create: [conflict], read: [missing] });
    expect(run.error).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/shows no group of that key\. Nothing was written\.$/),
      serverMessage: 'LaunchDarkly answered 409: "the words of the server"',
      nextStep: expect.stringContaining('Choose another key'),
    });
    const creates = requestsOf(run).filter((request) => request === 'create');
    expect(creates.length).toBeGreaterThanOrEqual(6);
    expect(run.elapsedMs).toBeGreaterThanOrEqual(30_000);
    expect(run.elapsedMs).toBeLessThan(60_000);
  });

  test('reports a reserved key after six creates, however long the server makes each one wait', async () => {
    const run = await reconcile({
      create: [rejected(409, 20_000)],
      read: [missing],
      timeoutMs: 600_000,
    });
    expect(run.error).toMatchObject({
      message: expect.stringContaining('but shows no group of that key'),
    });
    expect(requestsOf(run).filter((request) => request === 'create')).toHaveLength(6);
  });

  test('reports a conflict when the time is up before the key counts as reserved', async () => {
    const run = await reconcile({ create: [conflict], read: [missing], timeoutMs: 3_000 });
    expect(run.error).toMatchObject({
      code: 'conflict',
      message:
        'LaunchDarkly keeps answering 409 for insight group "checkout", but shows no group of that key. Nothing was written.',
    });
    expect(run.elapsedMs).toBeLessThanOrEqual(3_000);
  });
});

describe('a create whose response is lost', () => {
  test.each(policies)(
    'claims a group that is equal and not older than a lost create, if-exists: %s',
    async (ifExists) => {
      const run = await reconcile({ ifExists, create: [lost], read: [ok(fresh)] });
      expect(run.outcome).toEqual({ kind: 'created', group: fresh, drift: [] });
      expect(run.steps).toEqual(['create', 'read']);
    },
  );

  test('claims the group of a lost create even when a later create gets a 409', async () => {
    const run = await reconcile({ create: [lost, conflict], read: [missing, ok(fresh)] });
    expect(run.outcome).toMatchObject({ kind: 'created' });
  });

  test('does not claim a group that is older than the lost create', async () => {
    const script = { create: [lost], read: [ok(old)] };
    expect((await reconcile({ ...script, ifExists: 'fail' })).error).toMatchObject({
      code: 'conflict',
      // A key has one group, and it is older than the create, which therefore created nothing.
      message:
        'Insight group "checkout" already exists in project "default", environment "production". It matches the request. Nothing was written.',
    });
    expect((await reconcile({ ...script, ifExists: 'keep' })).outcome).toMatchObject({
      kind: 'unchanged',
    });
  });

  test('does not claim a group that differs from the lost create', async () => {
    const found = { ...fresh, name: 'Payments' };
    const script = { create: [lost], read: [ok(found)], patch: [ok(fresh)] };
    expect((await reconcile({ ...script, ifExists: 'fail' })).error).toMatchObject({
      code: 'conflict',
      // Somebody may have changed it since: it is recent enough to be ours.
      message: expect.stringMatching(
        /It differs in name\. Outcome unknown: insight group "checkout" may or may not have been created\.$/,
      ),
    });
    expect((await reconcile({ ...script, ifExists: 'keep' })).outcome).toMatchObject({
      kind: 'kept',
    });
    expect((await reconcile({ ...script, ifExists: 'update' })).outcome).toMatchObject({
      kind: 'updated',
    });
  });

  test.each([90_000, -90_000])(
    "compares the age of a group by the server's clock, which is %i ms off the local one",
    async (clockOffsetMs) => {
      const madeAt = (ms: number) => ({ ...desired, createdAt: startMs + clockOffsetMs + ms });
      const script = { ifExists: 'keep', create: [lost], clockOffsetMs } as const;
      expect((await reconcile({ ...script, read: [ok(madeAt(0))] })).outcome).toMatchObject({
        kind: 'created',
      });
      expect((await reconcile({ ...script, read: [ok(madeAt(-1))] })).outcome).toMatchObject({
        kind: 'unchanged',
      });
    },
  );

  test('compares the age of a group with the first lost create, not the last', async () => {
    const run = await reconcile({ create: [lost], read: [missing, missing, ok(fresh)] });
    expect(run.outcome).toMatchObject({ kind: 'created', group: fresh });
  });

  test('sends a lost create again when no group appears', async () => {
    const run = await reconcile({ create: [lost, ok(fresh)], read: [missing] });
    expect(run.outcome).toMatchObject({ kind: 'created' });
    expect(run.steps).toEqual([
      'create',
      'read',
      'announce 250: LaunchDarkly answered 503',
      'wait 250',
      'create',
    ]);
  });

  test('reports an unknown outcome when the deadline passes after a lost create', async () => {
    const run = await reconcile({ create: [lost], read: [missing], timeoutMs: 5_000 });
    expect(run.error).toMatchObject({
      code: 'server-error',
      message:
        'Could not create it: LaunchDarkly answered 503. Outcome unknown: insight group "checkout" may or may not have been created.',
      nextStep: "Look at the network. It is safe to run again: the key can't be created twice.",
    });
    expect(run.elapsedMs).toBeLessThanOrEqual(5_000);
  });

  test('lost creates do not count as 409s, so the key is never called reserved', async () => {
    const run = await reconcile({ create: [lost], read: [missing] });
    expect(run.error).toMatchObject({ code: 'server-error' });
    expect(requestsOf(run).filter((request) => request === 'create').length).toBeGreaterThan(6);
    expect(run.elapsedMs).toBeGreaterThan(60_000);
  });

  test('reports an unknown outcome when the group cannot be read after a lost create', async () => {
    const redirect = {
      isRetryable: false,
      code: 'unexpected-response',
      what: 'sent us on',
    } as const;
    for (const read of [rejected(401), indeterminate(redirect)]) {
      const run = await reconcile({ create: [lost], read: [read] });
      expect(run.error).toMatchObject({ message: expect.stringContaining('Outcome unknown') });
      expect(run.steps).toEqual(['create', 'read']);
    }
  });

  test('reports an unknown outcome when the create after a lost one is rejected', async () => {
    const run = await reconcile({ create: [lost, rejected(403)], read: [missing] });
    expect(run.error).toMatchObject({
      message: expect.stringMatching(/^Could not create it \(403\)\. Outcome unknown/),
    });
  });
});

describe('reads', () => {
  test('repeats an indeterminate read after a wait', async () => {
    const run = await reconcile({
      ifExists: 'keep',
      create: [conflict],
      read: [lost, lost, ok(old)],
    });
    expect(run.outcome).toMatchObject({ kind: 'unchanged' });
    expect(run.steps).toEqual([
      'create',
      'read',
      'announce 250: LaunchDarkly answered 503',
      'wait 250',
      'read',
      'announce 500: LaunchDarkly answered 503',
      'wait 500',
      'read',
    ]);
  });

  test('an indeterminate read puts no write in doubt', async () => {
    const run = await reconcile({ create: [conflict], read: [lost], timeoutMs: 5_000 });
    expect(run.error).toMatchObject({
      message: 'Could not read it: LaunchDarkly answered 503. Nothing was written.',
    });
  });
});

describe('updates', () => {
  const script = { ifExists: 'update', create: [conflict], read: [ok(renamed)] } as const;

  test('fails with the diagnosis and does not retry when an update is rejected', async () => {
    const run = await reconcile({ ...script, patch: [rejected(422)] });
    expect(run.error).toMatchObject({
      message: 'Could not update it (422). Nothing was written.',
      serverMessage: 'the words of the server',
    });
    expect(run.patches).toHaveLength(1);
  });

  test('fails and shows the group when an accepted update changes nothing', async () => {
    const run = await reconcile({ ...script, patch: [ok(renamed)] });
    expect(run.error).toMatchObject({
      code: 'unexpected-response',
      message:
        'LaunchDarkly accepted the update of insight group "checkout" but its name did not change. Nothing was written.',
      nextStep: 'Change name in LaunchDarkly, or use if-exists: keep.',
      existing: { group: renamed, drift: nameDrift },
    });
    expect(run.patches).toHaveLength(1);
  });

  test('fails when an accepted update changes nothing even if somebody else changes the rest', async () => {
    const run = await reconcile({
      ...script,
      patch: [ok({ ...renamed, applicationKeys: ['tv'] })],
    });
    expect(run.error).toMatchObject({
      message:
        'LaunchDarkly accepted the update of insight group "checkout" but its name did not change. Outcome unknown: insight group "checkout" may or may not have been updated.',
      nextStep: expect.stringMatching(/^Change name in LaunchDarkly, or use if-exists: keep\./),
    });
    expect(run.patches).toHaveLength(1);
  });

  test('also updates what somebody else has changed since the read', async () => {
    const run = await reconcile({
      ...script,
      patch: [ok({ ...old, applicationKeys: ['tv'] }), ok(old)],
    });
    expect(run.outcome).toMatchObject({ kind: 'updated', drift: nameDrift });
    expect(run.patches).toMatchObject([
      [{ path: '/name', value: 'Checkout' }],
      [{ path: '/applicationKeys', value: ['web'] }],
    ]);
  });

  test('does not say that nothing was written when an update was only partly applied', async () => {
    const partly = { ...old, applicationKeys: ['tv'] };
    const run = await reconcile({ ...script, patch: [ok(partly), neverSent], timeoutMs: 5_000 });
    expect(run.error).toMatchObject({
      code: 'network',
      message: expect.stringContaining('Insight group "checkout" was updated in part.'),
    });
  });

  test('a lost update counts as applied when the group reappears after it did not', async () => {
    const run = await reconcile({
      ...script,
      read: [ok(renamed), missing, ok(old)],
      patch: [lost],
    });
    expect(run.outcome).toEqual({ kind: 'updated', group: old, drift: nameDrift });
    expect(requestsOf(run)).toEqual(['create', 'read', 'patch', 'read', 'create', 'read']);
  });

  test('a lost update counts as not applied when the group reappears unchanged', async () => {
    const run = await reconcile({
      ...script,
      read: [ok(renamed), missing, ok(renamed)],
      patch: [lost, ok(old)],
    });
    expect(run.outcome).toEqual({ kind: 'updated', group: old, drift: nameDrift });
    expect(run.patches).toHaveLength(2);
  });

  test('a lost update counts as applied when a read shows it', async () => {
    const run = await reconcile({ ...script, read: [ok(renamed), ok(old)], patch: [lost] });
    expect(run.outcome).toEqual({ kind: 'updated', group: old, drift: nameDrift });
    expect(requestsOf(run)).toEqual(['create', 'read', 'patch', 'read']);
  });

  test('sends a lost update again when a read does not show it', async () => {
    const run = await reconcile({ ...script, patch: [lost, ok(old)] });
    expect(run.outcome).toEqual({ kind: 'updated', group: old, drift: nameDrift });
    expect(run.steps).toEqual([
      'create',
      'read',
      'patch',
      'read',
      'announce 250: LaunchDarkly answered 503',
      'wait 250',
      'patch',
    ]);
  });

  test('reports an unknown outcome when the deadline passes after a lost update', async () => {
    const run = await reconcile({ ...script, patch: [lost], timeoutMs: 5_000 });
    expect(run.error).toMatchObject({
      code: 'server-error',
      message:
        'Could not update it: LaunchDarkly answered 503. Outcome unknown: insight group "checkout" may or may not have been updated.',
      nextStep: 'Look at the network. It is safe to run again.',
    });
  });

  test('never updates a group that has moved to another project', async () => {
    const run = await reconcile({ ...script, read: [ok(renamed), ok(elsewhere)], patch: [lost] });
    expect(run.error).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /and it is never moved\. Outcome unknown: insight group "checkout" may or may not have been updated\.$/,
      ),
      existing: { group: elsewhere },
    });
    expect(run.patches).toHaveLength(1);
  });

  test('does not claim a group that somebody else recreated during an update', async () => {
    const anew = { ...old, createdAt: startMs + 10_000 };
    const run = await reconcile({
      ...script,
      read: [ok(renamed), missing, ok(anew)],
      patch: [lost],
    });
    expect(run.outcome).toMatchObject({ kind: 'unchanged' });
  });

  test('does not update again when the group has moved to another project after an update', async () => {
    const run = await reconcile({ ...script, patch: [ok({ ...elsewhere, name: 'Checkout' })] });
    expect(run.error).toMatchObject({
      code: 'conflict',
      title: 'The key belongs to another project or environment',
      message: expect.stringMatching(/Insight group "checkout" was updated in part\.$/),
    });
    expect(run.patches).toHaveLength(1);
  });

  test('repeats an update that others keep undoing, after a wait', async () => {
    const run = await reconcile({
      ...script,
      patch: [ok({ ...old, applicationKeys: ['tv'] }), ok(renamed), ok(old)],
    });
    expect(run.outcome).toMatchObject({ kind: 'updated' });
    expect(announcementsOf(run)).toEqual([
      'announce 250: another process has changed the group in the meantime',
      'announce 500: another process has changed the group in the meantime',
    ]);
  });

  test('reports that others undid the update when they do so until the deadline', async () => {
    const undone = [ok({ ...old, applicationKeys: ['tv'] }), ok(renamed)];
    const run = await reconcile({
      ...script,
      patch: [...undone, ...undone, ...undone, ...undone],
      timeoutMs: 3_000,
    });
    expect(run.error).toMatchObject({
      code: 'conflict',
      message:
        'Insight group "checkout" kept changing while this step was working on it. Insight group "checkout" was updated in part.',
      serverMessage: undefined,
      nextStep: 'Another process is changing the group. Run again when it is done.',
    });
    expect(run.elapsedMs).toBeLessThanOrEqual(3_000);
  });

  test('fails and names the applied part when LaunchDarkly applies only part of an update', async () => {
    const run = await reconcile({
      ...script,
      read: [ok({ ...renamed, applicationKeys: [] })],
      patch: [ok({ ...old, applicationKeys: [] })],
    });
    expect(run.error).toMatchObject({
      code: 'unexpected-response',
      message:
        'Insight group "checkout" was updated, but LaunchDarkly stored different values than requested: applications. Insight group "checkout" was updated in part.',
    });
    expect(run.patches).toHaveLength(1);
  });

  test.each([
    ['whose answer was lost', lost],
    ['that was made in part', ok({ ...old, applicationKeys: ['tv'] })],
  ])('%s does not count when its group is deleted in the meantime', async (_which, patch) => {
    const run = await reconcile({
      ...script,
      create: [conflict, rejected(403)],
      patch: [patch, missing],
    });
    expect(run.error).toMatchObject({ message: 'Could not create it (403). Nothing was written.' });
  });

  test('a rejected update after a lost create does not mention the create', async () => {
    const run = await reconcile({
      ifExists: 'update',
      create: [lost],
      read: [ok(renamed)],
      patch: [rejected(403)],
    });
    expect(run.error).toMatchObject({ message: 'Could not update it (403). Nothing was written.' });
  });

  test('sends an update that meets a lock again', async () => {
    const run = await reconcile({ ...script, patch: [conflict, ok(old)] });
    expect(run.outcome).toMatchObject({ kind: 'updated' });
    expect(run.patches).toHaveLength(2);
    expect(announcementsOf(run)).toEqual([
      'announce 250: LaunchDarkly answered 409: another process may be changing the group',
    ]);
  });

  test('does not say that the group is hidden when an update meets a lock until the deadline', async () => {
    const run = await reconcile({ ...script, patch: [conflict], timeoutMs: 5_000 });
    expect(run.error).toMatchObject({
      code: 'conflict',
      message:
        'LaunchDarkly answered 409 when this step tried to update insight group "checkout". Nothing was written.',
      serverMessage: 'LaunchDarkly answered 409: "the words of the server"',
      nextStep:
        "Another process may be changing the group: run again when it is done. If none is, look for the reason in LaunchDarkly's answer.",
      existing: { group: renamed },
    });
  });

  test('gives up an update that is answered 409 for half a minute and at least six times', async () => {
    const run = await reconcile({ ...script, patch: [conflict] });
    expect(run.error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('answered 409 when this step tried to update'),
    });
    expect(run.patches.length).toBeGreaterThanOrEqual(6);
    expect(run.elapsedMs).toBeGreaterThanOrEqual(30_000);
    expect(run.elapsedMs).toBeLessThan(45_000);
  });

  test('does not claim an update that somebody else made in the meantime', async () => {
    const run = await reconcile({ ...script, read: [ok(renamed), ok(old)], patch: [conflict] });
    expect(run.outcome).toEqual({ kind: 'unchanged', group: old, drift: [] });
  });

  test('creates the group when it is deleted during an update', async () => {
    const run = await reconcile({
      ...script,
      create: [conflict, ok(fresh)],
      patch: [missing],
    });
    expect(run.outcome).toMatchObject({ kind: 'created' });
    expect(requestsOf(run)).toEqual(['create', 'read', 'patch', 'create']);
  });

  test('waits, and says why, when a group that reads show is not found by updates', async () => {
    const run = await reconcile({
      ...script,
      create: [conflict, conflict, ok(fresh)],
      read: [ok(renamed), ok(renamed)],
      patch: [missing],
    });
    expect(run.outcome).toMatchObject({ kind: 'created' });
    expect(announcementsOf(run)).toEqual([
      'announce 250: LaunchDarkly shows the group but answered its update with 404',
      'announce 500: LaunchDarkly shows the group but answered its update with 404',
    ]);
  });

  test('creates the group when it is deleted after a lost update', async () => {
    const run = await reconcile({
      ...script,
      create: [conflict, ok(fresh)],
      read: [ok(renamed), missing],
      patch: [lost],
    });
    expect(run.outcome).toMatchObject({ kind: 'created' });
    expect(requestsOf(run)).toEqual(['create', 'read', 'patch', 'read', 'create']);
  });
});

describe('a limit on unanswered attempts', () => {
  test('ends creates that are never answered, although reads in between are', async () => {
    const run = await reconcile({ create: [lost], read: [missing], maxUnansweredAttempts: 4 });
    expect(requestsOf(run).filter((step) => step === 'create')).toHaveLength(4);
    expect(run.error).toMatchObject({
      code: 'server-error',
      message: expect.stringContaining('may or may not have been created'),
    });
  });

  test('ends updates that are never answered, although reads in between are', async () => {
    const run = await reconcile({
      ifExists: 'update',
      create: [conflict],
      read: [ok(renamed)],
      patch: [lost],
      maxUnansweredAttempts: 4,
    });
    expect(run.patches).toHaveLength(4);
    expect(run.error).toMatchObject({
      code: 'server-error',
      message: expect.stringContaining('may or may not have been updated'),
    });
  });

  test('counts only writes in a row', async () => {
    const run = await reconcile({
      create: [lost, lost, conflict, lost, lost, ok(fresh)],
      read: [missing],
      maxUnansweredAttempts: 3,
    });
    expect(run.outcome).toMatchObject({ kind: 'created', group: fresh });
  });
});

describe('rate limits that outlast the deadline', () => {
  test('fails at once when a rate limit outlasts the deadline, and says when it ends', async () => {
    const run = await reconcile({ create: [rejected(429, 130_000)] });
    expect(run.error).toMatchObject({
      code: 'rate-limited',
      message:
        'LaunchDarkly\'s rate limit (429) stopped the step from working on insight group "checkout". It asks to wait 130 s, until 2026-11-24T12:02:10.100Z, and the step has less time left. Nothing was written.',
      nextStep: 'Run again after that time, or raise timeout-seconds beyond the wait.',
    });
    expect(run.steps).toEqual(['create']);
  });

  test('fails on a rate limit that names no time when no time is left for another attempt', async () => {
    const run = await reconcile({ create: [rejected(429)] });
    expect(run.error).toMatchObject({
      code: 'rate-limited',
      message:
        'LaunchDarkly\'s rate limit (429) stopped the step from working on insight group "checkout". The step has no time left for another attempt. Nothing was written.',
      nextStep: 'Run again later, raise timeout-seconds, or run fewer jobs at the same time.',
    });
    expect(run.steps).toEqual(['create']);
  });

  test('reports an unknown outcome on a rate limit after a lost create', async () => {
    const run = await reconcile({ create: [lost], read: [rejected(429, 130_000)] });
    expect(run.error).toMatchObject({
      code: 'rate-limited',
      message: expect.stringContaining('Outcome unknown'),
    });
  });
});

describe('requested waits', () => {
  test.each([
    ['503', indeterminate({}, 3_000)],
    ['409', rejected(409, 3_000)],
  ])(
    'does not read before the wait that %s to a create asks for is over',
    async (_status, create) => {
      const run = await reconcile({ ifExists: 'keep', create: [create], read: [ok(old)] });
      expect(run.outcome).toMatchObject({ kind: 'unchanged' });
      expect(run.steps.slice(0, 3)).toEqual(['create', 'held 3000', 'read']);
    },
  );

  test('waits once as long as the server asks, then backs off as usual', async () => {
    const run = await reconcile({ create: [indeterminate({}, 3_000), ok(fresh)], read: [missing] });
    expect(run.outcome).toMatchObject({ kind: 'created' });
    expect(run.steps).toEqual([
      'create',
      'held 3000',
      'read',
      'announce 250: LaunchDarkly answered 503',
      'wait 250',
      'create',
    ]);
  });

  test('reports an unknown outcome when the wait after a lost create outlasts the deadline', async () => {
    const run = await reconcile({ create: [indeterminate({}, 130_000)] });
    expect(run.error).toMatchObject({ message: expect.stringContaining('Outcome unknown') });
    expect(run.steps).toEqual(['create']);
  });
});

describe('dry runs', () => {
  const dry = { isDryRun: true } as const;

  test.each(policies)('a dry run would create a missing group, if-exists: %s', async (ifExists) => {
    const run = await reconcile({ ...dry, ifExists, read: [missing], check: [ok('production')] });
    expect(run.outcome).toEqual({ kind: 'would-create', group: undefined, drift: [] });
    expect(run.steps).toEqual(['read', 'check']);
  });

  test('a dry run would create the group even when the token may not read the environment', async () => {
    const run = await reconcile({ ...dry, read: [missing], check: [rejected(403)] });
    expect(run.outcome).toMatchObject({ kind: 'would-create' });
  });

  test('a dry run fails when the environment does not exist', async () => {
    const run = await reconcile({ ...dry, read: [missing], check: [missing] });
    expect(run.error).toMatchObject({ message: 'Could not check it (404). Nothing was written.' });
  });

  test('a dry run asks again when the environment could not be checked', async () => {
    const run = await reconcile({ ...dry, read: [missing], check: [lost, ok('production')] });
    expect(run.outcome).toMatchObject({ kind: 'would-create' });
    expect(requestsOf(run)).toEqual(['read', 'check', 'check']);
  });

  test.each<[IfExists, Partial<Outcome>]>([
    ['keep', { kind: 'unchanged', group: old, drift: [] }],
    ['update', { kind: 'unchanged', group: old, drift: [] }],
  ])('a dry run would not change an equal group, if-exists: %s', async (ifExists, outcome) => {
    const run = await reconcile({ ...dry, ifExists, read: [ok(old)] });
    expect(run.outcome).toEqual(outcome);
    expect(run.steps).toEqual(['read']);
  });

  test('a dry run would keep or update a group that differs', async () => {
    const read = [ok(renamed)];
    const keep = await reconcile({ ...dry, ifExists: 'keep', read });
    expect(keep.outcome).toEqual({ kind: 'kept', group: renamed, drift: nameDrift });
    const update = await reconcile({ ...dry, ifExists: 'update', read });
    expect(update.outcome).toEqual({ kind: 'would-update', group: renamed, drift: nameDrift });
    expect([...keep.steps, ...update.steps]).toEqual(['read', 'read']);
  });

  test('a dry run fails where the real run would fail', async () => {
    const exists = await reconcile({ ...dry, read: [ok(old)] });
    expect(exists.error).toMatchObject({ code: 'conflict', existing: { group: old } });
    const foreign = await reconcile({ ...dry, ifExists: 'update', read: [ok(elsewhere)] });
    expect(foreign.error).toMatchObject({ code: 'conflict', existing: { group: elsewhere } });
    const denied = await reconcile({ ...dry, read: [rejected(401)] });
    expect(denied.error).toMatchObject({ message: expect.stringContaining('Could not read it') });
  });
});

describe('stopped runs', () => {
  const aborted = indeterminate({ code: 'timeout', what: 'did not respond before the time limit' });
  const expired = new ActionError({
    code: 'timeout',
    message: 'The time was up.',
    nextStep: 'Run again.',
  });

  test.each([
    ['cancelled', cancelled],
    ['timeout', expired],
  ])(
    'reports an unknown outcome when stopped during a create, because of %s',
    async (code, reason) => {
      const run = await reconcile({ create: [aborted], stop: { during: 1, reason } });
      expect(run.error).toMatchObject({
        code,
        message: `${reason.message} Outcome unknown: insight group "checkout" may or may not have been created.`,
        nextStep: expect.stringContaining('safe to run again'),
      });
      expect(run.steps).toEqual(['create']);
    },
  );

  test('reports an unknown outcome when stopped during an update', async () => {
    const run = await reconcile({
      ifExists: 'update',
      create: [conflict],
      read: [ok(renamed)],
      patch: [aborted],
      stop: { during: 3, reason: cancelled },
    });
    expect(run.error).toMatchObject({
      code: 'cancelled',
      message: expect.stringContaining('may or may not have been updated'),
    });
    expect(run.steps).toEqual(['create', 'read', 'patch']);
  });

  test.each<[string, Script]>([
    [
      'a create that was never sent',
      { create: [neverSent], stop: { during: 1, reason: cancelled } },
    ],
    ['a read', { create: [conflict], read: [aborted], stop: { during: 2, reason: cancelled } }],
    [
      'a create that can never be sent',
      {
        create: [
          indeterminate({ code: 'network', mayHaveBeenProcessed: false, isRetryable: false }),
        ],
        stop: { during: 1, reason: cancelled },
      },
    ],
    [
      'a create that meets a group',
      { create: [rejected(409, 1_000)], stop: { during: 1, reason: cancelled } },
    ],
    [
      'a read that finds no group',
      { create: [conflict], read: [missing], stop: { during: 2, reason: cancelled } },
    ],
    [
      'a wait',
      // Announcing the wait is a step as well.
      { create: [neverSent], stop: { during: 3, reason: cancelled } },
    ],
  ])(
    'reports that nothing was written when stopped during %s, and does nothing more',
    async (_when, script) => {
      const run = await reconcile(script);
      expect(run.error).toMatchObject({
        code: 'cancelled',
        message: 'The run was cancelled. Nothing was written.',
      });
      expect(run.steps).toHaveLength(script.stop?.during ?? 0);
    },
  );

  test('reports the rejection when stopped while a create is rejected', async () => {
    const run = await reconcile({
      create: [rejected(403)],
      stop: { during: 1, reason: cancelled },
    });
    expect(run.error).toMatchObject({ message: 'Could not create it (403). Nothing was written.' });
    expect(run.steps).toEqual(['create']);
  });

  test('reports an unknown outcome when stopped after a lost create', async () => {
    const run = await reconcile({
      create: [lost],
      read: [aborted],
      stop: { during: 2, reason: cancelled },
    });
    expect(run.error).toMatchObject({
      code: 'cancelled',
      message: expect.stringContaining('Outcome unknown'),
    });
  });

  test.each([
    [
      'a create',
      { create: [lost, aborted], read: [missing], stop: { during: 5, reason: expired } },
    ],
    ['a read', { create: [lost], read: [missing, aborted], stop: { during: 6, reason: expired } }],
  ] satisfies [string, Script][])(
    'blames the failure that was tried again when the time is up during %s',
    async (_when, script) => {
      const run = await reconcile(script);
      expect(run.error).toMatchObject({
        code: 'server-error',
        message:
          'Could not create it: LaunchDarkly answered 503. Outcome unknown: insight group "checkout" may or may not have been created.',
      });
    },
  );

  test.each<[string, Script]>([
    [
      'the earlier attempts got no answer either',
      {
        create: [indeterminate({ code: 'timeout', causeCode: 'ATTEMPT_TIMEOUT' }), aborted],
        read: [missing],
        stop: { during: 5, reason: expired },
      },
    ],
    [
      'the wait before was for something else',
      {
        create: [lost, conflict, aborted],
        read: [missing],
        stop: { during: 9, reason: expired },
      },
    ],
    [
      'the request that had failed before was answered since',
      {
        ifExists: 'update',
        create: [conflict],
        read: [lost, ok(renamed)],
        patch: [aborted],
        stop: { during: 6, reason: expired },
      },
    ],
  ])('blames the time when it is up during a request and %s', async (_why, script) => {
    const run = await reconcile(script);
    expect(run.error).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('The time was up.'),
    });
  });

  test('blames the cancellation when cancelled during an attempt after a failure', async () => {
    const run = await reconcile({
      create: [lost, aborted],
      read: [missing],
      stop: { during: 5, reason: cancelled },
    });
    expect(run.error).toMatchObject({ code: 'cancelled' });
  });

  test('rethrows an abort reason that is not an ActionError', async () => {
    const reason = new Error('somebody pulled the plug');
    const run = await reconcile({ create: [aborted], stop: { during: 1, reason } });
    expect(run.error).toBe(reason);
  });
});

const nothingKnown = { hasClock: false } as const;
const timeless: InsightGroup = { ...desired, createdAt: undefined };

describe('reads that may be older than a lost create', () => {
  test.each(policies)(
    'repeats reads until they show the group of the lost create, if-exists: %s',
    async (ifExists) => {
      const read = [ok(old), ok(renamed), ok(fresh)];
      const run = await reconcile({ ifExists, create: [lost], read });
      expect(run.outcome).toEqual({ kind: 'created', group: fresh, drift: [] });
      expect(requestsOf(run)).toEqual(['create', 'read', 'read', 'read']);
      expect(announcementsOf(run)).toEqual([
        expect.stringMatching(/: LaunchDarkly may not show yet what was just written$/),
        expect.stringMatching(/: LaunchDarkly may not show yet what was just written$/),
      ]);
      expect(run.patches).toEqual([]);
    },
  );

  test('repeats reads until they show no group, then sends the create again', async () => {
    const run = await reconcile({ create: [lost, ok(fresh)], read: [ok(old), missing] });
    expect(run.outcome).toMatchObject({ kind: 'created' });
    expect(requestsOf(run)).toEqual(['create', 'read', 'read', 'create']);
  });

  test('trusts a read five seconds after the create was abandoned', async () => {
    const run = await reconcile({ ifExists: 'keep', create: [lost], read: [ok(old)] });
    expect(run.outcome).toEqual({ kind: 'unchanged', group: old, drift: [] });
    // The create, and the last read.
    expect(run.elapsedMs).toBeGreaterThanOrEqual(5_000 + 2 * requestMs);
    expect(run.elapsedMs).toBeLessThan(6_000);
  });

  test('reports an unknown outcome when the time is up before a read can be trusted', async () => {
    const run = await reconcile({ create: [lost], read: [ok(old)], timeoutMs: 3_000 });
    expect(run.error).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/possibly as it was before this run.*Outcome unknown/),
      existing: { group: old, drift: [] },
    });
    expect(run.elapsedMs).toBeLessThanOrEqual(3_000);
  });

  test('trusts the first read after a create that got a response', async () => {
    const run = await reconcile({ ifExists: 'keep', create: [conflict], read: [ok(old)] });
    expect(run.steps).toEqual(['create', 'read']);
  });
});

describe('a lost create on a server whose clock is unknown', () => {
  test.each<[string, Script, InsightGroup]>([
    ['the answers carry no Date', nothingKnown, fresh],
    ['the answers carry no Date, and the group is old', nothingKnown, old],
    ['the group tells no time', {}, timeless],
  ])(
    "neither claims nor denies an equal group when the server's clock is unknown: %s",
    async (_case, script, group) => {
      for (const ifExists of ['keep', 'update'] as const) {
        const run = await reconcile({ ...script, ifExists, create: [lost], read: [ok(group)] });
        expect(run.outcome).toEqual({
          kind: 'unchanged',
          group,
          drift: [],
          mayHaveBeenCreated: true,
        });
      }
      const run = await reconcile({ ...script, create: [lost], read: [ok(group)] });
      expect(run.error).toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(
          /It matches the request\. Outcome unknown: insight group "checkout" may or may not have been created\.$/,
        ),
        existing: { group, drift: [] },
      });
    },
  );

  test("neither claims nor denies a kept or updated group when the server's clock is unknown", async () => {
    const script = { ...nothingKnown, create: [lost], read: [ok(renamed)], patch: [ok(old)] };
    expect((await reconcile({ ...script, ifExists: 'keep' })).outcome).toEqual({
      kind: 'kept',
      group: renamed,
      drift: nameDrift,
      mayHaveBeenCreated: true,
    });
    expect((await reconcile({ ...script, ifExists: 'update' })).outcome).toEqual({
      kind: 'updated',
      group: old,
      drift: nameDrift,
      mayHaveBeenCreated: true,
    });
  });

  test("claims the group of a later create when the server's clock is unknown", async () => {
    const run = await reconcile({ ...nothingKnown, create: [lost, ok(fresh)], read: [missing] });
    expect(run.outcome).toEqual({ kind: 'created', group: fresh, drift: [] });
  });

  test('a failed update says both that the group may have been created and that it was updated', async () => {
    const run = await reconcile({
      ...nothingKnown,
      ifExists: 'update',
      create: [lost],
      read: [ok(renamed)],
      patch: [ok({ ...old, name: 'checkout' })],
    });
    expect(run.error).toMatchObject({
      message: expect.stringMatching(
        /stored different values than requested: name\. Outcome unknown: .* created; it was updated in part\.$/,
      ),
    });
  });
});

describe('a runner clock that is set during a lost create', () => {
  const ours: InsightGroup = { ...desired, createdAt: startMs + 50 };
  const hourOlder: InsightGroup = { ...desired, createdAt: startMs - 3_600_000 };

  test.each([-3_600_000, -60_000, -2_000, 2_000, 60_000, 3_600_000])(
    'a runner clock that jumps by %i ms does not make the run deny its own group',
    async (jumpMs) => {
      const script = { ifExists: 'keep', create: [lost], jumpsMs: { 1: jumpMs } } as const;
      const run = await reconcile({ ...script, read: [ok(ours)] });
      expect(run.outcome).toMatchObject({ kind: 'created' });
    },
  );

  test.each([-3_600_000, 3_600_000])(
    'a runner clock that jumps by %i ms does not make the run claim an older group',
    async (jumpMs) => {
      const script = { ifExists: 'keep', create: [lost], jumpsMs: { 1: jumpMs } } as const;
      const run = await reconcile({ ...script, read: [ok(hourOlder)] });
      expect(run.outcome).toMatchObject({ kind: 'unchanged' });
    },
  );

  test('a runner clock that jumps does not make the run give up early', async () => {
    const run = await reconcile({ create: [neverSent, ok(fresh)], jumpsMs: { 1: 3_600_000 } });
    expect(run.outcome).toMatchObject({ kind: 'created' });
  });
});

describe('a create that is answered with 404', () => {
  const environmentMissing = { kind: 'environment-missing', environments: ['eu'] } as const;

  test.each([1, 4])(
    'sends a create again when it gets a 404 although the environment exists: %i times',
    async (times) => {
      const create = [...Array.from({ length: times }, () => missing), ok(fresh)];
      const run = await reconcile({ create, placements: [{ kind: 'found' }] });
      expect(run.outcome).toMatchObject({ kind: 'created' });
      // Their existence is checked once.
      expect(requestsOf(run).filter((step) => step === 'locate')).toHaveLength(1);
    },
  );

  test.each<[Placement, number]>([
    [{ kind: 'found' }, 10_000],
    [environmentMissing, 5_000],
  ])('gives up on creates that get a 404 after some seconds: %j', async (placement, limitMs) => {
    const run = await reconcile({ create: [missing], placements: [placement] });
    expect(run.error).toMatchObject({
      message: 'Could not create it (404). Nothing was written.',
    });
    expect(run.elapsedMs).toBeGreaterThanOrEqual(limitMs);
    expect(run.elapsedMs).toBeLessThan(limitMs + 1_000);
  });

  test('retries creates that get a 404 for longer once the environment is visible', async () => {
    const run = await reconcile({
      create: [missing],
      placements: [environmentMissing, environmentMissing, { kind: 'found' }],
    });
    expect(run.elapsedMs).toBeGreaterThanOrEqual(10_000);
  });

  test.each<Placement>([
    { kind: 'project-missing', projects: [] },
    { kind: 'not-launchdarkly' },
    { kind: 'unknown' },
  ])('a 404 to a create is final at once: %j', async (placement) => {
    const run = await reconcile({ create: [missing], placements: [placement] });
    expect(run.error).toMatchObject({ message: expect.stringContaining('(404)') });
    expect(run.steps).toEqual(['create', 'locate']);
  });

  test('reports the 404 itself when the time is up first', async () => {
    const run = await reconcile({
      create: [missing],
      placements: [environmentMissing],
      timeoutMs: 2_000,
    });
    expect(run.error).toMatchObject({ message: 'Could not create it (404). Nothing was written.' });
    expect(run.elapsedMs).toBeLessThanOrEqual(2_000);
  });

  test('a dry run waits for the environment in the same way', async () => {
    const run = await reconcile({
      isDryRun: true,
      read: [missing],
      check: [missing, ok('production')],
      placements: [environmentMissing],
    });
    expect(run.outcome).toMatchObject({ kind: 'would-create' });
  });
});

describe('a group that reads show and updates do not find', () => {
  const script = {
    ifExists: 'update',
    create: [conflict],
    read: [ok(renamed)],
    patch: [missing],
  } as const;

  test.each([
    ['after half a minute', 120_000, 30_000],
    ['at the deadline', 5_000, 0],
  ])('fails %s, with what reads and updates returned', async (_when, timeoutMs, minMs) => {
    const run = await reconcile({ ...script, timeoutMs });
    expect(run.error).toMatchObject({
      code: 'conflict',
      message:
        'LaunchDarkly shows insight group "checkout" but answers every update of it with 404. Nothing was written.',
      serverMessage: 'LaunchDarkly answered 404: "the words of the server"',
      existing: { group: renamed, drift: nameDrift },
    });
    expect(run.elapsedMs).toBeGreaterThanOrEqual(minMs);
    expect(run.elapsedMs).toBeLessThan(60_000);
  });

  test('does not say that the group is unchanged when an earlier update has changed it', async () => {
    const partly = ok({ ...old, applicationKeys: ['tv'] });
    const run = await reconcile({ ...script, patch: [partly, missing] });
    expect(run.error).toMatchObject({
      message: expect.stringMatching(/with 404\. Insight group "checkout" was updated in part\.$/),
    });
  });

  test('updates the group once updates find it', async () => {
    const run = await reconcile({ ...script, patch: [missing, missing, ok(old)] });
    expect(run.outcome).toMatchObject({ kind: 'updated' });
  });
});

describe('failures that are retried for a limited time', () => {
  const unresolved = indeterminate({
    code: 'network',
    mayHaveBeenProcessed: false,
    what: 'could not be reached (ENOTFOUND)',
    causeCode: 'ENOTFOUND',
    retryLimitMs: 10_000,
  });

  test('retries such a failure until it passes', async () => {
    const run = await reconcile({ create: [unresolved, unresolved, ok(fresh)] });
    expect(run.outcome).toMatchObject({ kind: 'created' });
  });

  test('such a failure is final after its retry time', async () => {
    const run = await reconcile({ create: [unresolved] });
    expect(run.error).toMatchObject({ code: 'network' });
    expect(run.elapsedMs).toBeGreaterThanOrEqual(10_000);
    expect(run.elapsedMs).toBeLessThan(11_000);
  });

  test('the retry time starts again after a different failure', async () => {
    const some = Array.from({ length: 8 }, () => unresolved);
    const run = await reconcile({ create: [...some, neverSent, ...some, ok(fresh)] });
    expect(run.outcome).toMatchObject({ kind: 'created' });
    expect(run.elapsedMs).toBeGreaterThan(10_000);
  });
});

describe('unknown applications', () => {
  const unknownApplications = [{ key: 'web', suggestion: 'webshop' }];

  test.each<[string, Script]>([
    ['a create', { create: [ok(fresh)] }],
    [
      'an update of the applications',
      {
        ifExists: 'update',
        create: [conflict],
        read: [ok({ ...old, applicationKeys: [] })],
        patch: [ok(old)],
      },
    ],
    [
      'an update of the name and the applications',
      {
        ifExists: 'update',
        create: [conflict],
        read: [ok({ ...renamed, applicationKeys: [] })],
        patch: [ok(old)],
      },
    ],
    ['a dry run of a create', { isDryRun: true, read: [missing], check: [ok('production')] }],
    [
      'a dry run of an update',
      { isDryRun: true, ifExists: 'update', read: [ok({ ...old, applicationKeys: [] })] },
    ],
  ])('looks up unknown applications once after %s', async (_case, script) => {
    const run = await reconcile({ ...script, unknownApplications });
    expect(run.outcome).toMatchObject({ unknownApplications });
    expect(run.lookUps).toBe(1);
  });

  test.each<[string, Script]>([
    ['a group that is left alone', { ifExists: 'keep', create: [conflict], read: [ok(old)] }],
    [
      'an update of the name alone',
      { ifExists: 'update', create: [conflict], read: [ok(renamed)], patch: [ok(old)] },
    ],
    ['a failure', { create: [rejected(403)] }],
  ])('does not look up unknown applications after %s', async (_case, script) => {
    expect((await reconcile({ ...script, unknownApplications })).lookUps).toBe(0);
  });
});
