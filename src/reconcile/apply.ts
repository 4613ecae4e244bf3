import { ActionError, type ErrorCode } from '../errors.ts';
import type { GroupOutcome, GroupResult, GroupTarget } from './group-result.ts';

/** Groups that are worked on at once: enough to keep all reads and writes busy that the throttle lets through. */
const MAX_CONCURRENT_GROUPS = 8;

/** Groups in a row that got no answer: then the next one would not get one either. */
const MAX_LOST_IN_A_ROW = 3;

/** What is to be done for one group. */
export interface GroupTask {
  readonly target: GroupTarget;
  /** Whether the outcome is known already. Then it is told in any case, and proves nothing. */
  readonly needsNoRequest?: boolean;
  /** @throws {ActionError} when the group is not what it should be at the end */
  readonly run: () => Promise<GroupOutcome>;
}

/**
 * Runs all tasks, several at once. A group that fails is that group's result and stops nothing else,
 * unless it shows that all others would fail as well: then those that have not begun are skipped.
 *
 * Results are in the order of the tasks; `onResult` is called in the order in which they end.
 */
export async function applyAll(
  tasks: readonly GroupTask[],
  onResult: (result: GroupResult) => void,
): Promise<GroupResult[]> {
  const results = new Map<GroupTask, GroupResult>();
  const queue = tasks.filter(({ needsNoRequest }) => !needsNoRequest);
  const stop = new StopRule();

  function finish(task: GroupTask, outcome: GroupOutcome): void {
    const result = { target: task.target, outcome };
    results.set(task, result);
    onResult(result);
  }

  async function work(): Promise<void> {
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      const outcome = stop.isStopped ? SKIPPED : await settle(task);
      stop.observe(outcome);
      finish(task, outcome);
    }
  }

  for (const task of tasks.filter(({ needsNoRequest }) => needsNoRequest)) {
    finish(task, await settle(task));
  }

  await Promise.all(Array.from({ length: MAX_CONCURRENT_GROUPS }, work));
  return tasks.flatMap((task) => results.get(task) ?? []);
}

/** The outcome of a group that was never attempted. */
export const SKIPPED: GroupOutcome = { kind: 'skipped', group: undefined, drift: [] };

/** Turns a failure of one group into its outcome. What nobody foresaw is no group's failure. */
async function settle({ run }: GroupTask): Promise<GroupOutcome> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ActionError)) {
      throw error;
    }
    const { group, drift = [] } = error.existing ?? {};
    return { kind: 'failed', error, group, drift };
  }
}

/** Runs one task by itself. */
export async function applyOne(task: GroupTask): Promise<GroupResult> {
  return { target: task.target, outcome: await settle(task) };
}

/** Failures that would be the same for every group of the run. */
const CONCERNS_ALL: ReadonlySet<ErrorCode> = new Set(['unauthorized', 'rate-limited', 'cancelled']);

/** How a group ends that got no answer, though it was tried again. */
const LOST: ReadonlySet<ErrorCode> = new Set(['network', 'timeout', 'server-error']);

/** Decides from the outcomes so far whether it is of any use to go on. */
class StopRule {
  #isStopped = false;
  #lostInARow = 0;
  #hasAccess = false;

  get isStopped(): boolean {
    return this.#isStopped;
  }

  observe(outcome: GroupOutcome): void {
    if (outcome.kind === 'skipped') {
      return;
    }
    const code = outcome.kind === 'failed' ? outcome.error.code : undefined;
    this.#lostInARow = code !== undefined && LOST.has(code) ? this.#lostInARow + 1 : 0;
    this.#hasAccess ||= code !== 'forbidden';
    this.#isStopped ||=
      (code !== undefined && CONCERNS_ALL.has(code)) ||
      (code === 'forbidden' && !this.#hasAccess) ||
      this.#lostInARow >= MAX_LOST_IN_A_ROW;
  }
}
