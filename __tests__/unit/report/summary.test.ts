import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import { notCalculatedScores } from '../../../simulator/launchdarkly/scores.ts';
import { diffGroups } from '../../../src/insight-group/diff.ts';
import type { InsightGroup } from '../../../src/insight-group/insight-group.ts';
import type { RunReport } from '../../../src/report/run-report.ts';
import { MAX_REPORT_BYTES, renderSummary } from '../../../src/report/summary.ts';
import { Secrets } from '../../../src/secrets.ts';
import {
  createdReport,
  desired,
  failedReport,
  reportFailed,
  reportOne,
  scored,
  stored,
  updatedReport,
} from './run-reports.ts';

const noSecrets = new Secrets(() => {});
const none = { group: undefined, drift: [] } as const;
const drift = diffGroups(desired, scored);

function render(report: RunReport): string {
  return renderSummary(report, noSecrets);
}

function firstLine(text: string): string {
  return text.split('\n', 1).join('');
}

describe('the summary of one group', () => {
  test('a created group is told in a heading, a line of facts and a line on its scores', () => {
    expect(render(createdReport)).toBe(`## ✅ Insight group created: Production - All Apps

<code>default-production-all-apps</code> · project <a href="https://app.launchdarkly.com/projects/default/flags"><code>default</code></a>, environment <code>production</code> · all applications · created 2026-10-28 14:05 UTC

No scores yet: LaunchDarkly calculates them once it has data.

<sub>LaunchDarkly at app.launchdarkly.com · 1 request</sub>
`);
  });

  test('an update tells first what changed, and folds the scores below their one line', () => {
    expect(render(updatedReport)).toBe(`## ✅ Insight group updated: Production - All Apps

- Name: “Prod” → “Production - All Apps”
- Applications: added <code>payments-worker</code>

<code>default-production-all-apps</code> · project <a href="https://app.launchdarkly.com/projects/default/flags"><code>default</code></a>, environment <code>production</code> · <code>checkout-api</code>, <code>payments-worker</code>, <code>web-storefront</code> · created 2026-10-28 14:05 UTC

<details><summary>Overall score <b>72</b> · 🔵 Good · ▲&nbsp;+4 since the last period</summary>

| Metric | Score | Trend |
| :--- | ---: | ---: |
| **Overall** | 🔵 **72** | ▲&nbsp;+4 |
| &nbsp;&nbsp;**Velocity** | 🟢 **90** | ▲&nbsp;+3 |
| &nbsp;&nbsp;&nbsp;&nbsp;Deployment frequency | 🟢 95 | ▲&nbsp;+4 |
| &nbsp;&nbsp;&nbsp;&nbsp;Lead time | 🔵 81 | – |
| &nbsp;&nbsp;**Risk** | 🔵 **76** | ▲&nbsp;+1 |
| &nbsp;&nbsp;&nbsp;&nbsp;Deployment failure rate | 🔵 88 | ▼&nbsp;−5 |
| &nbsp;&nbsp;&nbsp;&nbsp;Impact size | 🟡 64 | ▲&nbsp;+6 |
| &nbsp;&nbsp;**Efficiency** | 🟡 **51** | ▲&nbsp;+5 |
| &nbsp;&nbsp;&nbsp;&nbsp;Flag health | 🟡 67 | ▲&nbsp;+17 |
| &nbsp;&nbsp;&nbsp;&nbsp;Experimentation coverage | 🔴 35 | ▼&nbsp;−7 |
| &nbsp;&nbsp;&nbsp;&nbsp;Creation ratio | 🟡 44 | – |

<sub>🟢 Excellent 90–100 · 🔵 Good 70–89 · 🟡 Fair 40–69 · 🔴 Needs attention 0–39</sub>

<sub>Scores go from 0 to 100; higher is better. Period: 2026-10-02 to 2026-11-01, compared with 2026-09-02 to 2026-10-02 (UTC).</sub>

</details>

<sub>LaunchDarkly at app.launchdarkly.com · 4 requests</sub>
`);
  });

  test('a group that was kept with drift warns of each field that differs', () => {
    const text = render(reportOne({ kind: 'kept', group: scored, drift }));
    expect(firstLine(text)).toBe('## ⚠️ Insight group kept as it is: Prod');
    expect(text).toContain(`
> [!WARNING]
> The group differs from the request, and <code>if-exists: keep</code> leaves it as it is:
>
> - Name: “Prod”, expected “Production - All Apps”
> - Applications: <code>checkout-api</code>, <code>web-storefront</code>, expected all applications
`);
  });

  test('a group that was stored differently than requested warns of it', () => {
    const text = render(reportOne({ kind: 'created', group: scored, drift }));
    expect(firstLine(text)).toBe('## ✅ Insight group created: Prod');
    expect(text).toContain(`
> [!WARNING]
> LaunchDarkly stored different values than requested:
>
> - Name:`);
  });

  test('a note that goes with an outcome is a warning, with its keys as code', () => {
    const text = render(
      reportOne({
        kind: 'unchanged',
        group: stored,
        drift: [],
        mayHaveBeenCreated: true,
        unknownApplications: [{ key: 'wbe', suggestion: 'web' }],
      }),
    );
    expect(text).toContain('\n> [!WARNING]\n> A request to create insight group <code>');
    expect(text).toContain('application <code>wbe</code>; did you mean <code>web</code>?');
  });

  test('an unchanged group without scores is its heading and its facts', () => {
    const text = render(reportOne({ kind: 'unchanged', group: stored, drift: [] }));
    expect(firstLine(text)).toBe('## ✅ Insight group unchanged: Production - All Apps');
    expect(text).not.toMatch(/expected|scores|dry run|\[!/i);
  });

  test('a group whose time of creation is not known shows none', () => {
    const group = { ...stored, createdAt: undefined };
    expect(render(reportOne({ kind: 'unchanged', group, drift: [] }))).not.toContain('· created');
  });

  test('a deleted group is struck through', () => {
    const text = render(reportOne({ kind: 'deleted', group: scored, drift: [] }));
    expect(firstLine(text)).toBe('## ✅ Insight group deleted: <del>Prod</del>');
    expect(text).not.toContain('Overall score');
  });

  test('a group that has no name in the request goes by its key', () => {
    const target = { ...desired, name: undefined, applicationKeys: undefined };
    const text = render(reportOne({ kind: 'absent', ...none }, { target }));
    expect(firstLine(text)).toBe(
      '## ✅ Insight group already absent: <code>default-production-all-apps</code>',
    );
    expect(text).not.toContain('applications');
  });

  test('a name of more than 80 characters is cut in the heading', () => {
    const group = { ...stored, name: 'n'.repeat(81) };
    expect(firstLine(render(reportOne({ kind: 'unchanged', group, drift: [] })))).toBe(
      `## ✅ Insight group unchanged: ${'n'.repeat(80)}…`,
    );
  });

  test('names that run from right to left keep their places on both sides of an arrow', () => {
    const renamed = { ...stored, name: 'שלום' };
    const text = render(
      reportOne({
        kind: 'updated',
        group: renamed,
        drift: diffGroups(renamed, { ...stored, name: 'سلام' }),
      }),
    );
    expect(text).toContain('“<span dir="auto">سلام</span>” → “<span dir="auto">שלום</span>”');
  });

  test('many applications are counted, the difference is named, and the list is folded', () => {
    const applicationKeys = Array.from({ length: 60 }, (_, index) => `app-${index}`);
    const group = { ...stored, applicationKeys: [...applicationKeys, 'surplus'] };
    const text = render(
      reportOne({
        kind: 'kept',
        group,
        drift: diffGroups({ ...desired, applicationKeys: [...applicationKeys, 'lost'] }, group),
      }),
    );
    expect(text).toContain(
      '> - Applications: missing <code>lost</code>; unexpected <code>surplus</code>\n',
    );
    expect(text).toContain('<details><summary>61 applications</summary>\n\n- <code>app-0</code>,');
    expect(text).toContain('<code>app-59</code>, <code>surplus</code>\n');
  });

  test('a project is linked on LaunchDarkly only, not on a simulator', () => {
    const text = render(
      reportOne({ kind: 'unchanged', group: stored, drift: [] }, { origin: 'http://localhost:1' }),
    );
    expect(text).toContain('project <code>default</code>, environment');
  });
});

describe('the summary of a dry run', () => {
  const note = '\n\n> [!NOTE]\n> This was a dry run: nothing was written.\n';

  test.each([
    [{ kind: 'would-create', ...none }, '📋 Insight group to create: Production - All Apps'],
    [{ kind: 'would-update', group: scored, drift }, '📋 Insight group to update: Prod'],
    [{ kind: 'would-delete', group: scored, drift: [] }, '📋 Insight group to delete: Prod'],
    [{ kind: 'kept', group: scored, drift }, '⚠️ Insight group kept as it is: Prod'],
    [
      { kind: 'unchanged', group: stored, drift: [] },
      '✅ Insight group unchanged: Production - All Apps',
    ],
  ] as const)('says that nothing was written: $0.kind', (outcome, heading) => {
    const text = render(reportOne(outcome, { isDryRun: true }));
    expect(text.startsWith(`## ${heading}${note}`)).toBe(true);
  });

  test('an update to come tells what would change', () => {
    const outcome = { kind: 'would-update', group: scored, drift } as const;
    expect(render(reportOne(outcome, { isDryRun: true }))).toContain(
      '- Name: “Prod” → “Production - All Apps”',
    );
  });
});

describe('the summary of a failure', () => {
  test('tells what happened and what to do next, and folds what was asked for', () => {
    expect(
      render({ ...failedReport, helpUrl: () => 'https://help' }),
    ).toBe(`## ❌ The project or the environment does not exist

> [!CAUTION]
> Environment <code>prodution</code> does not exist in project <code>default</code>; did you mean <code>production</code>? Tried to create insight group <code>default-production-all-apps</code> for project <code>default</code>, environment <code>prodution</code>. Nothing was written.
>
> **Next step:** Correct the environment key, or create the environment before this step. The environments of project <code>default</code> that the token can see: <code>production</code>, <code>staging</code>, <code>test</code>. <a href="https://help">More about this failure</a>

> LaunchDarkly answered 404 (not&#95;found): "Invalid resource identifier"

<details><summary>Requested</summary>

“Production - All Apps” · <code>default-production-all-apps</code> · project <a href="https://app.launchdarkly.com/projects/default/flags"><code>default</code></a>, environment <code>prodution</code> · all applications

</details>

<sub>LaunchDarkly at app.launchdarkly.com · 3 requests</sub>
`);
  });

  test('lists the inputs that are not valid', () => {
    const text = render(
      reportFailed({
        code: 'invalid-input',
        message: 'Two inputs are not valid.',
        nextStep: 'Correct them.',
        reasons: [
          { attribute: 'key', reason: 'must start with a letter | or a digit' },
          { attribute: '', reason: 'is no number' },
        ],
      }),
    );
    expect(text).toContain(`
- <code>key</code>: must start with a letter &#124; or a digit
- is no number
`);
  });

  test('lists the problems of a file with their places', () => {
    const text = render(
      reportFailed({
        code: 'invalid-file',
        message: 'm',
        nextStep: 'n',
        problems: [{ file: 'groups.yml', line: 3, column: 7, message: 'unknown key "kye"' }],
      }),
    );
    expect(text.replace(/<\/?span>/g, '')).toContain(
      '\n- <code>groups.yml:3:7</code> unknown key <code>kye</code>\n',
    );
  });

  test('shows how the group in the way differs, before the next step, and folds details', () => {
    const text = render(
      reportFailed({
        code: 'conflict',
        message: 'It exists.',
        nextStep: 'Choose.',
        details: ['One more fact.'],
        existing: { group: scored, drift },
      }),
    );
    expect(firstLine(text)).toBe('## ❌ The insight group already exists');
    expect(text).toContain(
      '> It exists.\n>\n> Name: “Prod”, expected “Production - All Apps”<br>Applications:',
    );
    expect(text).toContain('<details><summary>Details</summary>\n\n- One more fact.\n');
  });
});

describe('scores', () => {
  function renderScores(scores: InsightGroup['scores']) {
    return render(reportOne({ kind: 'unchanged', group: { ...stored, scores }, drift: [] }));
  }

  test('that are not calculated yet are told in one calm sentence', () => {
    const text = renderScores(notCalculatedScores());
    expect(text).toContain('\nNo scores yet: LaunchDarkly calculates them once it has data.\n');
    expect(text).not.toMatch(/<details>|⚠|❌/);
  });

  test('that are missing have no row, and bands that are not known a neutral mark', () => {
    const text = renderScores({
      overall: { score: 91.6, indicator: 'excellent' },
      leadTime: { score: 0, indicator: 'notCalculated', indicatorRange: { min: 0, max: 0 } },
      flagHealth: { score: 0, indicator: 'unknown' },
      creationRatio: {
        score: 12,
        indicator: 'notGreatAtAll',
        indicatorRange: { min: 10, max: 20 },
      },
    });
    expect(text).toContain(`<details><summary>Overall score <b>92</b> · 🟢 Excellent</summary>

| Metric | Score | Trend |
| :--- | ---: | ---: |
| **Overall** | 🟢 **92** | – |
| &nbsp;&nbsp;&nbsp;&nbsp;Lead time | ⚪ – | – |
| &nbsp;&nbsp;&nbsp;&nbsp;Flag health | ⚪ – | – |
| &nbsp;&nbsp;&nbsp;&nbsp;Creation ratio | ⚪ 12 | – |

<sub>🟢 Excellent · ⚪ Not calculated · ⚪ Not great at all 10–20</sub>

<sub>Scores go from 0 to 100; higher is better.</sub>
`);
  });

  test('without an overall score are folded below a plain word', () => {
    expect(renderScores({ velocity: { score: 50, indicator: 'fair' } })).toContain(
      '<details><summary>Scores</summary>',
    );
  });

  test('are compared with the last period only where that had a score', () => {
    const text = renderScores({
      velocity: { score: 50, indicator: 'fair', lastPeriod: { score: 60, indicator: 'fair' } },
      risk: { score: 50, indicator: 'fair', lastPeriod: { score: 0, indicator: 'notCalculated' } },
      efficiency: { score: 50, indicator: 'fair', diffVsLastPeriod: 0 },
    });
    expect(text.match(/(?<=🟡 \*\*50\*\* \| ).*(?= \|)/g)).toEqual(['▼&nbsp;−10', '–', '±0']);
  });
});

describe('the size of a summary', () => {
  test('very many reasons are cut at an item, and the report says how much is missing', () => {
    const reasons = Array.from({ length: 5_000 }, (_, index) => ({
      attribute: `applicationKeys[${index}]`,
      reason: 'ungültig',
    }));
    const text = render(
      reportFailed({ code: 'bad-request', message: 'm', nextStep: 'n', reasons }),
    );
    const shown = text.match(/ungültig$/gm)?.length ?? 0;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_REPORT_BYTES);
    expect(Buffer.byteLength(text)).toBeGreaterThan(MAX_REPORT_BYTES - 200);
    // The title and the facts of the fold at the end are lines as well.
    expect(text).toContain(`\n\n**Cut here:** ${5_000 - shown + 2} more lines`);
  });

  test('the largest texts in every field stay within the limit', () => {
    const large = '@'.repeat(100_000);
    const group = { ...stored, key: large, name: large, applicationKeys: Array(50).fill(large) };
    const report = reportFailed(
      {
        code: 'conflict',
        message: large,
        serverMessage: large,
        nextStep: large,
        details: [large],
        reasons: [{ attribute: large, reason: large }],
        existing: { group, drift: diffGroups(desired, group) },
      },
      { target: group },
    );
    expect(Buffer.byteLength(render(report))).toBeLessThanOrEqual(MAX_REPORT_BYTES);
  });
});

