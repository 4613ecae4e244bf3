import {
  findChange,
  type InsightGroup,
  type InsightPeriod,
  isWithoutScore,
  METRICS,
  type Metric,
  type MetricScore,
  type ScoreMetadata,
} from '../insight-group/insight-group.ts';
import { type Block, row } from './document.ts';
import type { Markdown } from './markdown.ts';

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

/**
 * The bands that LaunchDarkly documents, each with the mark that stands for it in a table. The set is open.
 *
 * @see https://launchdarkly.com/docs/home/releases/project-metrics
 */
const BANDS: ReadonlyMap<string, { readonly mark: string; readonly name: string }> = new Map([
  ['excellent', { mark: '🟢', name: 'Excellent' }],
  ['good', { mark: '🔵', name: 'Good' }],
  ['fair', { mark: '🟡', name: 'Fair' }],
  ['needsAttention', { mark: '🔴', name: 'Needs attention' }],
]);

/** Bands that are not known here, and metrics that have no score. */
const NEUTRAL_MARK = '⚪';

/**
 * Renders the scores of a group: the overall score in one line, below which the others are folded. Says
 * so calmly when LaunchDarkly has calculated none yet, and nothing when it has not shown any.
 */
export function renderScores(group: InsightGroup, markdown: Markdown): Block[] {
  const scored = METRICS.flatMap((metric) => {
    const score = group.scores?.[metric];
    return score === undefined ? [] : [{ metric, score }];
  });
  if (scored.length === 0) {
    return [];
  }
  if (scored.every(({ score }) => isWithoutScore(score))) {
    return [NO_SCORES];
  }
  return [
    {
      summary: summarize(group.scores?.overall, markdown),
      blocks: [
        {
          head: [row('Metric', 'Score', 'Trend'), row(':---', '---:', '---:')],
          rows: scored.map(({ metric, score }) => renderRow(metric, score)),
        },
        `<sub>${describeBands(
          scored.map(({ score }) => score),
          markdown,
        )}</sub>`,
        `<sub>${describePeriods(group.scoreMetadata)}</sub>`,
      ],
    },
  ];
}

/** What is said of a group without scores. */
export const NO_SCORES = 'No scores yet: LaunchDarkly calculates them once it has data.';

/** The one line that is always shown. It stands in HTML, where Markdown means nothing. */
function summarize(overall: MetricScore | undefined, markdown: Markdown): string {
  if (overall === undefined || isWithoutScore(overall)) {
    return 'Scores';
  }
  const change = describeChange(overall);
  return [
    `Overall score <b>${Math.round(overall.score)}</b>`,
    `${markOf(overall)} ${markdown.text(nameBand(overall))}`,
    ...(change === undefined ? [] : [`${change} since the last period`]),
  ].join(' · ');
}

function renderRow(metric: Metric, score: MetricScore): string {
  const { name, depth } = METRIC_ROWS[metric];
  const label = `${'&nbsp;'.repeat(2 * depth)}${depth === 2 ? name : `**${name}**`}`;
  if (isWithoutScore(score)) {
    return row(label, `${NEUTRAL_MARK} –`, '–');
  }
  const number = String(Math.round(score.score));
  return row(
    label,
    `${markOf(score)} ${depth === 2 ? number : `**${number}**`}`,
    describeChange(score) ?? '–',
  );
}

function markOf({ indicator }: MetricScore): string {
  return BANDS.get(indicator)?.mark ?? NEUTRAL_MARK;
}

function nameBand({ indicator }: MetricScore): string {
  return BANDS.get(indicator)?.name ?? splitWords(indicator);
}

/** Explains each mark that the table uses, with the range of its band where LaunchDarkly has told it. */
function describeBands(scores: readonly MetricScore[], markdown: Markdown): string {
  const bands = new Map(
    scores.map((score) => {
      const { indicator, indicatorRange: range } = score;
      if (isWithoutScore(score)) {
        return ['', `${NEUTRAL_MARK} Not calculated`];
      }
      const limits = range === undefined ? '' : ` ${range.min}–${range.max}`;
      return [indicator, `${markOf(score)} ${markdown.text(`${nameBand(score)}${limits}`)}`];
    }),
  );
  const order = [...BANDS.keys()];
  const rank = (indicator: string) => (order.indexOf(indicator) + 1 || order.length + 1) - 1;
  return [...bands]
    .sort(([left], [right]) => rank(left) - rank(right))
    .map(([, text]) => text)
    .join(' · ');
}

/** Turns a band that was not known when this was written into words: `veryGood` reads "Very good". */
function splitWords(indicator: string): string {
  const words = indicator.replace(/(?<=[a-z\d])[A-Z]/g, ' $&').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function describeChange(score: MetricScore): string | undefined {
  const difference = findChange(score);
  if (difference === undefined) {
    return undefined;
  }
  const change = Math.round(difference);
  if (change === 0) {
    return '±0';
  }
  return change > 0 ? `▲&nbsp;+${change}` : `▼&nbsp;−${-change}`;
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
