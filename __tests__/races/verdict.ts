import type { Outcome } from '../../src/ensure.ts';
import { ActionError } from '../../src/errors.ts';
import type { Drift, InsightGroup, WantedGroup } from '../../src/group.ts';
import type { WireRecord } from './faulty-wire.ts';
import { EPOCH_MS, isElsewhere, isEqual } from './memory-server.ts';
import { AMPLE_TIMEOUT_MS, type JobRecord, type ScheduleRecord } from './schedule.ts';

/** What is counted over many schedules. */
export const COUNTS = [
  'schedules',
  'jobs',
  'requests',
  'created',
  'recovered',
  'adopted',
  'adoptedOlder',
  'unchanged',
  'kept',
  'updated',
  'conflicts',
  'stopped',
  'stoppedInDoubt',
  'falseSuccesses',
  'falseFailures',
  'falseWords',
  'duplicates',
  'shortenedHints',
] as const;

export type Count = (typeof COUNTS)[number];

/** What each count counts. */
export const MEANINGS: Readonly<Record<Count, string>> = {
  schedules: 'schedules played',
  jobs: 'jobs in them',
  requests: 'requests of theirs',
  created: 'ended "created"',
  recovered: '… whose answer was lost, and found by a read',
  adopted: "… whose answer was lost, of a group that another job's equal create has made since",
  adoptedOlder: '… of a group made before, in the second that `Date` does not tell apart',
  unchanged: 'ended "unchanged"',
  kept: 'ended "kept"',
  updated: 'ended "updated"',
  conflicts: 'failed with the conflict that their if-exists asks for',
  stopped: 'failed because they were cancelled or had too little time',
  stoppedInDoubt: '… and said "outcome unknown"',
  falseSuccesses: 'claimed what was not true',
  falseFailures: 'failed though they had time and no reason',
  falseWords: 'said "nothing was written" or "outcome unknown" wrongly',
  duplicates: 'groups of the key beyond the first',
  shortenedHints: 'requests sooner than the server asked for',
};

/** What one schedule adds to the counts, and what is wrong with it in words. */
export interface Verdict {
  readonly counts: Readonly<Record<Count, number>>;
  readonly complaints: readonly string[];
}

/** Compares what the jobs of a schedule reported with what is true. */
export function judge(record: ScheduleRecord): Verdict {
  return new Judge(record).judge();
}

class Judge {
  readonly #record: ScheduleRecord;
  readonly #counts = Object.fromEntries(COUNTS.map((count) => [count, 0])) as Record<Count, number>;
  readonly #complaints: string[] = [];

  constructor(record: ScheduleRecord) {
    this.#record = record;
  }

  judge(): Verdict {
    const { jobs } = this.#record;
    this.#count('schedules');
    this.#count('jobs', jobs.length);
    for (const job of jobs) {
      this.#count('requests', job.wire.requests);
      if (job.wire.impatience > 0) {
        this.#complain('shortenedHints', job, 'did not wait as long as the server asked');
      }
      if (job.ending instanceof Error) {
        this.#judgeFailure(job, job.ending);
      } else {
        this.#judgeSuccess(job, job.ending);
      }
    }
    this.#judgeTogether();
    return { counts: this.#counts, complaints: this.#complaints };
  }

  #judgeTogether(): void {
    const { versions, jobs } = this.#record;
    const before = versions[0]?.group;
    const creations = versions.filter(
      ({ group }, index) => group !== undefined && versions[index - 1]?.group === undefined,
    );
    const claims = jobs.filter(({ ending }) => isOutcome(ending) && ending.kind === 'created');
    this.#count('duplicates', Math.max(0, creations.length - 1));
    if (creations.length > 1) {
      this.#complaints.push(`${creations.length} groups of one key were made`);
    }
    if (jobs.some(({ wire }) => wire.doubts.some(({ method }) => method === 'POST'))) {
      return;
    }
    const made = before === undefined ? creations.length : 0;
    if (claims.length !== made) {
      this.#count('falseSuccesses');
      this.#complaints.push(`no create was in doubt, ${made} was made, ${claims.length} claim it`);
    }
  }

