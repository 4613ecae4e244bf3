import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import { diffGroups } from '../../../src/insight-group/diff.ts';
import type { InsightGroup } from '../../../src/insight-group/insight-group.ts';
import type { GroupOutcome } from '../../../src/reconcile/group-result.ts';
import type { RunReport } from '../../../src/report/run-report.ts';
import { MAX_REPORT_BYTES, renderSummary } from '../../../src/report/summary.ts';
import { Secrets } from '../../../src/secrets.ts';
import { buildReport, failedOutcome, stored } from './run-reports.ts';

const noSecrets = new Secrets(() => {});

function groupAt(index: number, projectKey: string): InsightGroup {
  const environmentKey = `env-${index}`;
  return { ...stored, key: `group-${index}`, projectKey, environmentKey, name: `Name ${index}` };
}

/** Renders the report of groups of these outcomes, in one project unless `projects` names several. */
function render(
  outcomes: readonly ((group: InsightGroup) => GroupOutcome)[],
  { projects = ['default'], ...changes }: Partial<RunReport> & { projects?: string[] } = {},
): string {
  const results = outcomes.map((build, index) => {
    const target = groupAt(index, projects[index % projects.length] ?? '');
    return { target, outcome: build(target) };
  });
  return renderSummary(buildReport({ isSingle: false, results, ...changes }), noSecrets);
}

function heading(...input: Parameters<typeof render>): string {
  return render(...input)
    .split('\n', 1)
    .join('');
}

const created = (group: InsightGroup): GroupOutcome => ({ kind: 'created', group, drift: [] });
const unchanged = (group: InsightGroup): GroupOutcome => ({ kind: 'unchanged', group, drift: [] });
const wouldCreate = (): GroupOutcome => ({ kind: 'would-create', group: undefined, drift: [] });
const wouldDelete = (group: InsightGroup): GroupOutcome => ({
  kind: 'would-delete',
  group,
  drift: [],
});
const absent = (): GroupOutcome => ({ kind: 'absent', group: undefined, drift: [] });
const skipped = (): GroupOutcome => ({ kind: 'skipped', group: undefined, drift: [] });
const updated = (group: InsightGroup): GroupOutcome => ({
  kind: 'updated',
  group,
  drift: diffGroups(group, { ...group, name: 'Old' }),
});
const kept = (group: InsightGroup): GroupOutcome => ({
  kind: 'kept',
  group,
  drift: diffGroups({ ...group, name: 'New' }, group),
});
const failed = ({ key }: InsightGroup): GroupOutcome =>
  failedOutcome({
    code: 'forbidden',
    message: `No access to "${key}".`,
    nextStep: 'Use another token.',
  });

function repeat<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

describe('the heading of several groups', () => {
  test.each([
    ['✅ 2 insight groups, all unchanged', [unchanged, unchanged], {}],
    ['✅ 1 insight group, unchanged', [unchanged], {}],
    ['✅ 3 insight groups created', [created, created, created], {}],
    ['✅ 2 insight groups: 1 created, 1 unchanged', [created, unchanged], {}],
    ['⚠️ 1 insight group kept with drift', [kept], {}],
    ['❌ 3 insight groups: 1 failed, 2 created', [created, failed, created], {}],
    ['📋 Plan: 1 to create, 1 to delete', [wouldCreate, wouldDelete], { isDryRun: true }],
    ['📋 Plan: 2 insight groups to create', [wouldCreate, wouldCreate], { isDryRun: true }],
    ['✅ 2 insight groups, all unchanged', [unchanged, unchanged], { isDryRun: true }],
    ['✅ In sync: 2 insight groups', [unchanged, absent], { command: 'sync' }],
    ['✅ In sync: no insight groups', [], { command: 'sync' }],
    ['ℹ️ No insight groups', [], {}],
  ] as const)('%s', (expected, outcomes, changes) => {
    expect(heading(outcomes, changes)).toBe(`## ${expected}`);
  });

  test('warns where a group was stored differently than requested', () => {
    const differently = (group: InsightGroup): GroupOutcome => ({
      ...created(group),
      kind: 'created',
      group,
      drift: diffGroups({ ...group, name: 'New' }, group),
    });
    expect(heading([differently])).toBe('## ⚠️ 1 insight group created');
  });
});

