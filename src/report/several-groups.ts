import type { ActionError } from '../errors.ts';
import { groupBy } from '../group-by.ts';
import {
  countOutcomes,
  type GroupResult,
  OUTCOME_KINDS,
  type OutcomeKind,
} from '../reconcile/group-result.ts';
import { countGroups, describeCounts, OUTCOME_WORDS } from './describe.ts';
import { type Block, listOf } from './document.ts';
import { type Rendering, renderFailure, renderFailureTitle } from './failure-markdown.ts';
import { alert } from './group-markdown.ts';
import { describeNotes } from './outcome-notes.ts';
import type { RunReport } from './run-report.ts';
import { DRY_RUN } from './single-group.ts';

/** Longer lists of groups are folded, and those without details are lists of keys. */
const MAX_OPEN_ITEMS = 20;

/** More failures with the same title and the same next step are told once, with the list of their groups. */
const MAX_EQUAL_FAILURES = 3;

/** A list of the groups with one outcome. */
interface Section {
  readonly kind: OutcomeKind;
  readonly title: string;
  /** Folded however short it is. */
  readonly isQuiet?: boolean;
}

/** What needs attention first. */
const SECTIONS: readonly Section[] = [
  { kind: 'failed', title: '❌ Failed' },
  { kind: 'would-delete', title: '🗑️ To delete' },
  { kind: 'would-create', title: '➕ To create' },
  { kind: 'would-update', title: '✏️ To update' },
  { kind: 'kept', title: '⚠️ Kept with drift' },
  { kind: 'deleted', title: '🗑️ Deleted' },
  { kind: 'created', title: '➕ Created' },
  { kind: 'updated', title: '✏️ Updated' },
  { kind: 'skipped', title: 'Skipped', isQuiet: true },
  { kind: 'unchanged', title: 'Unchanged', isQuiet: true },
  { kind: 'absent', title: 'Already absent', isQuiet: true },
];

/** Renders what became of the groups of a run: the counts, then what failed, then what changed, the rest folded. */
export function renderSeveralGroups(rendering: Rendering): Block[] {
  const { report, markdown } = rendering;
  const { failure, results, notices, warnings = [], isDryRun } = report;
  const [first] = results;
  const hasOneProject =
    first !== undefined &&
    results.every(({ target }) => target.projectKey === first.target.projectKey);
  return [
    `## ${describeHeading(report)}`,
    ...(failure === undefined ? [] : renderFailure(failure, rendering)),
    ...(isDryRun && failure === undefined ? [DRY_RUN] : []),
    ...warnings.map((warning) => alert('WARNING', [markdown.sentence(warning)])),
    ...notices.map((notice) => alert('NOTE', [markdown.sentence(notice)])),
    ...(hasOneProject ? [`Project ${markdown.project(first.target.projectKey)}`] : []),
    ...SECTIONS.flatMap((section) => renderSection(section, { ...rendering, hasOneProject })),
  ];
}

function describeHeading(report: RunReport): string {
  const { command, results, isDryRun } = report;
  const mark = chooseMark(report);
  const counts = countOutcomes(results);
  if (command === 'sync' && counts.unchanged + counts.absent === results.length) {
    return `${mark} In sync: ${results.length === 0 ? 'no insight groups' : countGroups(results.length)}`;
  }
  if (results.length === 0) {
    return 'ℹ️ No insight groups';
  }
  const plan = isDryRun ? 'Plan: ' : '';
  const [kind, ...others] = OUTCOME_KINDS.filter((candidate) => counts[candidate] > 0);
  if (kind === undefined || others.length > 0) {
    const total = isDryRun ? '' : `${countGroups(results.length)}: `;
    return `${mark} ${plan}${total}${describeCounts(results)}`;
  }
  return kind === 'unchanged'
    ? `${mark} ${countGroups(results.length)}, ${results.length === 1 ? '' : 'all '}unchanged`
    : `${mark} ${plan}${countGroups(results.length)} ${OUTCOME_WORDS[kind]}`;
}

function chooseMark({ failure, results, isDryRun }: RunReport): string {
  const counts = countOutcomes(results);
  if (failure !== undefined || counts.failed > 0) {
    return '❌';
  }
  const needsAttention = results.some(
    ({ outcome }) =>
      outcome.kind === 'skipped' ||
      outcome.kind === 'kept' ||
      (outcome.kind === 'created' && outcome.drift.length > 0) ||
      describeNotes(outcome).length > 0,
  );
  if (needsAttention) {
    return '⚠️';
  }
  const hasPlan = counts['would-create'] + counts['would-update'] + counts['would-delete'] > 0;
  return isDryRun && hasPlan ? '📋' : '✅';
}

