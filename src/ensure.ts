import { ActionError, type ActionErrorParts, SPECIAL_TITLES } from './errors.ts';
import {
  belongsElsewhere,
  type Drift,
  findDrift,
  type InsightGroup,
  type PatchOperation,
  planPatch,
  type WantedGroup,
} from './group.ts';
import type { Answer, Refusal, Trouble } from './launchdarkly/answer.ts';
import { type Operation, quoteRefusal } from './launchdarkly/diagnose.ts';
import { planWait } from './launchdarkly/retry.ts';

/** What to do about a group of the wanted key that exists. The words of the input `if-exists`. */
export const IF_EXISTS = ['fail', 'keep', 'update'] as const;

export type IfExists = (typeof IF_EXISTS)[number];

/**
 * What the run made true, or in a dry run would make true. `drift` is how the group differed when it was
 * found; of a created group, how LaunchDarkly made it otherwise than it was asked to.
 */
export type Outcome =
  | { readonly kind: 'created'; readonly group: InsightGroup; readonly drift: readonly Drift[] }
  | { readonly kind: 'unchanged'; readonly group: InsightGroup; readonly drift: readonly [] }
  | { readonly kind: 'kept'; readonly group: InsightGroup; readonly drift: readonly Drift[] }
  | { readonly kind: 'updated'; readonly group: InsightGroup; readonly drift: readonly Drift[] }
  | { readonly kind: 'would-create'; readonly group: undefined; readonly drift: readonly [] }
  | {
      readonly kind: 'would-update';
      readonly group: InsightGroup;
      readonly drift: readonly Drift[];
    };

/** The operations that the walk takes. See `launchdarkly/client.ts`. */
export interface InsightGroups {
  createGroup(wanted: WantedGroup): Promise<Answer<InsightGroup>>;
  getGroup(key: string): Promise<Answer<InsightGroup>>;
  patchGroup(key: string, patch: readonly PatchOperation[]): Promise<Answer<InsightGroup>>;
  getEnvironment(projectKey: string, environmentKey: string): Promise<Answer<unknown>>;
}

/** Puts failures into words. `operation` is what was being done. */
export interface Explainer {
  explainRefusal(refusal: Refusal, operation: Operation): Promise<ActionErrorParts>;
  explainTrouble(trouble: Trouble, operation: Operation): ActionErrorParts;
}

/** Everything that the walk needs from outside. */
export interface World {
  readonly groups: InsightGroups;
  readonly explainer: Explainer;
  /** Aborts at the deadline, or when the run is cancelled: then with an {@link ActionError} as its reason. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds by `now`. */
  readonly deadline: number;
  readonly now: () => number;
  /** Resolves after `ms` milliseconds, or as soon as the signal aborts. */
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  /** Told of each wait before it begins. */
  readonly announceWait: (wait: { readonly ms: number; readonly why: string }) => void;
}

/** What the workflow asks for. */
export interface Wish {
  readonly wanted: WantedGroup;
  readonly ifExists: IfExists;
  readonly isDryRun: boolean;
}

/**
 * A key that answers 409 but shows no group is given this long, in milliseconds, and this many tries.
 * Reads lag writes by up to five seconds, and a lock is held for less, so after six times that the key
 * must be reserved, or the group hidden from the token.
 */
const HIDDEN_GROUP_PATIENCE_MS = 30_000;
const HIDDEN_GROUP_MIN_CREATES = 6;

/**
 * Makes the wish true on LaunchDarkly: creates the group, and reconciles by reading where the answer
 * leaves open what happened. The key is what makes that safe: LaunchDarkly holds at most one group of
 * it, so a create that is sent again can never make a second one.
 *
 * @throws {ActionError} when the wish is not true at the end, saying what is known to be true instead
 */
export function ensureGroup(wish: Wish, world: World): Promise<Outcome> {
  const walk = new Walk(wish, world);
  return wish.isDryRun ? walk.rehearse() : walk.make();
}

type Written = { readonly kind: 'done'; readonly group: InsightGroup } | Unsettled;

/** A write of which a read has to tell what it did. */
type Unsettled =
  | { readonly kind: 'conflict'; readonly refusal: Refusal; readonly hintMs: number | undefined }
  | { readonly kind: 'in-doubt'; readonly trouble: Trouble; readonly hintMs: number | undefined };

/** What an update comes to when its group was deleted meanwhile. */
type Gone = { readonly kind: 'gone' };

