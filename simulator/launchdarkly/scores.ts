/** The eleven metrics of an insight group. */
export const metrics = [
  'overall',
  'deploymentFrequency',
  'deploymentFailureRate',
  'leadTime',
  'impactSize',
  'experimentationCoverage',
  'flagHealth',
  'velocity',
  'risk',
  'efficiency',
  'creationRatio',
] as const;

/** The name of a metric, as it stands in `scores`. */
export type Metric = (typeof metrics)[number];

/** The rating of a score. */
export type Indicator =
  | 'excellent'
  | 'good'
  | 'fair'
  | 'needsAttention'
  | 'notCalculated'
  | 'unknown';

/** `InsightsMetricScore` of the specification. */
export interface MetricScore {
  readonly score: number;
  readonly indicator: Indicator;
  readonly indicatorRange: { readonly min: number; readonly max: number };
  readonly aggregateOf?: readonly string[];
  readonly diffVsLastPeriod?: number;
  readonly lastPeriod?: MetricScore;
}

/** `InsightGroupScores` of the specification; `creationRatio` is the one optional metric. */
export type GroupScores = Readonly<Record<Exclude<Metric, 'creationRatio'>, MetricScore>> & {
  readonly creationRatio?: MetricScore;
};

/** Which scores roll up into which: https://launchdarkly.com/docs/home/releases/project-metrics */
const componentsOf: Partial<Record<Metric, readonly Metric[]>> = {
  overall: ['velocity', 'risk', 'efficiency'],
  velocity: ['deploymentFrequency', 'leadTime'],
  risk: ['deploymentFailureRate', 'impactSize'],
  efficiency: ['flagHealth', 'experimentationCoverage'],
};

/** The bands of https://launchdarkly.com/docs/home/releases/project-metrics */
const bands = [
  { indicator: 'excellent', min: 90, max: 100 },
  { indicator: 'good', min: 70, max: 89 },
  { indicator: 'fair', min: 40, max: 69 },
  { indicator: 'needsAttention', min: 0, max: 39 },
] as const;

function rateScore(score: number): MetricScore {
  const band = bands.find(({ min }) => score >= min) ?? bands[3];
  return {
    score,
    indicator: band.indicator,
    indicatorRange: { min: band.min, max: band.max },
  };
}

/** Builds a metric's score (0 to 100), compared with the last period's when that is given. */
export function metricScore(metric: Metric, score: number, lastScore?: number): MetricScore {
  const components = componentsOf[metric];
  const aggregate = components === undefined ? {} : { aggregateOf: components };
  return {
    ...rateScore(score),
    ...aggregate,
    ...(lastScore === undefined
      ? {}
      : {
          diffVsLastPeriod: score - lastScore,
          lastPeriod: { ...rateScore(lastScore), ...aggregate },
        }),
  };
}

/** Builds realistic scores of all eleven metrics: every band occurs, some rise and some fall. */
export function sampleScores(): GroupScores {
  return {
    overall: metricScore('overall', 72, 68),
    deploymentFrequency: metricScore('deploymentFrequency', 95, 91),
    deploymentFailureRate: metricScore('deploymentFailureRate', 88, 93),
    leadTime: metricScore('leadTime', 81, 81),
    impactSize: metricScore('impactSize', 64, 58),
    experimentationCoverage: metricScore('experimentationCoverage', 35, 42),
    flagHealth: metricScore('flagHealth', 67, 50),
    velocity: metricScore('velocity', 90, 87),
    risk: metricScore('risk', 76, 75),
    efficiency: metricScore('efficiency', 51, 46),
    creationRatio: metricScore('creationRatio', 44),
  };
}

/** Builds the scores of a group for which no data has arrived yet. */
export function notCalculatedScores(): GroupScores {
  const none = (metric: Metric): MetricScore => {
    const components = componentsOf[metric];
    return {
      score: 0,
      indicator: 'notCalculated',
      indicatorRange: { min: 0, max: 0 },
      ...(components === undefined ? {} : { aggregateOf: components }),
    };
  };
  return {
    overall: none('overall'),
    deploymentFrequency: none('deploymentFrequency'),
    deploymentFailureRate: none('deploymentFailureRate'),
    leadTime: none('leadTime'),
    impactSize: none('impactSize'),
    experimentationCoverage: none('experimentationCoverage'),
    flagHealth: none('flagHealth'),
    velocity: none('velocity'),
    risk: none('risk'),
    efficiency: none('efficiency'),
  };
}

/** How often each indicator is the overall one; `expand=metadata` of the list. */
export function countByIndicator(
  scores: readonly GroupScores[],
): Record<Indicator | 'total', number> {
  const counts = {
    excellent: 0,
    good: 0,
    fair: 0,
    needsAttention: 0,
    notCalculated: 0,
    unknown: 0,
    total: scores.length,
  };
  for (const { overall } of scores) {
    counts[overall.indicator] += 1;
  }
  return counts;
}

/** `InsightPeriod` of the specification, in epoch milliseconds. */
interface ScorePeriod {
  readonly startTime: number;
  readonly endTime: number;
}

// The length of a period is undocumented; thirty days is a plausible one.
const periodMs = 30 * 24 * 60 * 60 * 1000;

/** The periods that come along with scores: this one and the one before it. */
export function scoreMetadata(nowMs: number): {
  readonly period: ScorePeriod;
  readonly lastPeriod: ScorePeriod;
} {
  return {
    period: { startTime: nowMs - periodMs, endTime: nowMs },
    lastPeriod: { startTime: nowMs - 2 * periodMs, endTime: nowMs - periodMs },
  };
}
