import { ActionError } from '../../src/errors.ts';
import type { InsightGroup } from '../../src/insight-group/insight-group.ts';
import type { DeleteOutcome } from '../../src/reconcile/group-result.ts';
import type { DeleteScheduleRecord, MixedJobRecord } from './delete-schedule.ts';
import { isElsewhere, type Version } from './memory-server.ts';
import { AMPLE_TIMEOUT_MS } from './schedule.ts';

/** Reads lag writes by up to this, in milliseconds. */
const READ_LAG_MS = 5_000;

/**
 * How old the read before a delete may be when the delete is sent, in milliseconds: a rate limit may hold
 * the delete back for that long.
 */
const MAX_READ_AGE_MS = 1_000;

/** What the deletes of a schedule came to. */
export const DELETE_RESULTS = [
  'deleted',
  'deleted, and created anew since',
  'absent',
  'absent, and created anew since',
  'conflict',
  'stopped',
  'stopped in doubt',
  'identity unknown',
] as const;

export type DeleteResult = (typeof DELETE_RESULTS)[number];

/** What the reports of a schedule are worth. */
export interface DeleteScheduleCheck {
  readonly results: readonly DeleteResult[];
  /** Untrue reports, in words. */
  readonly violations: readonly string[];
}

/**
 * Compares what the jobs of a schedule report with what is true.
 *
 * A report is true if it was at one moment between the start and the end of its job: concurrent jobs then
 * look as if they had run in some order. Reads lag by up to five seconds, and there is no conditional
 * delete, so four things are tolerated:
 *
 * - `absent` and `conflict` may describe a moment up to five seconds before the job.
 * - A delete may hit a group that was created after the state that the read before it has shown.
 * - Every job whose delete met a 404, or got no answer, may report `deleted`, not only the one that was
 *   the first.
 * - A create without an answer may be carried out after the moment that the last read of its job has shown,
 *   because somebody else has deleted the group that was in its way.
 */
export function checkDeleteSchedule(record: DeleteScheduleRecord): DeleteScheduleCheck {
  const results: DeleteResult[] = [];
  const violations: string[] = [];
  for (const job of record.jobs) {
    const checker = new JobChecker(job, record);
    violations.push(...checker.check().map((what) => `job ${job.job}: ${what}`));
    results.push(...checker.results);
  }
  return { results, violations };
}

class JobChecker {
  readonly results: DeleteResult[] = [];
  readonly #job: MixedJobRecord;
  readonly #versions: readonly Version[];
  readonly #tellsCreation: boolean;
  readonly #violations: string[] = [];

  constructor(job: MixedJobRecord, { versions, schedule }: DeleteScheduleRecord) {
    this.#job = job;
    this.#versions = versions;
    this.#tellsCreation = schedule.behaviour.tellsCreation;
  }

  check(): readonly string[] {
    const { plan, result, transport } = this.#job;
    this.#expect(transport.impatience === 0, 'did not wait as long as the server asked');
    if (plan.kind === 'delete') {
      this.#checkDeletes();
      if (result instanceof Error) {
        this.#checkFailedDelete(result);
      } else {
        this.#checkDeleted(result as DeleteOutcome);
      }
    } else if (result instanceof Error) {
      this.#checkWording(result);
    } else {
      this.#checkEnsured(result.group);
    }
    return this.#violations;
  }

