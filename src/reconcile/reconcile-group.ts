import type { ActionError } from '../errors.ts';
import { diffGroups } from '../insight-group/diff.ts';
import type { InsightGroup } from '../insight-group/insight-group.ts';
import type { ApiError } from '../launchdarkly/api-result.ts';
import { ConflictStreak } from './conflict-streak.ts';
import { GroupRequests, type UnsettledWrite } from './group-requests.ts';
import { explainConflict, explainRefusedUpdate } from './messages.ts';
import { type Outcome, type ReconcileRequest, setsApplications, toOutcome } from './outcome.ts';
import { type PlanOf, planChange, planExisting } from './plan.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import { RetryLoop } from './retry-loop.ts';
import { explainHiddenGroup, explainNotUpdatable } from './retry-messages.ts';
import { checkUpdate } from './update-check.ts';
import { WriteLedger } from './write-ledger.ts';

/**
 * Makes the group match the request: creates it, and reconciles by reading where the answer leaves open what
 * happened. The key makes that safe: LaunchDarkly holds at most one group per key, so a create that is sent
 * again can never make a second one. A dry run only reads.
 *
 * @throws {ActionError} when the group does not match in the end, saying what is known instead
 */
export function ensureGroup(request: ReconcileRequest, deps: ReconcileDeps): Promise<Outcome> {
  const reconciler = new Reconciler(request, deps);
  return request.isDryRun ? reconciler.plan() : reconciler.apply();
}

class Reconciler {
  readonly #request: ReconcileRequest;
  readonly #deps: ReconcileDeps;
  readonly #ledger = new WriteLedger();
  readonly #loop: RetryLoop;
  readonly #requests: GroupRequests;
  readonly #streak = new ConflictStreak();
  /** Set while updates are answered with 404 although reads still show the group. */
  #notUpdatable: { readonly error: ApiError; readonly group: InsightGroup } | undefined;

  constructor(request: ReconcileRequest, deps: ReconcileDeps) {
    const desired = request.desired;
    this.#request = request;
    this.#deps = deps;
    this.#loop = new RetryLoop(desired, deps, this.#ledger);
    this.#requests = new GroupRequests({ desired, deps, ledger: this.#ledger, loop: this.#loop });
  }

  async apply(): Promise<Outcome> {
    const existing = this.#request.isListed ? await this.#resolveExisting() : undefined;
    if (existing !== undefined) {
      return this.#annotate(existing);
    }
    for (;;) {
      const created = await this.#requests.create();
      if (created.kind === 'applied') {
        const { group } = created;
        this.#ledger.clearCreates();
        const drift = diffGroups(this.#request.desired, group);
        return this.#annotate({ kind: 'created', group, drift });
      }
      // A 409 says "exists" or "a lock collided", a lost answer says nothing: only a read tells.
      const outcome = await this.#resolveExisting();
      if (outcome !== undefined) {
        return this.#annotate(outcome);
      }
      await this.#backOffOrGiveUp(created);
    }
  }

  async plan(): Promise<Outcome> {
    const { desired, ifExists, isEnvironmentKnown } = this.#request;
    const read = await this.#requests.read();
    const plan = planChange(desired, read?.group, ifExists);
    if (plan.kind === 'conflict') {
      throw this.#conflict(plan);
    }
    if (plan.kind === 'create' && !isEnvironmentKnown) {
      await this.#requests.assertEnvironmentExists();
    }
    return this.#annotate(toOutcome(plan));
  }

  /** Applies `if-exists` to the group that exists; undefined if it does not exist, or no longer does. */
  async #resolveExisting(): Promise<Outcome | undefined> {
    for (;;) {
      const read = await this.#requests.read();
      if (read === undefined) {
        this.#notUpdatable = undefined;
        this.#loop.noteObserved(undefined);
        return undefined;
      }
      const { group, staleMs } = read;
      this.#loop.noteObserved({ group, drift: diffGroups(this.#request.desired, group) });
      if (staleMs === 0 || this.#ledger.findMaker(group, this.#loop.serverClock) === 'this-run') {
        return this.#settle(group);
      }
      // It may be a predecessor that was deleted just before our create, whose answer was lost.
      await this.#loop.waitBriefly(staleMs, { kind: 'stale-read' }, 'read');
    }
  }

