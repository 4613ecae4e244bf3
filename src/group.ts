/** What a workflow asks for. Keys are LaunchDarkly keys; no application keys means all applications. */
export interface WantedGroup {
  readonly key: string;
  readonly name: string;
  readonly projectKey: string;
  readonly environmentKey: string;
  readonly applicationKeys: readonly string[];
}

/** An insight group as LaunchDarkly stores it. `createdAt` is in epoch milliseconds, by the server's clock. */
export interface InsightGroup extends WantedGroup {
  readonly createdAt: number;
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

/** One way in which the stored group differs from the wanted one. Fields bear the names of the inputs. */
export type Drift =
  | {
      readonly field: 'name' | 'project' | 'environment';
      readonly wanted: string;
      readonly actual: string;
    }
  | {
      readonly field: 'applications';
      readonly wanted: readonly string[];
      readonly actual: readonly string[];
    };

/** One operation of a JSON Patch (RFC 6902) on an insight group. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: '/name' | '/applicationKeys';
  readonly value?: string | readonly string[];
}

/** Lists how `stored` differs from `wanted`; empty when they are equal. Applications are compared as sets. */
export function findDrift(wanted: WantedGroup, stored: WantedGroup): Drift[] {
  const drift: Drift[] = [];
  if (wanted.projectKey !== stored.projectKey) {
    drift.push({ field: 'project', wanted: wanted.projectKey, actual: stored.projectKey });
  }
  if (wanted.environmentKey !== stored.environmentKey) {
    drift.push({
      field: 'environment',
      wanted: wanted.environmentKey,
      actual: stored.environmentKey,
    });
  }
  if (wanted.name !== stored.name) {
    drift.push({ field: 'name', wanted: wanted.name, actual: stored.name });
  }
  const wantedKeys = new Set(wanted.applicationKeys);
  const storedKeys = new Set(stored.applicationKeys);
  if (![...wantedKeys].every((key) => storedKeys.has(key)) || wantedKeys.size !== storedKeys.size) {
    drift.push({
      field: 'applications',
      wanted: wanted.applicationKeys,
      actual: stored.applicationKeys,
    });
  }
  return drift;
}

/** Says whether the drift shows a group of another project or environment: somebody else's, never to be changed. */
export function belongsElsewhere(drift: readonly Drift[]): boolean {
  return drift.some(({ field }) => field === 'project' || field === 'environment');
}

/** Plans the JSON Patch that heals `drift` and touches nothing else. */
export function planPatch(drift: readonly Drift[]): PatchOperation[] {
  return drift.flatMap((entry): PatchOperation[] => {
    if (entry.field === 'name') {
      return [{ op: 'replace', path: '/name', value: entry.wanted }];
    }
    if (entry.field === 'applications') {
      return planApplications(entry.wanted);
    }
    return [];
  });
}

/**
 * RFC 6902 allows `replace` and `remove` only on a member that exists, and whether it does may change
 * between the read and the patch. `add` sets it either way. "All" is asked for by taking the member
 * away: what LaunchDarkly makes of `[]` is not documented.
 */
function planApplications(wanted: readonly string[]): PatchOperation[] {
  const set = { op: 'add', path: '/applicationKeys', value: wanted } as const;
  return wanted.length > 0 ? [set] : [set, { op: 'remove', path: '/applicationKeys' }];
}