/** Why the walk has to wait before it goes on. */
type Setback =
  | Unsettled
  | { readonly kind: 'rate-limited'; readonly hintMs: number | undefined }
  /** Somebody else changed the group between the read and our patch. */
  | { readonly kind: 'overtaken'; readonly hintMs?: undefined };

interface Sighting {
  readonly group: InsightGroup;
  /** The server's clock less ours, in milliseconds. A lower bound: `Date` is cut to whole seconds. */
  readonly clockOffsetMs: number;
}

class Walk {
  readonly #wish: Wish;
  readonly #world: World;
  #waits = 0;
  /** When the first create of ours began of which it is not known what it did; by our clock. */
  #createInDoubtSince: number | undefined;
  /** Whether there is an update of ours of which it is not known what it did. */
  #isUpdateInDoubt = false;
  /** Whether an update of ours has certainly changed something, though not all that it should. */
  #isUpdatedInPart = false;
  /** The group that an update of ours began with, and how it differed. */
  #updated: { readonly group: InsightGroup; readonly drift: readonly Drift[] } | undefined;
  /** The 409s since a group was last seen. */
  #hidden: { readonly since: number; creates: number } | undefined;

  constructor(wish: Wish, world: World) {
    this.#wish = wish;
    this.#world = world;
  }

