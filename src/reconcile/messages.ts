import { ActionError, type ActionErrorParts, SPECIAL_TITLES } from '../errors.ts';
import { type Drift, isSameKey } from '../insight-group/diff.ts';
import type { DesiredGroup } from '../insight-group/insight-group.ts';
import type { IncompleteList } from './catalog.ts';
import type { PlanOf } from './plan.ts';
import type { ObservedGroup } from './retry-reason.ts';
import type { MissingTarget } from './targets.ts';
import type { UpdateCheck } from './update-check.ts';
import type { Writes } from './write-ledger.ts';

/** The group that a failure is about. */
interface FailureSubject {
  /** Empty where it is no group. */
  readonly key: string;
  /** Whether the run works on other groups as well, so that what is said is said of this one. */
  readonly isOneOfSeveral: boolean;
  /** What is said of the failure before. */
  readonly message: string;
}

/** Says what a run that failed may have written of a group. */
export function describeWrites(writes: Writes, subject: FailureSubject): string {
  const { key } = subject;
  const { intent, create, update, delete: deletion } = writes;
  if (deletion === 'unknown') {
    return `Outcome unknown: insight group "${key}" may or may not have been deleted.`;
  }
  if (create === 'unknown') {
    const andUpdated = update === 'in-part' ? '; it was updated in part' : '';
    return `Outcome unknown: insight group "${key}" may or may not have been created${andUpdated}.`;
  }
  switch (update) {
    case 'in-part':
      return `Insight group "${key}" was updated in part.`;
    case 'unknown':
      return `Outcome unknown: insight group "${key}" may or may not have been updated.`;
    case 'none':
      return intent === 'absent' ? describeNoDelete(subject) : describeNoWrite(subject);
  }
}

function describeNoDelete({ key, isOneOfSeveral }: FailureSubject): string {
  return isOneOfSeveral ? `Insight group "${key}" was not deleted.` : 'Nothing was deleted.';
}

function describeNoWrite({ key, isOneOfSeveral, message }: FailureSubject): string {
  if (!isOneOfSeveral || key === '') {
    return 'Nothing was written.';
  }
  const isNamed = message.includes(`"${key}"`);
  return `Nothing was written for ${isNamed ? 'it' : `insight group "${key}"`}.`;
}

/** Says why it is safe to run again where it is not known what was written; empty elsewhere. */
export function describeSafety({ create, update, delete: deletion }: Writes): string {
  if (deletion === 'unknown') {
    return ' It is safe to run again: a group that is gone stays gone.';
  }
  if (create === 'unknown') {
    return " It is safe to run again: the key can't be created twice.";
  }
  return update === 'unknown' ? ' It is safe to run again.' : '';
}

/** Explains a group that stands in the way. */
export function explainConflict(
  { reason, group, drift }: PlanOf<'conflict'>,
  desired: DesiredGroup,
): ActionErrorParts {
  switch (reason) {
    case 'foreign':
      return explainForeignGroup({ group, drift }, desired);
    case 'exists':
      return explainExistingGroup({ group, drift });
  }
}

function explainExistingGroup(existing: ObservedGroup): ActionErrorParts {
  const { group, drift } = existing;
  const { key, projectKey, environmentKey } = group;
  const difference =
    drift.length === 0 ? 'It matches the request.' : `It differs in ${listFields(drift)}.`;
  return {
    code: 'conflict',
    message: `Insight group "${key}" already exists in project "${projectKey}", environment "${environmentKey}". ${difference}`,
    nextStep:
      drift.length === 0
        ? 'Set if-exists: keep or if-exists: update to let the step pass when the group exists.'
        : 'Set if-exists: keep to go on with the group as it is, or if-exists: update to change it to what is requested.',
    existing,
  };
}

function explainForeignGroup(existing: ObservedGroup, desired: DesiredGroup): ActionErrorParts {
  const { group } = existing;
  return {
    code: 'conflict',
    title: SPECIAL_TITLES.foreignGroup,
    message: `Insight group "${group.key}" belongs to project "${group.projectKey}", environment "${group.environmentKey}". Keys are unique in the whole account, so it can't be created for project "${desired.projectKey}", environment "${desired.environmentKey}", and it is never moved.`,
    nextStep: `Choose another key, such as "${suggestGroupKey(desired, group.key)}".`,
    existing,
  };
}

/** Says that patterns may mean more than could be found. */
export function describeIncompleteList({ projectKey, count, shown }: IncompleteList): string {
  const what =
    projectKey === undefined
      ? `${count} projects`
      : `${count} environments in project "${projectKey}"`;
  return `LaunchDarkly counts ${what} but lists only ${shown}. What it does not list is left out.`;
}

/** Explains a project or an environment that is named in full and does not exist. */
export function explainMissingTarget({
  reason,
  projectKey,
  environmentKey,
  suggestion,
}: MissingTarget): ActionError {
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  const end = hint === '' ? '.' : '';
  switch (reason) {
    case 'project-not-found':
      return new ActionError({
        code: 'not-found',
        message: `Project "${projectKey}" does not exist${hint}${end} Nothing was written for it.`,
        nextStep: 'Correct the project, or give the token access to it.',
      });
    case 'environment-not-found':
      return new ActionError({
        code: 'not-found',
        message: `Environment "${environmentKey}" does not exist in project "${projectKey}"${hint}${end} Nothing was written for it.`,
        nextStep: 'Correct the environment, or create it before this step.',
      });
    case 'no-environments':
      return new ActionError({
        code: 'unexpected-response',
        message: `LaunchDarkly shows no environment in project "${projectKey}", though every project has one. Nothing was written for it.`,
        nextStep: 'Check that the token may see the environments of the project.',
      });
  }
}

/** Explains an update that LaunchDarkly accepted, and after which the `refused` fields are not as requested. */
export function explainRefusedUpdate(
  existing: ObservedGroup,
  refused: readonly Drift[],
  change: UpdateCheck['change'],
): ActionErrorParts {
  const { key } = existing.group;
  const fields = listFields(refused);
  return change === 'requested-fields'
    ? {
        code: 'unexpected-response',
        message: `Insight group "${key}" was updated, but LaunchDarkly stored different values than requested: ${fields}.`,
        nextStep: `Ask for ${fields} as LaunchDarkly stores it, or use if-exists: keep.`,
        existing,
      }
    : {
        code: 'unexpected-response',
        message: `LaunchDarkly accepted the update of insight group "${key}" but its ${fields} did not change.`,
        nextStep: `Change ${fields} in LaunchDarkly, or use if-exists: keep.`,
        existing,
      };
}

function listFields(drift: readonly Drift[]): string {
  return drift.map(({ field }) => field).join(' and ');
}

/** The first key of the usual patterns that is not the one in use. */
function suggestGroupKey({ projectKey, environmentKey }: DesiredGroup, usedKey: string): string {
  const usual = `${projectKey}-${environmentKey}-all-apps`;
  // A hyphen may be part of either key, so that two pairs make one key; a dot tells them apart.
  return isSameKey(usual, usedKey) ? `${projectKey}.${environmentKey}.all-apps` : usual;
}
