import {
  type InsightPeriod,
  isWithoutScore,
  METRICS,
  type Metric,
  type MetricScore,
  type ScoreMetadata,
} from '../insight-group/insight-group.ts';
import type { Outcome } from '../reconcile/outcome.ts';
import { type Block, type Markdown, row } from './markdown.ts';

/** What a metric is called, and how deep it stands below the overall score. */
const METRIC_ROWS: Readonly<Record<Metric, { readonly name: string; readonly depth: 0 | 1 | 2 }>> =
  {
    overall: { name: 'Overall', depth: 0 },
    velocity: { name: 'Velocity', depth: 1 },
    deploymentFrequency: { name: 'Deployment frequency', depth: 2 },
    leadTime: { name: 'Lead time', depth: 2 },
    risk: { name: 'Risk', depth: 1 },
    deploymentFailureRate: { name: 'Deployment failure rate', depth: 2 },
    impactSize: { name: 'Impact size', depth: 2 },
    efficiency: { name: 'Efficiency', depth: 1 },
    flagHealth: { name: 'Flag health', depth: 2 },
    experimentationCoverage: { name: 'Experimentation coverage', depth: 2 },
    creationRatio: { name: 'Creation ratio', depth: 2 },
  };

/** The bands that LaunchDarkly documents, in its words. The set is open. */
const BANDS: ReadonlyMap<string, string> = new Map([
  ['excellent', 'Excellent'],
  ['good', 'Good'],
  ['fair', 'Fair'],
  ['needsAttention', 'Needs attention'],
  ['notCalculated', 'Not calculated'],
  ['unknown', 'Unknown'],
]);

/**
 * Describes the scores of the group as a table, each roll-up above what it is made of. Says calmly that
 * there are none yet where that is so, and nothing where they are not known.
 */
export function describeScores({ kind, group }: Outcome, markdown: Markdown): Block[] {
  const scored = METRICS.flatMap((metric) => {
    const score = group?.scores?.[metric];
    return score === undefined ? [] : [{ metric, score }];
  });
  if (scored.every(({ score }) => isWithoutScore(score))) {
    return kind === 'created' || scored.length > 0
      ? ['No scores yet: LaunchDarkly calculates them once it has data.']
      : [];
  }
  return [
    '### Scores',
    {
      head: [
        row('Metric', 'Score', '', 'Band', 'Since last period'),
        row(':---', '---:', ':---', ':---', '---:'),
      ],
      rows: scored.map(({ metric, score }) => describeScore(metric, score, markdown)),
    },
    `<sub>${describePeriods(group?.scoreMetadata)}</sub>`,
  ];
}

function describeScore(metric: Metric, score: MetricScore, markdown: Markdown): string {
  const { name, depth } = METRIC_ROWS[metric];
  const label = `${'&emsp;'.repeat(depth)}${depth === 2 ? name : `**${name}**`}`;
  if (isWithoutScore(score)) {
    return row(label, '–', '', nameBand(score, markdown), '–');
  }
  const number = String(Math.round(score.score));
  return row(
    label,
    depth === 2 ? number : `**${number}**`,
    drawBar(score.score),
    nameBand(score, markdown),
    describeChange(score),
  );
}

/** Ten cells, each for ten points. */
function drawBar(score: number): string {
  const filled = Math.min(10, Math.max(0, Math.round(score / 10)));
  return `${'▰'.repeat(filled)}${'▱'.repeat(10 - filled)}`;
}

function nameBand({ indicator, indicatorRange }: MetricScore, markdown: Markdown): string {
  const band = BANDS.get(indicator) ?? splitWords(indicator);
  const range =
    indicatorRange === undefined || isWithoutScore({ indicator })
      ? ''
      : ` (${indicatorRange.min}–${indicatorRange.max})`;
  return markdown.text(`${band}${range}`);
}

/** A band of which nobody knew when this was written: `veryGood` reads "Very good". */
function splitWords(indicator: string): string {
  const words = indicator.replace(/(?<=[a-z\d])[A-Z]/g, ' $&').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function describeChange({ score, diffVsLastPeriod, lastPeriod }: MetricScore): string {
  const wasScored = lastPeriod !== undefined && !isWithoutScore(lastPeriod);
  const difference = diffVsLastPeriod ?? (wasScored ? score - lastPeriod.score : undefined);
  if (difference === undefined) {
    return '–';
  }
  const change = Math.round(difference);
  if (change === 0) {
    return '±0';
  }
  return change > 0 ? `▲ +${change}` : `▼ −${-change}`;
}

function describePeriods(metadata: ScoreMetadata | undefined): string {
  const scale = 'Scores go from 0 to 100; higher is better.';
  if (metadata?.period === undefined) {
    return scale;
  }
  const comparison =
    metadata.lastPeriod === undefined ? '' : `, compared with ${formatPeriod(metadata.lastPeriod)}`;
  return `${scale} Period: ${formatPeriod(metadata.period)}${comparison} (UTC).`;
}

function formatPeriod({ startTime, endTime }: InsightPeriod): string {
  return `${formatDate(startTime)} to ${formatDate(endTime)}`;
}

function formatDate(epochMs: number): string {
  return new Date(epochMs).toISOString().split('T').slice(0, 1).join('');
}
