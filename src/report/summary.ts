import type { ActionError } from '../errors.ts';
import type { Drift } from '../insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../insight-group/insight-group.ts';
import type { Outcome } from '../reconcile/outcome.ts';
import type { Secrets } from '../secrets.ts';
import { type Block, fitBlocks, Markdown, row } from './markdown.ts';
import { describeNotes } from './outcome-notes.ts';
import { describeScores } from './scores.ts';
import type { Story } from './story.ts';

/** The size of the largest report, in bytes of UTF-8. A comment may have 65,536 characters, a summary more. */
export const MAX_REPORT_BYTES = 64 * 1024;

/** More applications than these are counted, not named. */
const MAX_NAMED_APPLICATIONS = 25;

/**
 * Renders the job summary: the outcome in the first line, then the group, the drift, the scores or the
 * failure, and in small print what it took. Never larger than `maxBytes` bytes of UTF-8.
 */
export function renderSummary(
  story: Story,
  secrets: Secrets,
  maxBytes: number = MAX_REPORT_BYTES,
): string {
  const markdown = new Markdown(secrets);
  const facts = [
    nameServer(story, markdown),
    count(story.requests, 'request'),
    count(story.attempts, 'attempt'),
    `${(story.elapsedMs / 1_000).toFixed(1)} s`,
  ];
  return renderReport(story, {
    markdown,
    smallPrint: facts.filter((fact) => fact !== undefined).join(' · '),
    maxBytes,
  });
}

/** How to render a report. */
export interface ReportOptions {
  readonly markdown: Markdown;
  /** Markdown for below everything else. */
  readonly smallPrint: string;
  readonly maxBytes: number;
}

/** Renders a story with all that its reader cares for, within `maxBytes` bytes. */
export function renderReport(story: Story, options: ReportOptions): string {
  const { markdown, smallPrint, maxBytes } = options;
  // Right below the heading: that nothing was written must not be overlooked.
  const blocks = describeEnding(story, markdown).toSpliced(1, 0, ...describeDryRun(story));
  return fitBlocks(blocks, `<sub>${smallPrint}</sub>\n`, maxBytes);
}

/** Names the server that the story played on; undefined when no server was chosen. */
export function nameServer({ origin }: Story, markdown: Markdown): string | undefined {
  return origin === undefined ? undefined : `LaunchDarkly at ${markdown.text(origin)}`;
}

function describeEnding({ ending, request }: Story, markdown: Markdown): Block[] {
  if (ending.kind === 'failure') {
    return describeFailure(ending.error, request?.desired, markdown);
  }
  const { outcome } = ending;
  const group = outcome.group ?? request?.desired;
  return [
    `## ${nameOutcome(outcome, markdown.text(group?.name ?? ''))}`,
    ...(group === undefined ? [] : [tabulateGroup(group, 'Insight group', markdown)]),
    ...describeOutcomeDrift(outcome, markdown),
    ...describeNotes(outcome).map(({ text }) => `⚠️ ${markdown.text(text)}`),
    ...describeScores(outcome, markdown),
  ];
}

function nameOutcome(outcome: Outcome, name: string): string {
  switch (outcome.kind) {
    case 'created':
      return `✅ Insight group created: ${name}`;
    case 'unchanged':
      return `✅ Insight group unchanged: ${name}`;
    case 'kept':
      return `⚠️ Insight group kept as it is: ${name}`;
    case 'updated':
      return `✅ Insight group updated: ${name}`;
    case 'would-create':
      return `Dry run: would create insight group ${name}`;
    case 'would-update':
      return `Dry run: would update insight group ${name}`;
  }
}

function describeDryRun({ request }: Story): Block[] {
  return request?.isDryRun ? ['This was a dry run: nothing was written.'] : [];
}

function describeOutcomeDrift(outcome: Outcome, markdown: Markdown): Block[] {
  const { drift } = outcome;
  if (drift.length === 0) {
    return [];
  }
  switch (outcome.kind) {
    case 'created':
      return [
        'LaunchDarkly stored different values than requested:',
        tabulateDrift(drift, WANTED_AND_ACTUAL, markdown),
      ];
    case 'kept':
      return [
        'It differs from what the workflow wants, and <code>if-exists: keep</code> leaves it so:',
        tabulateDrift(drift, WANTED_AND_ACTUAL, markdown),
      ];
    case 'updated':
      return [
        'What has changed:',
        tabulateDrift(drift, { before: 'Before', now: 'Now' }, markdown),
      ];
    case 'would-update':
      return [
        'What would change:',
        tabulateDrift(drift, { before: 'Now', now: 'Wanted' }, markdown),
      ];
    case 'unchanged':
    case 'would-create':
      return [];
  }
}