/** Reports in which every text is `text`. */
function reportEverywhere(text: string): RunReport[] {
  const group: InsightGroup = {
    key: text,
    name: text,
    projectKey: text,
    environmentKey: text,
    applicationKeys: [text],
    createdAt: 0,
    scores: { overall: { score: 50, indicator: text } },
  };
  const differences = [
    ...(['name', 'project', 'environment'] as const).map((field) => ({
      field,
      desired: text,
      actual: text,
    })),
    { field: 'applications', desired: [text], actual: [text, text] },
  ] as const;
  const failed = reportFailed(
    {
      code: 'conflict',
      message: text,
      serverMessage: text,
      nextStep: text,
      details: [text],
      reasons: [{ attribute: text, reason: text }],
      problems: [{ file: text, line: 1, column: 1, message: text }],
      existing: { group, drift: differences },
    },
    { target: group },
  );
  const updated = reportOne(
    {
      kind: 'updated',
      group,
      drift: differences,
      mayHaveBeenCreated: true,
      unknownApplications: [{ key: text, suggestion: text }],
    },
    { target: group, origin: text },
  );
  return [
    updated,
    reportOne({ kind: 'would-create', ...none }, { target: group }),
    failed,
    {
      ...updated,
      isSingle: false,
      notices: [text],
      results: [...updated.results, ...failed.results],
    },
  ];
}

