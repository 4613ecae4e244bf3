import type { ActionError } from '../errors.ts';
import type {
  GroupOutcome,
  GroupResult,
  GroupTarget,
  OutcomeKind,
} from '../reconcile/group-result.ts';
import type { Secrets } from '../secrets.ts';
import { countGroups, describeCounts, OUTCOME_WORDS } from './describe.ts';
import { type Block, renderDocument } from './document.ts';
import { alert, GroupMarkdown } from './group-markdown.ts';
import { describeNotes } from './outcome-notes.ts';
import type { RunReport } from './run-report.ts';
import { NO_SCORES, renderScores } from './scores.ts';

/** The size of the largest report, in bytes of UTF-8. A comment may have 65,536 characters, a summary more. */
export const MAX_REPORT_BYTES = 60_000;

/** Longer lists of groups are folded. */
const MAX_OPEN_ITEMS = 20;

/** Renders the job summary, within `maxBytes` bytes: what happened and why first, the rest folded. */
export function renderSummary(
  report: RunReport,
  secrets: Secrets,
  maxBytes = MAX_REPORT_BYTES,
): string {
  const markdown = new GroupMarkdown(report, secrets);
  const requests = `${report.requests} ${report.requests === 1 ? 'request' : 'requests'}`;
  const facts = [markdown.file(), markdown.server(), requests].filter((fact) => fact !== undefined);
  return renderReport(report, { markdown, smallPrint: facts.join(' · '), maxBytes });
}

/** How to render a report. */
export interface ReportOptions {
  readonly markdown: GroupMarkdown;
  /** Markdown for below everything else. */
  readonly smallPrint: string;
  readonly maxBytes: number;
}

/** Renders what a run did, within `maxBytes` bytes: the body of the job summary and of the comment. */
export function renderReport(report: RunReport, options: ReportOptions): string {
  const { markdown, smallPrint, maxBytes } = options;
  return renderDocument(renderBlocks(report, markdown), `<sub>${smallPrint}</sub>\n`, maxBytes);
}

function renderBlocks(report: RunReport, markdown: GroupMarkdown): Block[] {
  const { failure, results, isSingle } = report;
  const [only] = results;
  if (isSingle && only !== undefined && failure === undefined) {
    return renderOne(only, report, markdown);
  }
  return failure !== undefined && results.length === 0
    ? renderFailure(failure, undefined, { report, markdown })
    : renderSeveral(report, markdown);
}

interface Rendering {
  readonly report: RunReport;
  readonly markdown: GroupMarkdown;
}

const TITLES: Readonly<Record<Exclude<OutcomeKind, 'failed'>, string>> = {
  created: '✅ Insight group created',
  updated: '✅ Insight group updated',
  unchanged: '✅ Insight group unchanged',
  kept: '⚠️ Insight group kept as it is',
  deleted: '✅ Insight group deleted',
  absent: '✅ Insight group already absent',
  'would-create': 'Dry run: would create insight group',
  'would-update': 'Dry run: would update insight group',
  'would-delete': 'Dry run: would delete insight group',
  skipped: 'Insight group skipped',
};

const DRY_RUN = alert('NOTE', 'This was a dry run: nothing was written.');

function renderOne(result: GroupResult, report: RunReport, markdown: GroupMarkdown): Block[] {
  const { target, outcome } = result;
  if (outcome.kind === 'failed') {
    return renderFailure(outcome.error, target, { report, markdown });
  }
  const { group } = outcome;
  const shown = group ?? target;
  const name = markdown.heading(shown);
  return [
    `## ${TITLES[outcome.kind]}: ${outcome.kind === 'deleted' ? `<del>${name}</del>` : name}`,
    ...(report.isDryRun ? [DRY_RUN] : []),
    ...renderDrift(outcome, markdown),
    ...describeNotes(outcome).map(({ text }) => alert('WARNING', markdown.text(text))),
    renderFacts(shown, markdown),
    ...(group === undefined || outcome.kind === 'deleted' ? [] : renderScores(group, markdown)),
    ...(outcome.kind === 'created' && outcome.group.scores === undefined ? [NO_SCORES] : []),
  ];
}

/** What differs, as what it means: a warning where something is not as it should be. */
function renderDrift(outcome: GroupOutcome, markdown: GroupMarkdown): Block[] {
  if (outcome.drift.length === 0) {
    return [];
  }
  switch (outcome.kind) {
    case 'created':
      return [
        alert('WARNING', 'LaunchDarkly stored different values than requested:'),
        { items: markdown.drift(outcome.drift, 'state') },
      ];
    case 'kept':
      return [
        alert(
          'WARNING',
          'The group differs from the request, and <code>if-exists: keep</code> leaves it as it is:',
        ),
        { items: markdown.drift(outcome.drift, 'state') },
      ];
    case 'updated':
    case 'would-update':
      return [{ items: markdown.drift(outcome.drift, 'change') }];
    default:
      return [];
  }
}

/** One line that wraps where the screen is narrow. */
function renderFacts(
  group: GroupTarget & { readonly createdAt?: number | undefined },
  markdown: GroupMarkdown,
): string {
  const { key, applicationKeys, createdAt } = group;
  return [
    markdown.code(key),
    markdown.place(group),
    ...(applicationKeys === undefined ? [] : [markdown.applications(applicationKeys)]),
    ...(createdAt === undefined ? [] : [`created ${formatTime(createdAt)}`]),
  ].join(' · ');
}

