import type { UnknownApplication } from '../launchdarkly/key-lookup.ts';
import type { GroupOutcome } from '../reconcile/group-result.ts';

/** Something that a reader of a success has to know besides its outcome. The text is raw. */
export interface OutcomeNote {
  /** A constant, as all titles. */
  readonly title: string;
  readonly text: string;
}

/** More unknown applications than these are counted, not named. */
const MAX_NAMED_APPLICATIONS = 10;

/** Describes what else is known of an outcome, or is known not to be known. */
export function describeNotes(outcome: GroupOutcome): OutcomeNote[] {
  const { group } = outcome;
  const mayHaveBeenCreated = 'mayHaveBeenCreated' in outcome && outcome.mayHaveBeenCreated;
  const unknownApplications =
    'unknownApplications' in outcome ? (outcome.unknownApplications ?? []) : [];
  const notes: OutcomeNote[] = [];
  if ('successor' in outcome && outcome.successor !== undefined) {
    notes.push({
      title: 'An insight group with the same key was created in the meantime',
      text: `Insight group "${outcome.successor.key}" was created again while this run was deleting it. The new group was left alone.`,
    });
  }
  if (mayHaveBeenCreated && group !== undefined) {
    notes.push({
      title: 'It is not known whether this run created the insight group',
      text: `A request to create insight group "${group.key}" got no answer, and LaunchDarkly does not say when the group was created: this run may or may not have created it.`,
    });
  }
  if (unknownApplications.length > 0) {
    notes.push({
      title: 'LaunchDarkly does not know an application',
      text: `LaunchDarkly does not know the ${nameApplications(unknownApplications)} ${explainApplications(unknownApplications)}`,
    });
  }
  return notes;
}

function explainApplications(unknown: readonly UnknownApplication[]): string {
  const fact =
    'An application appears with its first deployment event or SDK connection; until then it adds nothing to the group.';
  const isAllMeant = unknown.some(({ key }) => key.toLowerCase() === 'all');
  return isAllMeant ? `For all applications, leave applications out. ${fact}` : fact;
}

function nameApplications(applications: readonly UnknownApplication[]): string {
  const [first, ...others] = applications;
  if (first !== undefined && others.length === 0) {
    const { key, suggestion } = first;
    return `application "${key}"${suggestion === undefined ? '.' : `; did you mean "${suggestion}"?`}`;
  }
  const names = applications
    .slice(0, MAX_NAMED_APPLICATIONS)
    .map(({ key, suggestion }) =>
      suggestion === undefined ? `"${key}"` : `"${key}" (did you mean "${suggestion}"?)`,
    );
  const unnamed = applications.length - names.length;
  const last = unnamed > 0 ? `${unnamed} others` : names.pop();
  return `applications ${names.join(', ')} and ${last}.`;
}