/**
 * The elements of a page in order, and nothing of its text. Monospace within sentences is no structure, and
 * only plain keys are linked.
 */
function outline(markdown: string): string {
  return (marked.parse(markdown, { gfm: true, async: false }).match(/<[^>]*>/g) ?? [])
    .filter((tag) => !/^<\/?(?:span|code)>$/.test(tag))
    .join('')
    .replace(/<a href="https:\/\/app\.launchdarkly\.com\/projects\/[\w.-]+\/flags"><\/a>/g, '');
}

describe('hostile texts', () => {
  test('in any field leave the page as it is with harmless ones', () => {
    const pieces = [
      '|',
      '\n',
      '`',
      '*',
      '_',
      '<',
      '>',
      '[a](b)',
      '!',
      '@a',
      '#1',
      '$',
      '-',
      '"',
      '"a"',
      '\\',
      '</code>',
      '<!--',
      '-->',
      'www.a.b',
      'https://a.b',
      'x',
    ];
    const harmless = reportEverywhere('harmless').map(render).map(outline);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }), (texts) => {
        const raw = `x${texts.join('')}`;
        expect(reportEverywhere(raw).map(render).map(outline)).toEqual(harmless);
      }),
    );
  });

  test('that hold a secret are shown without it, in any field', () => {
    const secret = 'api-0d6c6b0e-6fd3-4a52-9a3c-8d6e7b1a2c3f';
    const secrets = new Secrets(() => {});
    secrets.add(secret);
    for (const report of reportEverywhere(`see "${secret}"!`)) {
      const text = renderSummary(report, secrets);
      expect(text.replace(/<\/?(?:span|code)>/g, '')).not.toContain('0d6c6b0e');
      expect(text).toContain('see "&#42;&#42;&#42;"!');
    }
  });
});
