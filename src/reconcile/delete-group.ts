import { ActionError } from '../errors.ts';
import { isSameKey } from '../insight-group/diff.ts';
import {
  type GroupReference,
  type InsightGroup,
  withoutValues,
} from '../insight-group/insight-group.ts';
import { isOwnError } from '../launchdarkly/error-origin.ts';
import type { DeleteLimit } from './delete-limit.ts';
import {
  explainDeleteLimit,
  explainForeignDelete,
  explainNotDeleted,
  explainUnknownIdentity,
} from './delete-messages.ts';
import { type DeleteResult, GroupRequests, type Observation } from './group-requests.ts';
import type { DeleteOutcome } from './group-result.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import { RetryLoop } from './retry-loop.ts';
import type { Moment } from './server-clock.ts';
import { READ_LAG_MS, WriteLedger } from './write-ledger.ts';

/** What is asked for. Project and environment are the second factor, because a key is unique in the account. */
export interface DeleteRequest {
  readonly target: GroupReference;
  readonly isDryRun: boolean;
  /** What the deletions of a run share; without it there is no limit. */
  readonly limit?: DeleteLimit | undefined;
}

/**
 * Deletes a group, after a read has shown that it belongs to the project and environment of `target`. No
 * group is a success. LaunchDarkly has no conditional delete, so each attempt directly follows a read: a
 * group that was created anew under the same key meanwhile is another one, and is left alone.
 *
 * @throws {ActionError} when the group may still be there at the end, or belongs elsewhere
 */
export function deleteGroup(request: DeleteRequest, deps: ReconcileDeps): Promise<DeleteOutcome> {
  return new Deletion(request, deps).run();
}

/** The group of a deletion, and the read that was the first to show it. */
interface Found {
  readonly group: InsightGroup;
  readonly observation: Observation;
}

/** What a read that can be relied on shows: the group itself, or what is there in its place. */
type Current =
  | { readonly kind: 'same' | 'unknown'; readonly group: InsightGroup }
  | { readonly kind: 'replaced'; readonly group: InsightGroup }
  | { readonly kind: 'none'; readonly group: undefined };

/** Whether the group is there, or may be: one that can't be told from it. */
function isStillThere(current: Current): current is Extract<Current, { kind: 'same' | 'unknown' }> {
  return current.kind === 'same' || current.kind === 'unknown';
}

class Deletion {
  readonly #request: DeleteRequest;
  readonly #deps: ReconcileDeps;
  readonly #ledger = new WriteLedger('absent');
  readonly #loop: RetryLoop;
  readonly #requests: GroupRequests;
  /** When a read last showed anything else than the group: one that shows the group again may lag. */
  #differedAt: Moment | undefined;

  constructor(request: DeleteRequest, deps: ReconcileDeps) {
    const desired = withoutValues(request.target);
    this.#request = request;
    this.#deps = deps;
    this.#loop = new RetryLoop(desired, deps, this.#ledger);
    this.#requests = new GroupRequests({ desired, deps, ledger: this.#ledger, loop: this.#loop });
  }

  async run(): Promise<DeleteOutcome> {
    const { target, isDryRun, limit } = this.#request;
    const observation = await this.#requests.observe();
    const { group } = observation;
    if (group === undefined) {
      return { kind: 'absent', group: undefined, drift: [] };
    }
    this.#loop.noteObserved({ group, drift: [] });
    if (!isInPlace(group, target)) {
      throw this.#loop.fail(explainForeignDelete(group, target));
    }
    if (isDryRun) {
      return { kind: 'would-delete', group, drift: [] };
    }
    if (limit !== undefined && !limit.take()) {
      throw this.#loop.fail(explainDeleteLimit(group, limit.max));
    }
    return this.#delete({ group, observation });
  }