interface SectionRendering extends Rendering {
  /** Whether the project is named once, above all sections. */
  readonly hasOneProject: boolean;
}

function renderSection(
  { kind, title, isQuiet = false }: Section,
  rendering: SectionRendering,
): Block[] {
  const found = rendering.report.results.filter(({ outcome }) => outcome.kind === kind);
  if (found.length === 0) {
    return [];
  }
  if (kind === 'failed') {
    return [`### ${title}`, ...renderFailures(found, rendering)];
  }
  const isOpen = !isQuiet && found.length <= MAX_OPEN_ITEMS;
  if (isOpen) {
    return [`### ${title}`, { items: found.map((result) => renderItem(result, rendering)) }];
  }
  const [detailed, plain] = partition(found, (result) => listDetails(result, rendering).length > 0);
  return [
    {
      summary: isQuiet
        ? `${found.length} ${OUTCOME_WORDS[kind]}`
        : `<b>${title}</b> (${found.length})`,
      blocks: [
        ...listOf(detailed.map((result) => renderItem(result, rendering))),
        ...listKeysByProject(plain, rendering),
      ],
    },
  ];
}

function renderItem(result: GroupResult, rendering: SectionRendering): string {
  const { target, outcome } = result;
  const item = rendering.markdown.item(outcome.group ?? target, rendering.hasOneProject);
  const shown = outcome.kind === 'deleted' ? `<del>${item}</del>` : item;
  return [shown, ...listDetails(result, rendering)].join('<br>');
}

function listDetails({ outcome }: GroupResult, { markdown }: Rendering): string[] {
  const isChange = outcome.kind === 'updated' || outcome.kind === 'would-update';
  return [
    ...markdown.drift(outcome.drift, isChange ? 'change' : 'state'),
    ...describeNotes(outcome).map(({ text }) => `⚠️ ${markdown.sentence(text)}`),
  ];
}

/** Lists keys, many in a line, project by project. */
function listKeysByProject(
  results: readonly GroupResult[],
  { markdown, hasOneProject }: SectionRendering,
): Block[] {
  const items = [...groupBy(results, ({ target }) => target.projectKey)].flatMap(
    ([projectKey, members]) => {
      const lines = markdown.keyLines(
        members.map(({ target: { key, environmentKey } }) => (key === '' ? environmentKey : key)),
      );
      return hasOneProject
        ? lines
        : lines.map((line) => `${markdown.project(projectKey)}: ${line}`);
    },
  );
  return listOf(items);
}

/** Tells failures one by one, and failures of one kind once. */
function renderFailures(results: readonly GroupResult[], rendering: SectionRendering): Block[] {
  const failures = results.flatMap((result) =>
    result.outcome.kind === 'failed' ? [{ result, error: result.outcome.error }] : [],
  );
  const kinds = groupBy(failures, ({ error }) => `${error.title}\n${error.nextStep}`).values();
  const [many, few] = partition([...kinds], (kind) => kind.length > MAX_EQUAL_FAILURES);
  return [
    ...many.flatMap((kind) => renderEqualFailures(kind, rendering)),
    ...listOf(few.flat().map((failure) => renderFailedItem(failure, rendering))),
  ];
}

interface FailedGroup {
  readonly result: GroupResult;
  readonly error: ActionError;
}

function renderEqualFailures(
  failures: readonly FailedGroup[],
  rendering: SectionRendering,
): Block[] {
  const { report, markdown } = rendering;
  const [first] = failures;
  if (first === undefined) {
    return [];
  }
  const { error } = first;
  return [
    `${renderFailureTitle(error, report)} ${countGroups(failures.length)}, for example: ${markdown.sentence(error.message)}<br>**Next step:** ${markdown.sentence(error.nextStep)}`,
    {
      summary: `The ${failures.length} groups`,
      blocks: listKeysByProject(
        failures.map(({ result }) => result),
        rendering,
      ),
    },
  ];
}

function renderFailedItem({ result, error }: FailedGroup, rendering: SectionRendering): string {
  const { report, markdown, hasOneProject } = rendering;
  return [
    `${markdown.item(result.target, hasOneProject)}`,
    `${renderFailureTitle(error, report)} ${markdown.sentence(error.message)}`,
    ...markdown.drift(error.existing?.drift ?? [], 'state'),
    `**Next step:** ${markdown.sentence(error.nextStep)}`,
  ].join('<br>');
}

function partition<T>(values: readonly T[], isFirst: (value: T) => boolean): [T[], T[]] {
  return [values.filter(isFirst), values.filter((value) => !isFirst(value))];
}
