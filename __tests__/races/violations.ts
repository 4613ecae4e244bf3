import { ActionError } from '../../src/errors.ts';
import type { Drift } from '../../src/insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../../src/insight-group/insight-group.ts';
import type { Outcome } from '../../src/reconcile/outcome.ts';
import { describeOutputs } from '../../src/report/outputs.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import type { TransportRecord } from './faulty-transport.ts';
import { EPOCH_MS, isElsewhere, isEqual, type Version } from './memory-server.ts';
import { AMPLE_TIMEOUT_MS, type JobRecord, type ScheduleRecord } from './schedule.ts';

/** What jobs can do and report, as it should be. */
export const RESULT_COUNTS = [
  'schedules',
  'jobs',
  'requests',
  'created',
  'createdDifferently',
  'recovered',
  'adopted',
  'adoptedOlder',
  'unchanged',
  'kept',
  'updated',
  'mayHaveBeenCreated',
  'conflicts',
  'updatedDifferently',
  'unsettled',
  'stopped',
  'stoppedInDoubt',
] as const;

/** What must stay zero. */
const VIOLATION_COUNTS = [
  'falseSuccesses',
  'falseFailures',
  'falseWords',
  'duplicates',
  'shortenedHints',
] as const;

/** What is counted over many schedules. */
export const COUNTS = [...RESULT_COUNTS, ...VIOLATION_COUNTS] as const;

export type Count = (typeof COUNTS)[number];

/** What each count means. */
export const MEANINGS: Readonly<Record<Count, string>> = {
  schedules: 'schedules run',
  jobs: 'jobs in them',
  requests: 'requests of theirs',
  created: 'ended "created"',
  createdDifferently: '… stored differently than requested, and said so',
  recovered: '… whose answer was lost, and found by a read',
  adopted: "… whose answer was lost, of a group that another job's equal create has made since",
  adoptedOlder: '… of a group made before, in the second that `Date` does not tell apart',
  unchanged: 'ended "unchanged"',
  kept: 'ended "kept"',
  updated: 'ended "updated"',
  mayHaveBeenCreated: 'succeeded, and said that it is not known whether they made the group',
  conflicts: 'failed with the conflict that their if-exists asks for',
  updatedDifferently: 'failed because an update was stored differently than requested',
  unsettled: 'failed because others went on changing the group, or because of reads that lag',
  stopped: 'failed because they were cancelled or had too little time',
  stoppedInDoubt: '… and said "outcome unknown"',
  falseSuccesses: 'claimed what was not true',
  falseFailures: 'failed though they had time and no reason',
  falseWords: 'said "nothing was written" or "outcome unknown" wrongly',
  duplicates: 'groups of the key beyond the first',
  shortenedHints: 'requests sooner than the server asked for',
};

/** What one schedule adds to the counts, and its violations. */
export interface ScheduleCheck {
  readonly counts: Readonly<Record<Count, number>>;
  readonly violations: readonly Violation[];
}

/** An untrue report of a job, or something that it should not have done. */
export interface Violation {
  /** The number of the job; undefined when no single job is responsible. */
  readonly job: number | undefined;
  readonly what: string;
}

/** Compares what the jobs of a schedule reported with what is true. */
export function checkSchedule(record: ScheduleRecord): ScheduleCheck {
  return new ScheduleChecker(record).check();
}

class ScheduleChecker {
  readonly #record: ScheduleRecord;
  readonly #counts = Object.fromEntries(COUNTS.map((count) => [count, 0])) as Record<Count, number>;
  readonly #violations: Violation[] = [];
  /** The states in which a job created the group; at most one if all is well. */
  readonly #creations: readonly Version[];

