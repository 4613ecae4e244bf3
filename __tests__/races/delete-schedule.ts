import * as fc from 'fast-check';
import { IF_EXISTS, type IfExists } from '../../src/inputs/if-exists.ts';
import type { DesiredGroup, GroupReference } from '../../src/insight-group/insight-group.ts';
import { deleteGroup } from '../../src/reconcile/delete-group.ts';
import type { DeleteOutcome } from '../../src/reconcile/group-result.ts';
import type { Outcome } from '../../src/reconcile/outcome.ts';
import { ensureGroup } from '../../src/reconcile/reconcile-group.ts';
import { FAULTS, type TransportRecord } from './faulty-transport.ts';
import { EPOCH_MS, MemoryServer, type ServerBehaviour, type Version } from './memory-server.ts';
import {
  anyBehaviour,
  anyConditions,
  anyDesired,
  type JobConditions,
  openJob,
  settleJob,
} from './schedule.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualTime } from './virtual-time.ts';

/** Jobs that concurrently create, update and delete the group of one key. */
export interface DeleteSchedule {
  /** Decides latencies, lags and jitter. */
  readonly seed: number;
  readonly behaviour: ServerBehaviour;
  /** A group that existed before. */
  readonly before: { readonly group: DesiredGroup; readonly ageMs: number } | undefined;
  readonly jobs: readonly MixedJobPlan[];
}

/** What one job is to do. */
export type MixedJobPlan = JobConditions &
  (
    | { readonly kind: 'ensure'; readonly desired: DesiredGroup; readonly ifExists: IfExists }
    | { readonly kind: 'delete'; readonly target: GroupReference }
  );

interface Life {
  readonly job: number;
  readonly transport: TransportRecord;
  /** Virtual milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The result of a job. */
export type MixedJobRecord = Life &
  (
    | {
        readonly plan: Extract<MixedJobPlan, { kind: 'ensure' }>;
        readonly result: Outcome | Error;
      }
    | {
        readonly plan: Extract<MixedJobPlan, { kind: 'delete' }>;
        readonly result: DeleteOutcome | Error;
      }
  );

/** The result of a schedule. */
export interface DeleteScheduleRecord {
  readonly schedule: DeleteSchedule;
  readonly versions: readonly Version[];
  readonly jobs: readonly MixedJobRecord[];
}

/** Runs the schedule in virtual time. The same schedule always produces the same record. */
export async function runDeleteSchedule(schedule: DeleteSchedule): Promise<DeleteScheduleRecord> {
  const time = new VirtualTime();
  const random = new SeededRandom(schedule.seed);
  const { behaviour, before } = schedule;
  const group = before && { ...before.group, createdAt: EPOCH_MS - before.ageMs };
  const server = new MemoryServer({
    initialState: { group, deletedAt: undefined },
    behaviour,
    now: () => time.now,
  });
  const jobs: MixedJobRecord[] = [];
  await time.run(
    schedule.jobs.map((plan, job) => async () => {
      await time.waitUntil(plan.startsAt);
      const startedAt = time.now;
      const { deps, record: transport } = openJob({ job, plan, time, random, server });
      if (plan.kind === 'delete') {
        const work = deleteGroup({ target: plan.target, isDryRun: false }, deps);
        const result = await settleJob(work);
        jobs.push({ job, plan, transport, result, startedAt, endedAt: time.now });
      } else {
        const { desired, ifExists } = plan;
        const result = await settleJob(ensureGroup({ desired, ifExists, isDryRun: false }, deps));
        jobs.push({ job, plan, transport, result, startedAt, endedAt: time.now });
      }
    }),
  );
  return { schedule, versions: server.versions, jobs };
}

/** Mostly one place, so that most deletes find their own group. */
const anyPlace = fc.constantFrom('production', 'production', 'production', 'production', 'staging');

const anyPlacedGroup: fc.Arbitrary<DesiredGroup> = fc
  .tuple(anyDesired, anyPlace)
  .map(([desired, environmentKey]) => ({ ...desired, environmentKey }));

const anyMixedJob: fc.Arbitrary<MixedJobPlan> = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), target: anyPlacedGroup }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('ensure'),
          desired: anyPlacedGroup,
          ifExists: fc.constantFrom(...IF_EXISTS),
        }),
      },
    ),
    anyConditions(FAULTS),
  )
  .map(([what, conditions]): MixedJobPlan => {
    if (what.kind === 'ensure') {
      return { ...what, ...conditions };
    }
    const { key, projectKey, environmentKey } = what.target;
    return { kind: 'delete', target: { key, projectKey, environmentKey }, ...conditions };
  });

/** Two to six jobs on one key, at least one of which deletes in most schedules. */
export const anyDeleteSchedule: fc.Arbitrary<DeleteSchedule> = fc.record({
  seed: fc.noShrink(fc.noBias(fc.integer())),
  behaviour: anyBehaviour,
  before: fc.option(
    fc.record({
      group: anyPlacedGroup,
      // From within the lag of reads to long ago.
      ageMs: fc.constantFrom(200, 3_000, 60_000, 86_400_000),
    }),
    { nil: undefined, freq: 4 },
  ),
  jobs: fc.array(anyMixedJob, { minLength: 2, maxLength: 6 }),
});
