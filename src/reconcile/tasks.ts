import type { IfExists } from '../inputs/if-exists.ts';
import {
  type DesiredGroup,
  type GroupReference,
  withoutValues,
} from '../insight-group/insight-group.ts';
import type { GroupTask } from './apply.ts';
import { type DeleteRequest, deleteGroup } from './delete-group.ts';
import { expectOutcome, type PlannedGroup } from './entries-plan.ts';
import { type Outcome, setsApplications, toOutcome } from './outcome.ts';
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
 * Carries out what is planned for groups, or in a dry run shows it. What needs nothing is taken from the plan.
 * A plan may come from a list that lags, so every other group is read or written first; a dry run does so until
 * the list has proved right often enough.
 */
export function plannedTasks(planned: readonly PlannedGroup[], options: TaskOptions): GroupTask[] {
  const checks = new Map<string, Promise<boolean>>();
  const trust = new ListTrust();
  return planned.map((group): GroupTask => {
    const { desired, plan, isEnvironmentKnown } = group;
    if (plan.kind === 'none' || plan.kind === 'keep') {
      return { target: desired, needsNoRequest: true, run: async () => toOutcome(plan) };
    }
    if (!options.isDryRun) {
      return { target: desired, run: () => ensurePlanned(group, options) };
    }
    const show = async (isKnown: boolean) => {
      if (isKnown && trust.isEarned && plan.kind !== 'conflict') {
        return showPlan(plan, options.depsFor(desired));
      }
      const outcome = await ensurePlanned({ ...group, isEnvironmentKnown: isKnown }, options);
      trust.observe(outcome.kind === expectOutcome(plan));
      return outcome;
    };
    const isChecked = plan.kind !== 'create' || isEnvironmentKnown;
    return {
      target: desired,
      run: () => (isChecked ? show(true) : checkOnce(desired, checks, show)),
    };
  });
}

function ensurePlanned(
  { desired, plan, isEnvironmentKnown }: PlannedGroup,
  { ifExists, isDryRun, depsFor }: TaskOptions,
): Promise<Outcome> {
  const isListed = plan.kind !== 'create';
  return ensureGroup(
    { desired, ifExists, isDryRun, isListed, isEnvironmentKnown },
    depsFor(desired),
  );
}

/** How many reads in a row have to agree with the list before a dry run takes it at its word. */
const TRUSTED_AFTER = 20;

/** Whether the list of groups is up to date, as far as single reads show. */
class ListTrust {
  #agreements = 0;

  get isEarned(): boolean {
    return this.#agreements >= TRUSTED_AFTER;
  }

  observe(agrees: boolean): void {
    this.#agreements = agrees ? this.#agreements + 1 : 0;
  }
}

async function showPlan(
  plan: Exclude<Plan, PlanOf<'conflict'>>,
  deps: ReconcileDeps,
): Promise<Outcome> {
  const outcome = toOutcome(plan);
  return setsApplications(outcome)
    ? { ...outcome, unknownApplications: await deps.diagnosis.findUnknownApplications() }
    : outcome;
}

/**
 * Lets the first group of each environment prove that it exists. The others prove it only where the first
 * could not: so that each has a failure of its own.
 */
async function checkOnce(
  { projectKey, environmentKey }: DesiredGroup,
  checks: Map<string, Promise<boolean>>,
  plan: (isEnvironmentKnown: boolean) => Promise<Outcome>,
): Promise<Outcome> {
  // Keys have no slash.
  const environment = `${projectKey}/${environmentKey}`;
  const check = checks.get(environment);
  if (check !== undefined) {
    return plan(await check);
  }
  const first = plan(false);
  checks.set(
    environment,
    first.then(
      ({ kind }) => kind === 'would-create',
      () => false,
    ),
  );
  return first;
}

/**
 * Deletes a group, or in a dry run says whether it would be deleted. Whether a list has shown it does not
 * matter: only a read proves that a group is absent.
 */
export function deleteTask(
  target: GroupReference,
  options: Pick<TaskOptions, 'isDryRun' | 'depsFor'> & Pick<DeleteRequest, 'limit'>,
): GroupTask {
  const { isDryRun, depsFor, limit } = options;
  return {
    target,
    run: () => deleteGroup({ target, isDryRun, limit }, depsFor(withoutValues(target))),
  };
}