  async make(): Promise<Outcome> {
    const { wanted } = this.#wish;
    for (;;) {
      const written = await this.#write('create', () => this.#world.groups.createGroup(wanted));
      if (written.kind === 'done') {
        return { kind: 'created', group: written.group, drift: findDrift(wanted, written.group) };
      }
      // A 409 says "exists" or "a lock collided", a lost answer says nothing: only a read tells.
      const sighting = await this.#read();
      const outcome = sighting && (await this.#settle(sighting));
      if (outcome !== undefined) {
        return outcome;
      }
      await this.#waitForGroup(written);
    }
  }

  async rehearse(): Promise<Outcome> {
    const { wanted, ifExists } = this.#wish;
    const sighting = await this.#read();
    if (sighting === undefined) {
      await this.#checkPlace();
      return { kind: 'would-create', group: undefined, drift: [] };
    }
    const { group } = sighting;
    const drift = findDrift(wanted, group);
    switch (decide(ifExists, drift)) {
      case 'refuse':
        throw this.#conflict(group, drift);
      case 'leave':
        return leave(group, drift);
      case 'update':
        return { kind: 'would-update', group, drift };
    }
  }

  /** Applies `if-exists` to a group that was seen; undefined when it vanished meanwhile. */
  async #settle({ group, clockOffsetMs }: Sighting): Promise<Outcome | undefined> {
    this.#hidden = undefined;
    const drift = findDrift(this.#wish.wanted, group);
    if (drift.length === 0 && this.#mayHaveUpdated(group)) {
      return { kind: 'updated', group, drift: this.#updated?.drift ?? [] };
    }
    const isOurs = this.#mayHaveCreated(group, clockOffsetMs);
    if (drift.length === 0 && isOurs) {
      return { kind: 'created', group, drift: [] };
    }
    if (!isOurs) {
      // There is one group of a key, and somebody else has made it: so no create of ours did anything.
      this.#createInDoubtSince = undefined;
    }
    switch (decide(this.#wish.ifExists, drift)) {
      case 'refuse':
        throw this.#conflict(group, drift);
      case 'leave':
        return leave(group, drift);
      case 'update':
        return this.#update(group, drift);
    }
  }

  /** Whether the group can be the one that a create of ours, whose answer was lost, has made. */
  #mayHaveCreated(group: InsightGroup, clockOffsetMs: number): boolean {
    const since = this.#createInDoubtSince;
    return since !== undefined && group.createdAt >= since + clockOffsetMs;
  }

  /** Whether the group can be as it is by an update of ours, and was not made anew meanwhile. */
  #mayHaveUpdated(group: InsightGroup): boolean {
    const hasUpdate = this.#isUpdateInDoubt || this.#isUpdatedInPart;
    return hasUpdate && group.createdAt === this.#updated?.group.createdAt;
  }

  async #update(found: InsightGroup, foundDrift: readonly Drift[]): Promise<Outcome | undefined> {
    const { wanted } = this.#wish;
    this.#updated = { group: found, drift: foundDrift };
    let drift = foundDrift;
    for (;;) {
      const patch = planPatch(drift);
      const written = await this.#write('update', () =>
        this.#world.groups.patchGroup(found.key, patch),
      );
      if (written.kind === 'gone') {
        this.#isUpdateInDoubt = false;
        this.#isUpdatedInPart = false;
        return undefined;
      }
      if (written.kind === 'done') {
        const group = {
          ...written.group,
          scores: found.scores,
          scoreMetadata: found.scoreMetadata,
        };
        const left = findDrift(wanted, group);
        if (left.length === 0) {
          return { kind: 'updated', group, drift: foundDrift };
        }
        const leftFields = new Set(left.map(({ field }) => field));
        const patchedFields = drift.map(({ field }) => field);
        this.#isUpdatedInPart ||= patchedFields.some((field) => !leftFields.has(field));
        if (belongsElsewhere(left)) {
          throw this.#conflict(group, left);
        }
        if (patchedFields.some((field) => leftFields.has(field))) {
          throw this.#fail(explainIgnoredUpdate(group, left));
        }
        // What is left is what somebody else has changed since the read.
        drift = left;
        await this.#wait({ kind: 'overtaken' }, 'update');
        continue;
      }
      // The patch names whole values, so sending it again does no harm; but first see whether it must be.
      const sighting = await this.#read();
      if (sighting === undefined) {
        return undefined;
      }
      drift = findDrift(wanted, sighting.group);
      if (drift.length === 0) {
        return this.#settle(sighting);
      }
      if (belongsElsewhere(drift)) {
        throw this.#conflict(sighting.group, drift);
      }
      await this.#wait(written, 'update');
    }
  }

  /** A dry run's stand-in for what a create would have proved: that project and environment exist. */
  async #checkPlace(): Promise<void> {
    const { projectKey, environmentKey } = this.#wish.wanted;
    for (;;) {
      const answer = await this.#world.groups.getEnvironment(projectKey, environmentKey);
      // A token that may create a group need not be allowed to read the environment.
      if (answer.kind === 'ok' || (answer.kind === 'refused' && answer.refusal.status === 403)) {
        return;
      }
      await this.#overcome(answer, 'check');
    }
  }

  /** Sends a write until it is settled, in doubt or in conflict. What was never sent is simply sent again. */
  async #write(step: 'create', send: () => Promise<Answer<InsightGroup>>): Promise<Written>;
  async #write(step: 'update', send: () => Promise<Answer<InsightGroup>>): Promise<Written | Gone>;
  async #write(
    step: 'create' | 'update',
    send: () => Promise<Answer<InsightGroup>>,
  ): Promise<Written | Gone> {
    for (;;) {
      const answer = await send();
      if (answer.kind === 'ok') {
        return { kind: 'done', group: answer.value };
      }
      if (answer.kind === 'refused' && answer.refusal.status === 409) {
        return this.#heed(
          { kind: 'conflict', refusal: answer.refusal, hintMs: answer.hintMs },
          step,
        );
      }
      if (step === 'update' && answer.kind === 'refused' && answer.refusal.status === 404) {
        return { kind: 'gone' };
      }
      if (answer.kind === 'unclear' && answer.trouble.sent) {
        if (step === 'create') {
          this.#createInDoubtSince ??= answer.startedAt;
        } else {
          this.#isUpdateInDoubt = true;
        }
        this.#throwIfStopped();
        return this.#heed(
          { kind: 'in-doubt', trouble: answer.trouble, hintMs: answer.hintMs },
          step,
        );
      }
      await this.#overcome(answer, step);
    }
  }

  /** Waits as long as the server asks before anything more is sent to it. */
  async #heed<T extends Unsettled>(written: T, step: Operation): Promise<T> {
    if (written.hintMs === undefined) {
      return written;
    }
    await this.#wait(written, step);
    return { ...written, hintMs: undefined };
  }

  /** Reads the group until LaunchDarkly says what it is, or that there is none. */
  async #read(): Promise<Sighting | undefined> {
    for (;;) {
      const answer = await this.#world.groups.getGroup(this.#wish.wanted.key);
      if (answer.kind === 'ok') {
        return { group: answer.value, clockOffsetMs: answer.serverClock - answer.receivedAt };
      }
      if (answer.kind === 'refused' && answer.refusal.status === 404) {
        return undefined;
      }
      await this.#overcome(answer, 'read');
    }
  }

  /** Waits where another attempt may do better, and throws where it can't. */
  async #overcome(
    answer: Exclude<Answer<unknown>, { kind: 'ok' }>,
    step: Operation,
  ): Promise<void> {
    if (answer.kind === 'refused') {
      const { refusal, hintMs } = answer;
      switch (refusal.status) {
        case 429:
          return this.#wait({ kind: 'rate-limited', hintMs }, step);
        case 409:
          return this.#wait({ kind: 'conflict', refusal, hintMs }, step);
        default:
          throw this.#fail(await this.#world.explainer.explainRefusal(refusal, step));
      }
    }
    this.#throwIfStopped();
    if (answer.trouble.isPermanent) {
      throw this.#fail(this.#world.explainer.explainTrouble(answer.trouble, step));
    }
    const { trouble, hintMs } = answer;
    await this.#wait({ kind: 'in-doubt', trouble, hintMs }, step);
  }

  /** Waits before a create is tried again because its group can't be seen (yet), within bounds. */
  async #waitForGroup(written: Unsettled): Promise<void> {
    if (written.kind === 'conflict') {
      this.#hidden ??= { since: this.#world.now(), creates: 0 };
      this.#hidden.creates += 1;
      const patienceMs = this.#world.now() - this.#hidden.since;
      if (
        patienceMs >= HIDDEN_GROUP_PATIENCE_MS &&
        this.#hidden.creates >= HIDDEN_GROUP_MIN_CREATES
      ) {
        throw this.#fail(explainHiddenGroup(this.#wish.wanted.key, written.refusal));
      }
    }
    await this.#wait(written, 'create');
  }

  async #wait(failed: Setback, step: Operation): Promise<void> {
    this.#throwIfStopped();
    const { now, random, deadline, sleep, announceWait } = this.#world;
    const wait = planWait({
      waitsBefore: this.#waits,
      hintMs: failed.hintMs,
      remainingMs: deadline - now(),
      random: random(),
    });
    if (wait.kind === 'too-long') {
      throw this.#fail(this.#explainNoTimeLeft(failed, step, wait.neededMs));
    }
    this.#waits += 1;
    announceWait({ ms: wait.ms, why: describeCause(failed, step) });
    await sleep(wait.ms);
    this.#throwIfStopped();
  }

  #explainNoTimeLeft(failed: Setback, step: Operation, neededMs: number): ActionErrorParts {
    const { key } = this.#wish.wanted;
    const neededWait = describeNeededWait(neededMs, this.#world.now());
    switch (failed.kind) {
      case 'rate-limited':
        return explainRateLimit(key, neededWait);
      case 'in-doubt': {
        const parts = this.#world.explainer.explainTrouble(failed.trouble, step);
        return { ...parts, message: `${parts.message}${neededWait}` };
      }
      case 'conflict':
        return step === 'create' && neededMs === 0
          ? explainHiddenGroup(key, failed.refusal)
          : explainContention(key, neededWait, quoteRefusal(failed.refusal));
      case 'overtaken':
        return explainContention(key, neededWait);
    }
  }

  #throwIfStopped(): void {
    const { signal } = this.#world;
    if (!signal.aborted) {
      return;
    }
    throw signal.reason instanceof ActionError ? this.#fail(signal.reason) : signal.reason;
  }

  /** Every failure says what may have been written: a step that failed need not have left everything as it was. */
  #fail(parts: ActionErrorParts): ActionError {
    const written = this.#describeWritten();
    return new ActionError({
      ...parts,
      message: `${parts.message} ${written.what}`,
      nextStep: `${parts.nextStep}${written.isSafeBecause}`,
    });
  }

  #describeWritten(): { readonly what: string; readonly isSafeBecause: string } {
    const { key } = this.#wish.wanted;
    if (this.#createInDoubtSince !== undefined) {
      return {
        what: `Outcome unknown: insight group "${key}" may or may not have been created.`,
        isSafeBecause: " It is safe to run again: the key can't be created twice.",
      };
    }
    if (this.#isUpdateInDoubt) {
      return {
        what: `Outcome unknown: insight group "${key}" may or may not have been updated.`,
        isSafeBecause: ' It is safe to run again.',
      };
    }
    if (this.#isUpdatedInPart) {
      return { what: `Insight group "${key}" was updated in part.`, isSafeBecause: '' };
    }
    return { what: 'Nothing was written.', isSafeBecause: '' };
  }

  #conflict(group: InsightGroup, drift: readonly Drift[]): ActionError {
    const existing = { group, drift };
    return this.#fail(
      belongsElsewhere(drift)
        ? { ...explainForeignGroup(group, this.#wish.wanted), existing }
        : { ...explainExistingGroup(group, drift), existing },
    );
  }
}