function describeFailure(
  error: ActionError,
  desired: DesiredGroup | undefined,
  markdown: Markdown,
): Block[] {
  const drift = error.existing?.drift ?? [];
  return [
    `## ❌ Failed: ${error.title}`,
    markdown.text(error.message),
    `**Next step:** ${markdown.text(error.nextStep)}`,
    ...(error.said === undefined ? [] : [`> ${markdown.text(error.said)}`]),
    ...(drift.length === 0 ? [] : [tabulateDrift(drift, WANTED_AND_ACTUAL, markdown)]),
    ...(desired === undefined ? [] : [tabulateGroup(desired, 'Asked for', markdown)]),
    ...describeReasons(error, markdown),
    ...error.details.map((detail) => `<sub>${markdown.text(detail)}</sub>`),
  ];
}

function describeReasons({ code, reasons }: ActionError, markdown: Markdown): Block[] {
  if (reasons.length === 0) {
    return [];
  }
  const subject = code === 'invalid-input' ? 'Input' : 'Attribute';
  const rows = reasons.map(({ attribute, reason }) =>
    row(attribute === '' ? '–' : markdown.code(attribute), markdown.text(reason)),
  );
  return [{ head: [row(subject, 'Reason'), row(':---', ':---')], rows }];
}

function tabulateGroup(
  group: DesiredGroup | InsightGroup,
  title: string,
  markdown: Markdown,
): Block {
  const { key, name, projectKey, environmentKey, applicationKeys } = group;
  return {
    head: [row(title, markdown.text(name)), row(':---', ':---')],
    rows: [
      row('Key', markdown.code(key)),
      row('Project', markdown.code(projectKey)),
      row('Environment', markdown.code(environmentKey)),
      row('Applications', nameApplications(applicationKeys, markdown)),
      ...('createdAt' in group && group.createdAt !== undefined
        ? [row('Created', formatTime(group.createdAt))]
        : []),
    ],
  };
}

interface DriftColumns {
  readonly before: string;
  readonly now: string;
}

const WANTED_AND_ACTUAL = { desired: 'Wanted', actual: 'Actual' };

/** The actual value stands first where it is the past, and last where it is what is left. */
function tabulateDrift(
  drift: readonly Drift[],
  columns: DriftColumns | typeof WANTED_AND_ACTUAL,
  markdown: Markdown,
): Block {
  const isChange = 'before' in columns;
  const names = isChange ? [columns.before, columns.now] : [columns.desired, columns.actual];
  return {
    head: [row('', ...names), row(':---', ':---', ':---')],
    rows: drift.map((entry) => {
      const [desired, actual] = describeDrift(entry, markdown);
      const values = isChange ? [actual, desired] : [desired, actual];
      return row(capitalize(entry.field), ...values);
    }),
  };
}

function describeDrift(entry: Drift, markdown: Markdown): [desired: string, actual: string] {
  switch (entry.field) {
    case 'name':
      return [markdown.text(entry.desired), markdown.text(entry.actual)];
    case 'project':
    case 'environment':
      return [markdown.code(entry.desired), markdown.code(entry.actual)];
    case 'applications':
      return [
        nameDifference(entry.desired, entry.actual, markdown),
        nameDifference(entry.actual, entry.desired, markdown),
      ];
  }
}

function nameApplications(keys: readonly string[], markdown: Markdown): string {
  return listApplications(keys.map((key) => markdown.code(key)));
}

/** The difference is what the reader looks for: in bold, and first where a long list is cut. */
function nameDifference(
  keys: readonly string[],
  others: readonly string[],
  markdown: Markdown,
): string {
  const shared = new Set(others);
  const ordered =
    keys.length > MAX_NAMED_APPLICATIONS ? keys.toSorted((a, b) => rank(a) - rank(b)) : keys;
  return listApplications(
    ordered.map((key) => (shared.has(key) ? markdown.code(key) : `**${markdown.code(key)}**`)),
  );

  function rank(key: string): number {
    return shared.has(key) ? 1 : 0;
  }
}

function listApplications(names: readonly string[]): string {
  if (names.length === 0) {
    return 'all applications';
  }
  const unnamed = names.length - MAX_NAMED_APPLICATIONS;
  const list = names.slice(0, MAX_NAMED_APPLICATIONS).join(', ');
  return unnamed > 0 ? `${list} and ${unnamed} more` : list;
}

function capitalize(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** To the minute, in UTC: a report is read in many time zones. */
function formatTime(epochMs: number): string {
  const [date, time = ''] = new Date(epochMs).toISOString().split('T');
  return `${date} ${time.slice(0, 5)} UTC`;
}
