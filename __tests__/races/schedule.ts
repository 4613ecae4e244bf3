import * as fc from 'fast-check';
import { ensureGroup, IF_EXISTS, type IfExists, type Outcome } from '../../src/ensure.ts';
import { ActionError } from '../../src/errors.ts';
import type { InsightGroup, WantedGroup } from '../../src/group.ts';
import { createClient } from '../../src/launchdarkly/client.ts';
import { Dice } from './dice.ts';
import { FAULTS, type Fault, FaultyWire, GROUP_KEY, type WireRecord } from './faulty-wire.ts';
import { EPOCH_MS, MemoryServer, type Version } from './memory-server.ts';
import { VirtualTime } from './virtual-time.ts';

/** Jobs that want a group of the same key at the same time, and all that befalls them. */
export interface Schedule {
  /** Of the dice that decide latencies, lags and jitter. */
  readonly seed: number;
  readonly before: { readonly group: WantedGroup; readonly ageMs: number } | undefined;
  readonly jobs: readonly JobPlan[];
}

export interface JobPlan {
  readonly wanted: WantedGroup;
  readonly ifExists: IfExists;
  readonly startsAt: number;
  /** The job's clock less the server's. */
  readonly clockSkewMs: number;
  /** What happens to its first requests; to all later ones nothing does. */
  readonly faults: readonly (Fault | undefined)[];
  readonly timeoutMs: number;
  /** How long after its start it is cancelled. */
  readonly cancelledAfterMs: number | undefined;
}

/** What came of a job. */
export interface JobRecord {
  readonly job: number;
  readonly plan: JobPlan;
  readonly wire: WireRecord;
  readonly ending: Outcome | Error;
  /** Whether the group was there when the job ended. */
  readonly groupExists: boolean;
}

/** What came of a schedule. */
export interface ScheduleRecord {
  readonly schedule: Schedule;
  readonly versions: readonly Version[];
  readonly jobs: readonly JobRecord[];
}

/** The deadline of the jobs that are to have time enough. */
export const AMPLE_TIMEOUT_MS = 120_000;

/** Plays the schedule in virtual time. The same schedule always plays in the same way. */
export async function play(schedule: Schedule): Promise<ScheduleRecord> {
  const time = new VirtualTime();
  const dice = new Dice(schedule.seed);
  const server = new MemoryServer(makeBefore(schedule), () => time.now);
  const jobs: JobRecord[] = [];
  await time.play(
    schedule.jobs.map((plan, job) => async () => {
      await time.waitUntil(plan.startsAt);
      jobs.push(await runJob({ job, plan, time, dice, server }));
    }),
  );
  return { schedule, versions: server.versions, jobs };
}

function makeBefore({ before }: Schedule): InsightGroup | undefined {
  return before && { ...before.group, createdAt: EPOCH_MS - before.ageMs };
}

interface Stage {
  readonly job: number;
  readonly plan: JobPlan;
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly server: MemoryServer;
}

async function runJob({ job, plan, time, dice, server }: Stage): Promise<JobRecord> {
  const { wanted, ifExists, clockSkewMs, faults, timeoutMs, cancelledAfterMs } = plan;
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
  const wire = new FaultyWire({ job, server, time, dice, faults, clockSkewMs, stopsAt });
  const transport = {
    send: async (...request: Parameters<FaultyWire['send']>) => {
      const exchange = await wire.send(...request);
      stopInTime();
      return exchange;
    },
    close: () => wire.close(),
  };
  const now = () => EPOCH_MS + time.now + clockSkewMs;
  const ending = await ensureGroup(
    { wanted, ifExists, isDryRun: false },
    {
      groups: createClient(transport, controller.signal),
      explainer: {
        explainRefusal: async ({ status }) => ({
          code: 'bad-request',
          message: `LaunchDarkly refused it (${status}).`,
          nextStep: 'Correct it.',
        }),
        explainTrouble: ({ code, what }) => ({
          code,
          message: `LaunchDarkly ${what}.`,
          nextStep: 'Run again.',
        }),
      },
      signal: controller.signal,
      now,
      deadline: now() + timeoutMs,
      random: dice.throw,
      sleep: async (ms) => {
        await time.waitUntil(Math.min(time.now + ms, stopsAt));
        stopInTime();
      },
      announceWait: () => undefined,
    },
  ).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  return { job, plan, wire: wire.record, ending, groupExists: server.group !== undefined };
}

const anyName = fc.constantFrom('Checkout', 'Payments');
const anyApplications = fc.constantFrom<readonly string[]>([], ['web'], ['web', 'ios']);

const anyWish: fc.Arbitrary<WantedGroup> = fc.record({
  key: fc.constant(GROUP_KEY),
  name: anyName,
  projectKey: fc.constant('default'),
  environmentKey: fc.constant('production'),
  applicationKeys: anyApplications,
});

const anyBefore = fc.option(
  fc.record({
    group: fc
      .tuple(anyWish, fc.constantFrom('production', 'production', 'production', 'staging'))
      .map(([wish, environmentKey]) => ({ ...wish, environmentKey })),
    // From the second in which time begins, which `Date` can't tell apart, to long ago.
    ageMs: fc.constantFrom(200, 3_000, 60_000, 86_400_000),
  }),
  { nil: undefined, freq: 2 },
);

/** Faults after which it is known that nothing was written. */
const CLEAR_FAULTS = ['never sent', 'rate limited', 'lock collision'] as const satisfies Fault[];

interface Story {
  readonly wishes: readonly [WantedGroup, WantedGroup];
  readonly faults: readonly Fault[];
}

const anyJob = ({ wishes, faults }: Story) =>
  fc.record({
    wanted: fc.constantFrom(...wishes),
    ifExists: fc.constantFrom(...IF_EXISTS),
    startsAt: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(5_000)),
    clockSkewMs: fc.oneof(fc.constant(0), fc.integer({ min: -90_000, max: 90_000 })),
    // Four at most, so that they end well before an ample deadline does.
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

/** Two to eight jobs with one wish or two. In a third of the schedules no answer is lost. */
export const anySchedule: fc.Arbitrary<Schedule> = fc
  .record({
    one: anyWish,
    other: fc.option(anyWish, { nil: undefined, freq: 2 }),
    faults: fc.constantFrom(FAULTS, FAULTS, CLEAR_FAULTS),
  })
  .chain(({ one, other, faults }) =>
    fc.record({
      seed: fc.noShrink(fc.noBias(fc.integer())),
      before: anyBefore,
      jobs: fc.array(anyJob({ wishes: [one, other ?? one], faults }), {
        minLength: 2,
        maxLength: 8,
      }),
    }),
  );