test('several groups are told worst first, with the project once and what is unchanged folded', () => {
  expect(render([created, updated, unchanged, failed])).toBe(
    `## ❌ 4 insight groups: 1 failed, 1 created, 1 updated, 1 unchanged

Project <a href="https://app.launchdarkly.com/projects/default/flags"><code>default</code></a>

### ❌ Failed

- <code>group-3</code> · <code>env-3</code><br>**LaunchDarkly refused access.** No access to <code>group-3</code>.<br>**Next step:** Use another token.

### ➕ Created

- <code>group-0</code> · <code>env-0</code>

### ✏️ Updated

- <code>group-1</code> · <code>env-1</code><br>Name: “Old” → “Name 1”

<details><summary>1 unchanged</summary>

- <code>group-2</code>

</details>

<sub>LaunchDarkly at app.launchdarkly.com · 1 request</sub>
`,
  );
});

test('groups of several projects name their project each', () => {
  const text = render([created, created], { projects: ['web', 'api'] });
  expect(text).toContain('- <code>group-0</code> · <code>web</code> / <code>env-0</code>\n');
  expect(text).not.toContain('\nProject ');
});

test('a failure of the run stands above the groups that it left out', () => {
  const failure = new ActionError({ code: 'cancelled', message: 'Stop.', nextStep: 'Go on.' });
  const text = render([created, skipped], { failure, isDryRun: true });
  expect(text).toMatch(/^## ❌ Plan: 1 skipped, 1 created\n\n> \[!CAUTION\]\n> Stop\.\n/);
  expect(text).toContain('<details><summary>1 skipped</summary>');
  expect(text).not.toContain('[!NOTE]');
});

test('a notice is a note', () => {
  expect(render([], { notices: ['Nothing matches "x".'] })).toContain(
    '\n> [!NOTE]\n> Nothing matches <code>x</code>.\n',
  );
});

test('more than three failures of one kind are told once, and their groups listed below', () => {
  const text = render(repeat(30, failed), { helpUrl: () => 'https://help' });
  expect(text).toContain(`### ❌ Failed

**<a href="https://help">LaunchDarkly refused access</a>.** 30 insight groups, for example: No access to <code>group-0</code>.<br>**Next step:** Use another token.

<details><summary>The 30 groups</summary>

- <code>group-0</code>, <code>group-1</code>,`);
  expect(text.match(/Use another token/g)).toHaveLength(1);
});

test('a long list is folded, with details where there are some and as keys by project where not', () => {
  const text = render([...repeat(30, created), ...repeat(30, updated)], {
    projects: ['web', 'api'],
  });
  expect(text).toContain('<details><summary><b>➕ Created</b> (30)</summary>');
  expect(text).toContain('<code>web</code></a>: <code>group-0</code>, <code>group-2</code>,');
  expect(text).toContain('<details><summary><b>✏️ Updated</b> (30)</summary>');
  expect(text).toContain('<br>Name: “Old” → “Name 30”\n');
});

describe('the size of a report of several groups', () => {
  test('a thousand unchanged groups are listed in full', () => {
    const text = render(repeat(1_000, unchanged));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_REPORT_BYTES);
    expect(text).toContain('<code>group-999</code>');
    expect(text).not.toContain('**Cut here:**');
  });

  test('a thousand updates are cut between two groups, and the report says so', () => {
    const text = render(repeat(1_000, updated));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_REPORT_BYTES);
    expect(text).toMatch(/<\/details>\n\n\*\*Cut here:\*\* \d+ more lines/);
    expect(text.split('\n', 1)).toEqual(['## ✅ 1000 insight groups updated']);
  });
});