/** Applies `if-exists`. A group of another project or environment is somebody else's whatever the workflow says. */
function decide(ifExists: IfExists, drift: readonly Drift[]): 'refuse' | 'leave' | 'update' {
  if (ifExists === 'fail' || belongsElsewhere(drift)) {
    return 'refuse';
  }
  return ifExists === 'update' && drift.length > 0 ? 'update' : 'leave';
}

function leave(group: InsightGroup, drift: readonly Drift[]): Outcome {
  return drift.length === 0
    ? { kind: 'unchanged', group, drift: [] }
    : { kind: 'kept', group, drift };
}

function describeCause(failed: Setback, step: Operation): string {
  switch (failed.kind) {
    case 'rate-limited':
      return "LaunchDarkly's rate limit was reached (429)";
    case 'in-doubt':
      return `LaunchDarkly ${failed.trouble.what}`;
    case 'conflict':
      return step === 'create'
        ? 'LaunchDarkly answered 409 but shows no group of the key yet'
        : 'LaunchDarkly answered 409: something else changes the group';
    case 'overtaken':
      return 'something else has changed the group meanwhile';
  }
}

function explainExistingGroup(group: InsightGroup, drift: readonly Drift[]): ActionErrorParts {
  const { key, projectKey, environmentKey } = group;
  const fields = drift.map(({ field }) => field).join(' and ');
  const difference = drift.length === 0 ? 'It is as wanted.' : `It differs in ${fields}.`;
  return {
    code: 'conflict',
    message: `Insight group "${key}" already exists in project "${projectKey}", environment "${environmentKey}". ${difference}`,
    nextStep:
      drift.length === 0
        ? 'Set if-exists: keep or if-exists: update to let the step pass when the group exists.'
        : 'Set if-exists: keep to go on with the group as it is, or if-exists: update to change it to what is wanted.',
  };
}

