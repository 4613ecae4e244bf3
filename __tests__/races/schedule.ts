import * as fc from 'fast-check';
import { ActionError } from '../../src/errors.ts';
import { ATTEMPT_RESERVE_MS } from '../../src/http/backoff.ts';
import { IF_EXISTS, type IfExists } from '../../src/inputs/if-exists.ts';
import type { DesiredGroup } from '../../src/insight-group/insight-group.ts';
import { createClient } from '../../src/launchdarkly/client.ts';
import { throttle } from '../../src/launchdarkly/throttle.ts';
import type { Outcome } from '../../src/reconcile/outcome.ts';
import type { ReconcileDeps } from '../../src/reconcile/reconcile-deps.ts';
import { ensureGroup } from '../../src/reconcile/reconcile-group.ts';
import {
  FAULTS,
  type Fault,
  FaultyTransport,
  GROUP_KEY,
  type TransportRecord,
} from './faulty-transport.ts';
import {
  EPOCH_MS,
  type InitialState,
  MemoryServer,
  type ServerBehaviour,
  STORE_MODES,
  UNKNOWN_APPLICATION,
  type Version,
} from './memory-server.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualTime } from './virtual-time.ts';

/** Jobs that concurrently ask for a group with the same key, and all faults in the meantime. */
export interface Schedule {
  /** Decides latencies, lags and jitter. */
  readonly seed: number;
  readonly behaviour: ServerBehaviour;
  /** A group that existed before. */
  readonly before:
    | {
        readonly group: DesiredGroup;
        readonly ageMs: number;
        /** How long before the start of the jobs it was deleted; undefined when it still exists. */
        readonly deletedMsAgo: number | undefined;
      }
    | undefined;
  readonly jobs: readonly JobPlan[];
}

export interface JobPlan extends JobConditions {
  readonly desired: DesiredGroup;
  readonly ifExists: IfExists;
  /** Whether a list has shown the group before, rightly or not. */
  readonly isListed: boolean;
}

/** Under which conditions a job runs, whatever it does. */
export interface JobConditions {
  readonly startsAt: number;
  /** The job's clock minus the server's. */
  readonly clockSkewMs: number;
  /** When after its start the job's clock is set, and by how much. */
  readonly clockJump: { readonly afterMs: number; readonly byMs: number } | undefined;
  /** The faults of its first requests; all later ones have none. */
  readonly faults: readonly (Fault | undefined)[];
  readonly timeoutMs: number;
  /** How long after its start it is cancelled. */
  readonly cancelledAfterMs: number | undefined;
}

/** The result of a job. */
export interface JobRecord {
  readonly job: number;
  readonly plan: JobPlan;
  readonly transport: TransportRecord;
  readonly result: Outcome | Error;
  /** Whether the group existed when the job ended. */
  readonly groupExists: boolean;
}

/** The result of a schedule. */
export interface ScheduleRecord {
  readonly schedule: Schedule;
  readonly versions: readonly Version[];
  readonly jobs: readonly JobRecord[];
}

/** The deadline of jobs with enough time. */
export const AMPLE_TIMEOUT_MS = 120_000;

/** Runs the schedule in virtual time. The same schedule always produces the same record. */
export async function runSchedule(schedule: Schedule): Promise<ScheduleRecord> {
  const time = new VirtualTime();
  const random = new SeededRandom(schedule.seed);
  const { behaviour } = schedule;
  const server = new MemoryServer({
    initialState: describeInitialState(schedule),
    behaviour,
    now: () => time.now,
  });
  const jobs: JobRecord[] = [];
  await time.run(
    schedule.jobs.map((plan, job) => async () => {
      await time.waitUntil(plan.startsAt);
      jobs.push(await runJob({ job, plan, time, random, server }));
    }),
  );
  return { schedule, versions: server.versions, jobs };
}

function describeInitialState({ before }: Schedule): InitialState {
  if (before === undefined) {
    return { group: undefined, deletedAt: undefined };
  }
  const { deletedMsAgo } = before;
  // A group deleted in the second of its creation cannot be told from its successor.
  const ageMs = deletedMsAgo === undefined ? before.ageMs : Math.max(3_000, before.ageMs);
  const group = { ...before.group, createdAt: EPOCH_MS - ageMs };
  return { group, deletedAt: deletedMsAgo === undefined ? undefined : -deletedMsAgo };
}