  async #delete(found: Found): Promise<DeleteOutcome> {
    for (;;) {
      const result = await this.#requests.delete(found.group.key);
      if (result.kind === 'gone') {
        return { kind: 'deleted', group: found.group, drift: [] };
      }
      const current = await this.#resolve(result, found);
      if (!isStillThere(current)) {
        return this.#conclude(found.group, current.group);
      }
    }
  }

  /** Waits as long as `result` asks for, then reads what there is. */
  async #resolve(result: Exclude<DeleteResult, { kind: 'gone' }>, found: Found): Promise<Current> {
    switch (result.kind) {
      case 'not-deleted':
        return this.#readCurrent(found);
      case 'conflict':
        await this.#loop.wait(result, 'delete');
        return this.#readCurrent(found);
      case 'unconfirmed': {
        const current = isOwnError(result.error)
          ? await this.#confirmGone(found)
          : await this.#readCurrent(found);
        if (isStillThere(current)) {
          throw this.#loop.fail(explainNotDeleted(result.error, current.group));
        }
        return current;
      }
      case 'indeterminate': {
        // Most often it was carried out, and the first read shows it.
        const first = await this.#observe(found);
        const settled = this.#settle(first, found);
        if (settled !== undefined && !isStillThere(settled)) {
          return settled;
        }
        await this.#loop.wait(result, 'delete');
        const current = await this.#readCurrent(found);
        if (current.kind === 'unknown') {
          // A retry might delete a group that was created anew.
          const failure = this.#deps.diagnosis.describeFailure(result.failure, 'delete');
          throw this.#loop.fail(explainUnknownIdentity(failure, current.group));
        }
        return current;
      }
    }
  }

  /**
   * Reads the group after LaunchDarkly answered its delete with 404. Only a read that shows this very group
   * is evidence against that: one that fails, or a group that may be a new one, is not.
   */
  async #confirmGone(found: Found): Promise<Current> {
    try {
      const current = await this.#readCurrent(found);
      return current.kind === 'unknown' ? { ...current, kind: 'replaced' } : current;
    } catch (error) {
      if (error instanceof ActionError) {
        return { kind: 'none', group: undefined };
      }
      throw error;
    }
  }

  /** Reads the group until what the read shows can't be out of date. */
  async #readCurrent(found: Found): Promise<Current> {
    for (;;) {
      const observation = await this.#observe(found);
      const current = this.#settle(observation, found);
      if (current !== undefined) {
        return current;
      }
      this.#loop.noteObserved({ group: observation.group ?? found.group, drift: [] });
      const staleMs = this.#staleMs(observation, found);
      await this.#loop.waitBriefly(staleMs, { kind: 'stale-read' }, 'read');
    }
  }

  async #observe(found: Found): Promise<Observation> {
    const observation = await this.#requests.observe();
    const { group, endedAt } = observation;
    if (group === undefined || identify(group, found.group) === 'replaced') {
      this.#differedAt = endedAt;
    }
    return observation;
  }

  /** Tells what an observation shows; undefined when it may be out of date. */
  #settle(observation: Observation, found: Found): Current | undefined {
    if (this.#staleMs(observation, found) > 0) {
      return undefined;
    }
    const { group } = observation;
    return group === undefined
      ? { kind: 'none', group }
      : { kind: identify(group, found.group), group };
  }

  /**
   * For how many more milliseconds a read may lag in a way that matters: show the group though it was
   * deleted by this run, or the time before it was created.
   */
  #staleMs({ group, sentAt }: Observation, found: Found): number {
    const identity = group && identify(group, found.group);
    if (identity === 'same' || identity === 'unknown') {
      return Math.max(this.#ledger.staleReadsMs(sentAt), this.#lagAfter(this.#differedAt, sentAt));
    }
    const { createdAt } = found.group;
    if (createdAt !== undefined) {
      if (group?.createdAt !== undefined && group.createdAt > createdAt) {
        return 0;
      }
      const sent = this.#loop.serverClock.timeAt(sentAt);
      if (sent !== undefined && sent.earliestMs >= createdAt + READ_LAG_MS) {
        return 0;
      }
    }
    return this.#lagAfter(found.observation.endedAt, sentAt);
  }

  /** For how many more milliseconds a read may show what was there before `moment`. */
  #lagAfter(moment: Moment | undefined, sentAt: Moment): number {
    return moment === undefined
      ? 0
      : Math.max(0, READ_LAG_MS - (sentAt.uptimeMs - moment.uptimeMs));
  }

  /** The group is gone. Whether by this run can't be told where no delete may have been carried out. */
  #conclude(group: InsightGroup, successor: InsightGroup | undefined): DeleteOutcome {
    const common = { drift: [], ...(successor !== undefined && { successor }) } as const;
    return this.#ledger.isDeleteInDoubt
      ? { kind: 'deleted', group, ...common }
      : { kind: 'absent', group: undefined, ...common };
  }
}

function isInPlace(group: InsightGroup, { projectKey, environmentKey }: GroupReference): boolean {
  return isSameKey(group.projectKey, projectKey) && isSameKey(group.environmentKey, environmentKey);
}

/** Tells whether `current` is the group `found`, and not another one with its key. A group is never moved. */
function identify(current: InsightGroup, found: InsightGroup): 'same' | 'unknown' | 'replaced' {
  if (!isInPlace(current, found)) {
    return 'replaced';
  }
  if (current.createdAt === undefined || found.createdAt === undefined) {
    return 'unknown';
  }
  return current.createdAt === found.createdAt ? 'same' : 'replaced';
}