  constructor(record: ScheduleRecord) {
    this.#record = record;
    this.#creations = record.versions.filter(
      ({ group, by }, index) =>
        by !== undefined && group !== undefined && record.versions[index - 1]?.group === undefined,
    );
  }

  check(): ScheduleCheck {
    const { jobs } = this.#record;
    this.#count('schedules');
    this.#count('jobs', jobs.length);
    for (const job of jobs) {
      this.#count('requests', job.transport.requests);
      if (job.transport.impatience > 0) {
        this.#violate('shortenedHints', job, 'did not wait as long as the server asked');
      }
      if (job.result instanceof Error) {
        this.#checkFailure(job, job.result);
      } else {
        this.#checkSuccess(job, job.result);
      }
    }
    this.#checkAllJobs();
    return { counts: this.#counts, violations: this.#violations };
  }

  #checkAllJobs(): void {
    const { jobs } = this.#record;
    const claims = jobs.filter(({ result }) => isOutcome(result) && result.kind === 'created');
    const made = this.#creations.length;
    this.#count('duplicates', Math.max(0, made - 1));
    if (made > 1) {
      this.#violations.push({ job: undefined, what: `${made} groups of one key were made` });
    }
    if (!jobs.some(({ transport }) => isCreateInDoubt(transport)) && claims.length !== made) {
      this.#count('falseSuccesses');
      const what = `no create was in doubt, ${made} was made, ${claims.length} claim it`;
      this.#violations.push({ job: undefined, what });
    }
  }

  #checkSuccess(job: JobRecord, outcome: Outcome): void {
    const { desired, ifExists } = job.plan;
    if (!job.groupExists || outcome.kind === 'would-create' || outcome.kind === 'would-update') {
      this.#violate('falseSuccesses', job, 'succeeded and there is no group');
      return;
    }
    this.#checkCreator(job, outcome);
    const { group, drift } = outcome;
    const lastShown = job.transport.shown.at(-1)?.group;
    const wasShown = lastShown !== undefined && isEqual(group, lastShown);
    switch (outcome.kind) {
      case 'created':
        this.#count('created');
        this.#checkCreated(job, outcome);
        return;
      case 'unchanged':
        this.#count('unchanged');
        if (!wasShown || !isEqual(group, desired)) {
          this.#violate('falseSuccesses', job, 'unchanged, but never seen as desired');
        } else if (hasPatched(job.transport)) {
          this.#violate('falseSuccesses', job, 'unchanged, but it has patched it');
        }
        return;
      case 'kept':
        this.#count('kept');
        if (
          ifExists !== 'keep' ||
          !wasShown ||
          isEqual(group, desired) ||
          isElsewhere(group, desired) ||
          !isTrueDrift(drift, { desired, actual: group })
        ) {
          this.#violate('falseSuccesses', job, 'kept, but not what it says');
        }
        return;
      case 'updated':
        this.#count('updated');
        if (ifExists !== 'update' || !isEqual(group, desired) || drift.length === 0) {
          this.#violate('falseSuccesses', job, 'updated, but not to what was desired');
        } else if (!this.#hasUpdated(job, wasShown)) {
          this.#violate('falseSuccesses', job, 'updated, but it never was the one to do so');
        }
    }
  }

  /**
   * Checks that a success other than `created` neither denies a creation nor leaves one open that
   * could be decided.
   */
  #checkCreator(job: JobRecord, outcome: Outcome): void {
    const { created } = describeOutputs(reportOf(job, outcome));
    if (created === 'false' && this.#isCreator(job)) {
      this.#violate('falseSuccesses', job, `${outcome.kind}, but it has made the group`);
    }
    if (created !== '') {
      return;
    }
    this.#count('mayHaveBeenCreated');
    if (!isCreateInDoubt(job.transport)) {
      this.#violate('falseWords', job, 'leaves in doubt what was never in doubt');
    } else if (this.#canTellTime(job) && !this.#isFresh(job, outcome.group)) {
      this.#violate('falseWords', job, 'leaves in doubt whether it has made a group that is older');
    } else if (this.#canTellTime(job) && outcome.kind === 'unchanged') {
      this.#violate('falseWords', job, 'leaves in doubt whether it has made an equal, fresh group');
    }
  }

  #checkCreated(job: JobRecord, { group, drift }: Outcome & { readonly kind: 'created' }): void {
    const { desired } = job.plan;
    if (!isTrueDrift(drift, { desired, actual: group })) {
      this.#violate('falseSuccesses', job, 'created, with a drift that is not true');
    } else if (drift.length > 0) {
      this.#count('createdDifferently');
      if (!this.#isCreator(job)) {
        this.#violate('falseSuccesses', job, 'created differently, but by another');
      }
    } else if (this.#isCreator(job)) {
      this.#count('recovered', isCreateInDoubt(job.transport) ? 1 : 0);
    } else if (!isCreateInDoubt(job.transport) || !this.#canTellCreation()) {
      this.#violate('falseSuccesses', job, 'created without a doubt, but by another');
    } else if (this.#isYounger(job, group)) {
      this.#count('adopted');
    } else if (this.#isFresh(job, group)) {
      this.#count('adoptedOlder');
    } else {
      this.#violate('falseSuccesses', job, 'created, but it was there long before');
    }
  }

  /** Whether the job has created the current group. */
  #isCreator({ job }: JobRecord): boolean {
    return this.#creations.at(-1)?.by === job;
  }

  /** Whether the server shows creation times and its clock. */
  #canTellCreation(): boolean {
    const { sendsDate, tellsCreation } = this.#record.schedule.behaviour;
    return sendsDate && tellsCreation;
  }

  /** Whether the server's responses show when a create of the job happened. */
  #canTellTime({ plan }: JobRecord): boolean {
    return this.#canTellCreation() && plan.clockJump === undefined;
  }

  /** Whether the group is no older than the job's first create in doubt. */
  #isYounger(job: JobRecord, group: InsightGroup, precisionMs = 0): boolean {
    const doubt = job.transport.doubts.find(({ method }) => method === 'POST');
    return (
      doubt !== undefined &&
      group.createdAt !== undefined &&
      group.createdAt - EPOCH_MS >= doubt.sentAt - precisionMs
    );
  }

  /** The same as far as `Date` shows it, which is truncated to seconds and arrives late. */
  #isFresh(job: JobRecord, group: InsightGroup | undefined): boolean {
    const longestMs = Math.max(0, ...job.transport.shown.map(({ answeredMs }) => answeredMs));
    return group !== undefined && this.#isYounger(job, group, 1_000 + longestMs);
  }

  /**
   * Either the response to its last patch shows the desired group, or a read did after a patch that
   * counts.
   */
  #hasUpdated({ plan, transport }: JobRecord, wasShown: boolean): boolean {
    const lastPatched = transport.patched.at(-1);
    if (lastPatched !== undefined && isEqual(lastPatched, plan.desired)) {
      return true;
    }
    return wasShown && hasPatched(transport);
  }

  #checkFailure(job: JobRecord, error: Error): void {
    const { plan } = job;
    if (!(error instanceof ActionError)) {
      this.#violate('falseFailures', job, `broke: ${error.message}`);
      return;
    }
    this.#checkWording(job, error);
    if (/kept changing|answered 409 when|possibly as it was before this run/.test(error.message)) {
      this.#count('unsettled');
      this.#checkStop(job, error);
    } else if (error.code === 'conflict' && error.existing !== undefined) {
      this.#count('conflicts');
      this.#checkConflict(job, error, error.existing);
    } else if (error.code === 'unexpected-response' && error.existing !== undefined) {
      this.#count('updatedDifferently');
      const lastPatched = job.transport.patched.at(-1);
      if (plan.ifExists !== 'update' || !lastPatched || isEqual(lastPatched, plan.desired)) {
        this.#violate('falseFailures', job, `failed: ${error.message}`);
      }
    } else {
      this.#count('stopped');
      this.#count('stoppedInDoubt', error.message.includes('Outcome unknown') ? 1 : 0);
      this.#checkStop(job, error);
    }
  }

  /** A job that has enough time and is not cancelled must come to an end. */
  #checkStop(job: JobRecord, error: ActionError): void {
    const { timeoutMs, cancelledAfterMs } = job.plan;
    if (timeoutMs === AMPLE_TIMEOUT_MS && cancelledAfterMs === undefined) {
      this.#violate('falseFailures', job, `failed: ${error.code}: ${error.message}`);
    }
  }

  /** Compares what a failure says about writes with what the job has written. */
  #checkWording(job: JobRecord, error: ActionError): void {
    const { transport } = job;
    const saysNothing = error.message.includes('Nothing was written.');
    const saysUnknown = error.message.includes('Outcome unknown');
    const saysPart = !saysUnknown && error.message.includes('was updated in part.');
    const written = this.#record.versions.filter(({ by }) => by === job.job);
    if ([saysNothing, saysUnknown, saysPart].filter(Boolean).length !== 1) {
      this.#violate('falseWords', job, `says not one thing of writes: ${error.message}`);
    } else if (saysUnknown && transport.doubts.length + transport.patched.length === 0) {
      this.#violate('falseWords', job, `nothing was in doubt, but: ${error.message}`);
    } else if (saysNothing && written.some((version) => this.#isChange(job, version))) {
      this.#violate('falseWords', job, `it did write, but: ${error.message}`);
    } else if (saysPart && written.length === 0) {
      this.#violate('falseWords', job, `it did not write, but: ${error.message}`);
    }
  }

  /**
   * Whether a write changed the group to something that the job had not found. If somebody else has
   * changed it since, a write may also change it back, which its response cannot show.
   */
  #isChange({ transport }: JobRecord, version: Version): boolean {
    const { versions } = this.#record;
    const { group } = version;
    const before = versions[versions.indexOf(version) - 1]?.group;
    if (group === undefined || before === undefined) {
      return true;
    }
    const found = [before, ...transport.shown.map((shown) => shown.group)];
    return (
      !found.some((each) => isEqual({ ...group, name: each.name }, group)) ||
      !found.some((each) => isEqual({ ...group, applicationKeys: each.applicationKeys }, group))
    );
  }

  #checkConflict(
    job: JobRecord,
    error: ActionError,
    { group, drift }: { readonly group: InsightGroup; readonly drift: readonly Drift[] },
  ): void {
    const { desired, ifExists } = job.plan;
    const lastShown = job.transport.shown.at(-1)?.group;
    const isDenied = !error.message.includes('Outcome unknown') || this.#canTellTime(job);
    if (ifExists !== 'fail' && !isElsewhere(group, desired)) {
      this.#violate('falseFailures', job, `conflict with if-exists: ${ifExists}`);
    } else if (this.#isCreator(job) && isEqual(group, desired) && isDenied) {
      this.#violate('falseFailures', job, 'conflict with the group that it has made itself');
    } else if (
      lastShown === undefined ||
      !isEqual(group, lastShown) ||
      !isTrueDrift(drift, { desired, actual: group })
    ) {
      this.#violate('falseFailures', job, 'conflict with a group that was never shown');
    }
  }

  #count(count: Count, times = 1): void {
    this.#counts[count] += times;
  }

  #violate(count: Count, { job }: JobRecord, what: string): void {
    this.#count(count);
    this.#violations.push({ job, what });
  }
}