interface Stage<Plan extends JobConditions> {
  readonly job: number;
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly server: MemoryServer;
}

async function runJob(stage: Stage<JobPlan>): Promise<JobRecord> {
  const { job, plan, server } = stage;
  const { desired, ifExists, isListed } = plan;
  const { deps, record } = openJob(stage);
  const request = { desired, ifExists, isListed, isDryRun: false };
  const result = await settleJob(ensureGroup(request, deps));
  return { job, plan, transport: record, result, groupExists: server.group !== undefined };
}

/** The result of a job, or why it failed. */
export function settleJob<T>(work: Promise<T>): Promise<T | Error> {
  return work.catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
}

/** Starts the clock of a job: what it works with, and the ground truth about its requests. */
export function openJob({ job, plan, time, random, server }: Stage<JobConditions>): {
  readonly deps: ReconcileDeps;
  readonly record: TransportRecord;
} {
  const { clockSkewMs, clockJump, faults, timeoutMs, cancelledAfterMs } = plan;
  const startedAt = time.now;
  const stopsAt = time.now + Math.min(timeoutMs, cancelledAfterMs ?? timeoutMs);
  const controller = new AbortController();
  const reason = new ActionError({
    code: cancelledAfterMs === undefined ? 'timeout' : 'cancelled',
    message: 'The run was stopped.',
    nextStep: 'Run again.',
  });
  const stopInTime = () => {
    if (time.now >= stopsAt) {
      controller.abort(reason);
    }
  };
  const wallClock = () => {
    const hasJumped = clockJump !== undefined && time.now - startedAt >= clockJump.afterMs;
    return EPOCH_MS + time.now + clockSkewMs + (hasJumped ? clockJump.byMs : 0);
  };
  const steadyClock = () => EPOCH_MS + time.now + clockSkewMs;
  const faulty = new FaultyTransport({
    job,
    server,
    time,
    random,
    faults,
    clock: steadyClock,
    stopsAt,
  });
  const sleep = async (ms: number) => {
    await time.waitUntil(Math.min(time.now + ms, stopsAt));
    stopInTime();
  };
  const transport = throttle(
    {
      send: async (...request: Parameters<FaultyTransport['send']>) => {
        const exchange = await faulty.send(...request);
        stopInTime();
        return exchange;
      },
      close: () => faulty.close(),
    },
    {
      now: steadyClock,
      sleep,
      random: random.next,
      deadlineAt: steadyClock() + timeoutMs - ATTEMPT_RESERVE_MS,
      onWait: () => undefined,
    },
  );
  const deps: ReconcileDeps = {
    client: createClient(transport, controller.signal),
    diagnosis: {
      describeApiError: async ({ status }) => ({
        code: 'bad-request',
        message: `LaunchDarkly refused it (${status}).`,
        nextStep: 'Correct it.',
      }),
      describeFailure: ({ code, what }) => ({
        code,
        message: `LaunchDarkly ${what}.`,
        nextStep: 'Run again.',
      }),
      locateEnvironment: async () => ({ kind: 'unknown' }),
      findUnknownApplications: async () => [],
    },
    signal: controller.signal,
    now: () => ({ wallMs: wallClock(), uptimeMs: time.now - startedAt }),
    remainingMs: () => startedAt + timeoutMs - time.now,
    random: random.next,
    sleep,
    announceWait: () => undefined,
  };
  return { deps, record: faulty.record };
}

// Some servers store the last two differently: see STORE_MODES.
const anyName = fc.constantFrom('Checkout', 'Payments', 'Cafe\u0301', 'Big  Shop');
const anyApplications = fc.constantFrom<readonly string[]>(
  [],
  ['web'],
  ['web', 'ios'],
  ['web', UNKNOWN_APPLICATION],
);

export const anyDesired: fc.Arbitrary<DesiredGroup> = fc.record({
  key: fc.constant(GROUP_KEY),
  name: anyName,
  projectKey: fc.constantFrom('default', 'default', 'Default'),
  environmentKey: fc.constantFrom('production', 'production', 'Production'),
  applicationKeys: anyApplications,
});

