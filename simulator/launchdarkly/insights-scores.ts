import { type Call, type FailureReason, type Reply, validationFailed } from './exchange.ts';
import { linkTo } from './paging.ts';
import { findEnvironment, findProject } from './projects.ts';
import { notCalculatedScores, scoreMetadata } from './scores.ts';

/**
 * `GET /api/v2/engineering-insights/insights/scores`: the scores of an environment, without a group.
 *
 * They are those of a group for the same environment and applications, if one has scores. The
 * specification documents no 404, so an environment that does not exist is answered 400.
 */
export function getInsightsScores(call: Call): Reply {
  const { account, query } = call;
  const errors: FailureReason[] = [];
  const readKey = (attribute: string): string => {
    const value = query.get(attribute) ?? '';
    if (value === '') {
      errors.push({ attribute, reason: 'must be present' });
    }
    return value;
  };
  const projectKey = readKey('projectKey');
  const environmentKey = readKey('environmentKey');
  if (errors.length === 0) {
    if (findProject(call, projectKey) === undefined) {
      errors.push({ attribute: 'projectKey', reason: 'does not exist' });
    } else if (findEnvironment(call, { projectKey, environmentKey }) === undefined) {
      errors.push({ attribute: 'environmentKey', reason: 'does not exist' });
    }
  }
  if (errors.length > 0) {
    throw validationFailed(errors);
  }
  const applications = sortedList((query.get('applicationKey') ?? '').split(','));
  const group = account
    .visibleGroups(call.nowMs)
    .find(
      (candidate) =>
        candidate.projectKey === projectKey &&
        candidate.environmentKey === environmentKey &&
        sortedList(candidate.applicationKeys ?? []) === applications,
    );
  return {
    status: 200,
    body: {
      _links: { self: linkTo(`${call.path}?${query}`) },
      ...scoreMetadata(call.nowMs),
      scores: group === undefined ? notCalculatedScores() : account.scoresOf(group.key),
    },
  };
}

function sortedList(keys: readonly string[]): string {
  return keys
    .filter((key) => key !== '')
    .sort()
    .join(',');
}
