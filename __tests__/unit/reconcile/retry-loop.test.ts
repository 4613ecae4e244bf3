import { describe, expect, test } from 'vitest';
import type {
  ApiError,
  ApiResult,
  RequestFailure,
  Timing,
} from '../../../src/launchdarkly/api-result.ts';
import type { Placement } from '../../../src/launchdarkly/key-lookup.ts';
import type { Operation } from '../../../src/launchdarkly/operation.ts';
import type { ReconcileDeps } from '../../../src/reconcile/reconcile-deps.ts';
import { RetryLoop } from '../../../src/reconcile/retry-loop.ts';
import type { RetryReason } from '../../../src/reconcile/retry-reason.ts';
import { WriteLedger } from '../../../src/reconcile/write-ledger.ts';
import { indeterminate } from './replies.ts';

const EPOCH_MS = Date.UTC(2026, 10, 26, 12);
const desired = { key: 'k', name: 'N', projectKey: 'p', environmentKey: 'e', applicationKeys: [] };
const error: ApiError = { status: 409, errors: [], text: 'Locked.' };
const conflict: RetryReason = { kind: 'conflict', error };

const failure = (parts: Partial<RequestFailure> = {}): RequestFailure => ({
  code: 'server-error',
  mayHaveBeenProcessed: true,
  isRetryable: true,
  what: 'answered 503',
  causeCode: 'HTTP 503',
  ...parts,
});
const lost: RetryReason = { kind: 'indeterminate', failure: failure() };

/** A loop with a clock of its own, which only waits and requests move. */
function setUp({
  timeoutMs = 600_000,
  placement = { kind: 'unknown' } as Placement,
  maxUnansweredAttempts = undefined as number | undefined,
} = {}) {
  let uptimeMs = 0;
  const slept: number[] = [];
  const unforeseen = () => {
    throw new Error('The loop sends nothing itself');
  };
  const deps: ReconcileDeps = {
    client: {
      createGroup: unforeseen,
      getGroup: unforeseen,
      patchGroup: unforeseen,
      deleteGroup: unforeseen,
      getEnvironment: unforeseen,
    },
    diagnosis: {
      describeApiError: async ({ status }) => ({
        code: 'bad-request',
        message: `${status}.`,
        nextStep: '',
      }),
      describeFailure: ({ code, what }) => ({ code, message: `It ${what}.`, nextStep: '' }),
      locateEnvironment: async () => placement,
      findUnknownApplications: unforeseen,
    },
    signal: new AbortController().signal,
    remainingMs: () => timeoutMs - uptimeMs,
    now: () => ({ uptimeMs, wallMs: EPOCH_MS + uptimeMs }),
    sleep: async (ms) => {
      slept.push(ms);
      uptimeMs += ms;
    },
    random: () => 0.5,
    maxUnansweredAttempts,
    announceWait: () => undefined,
  };
  const loop = new RetryLoop(desired, deps, new WriteLedger());
  return {
    loop,
    slept,
    pass: (ms: number) => {
      uptimeMs += ms;
    },
    /** Makes one attempt that takes a second and ends as told, and waits for the next one. */
    async fail(operation: Operation, parts: Partial<RequestFailure> = {}) {
      const { result } = await loop.attempt(operation, async () => {
        uptimeMs += 1_000;
        return indeterminate(parts)(timing());
      });
      if (result.kind === 'ok') {
        throw new Error('never');
      }
      await loop.retryOrThrow(result, operation);
    },
  };
}

const timing = (parts: Partial<Timing> = {}): Timing => ({
  startedAt: 0,
  receivedAt: 0,
  heldMs: 0,
  serverClock: undefined,
  retryAfterMs: undefined,
  ...parts,
});

const done = (parts: Partial<Timing>): ApiResult<string> => ({
  ...timing(parts),
  kind: 'ok',
  value: 'done',
});

test('a request counts from when it was sent, and not from when it was held back', async () => {
  const { loop, pass } = setUp();
  pass(10_000);
  const { sentAt, endedAt } = await loop.attempt('read', async () => {
    pass(3_500);
    return done({ heldMs: 3_000, serverClock: EPOCH_MS + 13_500 });
  });
  expect(sentAt).toEqual({ uptimeMs: 13_000, wallMs: EPOCH_MS + 13_000 });
  expect(endedAt).toEqual({ uptimeMs: 13_500, wallMs: EPOCH_MS + 13_500 });
});

test('the wait that the server asks for is left to the throttle, but has to fit into the time', async () => {
  const { loop, slept } = setUp({ timeoutMs: 10_000 });
  await loop.wait({ ...lost, retryAfterMs: 5_000 }, 'read');
  await expect(loop.wait({ ...lost, retryAfterMs: 9_500 }, 'read')).rejects.toMatchObject({
    message: expect.stringContaining('It asks to wait 10 s'),
  });
  expect(slept).toEqual([250]);
});

