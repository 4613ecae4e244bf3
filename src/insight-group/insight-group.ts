/** What a workflow asks for. Keys are LaunchDarkly keys; no application keys means all applications. */
export interface DesiredGroup {
  readonly key: string;
  readonly name: string;
  readonly projectKey: string;
  readonly environmentKey: string;
  readonly applicationKeys: readonly string[];
}

/** Names a group by its key and by where it belongs. */
export type GroupReference = Pick<DesiredGroup, 'key' | 'projectKey' | 'environmentKey'>;

/** The group that a reference names, for work that asks for none of its values. */
export function withoutValues(reference: GroupReference): DesiredGroup {
  return { ...reference, name: '', applicationKeys: [] };
}

/** An insight group as LaunchDarkly stores it. */
export interface InsightGroup extends DesiredGroup {
  /** Epoch milliseconds by the server's clock; undefined when LaunchDarkly does not say, or not in a form that is a time. */
  readonly createdAt?: number | undefined;
  readonly scores?: InsightGroupScores | undefined;
  readonly scoreMetadata?: ScoreMetadata | undefined;
}

/**
 * The metrics of an insight group, in the order in which they are shown: the overall score,
 * then each rolled-up score followed by what it is made of.
 *
 * @see https://launchdarkly.com/docs/api/insights-scores-beta/create-insight-group `InsightGroupScores`
 */
export const METRICS = [
  'overall',
  'velocity',
  'deploymentFrequency',
  'leadTime',
  'risk',
  'deploymentFailureRate',
  'impactSize',
  'efficiency',
  'flagHealth',
  'experimentationCoverage',
  'creationRatio',
] as const;

export type Metric = (typeof METRICS)[number];

/** Scores by metric. Any of them may be missing. */
export type InsightGroupScores = { readonly [M in Metric]?: MetricScore | undefined };

/** One metric's score, 0 to 100. `indicator` is an open set of words, such as `excellent` or `needsAttention`. */
export interface MetricScore {
  readonly score: number;
  readonly indicator: string;
  readonly indicatorRange?: { readonly min: number; readonly max: number } | undefined;
  readonly aggregateOf?: readonly string[] | undefined;
  readonly diffVsLastPeriod?: number | undefined;
  readonly lastPeriod?: { readonly score: number; readonly indicator: string } | undefined;
}

/** The indicators of a metric that LaunchDarkly has not calculated, and whose score says nothing. */
const WITHOUT_SCORE = new Set(['notCalculated', 'unknown']);

/** Says whether the score is a mere stand-in, because LaunchDarkly has no data (yet). */
export function isWithoutScore({ indicator }: Pick<MetricScore, 'indicator'>): boolean {
  return WITHOUT_SCORE.has(indicator);
}

/** How a score has changed since the last period; undefined where that is not known. */
export function findChange({
  score,
  diffVsLastPeriod,
  lastPeriod,
}: MetricScore): number | undefined {
  const wasScored = lastPeriod !== undefined && !isWithoutScore(lastPeriod);
  return diffVsLastPeriod ?? (wasScored ? score - lastPeriod.score : undefined);
}

/** A span of time, both ends in epoch milliseconds. */
export interface InsightPeriod {
  readonly startTime: number;
  readonly endTime: number;
}

/** What the scores were calculated over. */
export interface ScoreMetadata {
  readonly period?: InsightPeriod | undefined;
  readonly lastPeriod?: InsightPeriod | undefined;
}