function renderFailure(
  error: ActionError,
  target: GroupTarget | undefined,
  { report, markdown }: Rendering,
): Block[] {
  const help = report.helpUrl(error.title);
  const drift = error.existing?.drift ?? [];
  const reasons = error.reasons.map(({ attribute, reason }) =>
    attribute === ''
      ? markdown.text(reason)
      : `${markdown.code(attribute)}: ${markdown.text(reason)}`,
  );
  const problems = error.problems.map(
    ({ file, line, column, message }) =>
      `${markdown.code(`${file}:${line}:${column}`)} ${markdown.text(message)}`,
  );
  return [
    `## ❌ ${error.title}`,
    alert(
      'CAUTION',
      markdown.text(error.message),
      `**Next step:** ${markdown.text(error.nextStep)}${
        help === undefined ? '' : ` <a href="${help}">More about this failure</a>`
      }`,
    ),
    ...listOf(reasons),
    ...listOf(problems),
    ...listOf(markdown.drift(drift, 'state')),
    ...(error.said === undefined ? [] : [`> ${markdown.text(error.said)}`]),
    ...(target === undefined
      ? []
      : [{ summary: 'What was asked for', blocks: [renderFacts(target, markdown)] }]),
    ...error.details.map((detail) => `<sub>${markdown.text(detail)}</sub>`),
  ];
}

/** A list without items is no block. */
function listOf(items: readonly string[]): Block[] {
  return items.length === 0 ? [] : [{ items }];
}

function renderSeveral(report: RunReport, markdown: GroupMarkdown): Block[] {
  const { failure, results, notices, isDryRun } = report;
  return [
    `## ${describeHeading(report)}`,
    ...(isDryRun ? [DRY_RUN] : []),
    ...(failure === undefined
      ? []
      : [
          alert(
            'CAUTION',
            `**${failure.title}.** ${markdown.text(failure.message)}`,
            `**Next step:** ${markdown.text(failure.nextStep)}`,
          ),
        ]),
    ...notices.map((notice) => alert('NOTE', markdown.text(notice))),
    ...SECTIONS.flatMap((section) => renderSection(section, results, { report, markdown })),
  ];
}

function describeHeading(report: RunReport): string {
  const { failure, results, isDryRun, notices } = report;
  const hasFailed =
    failure !== undefined ||
    results.some(({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'skipped');
  const hasDrift = results.some(({ outcome }) => outcome.kind === 'kept');
  const mark = hasFailed ? '❌' : hasDrift || notices.length > 0 ? '⚠️' : '✅';
  const counts = describeCounts(results);
  const what = isDryRun ? 'Plan' : countGroups(results.length);
  return results.length === 0 ? `${mark} No insight groups` : `${mark} ${what}: ${counts}`;
}

/** A list of the groups with one outcome. */
interface Section {
  readonly kind: OutcomeKind;
  readonly title: string;
  /** Before each item, in the manner of a plan. */
  readonly sign?: string;
  /** Folded however short it is. */
  readonly isQuiet?: boolean;
}

/** What needs attention first. */
const SECTIONS: readonly Section[] = [
  { kind: 'failed', title: 'Failed' },
  { kind: 'created', title: 'Created' },
  { kind: 'updated', title: 'Updated' },
  { kind: 'deleted', title: 'Deleted' },
  { kind: 'would-create', title: 'To create', sign: '+' },
  { kind: 'would-update', title: 'To update', sign: '~' },
  { kind: 'would-delete', title: 'To delete', sign: '−' },
  { kind: 'kept', title: 'Kept with drift' },
  { kind: 'skipped', title: 'Skipped', isQuiet: true },
  { kind: 'unchanged', title: 'Unchanged', isQuiet: true },
  { kind: 'absent', title: 'Already absent', isQuiet: true },
];

function renderSection(
  { kind, title, sign, isQuiet = false }: Section,
  results: readonly GroupResult[],
  rendering: Rendering,
): Block[] {
  const found = results.filter(({ outcome }) => outcome.kind === kind);
  if (found.length === 0) {
    return [];
  }
  const items = found.map((result) => {
    const item = renderItem(result, rendering);
    return sign === undefined ? item : `<code>${sign}</code> ${item}`;
  });
  const isOpen = kind === 'failed' || (!isQuiet && items.length <= MAX_OPEN_ITEMS);
  return isOpen
    ? [`### ${title}`, { items }]
    : [{ summary: `${found.length} ${OUTCOME_WORDS[kind]}`, blocks: [{ items }] }];
}

function renderItem({ target, outcome }: GroupResult, { report, markdown }: Rendering): string {
  const item = markdown.item(outcome.group ?? target);
  if (outcome.kind === 'failed') {
    const { error } = outcome;
    const help = report.helpUrl(error.title);
    const title = help === undefined ? error.title : `<a href="${help}">${error.title}</a>`;
    return `${item}: **${title}.** ${markdown.text(error.message)} *Next:* ${markdown.text(error.nextStep)}`;
  }
  const isChange = outcome.kind === 'updated' || outcome.kind === 'would-update';
  const details = [
    ...markdown.drift(outcome.drift, isChange ? 'change' : 'state'),
    ...describeNotes(outcome).map(({ text }) => `⚠️ ${markdown.text(text)}`),
  ];
  return details.length === 0 ? item : `${item}: ${details.join('; ')}`;
}

/** To the minute, in UTC: a report is read in many time zones. */
function formatTime(epochMs: number): string {
  const [date, time = ''] = new Date(epochMs).toISOString().split('T');
  return `${date} ${time.slice(0, 5)} UTC`;
}