const anyBefore = fc.option(
  fc.record({
    group: fc
      .tuple(anyDesired, fc.constantFrom('production', 'production', 'production', 'staging'))
      .map(([desired, environmentKey]) => ({ ...desired, environmentKey })),
    // From the second in which time begins, which `Date` cannot tell apart, to long ago.
    ageMs: fc.constantFrom(200, 3_000, 60_000, 86_400_000),
    deletedMsAgo: fc.option(fc.constantFrom(0, 50, 150), { nil: undefined, freq: 2 }),
  }),
  { nil: undefined, freq: 2 },
);

export const anyBehaviour: fc.Arbitrary<ServerBehaviour> = fc.record({
  storeAs: fc.oneof(fc.constant([]), fc.subarray([...STORE_MODES])),
  sendsDate: fc.constantFrom(true, true, true, false),
  tellsCreation: fc.constantFrom(true, true, true, true, false),
});

/** Faults after which it is certain that nothing was written. */
const CLEAR_FAULTS = ['never sent', 'rate limited', 'lock collision'] as const satisfies Fault[];

interface JobOptions {
  readonly desired: readonly [DesiredGroup, DesiredGroup];
  readonly faults: readonly Fault[];
  readonly mayBeListed: boolean;
}

const anyJob = ({ desired, faults, mayBeListed }: JobOptions) =>
  fc
    .tuple(
      fc.record({
        desired: fc.constantFrom(...desired),
        ifExists: fc.constantFrom(...IF_EXISTS),
        isListed: fc.constantFrom(false, mayBeListed),
      }),
      anyConditions(faults),
    )
    .map(([what, conditions]): JobPlan => ({ ...what, ...conditions }));

/** Clocks, faults and limits of time, whatever the job does. */
export const anyConditions = (faults: readonly Fault[]): fc.Arbitrary<JobConditions> =>
  fc.record({
    startsAt: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(5_000)),
    clockSkewMs: fc.oneof(fc.constant(0), fc.integer({ min: -90_000, max: 90_000 })),
    clockJump: fc.option(
      fc.record({
        afterMs: fc.nat(3_000),
        byMs: fc.oneof(
          fc.integer({ min: -5_000, max: 5_000 }),
          fc.constantFrom(-3_600_000, 3_600_000),
        ),
      }),
      { nil: undefined, freq: 4 },
    ),
    // At most four, so that they end well before an ample deadline.
    faults: fc.array(fc.option(fc.constantFrom(...faults), { nil: undefined, freq: 2 }), {
      maxLength: 4,
    }),
    timeoutMs: fc.oneof(
      { weight: 15, arbitrary: fc.constant(AMPLE_TIMEOUT_MS) },
      { weight: 1, arbitrary: fc.integer({ min: 200, max: 10_000 }) },
    ),
    cancelledAfterMs: fc.oneof(
      { weight: 15, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.nat(5_000) },
    ),
  });

/**
 * Two to eight jobs that ask for one group or for two with the same key. In a third of the
 * schedules no response is lost.
 */
export const anySchedule: fc.Arbitrary<Schedule> = fc
  .record({
    one: anyDesired,
    other: fc.option(anyDesired, { nil: undefined, freq: 2 }),
    before: anyBefore,
    faults: fc.constantFrom(FAULTS, FAULTS, CLEAR_FAULTS),
  })
  .chain(({ one, other, before, faults }) => {
    // After a lock collision, a lagging read of a deleted group looks like a read of an existing
    // one: only a long wait after each 409 could tell the two apart.
    const isDeleted = before?.deletedMsAgo !== undefined;
    const possible = isDeleted ? faults.filter((fault) => fault !== 'lock collision') : faults;
    return fc.record({
      seed: fc.noShrink(fc.noBias(fc.integer())),
      behaviour: anyBehaviour,
      before: fc.constant(before),
      // Of a group that was deleted a moment ago a read that lags is all that such a job goes by.
      jobs: fc.array(
        anyJob({ desired: [one, other ?? one], faults: possible, mayBeListed: !isDeleted }),
        {
          minLength: 2,
          maxLength: 8,
        },
      ),
    });
  });
