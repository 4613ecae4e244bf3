import { ActionError, explainUnexpected } from '../errors.ts';
import type { GroupOutcome, GroupResult, GroupTarget } from './group-result.ts';
import { StopRule } from './stop-rule.ts';

/** Groups that are worked on at once: enough to keep all reads and writes busy that the throttle lets through. */
const MAX_CONCURRENT_GROUPS = 8;

/** What is to be done for one group. */
export interface GroupTask {
  readonly target: GroupTarget;
  /** Whether the outcome is known already. Then it is told in any case, and proves nothing. */
  readonly needsNoRequest?: boolean;
  /** @throws {ActionError} when the group is not what it should be at the end */
  readonly run: () => Promise<GroupOutcome>;
}

/** How to run several tasks. */
export interface ApplyOptions {
  /** Aborts at the deadline, or when the run is cancelled. */
  readonly signal: AbortSignal;
  /** Told of each result as soon as it is known. */
  readonly onResult: (result: GroupResult) => void;
}

/**
 * Runs all tasks, several at once. A group that fails is that group's result and stops nothing else,
 * unless it shows that all others would fail as well: then those that have not begun are skipped. So are
 * they when the run is over.
 *
 * Results are in the order of the tasks; `onResult` is called in the order in which they end.
 */
export async function applyAll(
  tasks: readonly GroupTask[],
  { signal, onResult }: ApplyOptions,
): Promise<GroupResult[]> {
  const results = new Map<GroupTask, GroupResult>();
  const queue = tasks.filter(({ needsNoRequest }) => !needsNoRequest);
  const stop = new StopRule(signal);

  function finish(task: GroupTask, outcome: GroupOutcome): void {
    const result = { target: task.target, outcome };
    results.set(task, result);
    onResult(result);
  }

  async function work(): Promise<void> {
    while (!stop.isStopped) {
      const task = queue.shift();
      if (task === undefined) {
        return;
      }
      const outcome = await settle(task);
      stop.observe(outcome);
      finish(task, outcome);
    }
  }

  for (const task of tasks.filter(({ needsNoRequest }) => needsNoRequest)) {
    finish(task, await settle(task));
  }

  await Promise.all(Array.from({ length: MAX_CONCURRENT_GROUPS }, work));
  for (const task of queue) {
    finish(task, SKIPPED);
  }
  return tasks.flatMap((task) => results.get(task) ?? []);
}

/** The outcome of a group that was never attempted. */
export const SKIPPED: GroupOutcome = { kind: 'skipped', group: undefined, drift: [] };

/** Turns a failure of one group into its outcome, one that nobody foresaw as well: the others can still succeed. */
async function settle({ run }: GroupTask): Promise<GroupOutcome> {
  try {
    return await run();
  } catch (cause) {
    const error = cause instanceof ActionError ? cause : explainUnexpected(cause);
    const { group, drift = [] } = error.existing ?? {};
    return { kind: 'failed', error, group, drift };
  }
}

/** Runs one task by itself. */
export async function applyOne(task: GroupTask): Promise<GroupResult> {
  return { target: task.target, outcome: await settle(task) };
}

/** Finds why groups were skipped that no failure of another group explains: the run was over. */
export function findInterruption(
  results: readonly GroupResult[],
  { aborted, reason }: AbortSignal,
): ActionError | undefined {
  const isUnexplained =
    results.some(({ outcome }) => outcome.kind === 'skipped') &&
    !results.some(({ outcome }) => outcome.kind === 'failed');
  return aborted && isUnexplained && reason instanceof ActionError ? reason : undefined;
}
