import { type ActionErrorParts, SPECIAL_TITLES } from '../errors.ts';
import type { GroupReference, InsightGroup } from '../insight-group/insight-group.ts';
import type { ApiError } from '../launchdarkly/api-result.ts';
import { quoteApiError } from '../launchdarkly/diagnose.ts';
import { isOwnError } from '../launchdarkly/error-origin.ts';

/** Explains a group that is not deleted, because it belongs to another project or environment. */
export function explainForeignDelete(
  group: InsightGroup,
  target: GroupReference,
): ActionErrorParts {
  return {
    code: 'conflict',
    title: SPECIAL_TITLES.foreignGroup,
    message: `Insight group "${group.key}" belongs to project "${group.projectKey}", environment "${group.environmentKey}", and not to project "${target.projectKey}", environment "${target.environmentKey}".`,
    nextStep: 'Correct key, project and environment: all three have to name the same group.',
    existing: { group, drift: [] },
  };
}

/** What to do about more deletions than max-deletes allows. */
export const TOO_MANY_DELETES_ADVICE =
  'Check the entries with state: absent. If all of them are intended, raise max-deletes.';

/** Explains a group that is one too many: a list that lags has shown fewer groups than exist. */
export function explainDeleteLimit(group: InsightGroup, max: number): ActionErrorParts {
  return {
    code: 'too-many-deletes',
    message: `More of the groups to delete exist than the list of groups showed; max-deletes allows ${max}.`,
    nextStep: TOO_MANY_DELETES_ADVICE,
    existing: { group, drift: [] },
  };
}

/** Explains a group that is still there though its delete was answered with 404. */
export function explainNotDeleted(error: ApiError, group: InsightGroup): ActionErrorParts {
  const common = {
    code: 'unexpected-response',
    serverMessage: quoteApiError(error),
    existing: { group, drift: [] },
  } as const;
  return isOwnError(error)
    ? {
        ...common,
        message: `LaunchDarkly answered the delete of insight group "${group.key}" with 404, but still shows the group.`,
        nextStep:
          'The token may be allowed to see the group but not to delete it. Check the permissions of the token.',
      }
    : {
        ...common,
        message: `The delete of insight group "${group.key}" was answered with 404, but not by LaunchDarkly, which still shows the group.`,
        nextStep:
          'Check whether a proxy between the runner and LaunchDarkly blocks DELETE requests.',
      };
}

/** Adds to the explanation of a delete without an answer why it is not tried again. */
export function explainUnknownIdentity(
  parts: ActionErrorParts,
  group: InsightGroup,
): ActionErrorParts {
  return {
    ...parts,
    message: `${parts.message} LaunchDarkly shows a group with this key but not when it was created, so it may be a new one.`,
    nextStep: 'Check the group in LaunchDarkly, and run again if it should be deleted.',
    existing: { group, drift: [] },
  };
}