describe('time to wait', () => {
  test.each([9_499, undefined, 0])('there is for %s ms of 10 s', async (retryAfterMs) => {
    const { loop } = setUp({ timeoutMs: 10_000 });
    await loop.assertTimeToWait({ ...lost, retryAfterMs }, 'create');
  });

  test.each([9_500, 9_501, 20_000])('there is not for %i ms of 10 s', async (retryAfterMs) => {
    const { loop } = setUp({ timeoutMs: 10_000 });
    await expect(loop.assertTimeToWait({ ...lost, retryAfterMs }, 'create')).rejects.toMatchObject({
      code: 'server-error',
    });
  });

  test('is not needed where no wait is asked for, though none is left', async () => {
    const { loop } = setUp({ timeoutMs: 0 });
    await loop.assertTimeToWait(lost, 'create');
  });
});

describe('the same answer again and again', () => {
  /** Waits for the same reason over a minute, and returns the message of the error. */
  async function meet(reason: RetryReason, operation: Operation): Promise<string | undefined> {
    const { loop, pass } = setUp();
    for (let round = 0; round < 10; round += 1) {
      const ended = await loop.wait(reason, operation).catch((thrown: Error) => thrown);
      if (ended instanceof Error) {
        return ended.message;
      }
      pass(6_000);
    }
    return undefined;
  }

  test.each([
    ['update', 'LaunchDarkly answered 409 when this step tried to update insight group "k".'],
    ['delete', 'LaunchDarkly answered 409 when this step tried to delete insight group "k".'],
  ] as const)('of 409 to an %s ends it', async (operation, message) => {
    expect(await meet(conflict, operation)).toContain(message);
  });

  test('of 409 to a create is left to what reads show', async () => {
    expect(await meet(conflict, 'create')).toBeUndefined();
  });

  test('without a clear answer lasts as long as there is time', async () => {
    expect(await meet(lost, 'update')).toBeUndefined();
    expect(await meet(lost, 'read')).toBeUndefined();
  });

  test('counts from anew after another reason, and for another operation', async () => {
    const { loop, pass } = setUp();
    for (const [reason, operation] of [
      ...Array.from({ length: 5 }, () => [conflict, 'update'] as const),
      [conflict, 'delete'] as const,
      ...Array.from({ length: 5 }, () => [conflict, 'update'] as const),
      [lost, 'update'] as const,
      ...Array.from({ length: 5 }, () => [conflict, 'update'] as const),
    ]) {
      await loop.wait(reason, operation);
      pass(20_000);
    }
    await expect(loop.wait(conflict, 'update')).rejects.toMatchObject({ code: 'conflict' });
  });
});

test('a conflict is no write without a clear answer', async () => {
  const { loop } = setUp({ maxUnansweredAttempts: 2 });
  await loop.wait(lost, 'create');
  await loop.wait(conflict, 'create');
  await loop.wait(lost, 'create');
  await expect(loop.wait(lost, 'create')).rejects.toMatchObject({ code: 'server-error' });
});

describe('what is retried for 5 s', () => {
  // Each wait has at least half a second, so that there are no bursts at the end.
  const rows = [
    [4_999, 'is retried'],
    [5_000, 'is final'],
  ] as const;

  test.each(rows)('a failure of that kind, %i ms after the first one, %s', async (ms, verdict) => {
    const { fail, pass, slept } = setUp();
    await fail('read', { retryLimitMs: 5_000 });
    // The attempt itself takes a second.
    pass(ms - 500 - 1_000);
    const again = fail('read', { retryLimitMs: 5_000 });
    if (verdict === 'is final') {
      await expect(again).rejects.toMatchObject({ code: 'server-error' });
    } else {
      await again;
      expect(slept).toEqual([500, 500]);
    }
  });

  test.each(rows)(
    'a 404 without the environment, %i ms after the first one, %s',
    async (ms, verdict) => {
      const { loop, slept, pass } = setUp({
        placement: { kind: 'environment-missing', environments: [] },
      });
      const notFound = { ...timing(), kind: 'rejected', error: { ...error, status: 404 } } as const;
      await loop.retryOrThrow(notFound, 'create');
      pass(ms - 500);
      const again = loop.retryOrThrow(notFound, 'create');
      if (verdict === 'is final') {
        await expect(again).rejects.toMatchObject({ code: 'bad-request' });
      } else {
        await again;
        expect(slept).toEqual([500, 500]);
      }
    },
  );
});