  async #settle(group: InsightGroup): Promise<Outcome | undefined> {
    const { desired, ifExists } = this.#request;
    this.#streak.end('hidden');
    this.#ledger.noteGroupSeen(group, this.#loop.serverClock);
    const maker = this.#ledger.findMaker(group, this.#loop.serverClock);
    if (maker === 'others') {
      // There is one group per key, and somebody else created it: so no create of ours had any effect.
      this.#ledger.clearCreates();
    }
    const plan = planExisting(desired, group, ifExists);
    const isEqual = diffGroups(desired, group).length === 0;
    const updatedFrom = this.#ledger.findUpdated(group, this.#loop.serverClock);
    if (isEqual && updatedFrom !== undefined) {
      return { kind: 'updated', group, drift: diffGroups(desired, updatedFrom) };
    }
    if (isEqual && maker === 'this-run') {
      this.#ledger.clearCreates();
      return { kind: 'created', group, drift: [] };
    }
    switch (plan.kind) {
      case 'none':
      case 'keep':
        return toOutcome(plan);
      case 'update':
        return this.#update(plan);
      case 'conflict':
        throw this.#conflict(plan);
    }
  }

  /** Updates the group until it is as desired; undefined when it is gone. */
  async #update(first: PlanOf<'update'>): Promise<Outcome | undefined> {
    const found = first.group;
    this.#ledger.beginUpdate(found);
    let plan = first;
    for (;;) {
      const updated = await this.#requests.update(found.key, plan.patch);
      switch (updated.kind) {
        case 'not-found':
          this.#ledger.noteGroupGone();
          this.#notUpdatable = { error: updated.error, group: found };
          return undefined;
        case 'applied': {
          this.#notUpdatable = undefined;
          // The answer to a patch has no scores; those of the read still hold.
          const { scores, scoreMetadata } = found;
          const group = { ...updated.group, scores, scoreMetadata };
          const next = this.#reviewUpdate({ ...plan, group: found }, group);
          if (next === undefined) {
            return { kind: 'updated', group, drift: first.drift };
          }
          // The remaining drift was made by somebody else since the read.
          this.#loop.noteObserved(next);
          await this.#loop.wait({ kind: 'overtaken' }, 'update');
          plan = next;
          break;
        }
        case 'conflict':
        case 'indeterminate': {
          // The patch names whole values, so sending it again does no harm; but a read tells whether it is needed.
          const read = await this.#requests.read();
          if (read === undefined) {
            this.#loop.noteObserved(undefined);
            return undefined;
          }
          const next = planExisting(this.#request.desired, read.group, 'update');
          if (next.kind !== 'update') {
            return this.#settle(read.group);
          }
          this.#loop.noteObserved(next);
          await this.#loop.wait(updated, 'update');
          plan = next;
        }
      }
    }
  }

  /**
   * Returns the update that is still needed after LaunchDarkly accepted one, if any.
   *
   * @throws {ActionError} when LaunchDarkly did not do what it was asked to
   */
  #reviewUpdate(
    { group: found, drift }: PlanOf<'update'>,
    updated: InsightGroup,
  ): PlanOf<'update'> | undefined {
    const { desired } = this.#request;
    const { change, refused, next } = checkUpdate({ desired, found, drift, updated });
    if (next.kind !== 'update' && next.kind !== 'conflict') {
      return undefined;
    }
    if (change === 'requested-fields') {
      this.#ledger.notePartialUpdate(this.#deps.now());
    } else if (change === 'other-fields') {
      // Somebody else has changed them, or LaunchDarkly stored them differently as well.
      this.#ledger.noteUpdateInDoubt(this.#deps.now());
    }
    if (next.kind === 'conflict') {
      throw this.#conflict(next);
    }
    if (refused.length > 0) {
      throw this.#loop.fail(explainRefusedUpdate(next, refused, change));
    }
    return next;
  }

  /** Waits before the next create, and gives up when a conflict does not clear. */
  async #backOffOrGiveUp(created: UnsettledWrite): Promise<void> {
    if (created.kind === 'indeterminate') {
      return this.#loop.wait(created, 'create');
    }
    const nowMs = this.#deps.now().uptimeMs;
    if (this.#notUpdatable !== undefined) {
      const { error, group } = this.#notUpdatable;
      const isStuck = this.#streak.count('not-updatable', nowMs);
      if (this.#streak.isRepeated) {
        // It was seen again, so it was not gone.
        this.#ledger.noteGroupSeen(group, this.#loop.serverClock);
      }
      if (isStuck) {
        throw this.#loop.fail(explainNotUpdatable(this.#request.desired.key, error));
      }
      return this.#loop.wait({ kind: 'not-updatable', error }, 'create');
    }
    if (this.#streak.count('hidden', nowMs)) {
      throw this.#loop.fail(explainHiddenGroup(this.#request.desired.key, created.error));
    }
    return this.#loop.wait(created, 'create');
  }

  /** Adds the notes to an outcome. */
  async #annotate(outcome: Outcome): Promise<Outcome> {
    const unknownApplications = setsApplications(outcome)
      ? await this.#deps.diagnosis.findUnknownApplications()
      : [];
    return {
      ...outcome,
      ...(this.#ledger.isCreateInDoubt && { mayHaveBeenCreated: true }),
      ...(unknownApplications.length > 0 && { unknownApplications }),
    };
  }

  #conflict(plan: PlanOf<'conflict'>): ActionError {
    return this.#loop.fail(explainConflict(plan, this.#request.desired));
  }
}
