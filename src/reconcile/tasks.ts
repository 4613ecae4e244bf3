import type { IfExists } from '../inputs/if-exists.ts';
import type { DesiredGroup, GroupReference } from '../insight-group/insight-group.ts';
import type { GroupTask } from './apply.ts';
import { deleteGroup } from './delete-group.ts';
import type { PlannedDelete, PlannedGroup } from './entries-plan.ts';
import type { GroupOutcome } from './group-result.ts';
import type { Plan } from './plan.ts';
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
  const places = new Map<string, Promise<GroupOutcome>>();
  return planned.map((group) => plannedTask(group, options, places));
}

function plannedTask(
  { desired, plan, isPlaceKnown }: PlannedGroup,
  options: TaskOptions,
  places: Map<string, Promise<GroupOutcome>>,
): GroupTask {
  const { ifExists, isDryRun, depsFor } = options;
  if (plan.kind === 'conflict') {
    // The list may lag, so what it shows is asked for again before it is reported.
    return ensureTask(desired, options);
  }
  if (!isDryRun) {
    const observed = plan.kind === 'create' ? undefined : plan.group;
    return {
      target: desired,
      needsNoRequest: plan.kind === 'none' || plan.kind === 'keep',
      run: () => ensureGroup({ desired, ifExists, isDryRun, observed }, depsFor(desired)),
    };
  }
  const show = () => showPlan(plan, depsFor(desired));
  if (plan.kind !== 'create' || isPlaceKnown) {
    return {
      target: desired,
      needsNoRequest: plan.kind === 'none' || plan.kind === 'keep',
      run: show,
    };
  }
  const { run: check } = ensureTask(desired, options);
  return { target: desired, run: () => checkPlaceOnce(desired, places, check, show) };
}

/** Asks about the first group of each environment, and about the others only if that failed: to say it of each. */
async function checkPlaceOnce(
  { projectKey, environmentKey }: DesiredGroup,
  places: Map<string, Promise<GroupOutcome>>,
  check: () => Promise<GroupOutcome>,
  show: () => Promise<GroupOutcome>,
): Promise<GroupOutcome> {
  // Keys have no slash.
  const place = `${projectKey}/${environmentKey}`;
  const first = places.get(place);
  if (first === undefined) {
    const own = check();
    places.set(place, own);
    return own;
  }
  return (await first).kind === 'failed' ? check() : show();
}

async function showPlan(
  plan: Exclude<Plan, { readonly kind: 'conflict' }>,
  deps: ReconcileDeps,
): Promise<GroupOutcome> {
  switch (plan.kind) {
    case 'create': {
      const unknownApplications = await deps.diagnosis.findUnknownApplications();
      return { kind: 'would-create', group: undefined, drift: [], unknownApplications };
    }
    case 'update':
      return { kind: 'would-update', group: plan.group, drift: plan.drift };
    case 'none':
      return { kind: 'unchanged', group: plan.group, drift: plan.drift };
    case 'keep':
      return { kind: 'kept', group: plan.group, drift: plan.drift };
  }
}

/** Deletes a group, or in a dry run says whether it would be deleted. */
export function deleteTask(
  target: GroupReference,
  { isDryRun, depsFor }: Pick<TaskOptions, 'isDryRun' | 'depsFor'>,
): GroupTask {
  const subject = { ...target, name: '', applicationKeys: [] };
  return { target, run: () => deleteGroup({ target, isDryRun }, depsFor(subject)) };
}

/** Deletes a group. Whether it was seen does not matter: only a read proves that a group is absent. */
export function plannedDeleteTask(
  { target }: PlannedDelete,
  options: Pick<TaskOptions, 'isDryRun' | 'depsFor'>,
): GroupTask {
  return deleteTask(target, options);
}