function explainForeignGroup(group: InsightGroup, wanted: WantedGroup): ActionErrorParts {
  return {
    code: 'conflict',
    title: SPECIAL_TITLES.foreignGroup,
    message: `Insight group "${group.key}" belongs to project "${group.projectKey}", environment "${group.environmentKey}". Keys are unique in the whole account, so it can't be created for project "${wanted.projectKey}", environment "${wanted.environmentKey}", and it is never moved.`,
    nextStep: 'Choose another key: {project}-{environment}-all-apps is the usual pattern.',
  };
}

/** Tells when it would have worked, for a server that asks to wait longer than there is time for. */
function describeNeededWait(neededMs: number, now: number): string {
  return neededMs > 0
    ? ` It asks to wait ${Math.ceil(neededMs / 1000)} s, until ${new Date(now + neededMs).toISOString()}, and the step has less time left.`
    : '';
}

function explainRateLimit(key: string, neededWait: string): ActionErrorParts {
  return {
    code: 'rate-limited',
    message: `LaunchDarkly's rate limit stopped the work on insight group "${key}" (429).${neededWait || ' The step has no time left for another attempt.'}`,
    nextStep:
      neededWait === ''
        ? 'Run again later, raise timeout-seconds, or let fewer jobs use the account at once.'
        : 'Run again after that time, or raise timeout-seconds beyond the wait.',
  };
}

function explainHiddenGroup(key: string, refusal: Refusal): ActionErrorParts {
  return {
    code: 'conflict',
    title: SPECIAL_TITLES.hiddenGroup,
    message: `LaunchDarkly answers 409 for insight group "${key}" again and again, but shows no group of that key.`,
    said: quoteRefusal(refusal),
    nextStep:
      'The key may be reserved by a deleted group, or by one that this token may not see. Choose another key, or use a token that sees the whole account.',
  };
}

/** A success that left the group as it was would be a lie to report. */
function explainIgnoredUpdate(group: InsightGroup, left: readonly Drift[]): ActionErrorParts {
  const fields = left.map(({ field }) => field).join(' and ');
  return {
    code: 'unexpected-response',
    message: `LaunchDarkly accepted the update of insight group "${group.key}" but its ${fields} did not change to what was asked for.`,
    nextStep: `Change ${fields} in LaunchDarkly, or use if-exists: keep.`,
    existing: { group, drift: left },
  };
}

function explainContention(key: string, neededWait: string, said?: string): ActionErrorParts {
  return {
    code: 'conflict',
    title: SPECIAL_TITLES.contention,
    message: `LaunchDarkly could not settle insight group "${key}" against other changes in time.${neededWait}`,
    said,
    nextStep: 'Something else changes the group at the same time. Run again when it is done.',
  };
}
