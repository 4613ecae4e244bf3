import { isSameKey } from '../insight-group/diff.ts';
import type { GroupReference, InsightGroup } from '../insight-group/insight-group.ts';
import { GroupRequests } from './group-requests.ts';
import type { DeleteOutcome } from './group-result.ts';
import { explainForeignDelete } from './messages.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import { RetryLoop } from './retry-loop.ts';
import { WriteLedger } from './write-ledger.ts';

/** What is asked for. Project and environment are the second factor, because a key is unique in the account. */
export interface DeleteRequest {
  readonly target: GroupReference;
  readonly isDryRun: boolean;
}

/**
 * Deletes a group, once it was read and seen to belong to the project and environment of `target`. A
 * group that is not there is what was asked for. A delete without an answer is settled by reading: a
 * group that was made anew meanwhile is another one, and is left alone.
 *
 * @throws {ActionError} when the group may still be there at the end, or belongs elsewhere
 */
export async function deleteGroup(
  { target, isDryRun }: DeleteRequest,
  deps: ReconcileDeps,
): Promise<DeleteOutcome> {
  // A delete names a group, and asks for none of its values.
  const desired = { ...target, name: '', applicationKeys: [] };
  const ledger = new WriteLedger();
  const loop = new RetryLoop(desired, deps, ledger);
  const requests = new GroupRequests({ desired, deps, ledger, loop });

  const first = await requests.read();
  if (first === undefined) {
    return { kind: 'absent', group: undefined, drift: [] };
  }
  const { group } = first;
  if (!belongsTo(group, target)) {
    throw loop.fail(explainForeignDelete(group, target));
  }
  if (isDryRun) {
    return { kind: 'would-delete', group, drift: [] };
  }
  for (;;) {
    const deleted = await requests.delete(group.key);
    const current = deleted.kind === 'gone' ? undefined : await readSettled(requests, loop);
    if (deleted.kind === 'gone' || current === undefined || isAnother(current, group)) {
      return { kind: 'deleted', group, drift: [] };
    }
    if (deleted.kind === 'indeterminate' && current.createdAt === undefined) {
      // Nothing tells this group from one that was made anew, and a retry would delete that one.
      throw loop.fail(deps.diagnosis.describeFailure(deleted.failure, 'delete'));
    }
    // The group is still there, so the delete did nothing.
    ledger.clearDeletes();
    await loop.wait(deleted, 'delete');
  }
}

/** Reads the group, and reads it again as long as it may be shown as it was before a delete. */
async function readSettled(
  requests: GroupRequests,
  loop: RetryLoop,
): Promise<InsightGroup | undefined> {
  for (;;) {
    const read = await requests.read();
    if (read === undefined || read.staleMs === 0) {
      return read?.group;
    }
    const observed = { group: read.group, drift: [] };
    await loop.waitWithin(read.staleMs, { kind: 'stale-read', observed }, 'read');
  }
}

function belongsTo(group: InsightGroup, target: GroupReference): boolean {
  return (
    isSameKey(group.projectKey, target.projectKey) &&
    isSameKey(group.environmentKey, target.environmentKey)
  );
}

function isAnother(current: InsightGroup, deleted: InsightGroup): boolean {
  return (
    current.createdAt !== deleted.createdAt ||
    !isSameKey(current.projectKey, deleted.projectKey) ||
    !isSameKey(current.environmentKey, deleted.environmentKey)
  );
}
