import type { WritesInDoubt } from '../errors.ts';
import type { InsightGroup } from '../insight-group/insight-group.ts';
import type { Moment, ServerClock } from './server-clock.ts';

/** Reads lag writes by up to this, in milliseconds. */
export const READ_LAG_MS = 5_000;

/**
 * Who made a group that was seen, as far as it can be told.
 *
 * - `others`: it is certain that no create of this run did.
 * - `this-run`: it is not older than a create of this run whose answer was lost, as exactly as `Date` and the
 *   duration of an exchange allow.
 * - `unknown`: there was such a create, and nothing tells whether the group is older.
 */
export type Maker = 'others' | 'this-run' | 'unknown';

/** What a run is to make true of its group. */
export type Intent = 'present' | 'absent';

/** What this run may have written, as a failure has to tell it. */
export interface Writes extends WritesInDoubt {
  readonly intent: Intent;
  readonly update: 'none' | 'unknown' | 'in-part';
}

/** Keeps what this run may have written: in one place, so that no report denies it. */
export class WriteLedger {
  readonly #intent: Intent;
  /** The creates of which it is not known what they did: when the first was sent, and the last given up. */
  #createDoubt: { readonly firstSentAt: Moment; readonly lastEndedAt: Moment } | undefined;
  #update: Writes['update'] = 'none';
  /** When the last update was over that has changed something, or may have. */
  #updateEndedAt: Moment | undefined;
  /** The group as the update of this run found it. */
  #updatedFrom: InsightGroup | undefined;
  #isGone = false;
  /** When the last delete of which it is not known what it did was given up. */
  #deleteDoubtEndedAt: Moment | undefined;

  constructor(intent: Intent = 'present') {
    this.#intent = intent;
  }

  /** Takes note of a create that may have been carried out. */
  noteCreateInDoubt(sentAt: Moment, endedAt: Moment): void {
    const { firstSentAt } = this.#createDoubt ?? { firstSentAt: sentAt };
    this.#createDoubt = { firstSentAt, lastEndedAt: endedAt };
  }

  /** Takes note that no create of this run did anything. */
  clearCreates(): void {
    this.#createDoubt = undefined;
  }

  get isCreateInDoubt(): boolean {
    return this.#createDoubt !== undefined;
  }

  /** Takes note of a delete that may have been carried out, now or later: no read can disprove it. */
  noteDeleteInDoubt(endedAt: Moment): void {
    this.#deleteDoubtEndedAt = endedAt;
  }

  get isDeleteInDoubt(): boolean {
    return this.#deleteDoubtEndedAt !== undefined;
  }

  /** Takes note of the group that an update begins with. */
  beginUpdate(found: InsightGroup): void {
    this.#updatedFrom = found;
  }

  /** Takes note of an update that may have been carried out. What is certain stays certain. */
  noteUpdateInDoubt(endedAt: Moment): void {
    this.#updateEndedAt = endedAt;
    if (this.#update === 'none') {
      this.#update = 'unknown';
    }
  }

  /** Takes note of an update that has certainly changed something, though not all that it should. */
  notePartialUpdate(endedAt: Moment): void {
    this.#updateEndedAt = endedAt;
    this.#update = 'in-part';
  }

  /** Takes note that the updated group is gone, and every update of it with it. */
  noteGroupGone(): void {
    this.#isGone = true;
  }

  /** Takes note of a group that was seen: one that was thought gone may be there after all. */
  noteGroupSeen(group: InsightGroup, serverClock: ServerClock): void {
    if (this.#isGone && this.#isMadeAnew(group, serverClock)) {
      this.#update = 'none';
    }
    this.#isGone = false;
  }

  /**
   * Finds the group as an update of this run found it, when `group` can be as it is by that update, and was
   * not made anew meanwhile; undefined otherwise.
   */
  findUpdated(group: InsightGroup, serverClock: ServerClock): InsightGroup | undefined {
    return this.#update === 'none' || this.#isMadeAnew(group, serverClock)
      ? undefined
      : this.#updatedFrom;
  }

  /** By its time, and not by whether it is the group that was found: that may have been a read that lags. */
  #isMadeAnew({ createdAt }: InsightGroup, serverClock: ServerClock): boolean {
    return (
      createdAt !== undefined &&
      this.#updateEndedAt !== undefined &&
      serverClock.isAfter(createdAt, this.#updateEndedAt)
    );
  }

  /** Tells who made `group`, by its time and the time at which the first create in doubt was sent. */
  findMaker({ createdAt }: InsightGroup, serverClock: ServerClock): Maker {
    if (this.#createDoubt === undefined) {
      return 'others';
    }
    const sentAt = serverClock.timeAt(this.#createDoubt.firstSentAt);
    if (sentAt === undefined || createdAt === undefined) {
      return 'unknown';
    }
    if (createdAt >= sentAt.latestMs) {
      return 'this-run';
    }
    return createdAt < sentAt.earliestMs ? 'others' : 'unknown';
  }

  /**
   * For how many more milliseconds a read may show what was there before the last create or delete in
   * doubt, such as a group that was deleted just before. 0 for a read sent at or after that time.
   */
  staleReadsMs(readSentAt: Moment): number {
    const endedAt = [this.#createDoubt?.lastEndedAt, this.#deleteDoubtEndedAt]
      .filter((moment) => moment !== undefined)
      .map(({ uptimeMs }) => uptimeMs);
    // Without any, the latest is minus infinity, and nothing can be stale.
    return Math.max(0, READ_LAG_MS - (readSentAt.uptimeMs - Math.max(...endedAt)));
  }

  get writes(): Writes {
    return {
      intent: this.#intent,
      create: this.#createDoubt === undefined ? 'none' : 'unknown',
      update: this.#isGone ? 'none' : this.#update,
      delete: this.#deleteDoubtEndedAt === undefined ? 'none' : 'unknown',
    };
  }
}
