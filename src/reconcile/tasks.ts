import type { IfExists } from '../inputs/if-exists.ts';
import {
  type DesiredGroup,
  type GroupReference,
  withoutValues,
} from '../insight-group/insight-group.ts';
import type { GroupTask } from './apply.ts';
import { deleteGroup } from './delete-group.ts';
import type { PlannedGroup } from './entries-plan.ts';
import type { GroupOutcome } from './group-result.ts';
import { setsApplications, toOutcome } from './outcome.ts';
import type { Plan, PlanOf } from './plan.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import { ensureGroup } from './reconcile-group.ts';

/** How tasks are carried out. */
export interface TaskOptions {
  readonly ifExists: IfExists;
  readonly isDryRun: boolean;
  readonly depsFor: (subject: DesiredGroup) => ReconcileDeps;
}

/** Reconciles a group of which nothing is known before. */
export function ensureTask(desired: DesiredGroup, options: TaskOptions): GroupTask {
  const { ifExists, isDryRun, depsFor } = options;
  return {
    target: desired,
    run: () => ensureGroup({ desired, ifExists, isDryRun }, depsFor(desired)),
  };
}

/**
 * Carries out what is planned for groups, or in a dry run shows it. A dry run also checks that the project and
 * the environment of each group exist that it would create.
 */
export function plannedTasks(planned: readonly PlannedGroup[], options: TaskOptions): GroupTask[] {
  const checks = new Map<string, Promise<boolean>>();
  return planned.map((group) => plannedTask(group, options, checks));
}

function plannedTask(
  { desired, plan, isEnvironmentKnown }: PlannedGroup,
  options: TaskOptions,
  checks: Map<string, Promise<boolean>>,
): GroupTask {
  const { ifExists, isDryRun, depsFor } = options;
  if (plan.kind === 'conflict') {
    // The list may lag, so what it shows is asked for again before it is reported.
    return ensureTask(desired, options);
  }
  const observed = plan.kind === 'create' ? undefined : plan.group;
  const apply = () => ensureGroup({ desired, ifExists, isDryRun, observed }, depsFor(desired));
  const show = () => showPlan(plan, depsFor(desired));
  if (isDryRun && plan.kind === 'create' && !isEnvironmentKnown) {
    return { target: desired, run: () => showChecked(desired, { checks, check: apply, show }) };
  }
  return {
    target: desired,
    needsNoRequest: plan.kind === 'none' || plan.kind === 'keep',
    run: isDryRun ? show : apply,
  };
}

/** How a planned create is shown in a dry run, and how it is checked. */
interface CheckedShow {
  /** Whether the checks so far have passed, by project and environment. */
  readonly checks: Map<string, Promise<boolean>>;
  readonly check: () => Promise<GroupOutcome>;
  readonly show: () => Promise<GroupOutcome>;
}

/** Checks the first group of each environment, and the others only if that failed: to say it of each. */
async function showChecked(
  { projectKey, environmentKey }: DesiredGroup,
  { checks, check, show }: CheckedShow,
): Promise<GroupOutcome> {
  // Keys have no slash.
  const environment = `${projectKey}/${environmentKey}`;
  const first = checks.get(environment);
  if (first === undefined) {
    const own = check();
    checks.set(
      environment,
      own.then(
        () => true,
        () => false,
      ),
    );
    return own;
  }
  return (await first) ? show() : check();
}

async function showPlan(
  plan: Exclude<Plan, PlanOf<'conflict'>>,
  deps: ReconcileDeps,
): Promise<GroupOutcome> {
  const outcome = toOutcome(plan);
  return setsApplications(outcome)
    ? { ...outcome, unknownApplications: await deps.diagnosis.findUnknownApplications() }
    : outcome;
}

/**
 * Deletes a group, or in a dry run says whether it would be deleted. Whether a list has shown it does not
 * matter: only a read proves that a group is absent.
 */
export function deleteTask(
  target: GroupReference,
  { isDryRun, depsFor }: Pick<TaskOptions, 'isDryRun' | 'depsFor'>,
): GroupTask {
  return {
    target,
    run: () => deleteGroup({ target, isDryRun }, depsFor(withoutValues(target))),
  };
}
