import {
  findChange,
  type InsightGroup,
  type InsightGroupScores,
  isWithoutScore,
  METRICS,
  type MetricScore,
} from '../insight-group/insight-group.ts';
import type { GroupResult } from '../reconcile/group-result.ts';

/** An entry of the output `groups`. All fields are always there: an expression that names a missing one would be empty without a word. */
export function describeResult({ target, outcome }: GroupResult) {
  const group = outcome.group ?? target;
  return {
    key: group.key,
    name: group.name ?? '',
    projectKey: group.projectKey,
    environmentKey: group.environmentKey,
    applicationKeys: group.applicationKeys ?? [],
    createdAt: formatTime(outcome.group?.createdAt),
    outcome: outcome.kind,
    drift: outcome.drift,
    errorCode: outcome.kind === 'failed' ? outcome.error.code : '',
    message: outcome.kind === 'failed' ? outcome.error.message : '',
  };
}

/** The output `overall-score`. LaunchDarkly gives a metric that it has not calculated the score 0, which would read as the worst of all. */
export function describeScore(overall: MetricScore | undefined): string {
  return overall === undefined || isWithoutScore(overall) ? '' : String(overall.score);
}

/** The output `scores`: every metric that LaunchDarkly has shown; its score is null where none was calculated. */
export function pickScores(scores: InsightGroupScores | undefined) {
  return Object.fromEntries(
    METRICS.flatMap((metric) => {
      const score = scores?.[metric];
      return score === undefined ? [] : [[metric, pickScore(score)]];
    }),
  );
}

function pickScore(score: MetricScore) {
  const { indicator } = score;
  return isWithoutScore(score)
    ? { score: null, indicator, change: null }
    : { score: score.score, indicator, change: findChange(score) ?? null };
}

/** The output `group`. The members are named one by one: what else a group may come to hold is not published by accident. */
export function pickPublicFields(group: InsightGroup) {
  const { key, name, projectKey, environmentKey, applicationKeys, createdAt } = group;
  return {
    key,
    name,
    projectKey,
    environmentKey,
    applicationKeys,
    ...(createdAt !== undefined && { createdAt: formatTime(createdAt) }),
  };
}

/** A time as ISO 8601 in UTC; empty where it is not known. */
export function formatTime(epochMs: number | undefined): string {
  return epochMs === undefined ? '' : new Date(epochMs).toISOString();
}
