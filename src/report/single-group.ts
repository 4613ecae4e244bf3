import type {
  GroupOutcome,
  GroupResult,
  GroupTarget,
  OutcomeKind,
} from '../reconcile/group-result.ts';
import type { Block } from './document.ts';
import { type Rendering, renderFailure } from './failure-markdown.ts';
import { alert, type GroupMarkdown } from './group-markdown.ts';
import { describeNotes } from './outcome-notes.ts';
import { NO_SCORES, renderScores } from './scores.ts';

const TITLES: Readonly<Record<Exclude<OutcomeKind, 'failed'>, string>> = {
  created: '✅ Insight group created',
  updated: '✅ Insight group updated',
  unchanged: '✅ Insight group unchanged',
  kept: '⚠️ Insight group kept as it is',
  deleted: '✅ Insight group deleted',
  absent: '✅ Insight group already absent',
  'would-create': '📋 Insight group to create',
  'would-update': '📋 Insight group to update',
  'would-delete': '📋 Insight group to delete',
  skipped: '⚠️ Insight group skipped',
};

/** Tops the report of a dry run. */
export const DRY_RUN: string = alert('NOTE', ['This was a dry run: nothing was written.']);

/** More applications than these are counted, and named below a fold. */
const MAX_OPEN_APPLICATIONS = 5;

/** Renders what became of the one group of a run. */
export function renderSingleGroup(result: GroupResult, rendering: Rendering): Block[] {
  const { target, outcome } = result;
  const { report, markdown } = rendering;
  if (outcome.kind === 'failed') {
    const name = target.name === undefined ? [] : [markdown.quoted(target.name)];
    const [facts, ...more] = renderFacts(target, markdown);
    return [
      `## ❌ ${outcome.error.title}`,
      ...renderFailure(outcome.error, rendering),
      {
        summary: 'Requested',
        blocks: [[...name, facts].join(' · '), ...more],
      },
    ];
  }
  const { group } = outcome;
  const shown = group ?? target;
  const name = markdown.heading(shown);
  const isGone = outcome.kind === 'deleted' || outcome.kind === 'would-delete';
  return [
    `## ${TITLES[outcome.kind]}: ${outcome.kind === 'deleted' ? `<del>${name}</del>` : name}`,
    ...(report.isDryRun ? [DRY_RUN] : []),
    ...renderDrift(outcome, markdown),
    ...describeNotes(outcome).map(({ text }) => alert('WARNING', [markdown.sentence(text)])),
    ...renderFacts(shown, markdown),
    ...(group === undefined || isGone ? [] : renderScores(group, markdown)),
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
        alert(
          'WARNING',
          ['LaunchDarkly stored different values than requested:'],
          markdown.drift(outcome.drift, 'state'),
        ),
      ];
    case 'kept':
      return [
        alert(
          'WARNING',
          [
            'The group differs from the request, and <code>if-exists: keep</code> leaves it as it is:',
          ],
          markdown.drift(outcome.drift, 'state'),
        ),
      ];
    case 'updated':
    case 'would-update':
      return [{ items: markdown.drift(outcome.drift, 'change') }];
    case 'unchanged':
    case 'deleted':
    case 'absent':
    case 'would-create':
    case 'would-delete':
    case 'skipped':
    case 'failed':
      return [];
  }
}

/** One line that wraps where the screen is narrow, and below it what would make it long. */
function renderFacts(
  group: GroupTarget & { readonly createdAt?: number | undefined },
  markdown: GroupMarkdown,
): [line: string, ...more: Block[]] {
  const { key, applicationKeys, createdAt } = group;
  const isLong = applicationKeys !== undefined && applicationKeys.length > MAX_OPEN_APPLICATIONS;
  const facts = [
    markdown.code(key),
    markdown.place(group),
    ...(applicationKeys === undefined || isLong ? [] : [markdown.applications(applicationKeys)]),
    ...(createdAt === undefined ? [] : [`created ${formatTime(createdAt)}`]),
  ].join(' · ');
  return isLong
    ? [
        facts,
        {
          summary: `${applicationKeys.length} applications`,
          blocks: [{ items: markdown.keyLines(applicationKeys) }],
        },
      ]
    : [facts];
}

/** To the minute, in UTC: a report is read in many time zones. */
function formatTime(epochMs: number): string {
  const [date, time = ''] = new Date(epochMs).toISOString().split('T');
  return `${date} ${time.slice(0, 5)} UTC`;
}