  /** Each delete has to follow a read, and must not hit a group that the job knows to be another one. */
  #checkDeletes(): void {
    const { transport, plan } = this.#job;
    for (const { sentAt, readAt } of transport.deletes) {
      this.#expect(sentAt - readAt <= MAX_READ_AGE_MS, 'deleted without reading the group before');
    }
    const [found] = transport.shown;
    for (const version of this.#deletions()) {
      const hit = this.#versionBefore(version)?.group;
      const sent = transport.deletes.find(({ processedAt }) => processedAt === version.at);
      const shown = transport.shown.filter(({ sentAt }) => sentAt < (sent?.sentAt ?? 0));
      const seen = shown.filter(({ group }) => this.#isSame(group, hit));
      const lastRead = shown.at(-1);
      if (hit === undefined || lastRead === undefined || found === undefined) {
        this.#expect(false, 'deleted what it has not read');
      } else if (seen.length > 0) {
        const isOther = this.#tellsCreation && !this.#isSame(found.group, hit);
        this.#expect(!isOther, 'deleted a group that it had seen to be created anew');
        const isForeign = plan.kind === 'delete' && isElsewhere(hit, { ...hit, ...plan.target });
        this.#expect(!isForeign, 'deleted a group of another environment');
      } else {
        const createdAt = this.#creationOf(hit)?.at ?? Number.NEGATIVE_INFINITY;
        this.#expect(
          createdAt >= lastRead.sentAt - READ_LAG_MS,
          'deleted a group that every read has hidden',
        );
      }
    }
  }

  #checkDeleted(outcome: DeleteOutcome): void {
    const { transport, startedAt, endedAt } = this.#job;
    switch (outcome.kind) {
      case 'deleted':
        this.results.push(outcome.successor ? 'deleted, and created anew since' : 'deleted');
        this.#expect(transport.deletes.length > 0, 'deleted, but it sent no delete');
        this.#expect(
          transport.shown.some(({ group }) => this.#isSame(group, outcome.group)),
          'deleted a group that it has not read',
        );
        this.#expect(
          !this.#existsAt(outcome.group, endedAt),
          'deleted, but the group is still there',
        );
        break;
      case 'absent': {
        this.results.push(outcome.successor ? 'absent, and created anew since' : 'absent');
        const wasFree = this.#between(startedAt - READ_LAG_MS, endedAt).some(
          ({ group }) => group === undefined,
        );
        this.#expect(wasFree, 'absent, but there was always a group');
        this.#expect(this.#deletions().length === 0, 'absent, but it has deleted the group');
        break;
      }
      case 'would-delete':
        this.#expect(false, 'a dry run that nobody asked for');
    }
    if (outcome.kind !== 'would-delete' && outcome.successor !== undefined) {
      const { successor } = outcome;
      this.#expect(
        transport.shown.some(({ group }) => this.#isSame(group, successor)),
        'reports a successor that it has not read',
      );
    }
  }

  #checkFailedDelete(error: Error): void {
    this.#checkWording(error);
    const { plan, startedAt, endedAt } = this.#job;
    if (!(error instanceof ActionError) || plan.kind !== 'delete') {
      return;
    }
    if (error.title === 'The key belongs to another project or environment') {
      this.results.push('conflict');
      const wasForeign = this.#between(startedAt - READ_LAG_MS, endedAt).some(
        ({ group }) => group !== undefined && isElsewhere(group, { ...group, ...plan.target }),
      );
      this.#expect(wasForeign, 'conflict, but the group was never of another environment');
    } else if (error.message.includes('so it may be a new one')) {
      this.results.push('identity unknown');
      this.#expect(!this.#tellsCreation, 'does not tell two groups apart though their times do');
    } else {
      const isInDoubt = error.message.includes('Outcome unknown');
      this.results.push(isInDoubt ? 'stopped in doubt' : 'stopped');
      const hadTime = plan.timeoutMs === AMPLE_TIMEOUT_MS && plan.cancelledAfterMs === undefined;
      this.#expect(!hadTime, `failed though it had time: ${error.message}`);
    }
  }

  /** What a failure says of writes: nothing, or that it is not known. */
  #checkWording(error: Error): void {
    if (!(error instanceof ActionError)) {
      this.#expect(false, `broke: ${error.stack}`);
      return;
    }
    const saysNothing = /Nothing was (?:written|deleted)\./.test(error.message);
    const saysUnknown = error.message.includes('Outcome unknown');
    const { plan, transport, job, endedAt } = this.#job;
    const until = plan.kind === 'delete' ? Number.POSITIVE_INFINITY : endedAt - READ_LAG_MS;
    const writes = this.#versions.filter(({ by, at }) => by === job && at <= until);
    if (plan.kind === 'delete') {
      this.#expect(saysNothing !== saysUnknown, `says not one thing of writes: ${error.message}`);
      this.#expect(
        !saysUnknown || transport.doubts.length > 0,
        `nothing was in doubt, but: ${error.message}`,
      );
    }
    const hasCreated = writes.some((version) => this.#creationOf(version.group) === version);
    const hasDeleted = writes.some(({ group }) => group === undefined);
    this.#expect(
      !saysNothing || !(hasCreated || hasDeleted),
      `it did write, but: ${error.message}`,
    );
  }

  /** A group that a job reports must have been there while it ran. */
  #checkEnsured(group: InsightGroup | undefined): void {
    const { startedAt, endedAt } = this.#job;
    const wasThere = this.#between(startedAt - READ_LAG_MS, endedAt).some((version) =>
      this.#isSame(version.group, group),
    );
    this.#expect(group !== undefined && wasThere, 'reports a group that was not there');
  }

  /** The versions in which the job has deleted a group. */
  #deletions(): readonly Version[] {
    return this.#versions.filter(({ by, group }) => by === this.#job.job && group === undefined);
  }

  #versionBefore(version: Version): Version | undefined {
    return this.#versions[this.#versions.indexOf(version) - 1];
  }

  /** The first version of a group. */
  #creationOf(group: InsightGroup | undefined): Version | undefined {
    return group && this.#versions.find((version) => version.group?.createdAt === group.createdAt);
  }

  #existsAt(group: InsightGroup, at: number): boolean {
    const current = this.#versions.findLast((version) => version.at <= at)?.group;
    return this.#tellsCreation && this.#isSame(current, group);
  }

  /** All versions that were current at some moment from `from` to `to`. */
  #between(from: number, to: number): readonly Version[] {
    const isOver = (index: number) => (this.#versions[index + 1]?.at ?? Infinity) < from;
    return this.#versions.filter(({ at }, index) => at <= to && !isOver(index));
  }

  /** By the time of creation, where the server tells it; by the place, which a group never changes, elsewhere. */
  #isSame(one: InsightGroup | undefined, other: InsightGroup | undefined): boolean {
    if (one === undefined || other === undefined) {
      return false;
    }
    return this.#tellsCreation ? one.createdAt === other.createdAt : !isElsewhere(one, other);
  }

  #expect(isTrue: boolean, violation: string): void {
    if (!isTrue) {
      this.#violations.push(violation);
    }
  }
}