function isCreateInDoubt({ doubts }: TransportRecord): boolean {
  return doubts.some(({ method }) => method === 'POST');
}

/** Whether a patch of the job has changed the group, or may have. */
function hasPatched({ patched, doubts }: TransportRecord): boolean {
  return patched.length > 0 || doubts.some(({ method }) => method === 'PATCH');
}

/** The report of the job's run, as far as its outputs are made of it. */
function reportOf({ plan, transport }: JobRecord, outcome: Outcome): RunReport {
  return {
    command: 'create',
    isSingle: true,
    isDryRun: false,
    results: [{ target: plan.desired, outcome }],
    failure: undefined,
    notices: [],
    helpUrl: () => undefined,
    origin: undefined,
    requests: transport.requests,
  };
}

function isOutcome(result: Outcome | Error): result is Outcome {
  return !(result instanceof Error);
}

/** Whether undoing the drift turns the actual group into the desired one, and no entry is equal. */
function isTrueDrift(
  drift: readonly Drift[],
  { desired, actual }: { readonly desired: DesiredGroup; readonly actual: DesiredGroup },
): boolean {
  const members = {
    name: 'name',
    project: 'projectKey',
    environment: 'environmentKey',
    applications: 'applicationKeys',
  } as const;
  const undo = (entries: readonly Drift[]): DesiredGroup => ({
    ...actual,
    ...Object.fromEntries(entries.map((entry) => [members[entry.field], entry.desired])),
  });
  return (
    isEqual(undo(drift), desired) &&
    drift.every((entry) => !isEqual(undo(drift.filter((other) => other !== entry)), desired)) &&
    drift.every((entry) => String(entry.actual) === String(actual[members[entry.field]]))
  );
}