  #judgeSuccess(job: JobRecord, outcome: Outcome): void {
    const { wanted, ifExists } = job.plan;
    if (!job.groupExists || outcome.kind === 'would-create' || outcome.kind === 'would-update') {
      this.#complain('falseSuccesses', job, 'succeeded and there is no group');
      return;
    }
    const { group, drift } = outcome;
    const lastShown = job.wire.shown.at(-1)?.group;
    const wasShown = lastShown !== undefined && isEqual(group, lastShown);
    switch (outcome.kind) {
      case 'created':
        this.#count('created');
        this.#judgeCreated(job, group);
        return;
      case 'unchanged':
        this.#count('unchanged');
        if (!wasShown || !isEqual(group, wanted)) {
          this.#complain('falseSuccesses', job, 'unchanged, but never seen as wanted');
        } else if (hasPatched(job.wire)) {
          this.#complain('falseSuccesses', job, 'unchanged, but it has patched it');
        } else if (this.#maker() === job.job) {
          this.#complain('falseSuccesses', job, 'unchanged, but it has made it');
        }
        return;
      case 'kept':
        this.#count('kept');
        if (
          ifExists !== 'keep' ||
          !wasShown ||
          isEqual(group, wanted) ||
          isElsewhere(group, wanted) ||
          !isTrueDrift(drift, { wanted, actual: group })
        ) {
          this.#complain('falseSuccesses', job, 'kept, but not what it says');
        }
        return;
      case 'updated':
        this.#count('updated');
        if (ifExists !== 'update' || !isEqual(group, wanted) || drift.length === 0) {
          this.#complain('falseSuccesses', job, 'updated, but not to what was wanted');
        } else if (!this.#hasUpdated(job, wasShown)) {
          this.#complain('falseSuccesses', job, 'updated, but it never was the one to do so');
        }
    }
  }

  #judgeCreated(job: JobRecord, group: InsightGroup): void {
    const isOwn = this.#maker() === job.job;
    const doubt = job.wire.doubts.find(({ method }) => method === 'POST');
    const read = job.wire.shown.at(-1);
    if (!isEqual(group, job.plan.wanted)) {
      this.#complain('falseSuccesses', job, 'created, but not as wanted');
    } else if (doubt === undefined || read === undefined) {
      if (!isOwn) {
        this.#complain('falseSuccesses', job, 'created without a doubt, but by another');
      }
    } else if (isOwn) {
      this.#count('recovered');
    } else if (group.createdAt - EPOCH_MS >= doubt.sentAt) {
      this.#count('adopted');
    } else if (group.createdAt - EPOCH_MS >= doubt.sentAt - 1_000 - read.answeredMs) {
      this.#count('adoptedOlder');
    } else {
      this.#complain('falseSuccesses', job, 'created, but it was there long before');
    }
  }

  /** The job that has made the group; undefined of a group that was there before. */
  #maker(): number | undefined {
    return this.#record.versions.find(({ group }) => group !== undefined)?.by;
  }

  /** Either its last patch was answered with what was wanted, or a read has shown that after a patch that counts. */
  #hasUpdated({ plan, wire }: JobRecord, wasShown: boolean): boolean {
    const lastPatched = wire.patched.at(-1);
    if (lastPatched !== undefined && isEqual(lastPatched, plan.wanted)) {
      return true;
    }
    return wasShown && hasPatched(wire);
  }

  #judgeFailure(job: JobRecord, error: Error): void {
    const { plan } = job;
    if (!(error instanceof ActionError)) {
      this.#complain('falseFailures', job, `broke: ${error.message}`);
      return;
    }
    if (error.code === 'conflict' && error.existing !== undefined) {
      this.#count('conflicts');
      this.#judgeConflict(job, error.existing);
      this.#judgeWords(job, error);
      return;
    }
    if (error.code === 'unexpected-response' && error.existing !== undefined) {
      this.#complain('falseFailures', job, `failed: ${error.code}: ${error.message}`);
      return;
    }
    if (plan.timeoutMs === AMPLE_TIMEOUT_MS && plan.cancelledAfterMs === undefined) {
      this.#complain('falseFailures', job, `failed: ${error.code}: ${error.message}`);
      return;
    }
    this.#count('stopped');
    this.#count('stoppedInDoubt', error.message.includes('Outcome unknown') ? 1 : 0);
    this.#judgeWords(job, error);
  }

  /** What a failure says of writes, against what the job has written. */
  #judgeWords(job: JobRecord, error: ActionError): void {
    const { wire } = job;
    const saysNothing = error.message.includes('Nothing was written.');
    const saysUnknown = error.message.includes('Outcome unknown');
    const saysPart = error.message.includes('was updated in part.');
    const hasWritten = this.#record.versions.some(({ by }) => by === job.job);
    if ([saysNothing, saysUnknown, saysPart].filter(Boolean).length !== 1) {
      this.#complain('falseWords', job, `says not one thing of writes: ${error.message}`);
    } else if (saysUnknown && wire.doubts.length === 0) {
      this.#complain('falseWords', job, `nothing was in doubt, but: ${error.message}`);
    } else if (saysNothing && hasWritten) {
      this.#complain('falseWords', job, `it did write, but: ${error.message}`);
    } else if (saysPart && !hasWritten) {
      this.#complain('falseWords', job, `it did not write, but: ${error.message}`);
    }
  }

  #judgeConflict(
    job: JobRecord,
    { group, drift }: { readonly group: InsightGroup; readonly drift: readonly Drift[] },
  ): void {
    const { wanted, ifExists } = job.plan;
    const lastShown = job.wire.shown.at(-1)?.group;
    const isOwn = this.#maker() === job.job;
    if (ifExists !== 'fail' && !isElsewhere(group, wanted)) {
      this.#complain('falseFailures', job, `conflict with if-exists: ${ifExists}`);
    } else if (isOwn && isEqual(group, wanted)) {
      this.#complain('falseFailures', job, 'conflict with the group that it has made itself');
    } else if (
      lastShown === undefined ||
      !isEqual(group, lastShown) ||
      !isTrueDrift(drift, { wanted, actual: group })
    ) {
      this.#complain('falseFailures', job, 'conflict with a group that was never shown');
    }
  }

  #count(count: Count, times = 1): void {
    this.#counts[count] += times;
  }

  #complain(count: Count, { job }: JobRecord, what: string): void {
    this.#count(count);
    this.#complaints.push(`job ${job}: ${what}`);
  }
}

/** Whether a patch of the job has changed the group, or may have. */
function hasPatched({ patched, doubts }: WireRecord): boolean {
  return patched.length > 0 || doubts.some(({ method }) => method === 'PATCH');
}

function isOutcome(ending: Outcome | Error): ending is Outcome {
  return !(ending instanceof Error);
}

/** Whether the drift, healed, makes of the actual group the wanted one, and names nothing that is equal. */
function isTrueDrift(
  drift: readonly Drift[],
  { wanted, actual }: { readonly wanted: WantedGroup; readonly actual: WantedGroup },
): boolean {
  const members = {
    name: 'name',
    project: 'projectKey',
    environment: 'environmentKey',
    applications: 'applicationKeys',
  } as const;
  const heal = (entries: readonly Drift[]): WantedGroup => ({
    ...actual,
    ...Object.fromEntries(entries.map((entry) => [members[entry.field], entry.wanted])),
  });
  return (
    isEqual(heal(drift), wanted) &&
    drift.every((entry) => !isEqual(heal(drift.filter((other) => other !== entry)), wanted)) &&
    drift.every((entry) => String(entry.actual) === String(actual[members[entry.field]]))
  );
}
