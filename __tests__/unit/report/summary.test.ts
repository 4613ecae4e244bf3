import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import { notCalculatedScores } from '../../../simulator/launchdarkly/scores.ts';
import { diffGroups } from '../../../src/insight-group/diff.ts';
import type { InsightGroup } from '../../../src/insight-group/insight-group.ts';
import { MAX_REPORT_BYTES, renderSummary } from '../../../src/report/summary.ts';
import { Secrets } from '../../../src/secrets.ts';
import {
  createdStory,
  desired,
  fail,
  failedStory,
  scored,
  stored,
  succeed,
  updatedStory,
} from './stories.ts';

const noSecrets = new Secrets(() => {});

function render(story: Parameters<typeof renderSummary>[0]): string {
  return renderSummary(story, noSecrets);
}

function firstLine(text: string): string {
  return text.split('\n', 1).join('');
}

describe('the summary of a success', () => {
  test('of a group that was created', () => {
    expect(render(createdStory)).toBe(`## ✅ Insight group created: Production - All Apps

| Insight group | Production - All Apps |
| :--- | :--- |
| Key | <code>default-production-all-apps</code> |
| Project | <code>default</code> |
| Environment | <code>production</code> |
| Applications | all applications |
| Created | 2026-10-28 14:05 UTC |

No scores yet: LaunchDarkly calculates them once it has data.

<sub>LaunchDarkly at https<span>:</span>//app.launchdarkly.com · 1 request · 1 attempt · 0.4 s</sub>
`);
  });

  test('of a group that was updated tells what was and what is, and its scores', () => {
    expect(render(updatedStory)).toBe(`## ✅ Insight group updated: Production - All Apps

| Insight group | Production - All Apps |
| :--- | :--- |
| Key | <code>default-production-all-apps</code> |
| Project | <code>default</code> |
| Environment | <code>production</code> |
| Applications | <code>checkout-api</code>, <code>payments-worker</code>, <code>web-storefront</code> |
| Created | 2026-10-28 14:05 UTC |

What has changed:

|  | Before | Now |
| :--- | :--- | :--- |
| Name | Prod | Production - All Apps |
| Applications | <code>checkout-api</code>, <code>web-storefront</code> | <code>checkout-api</code>, **<code>payments-worker</code>**, <code>web-storefront</code> |

### Scores

| Metric | Score |  | Band | Since last period |
| :--- | ---: | :--- | :--- | ---: |
| **Overall** | **72** | ▰▰▰▰▰▰▰▱▱▱ | Good (70–89) | ▲ +4 |
| &emsp;**Velocity** | **90** | ▰▰▰▰▰▰▰▰▰▱ | Excellent (90–100) | ▲ +3 |
| &emsp;&emsp;Deployment frequency | 95 | ▰▰▰▰▰▰▰▰▰▰ | Excellent (90–100) | ▲ +4 |
| &emsp;&emsp;Lead time | 81 | ▰▰▰▰▰▰▰▰▱▱ | Good (70–89) | – |
| &emsp;**Risk** | **76** | ▰▰▰▰▰▰▰▰▱▱ | Good (70–89) | ▲ +1 |
| &emsp;&emsp;Deployment failure rate | 88 | ▰▰▰▰▰▰▰▰▰▱ | Good (70–89) | ▼ −5 |
| &emsp;&emsp;Impact size | 64 | ▰▰▰▰▰▰▱▱▱▱ | Fair (40–69) | ▲ +6 |
| &emsp;**Efficiency** | **51** | ▰▰▰▰▰▱▱▱▱▱ | Fair (40–69) | ▲ +5 |
| &emsp;&emsp;Flag health | 67 | ▰▰▰▰▰▰▰▱▱▱ | Fair (40–69) | ▲ +17 |
| &emsp;&emsp;Experimentation coverage | 35 | ▰▰▰▰▱▱▱▱▱▱ | Needs attention (0–39) | ▼ −7 |
| &emsp;&emsp;Creation ratio | 44 | ▰▰▰▰▱▱▱▱▱▱ | Fair (40–69) | – |

<sub>Scores go from 0 to 100; higher is better. Period: 2026-10-02 to 2026-11-01, compared with 2026-09-02 to 2026-10-02 (UTC).</sub>

<sub>LaunchDarkly at https<span>:</span>//app.launchdarkly.com · 4 requests · 2 attempts · 2.3 s</sub>
`);
  });

  test('of a group that was kept tells what is desired and what is', () => {
    const text = render(
      succeed({ kind: 'kept', group: scored, drift: diffGroups(desired, scored) }),
    );
    expect(firstLine(text)).toBe('## ⚠️ Insight group kept as it is: Prod');
    expect(text).toContain(`
It differs from what the workflow wants, and <code>if-exists: keep</code> leaves it so:

|  | Wanted | Actual |
| :--- | :--- | :--- |
| Name | Production - All Apps | Prod |
| Applications | all applications | **<code>checkout-api</code>**, **<code>web-storefront</code>** |
`);
  });

  test('of a group that was stored differently than requested', () => {
    const text = render(
      succeed({ kind: 'created', group: scored, drift: diffGroups(desired, scored) }),
    );
    expect(text).toContain(`
LaunchDarkly stored different values than requested:

|  | Wanted | Actual |
`);
  });

  test('tells what is not known, and what LaunchDarkly does not know', () => {
    const summary = render(
      succeed({
        kind: 'unchanged',
        group: stored,
        drift: [],
        mayHaveBeenCreated: true,
        unknownApplications: [{ key: 'wbe', suggestion: 'web' }],
      }),
    );
    expect(summary).toContain('\n⚠️ A request to create insight group');
    expect(summary).toContain('may or may not have created it.');
    expect(summary).toContain('application "wbe"; did you mean "web"?');
  });

  test('of a group that tells no time has no row for it', () => {
    const group = { ...stored, createdAt: undefined };
    expect(render(succeed({ kind: 'created', group, drift: [] }))).not.toContain('| Created |');
  });

  test('of a group that matches is without drift and without a word on missing scores', () => {
    const text = render(succeed({ kind: 'unchanged', group: stored, drift: [] }));
    expect(firstLine(text)).toBe('## ✅ Insight group unchanged: Production - All Apps');
    expect(text).not.toMatch(/Wanted|Before|scores|dry run/i);
  });
});

describe('the summary of a dry run', () => {
  const dryWish = { request: { desired, ifExists: 'update', isDryRun: true } } as const;
  const nothingWritten = '\n\nThis was a dry run: nothing was written.\n\n|';

  test('says that the group would be created, and that nothing was written', () => {
    const text = render(succeed({ kind: 'would-create', group: undefined, drift: [] }, dryWish));
    expect(firstLine(text)).toBe('## Dry run: would create insight group Production - All Apps');
    expect(text).toContain('| Key | <code>default-production-all-apps</code> |');
    expect(text).not.toContain('| Created |');
    expect(text).toContain(nothingWritten);
  });

  test('says what would change, and that nothing was written', () => {
    const text = render(
      succeed({ kind: 'would-update', group: scored, drift: diffGroups(desired, scored) }, dryWish),
    );
    expect(firstLine(text)).toBe('## Dry run: would update insight group Prod');
    expect(text).toContain('|  | Now | Wanted |');
    expect(text).toContain('| Name | Prod | Production - All Apps |');
    expect(text).toContain(nothingWritten);
  });

  test.each(['unchanged', 'kept'] as const)('says so for a group that is %s', (kind) => {
    expect(render(succeed({ kind, group: stored, drift: [] }, dryWish))).toContain(nothingWritten);
  });
});

describe('the summary of a failure', () => {
  test('tells what happened, the next step, what LaunchDarkly said and what was asked for', () => {
    expect(render(failedStory)).toBe(`## ❌ Failed: The project or the environment does not exist

Environment "prodution" does not exist in project "default"; did you mean "production"? Tried to create insight group "default-production-all-apps" for project "default", environment "prodution". Nothing was written.

**Next step:** Correct the input environment, or create the environment before this step. The environments of project "default" that the token can see: "production", "staging", "test".

> LaunchDarkly answered 404 (not&#95;found): "Invalid resource identifier"

| Asked for | Production - All Apps |
| :--- | :--- |
| Key | <code>default-production-all-apps</code> |
| Project | <code>default</code> |
| Environment | <code>prodution</code> |
| Applications | all applications |

<sub>LaunchDarkly at https<span>:</span>//app.launchdarkly.com · 3 requests · 1 attempt · 0.8 s</sub>
`);
  });

  test('shows the inputs that are not valid as a table, though nothing is known of the request', () => {
    const text = render(
      fail(
        {
          code: 'invalid-input',
          message: 'Two inputs are not valid.',
          nextStep: 'Correct them.',
          reasons: [
            { attribute: 'key', reason: 'must start with a letter | or a digit' },
            { attribute: 'timeout-seconds', reason: 'is no number' },
          ],
        },
        { request: undefined, origin: undefined, requests: 0 },
      ),
    );
    expect(text).toContain(`
| Input | Reason |
| :--- | :--- |
| <code>key</code> | must start with a letter &#124; or a digit |
| <code>timeout-seconds</code> | is no number |

<sub>0 requests · 1 attempt · 0.4 s</sub>`);
  });

  test('shows how a group that exists differs from what is desired, and further details', () => {
    const text = render(
      fail({
        code: 'conflict',
        message: 'It exists.',
        nextStep: 'Choose.',
        details: ['One more fact.'],
        existing: { group: scored, drift: diffGroups(desired, scored) },
      }),
    );
    expect(firstLine(text)).toBe('## ❌ Failed: The insight group already exists');
    expect(text).toContain('|  | Wanted | Actual |');
    expect(text).toContain('| Name | Production - All Apps | Prod |');
    expect(text).toContain('<sub>One more fact.</sub>');
  });
});

describe('scores', () => {
  function renderScores(
    scores: InsightGroup['scores'],
    scoreMetadata?: InsightGroup['scoreMetadata'],
  ) {
    return render(
      succeed({ kind: 'unchanged', group: { ...stored, scores, scoreMetadata }, drift: [] }),
    );
  }

  test('that are not calculated yet are told in one calm sentence', () => {
    const text = renderScores(notCalculatedScores());
    expect(text).toContain('\nNo scores yet: LaunchDarkly calculates them once it has data.\n');
    expect(text).not.toMatch(/### Scores|⚠|❌/);
  });

  test('of some metrics only are shown for those', () => {
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
    expect(text).toContain(`
| **Overall** | **92** | ▰▰▰▰▰▰▰▰▰▱ | Excellent | – |
| &emsp;&emsp;Lead time | – |  | Not calculated | – |
| &emsp;&emsp;Flag health | – |  | Unknown | – |
| &emsp;&emsp;Creation ratio | 12 | ▰▱▱▱▱▱▱▱▱▱ | Not great at all (10–20) | – |

<sub>Scores go from 0 to 100; higher is better.</sub>
`);
  });

  test('are compared with the last period only where that had a score', () => {
    const text = renderScores({
      velocity: { score: 50, indicator: 'fair', lastPeriod: { score: 60, indicator: 'fair' } },
      risk: { score: 50, indicator: 'fair', lastPeriod: { score: 0, indicator: 'notCalculated' } },
      efficiency: { score: 50, indicator: 'fair', diffVsLastPeriod: 0 },
    });
    expect(text.match(/(?<=Fair \| ).*(?= \|)/g)).toEqual(['▼ −10', '–', '±0']);
  });

  test('beyond the scale do not break the bar', () => {
    const text = renderScores({
      overall: { score: 1e9, indicator: 'good' },
      risk: { score: -5, indicator: 'good' },
    });
    expect(text).toContain('| ▰▰▰▰▰▰▰▰▰▰ | Good |');
    expect(text).toContain('| ▱▱▱▱▱▱▱▱▱▱ | Good |');
  });
});

describe('size', () => {
  test('a summary of very many reasons is cut at a row and says so', () => {
    const reasons = Array.from({ length: 5_000 }, (_, index) => ({
      attribute: `applicationKeys[${index}]`,
      reason: 'ungültig',
    }));
    const text = render(fail({ code: 'bad-request', message: 'm', nextStep: 'n', reasons }));
    const shown = text.match(/ungültig \|$/gm)?.length ?? 0;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_REPORT_BYTES);
    expect(Buffer.byteLength(text)).toBeGreaterThan(MAX_REPORT_BYTES - 200);
    expect(text).toContain(
      `\n\n**Cut here:** ${5_000 - shown} more lines would go beyond the size that GitHub shows.\n\n<sub>`,
    );
  });

  test('many applications are counted, those that make the difference named first', () => {
    const applicationKeys = Array.from({ length: 400 }, (_, index) => `app-${index}`);
    const group = { ...stored, applicationKeys: [...applicationKeys, 'surplus'] };
    const drift = diffGroups({ ...desired, applicationKeys }, group);
    const text = render(succeed({ kind: 'kept', group, drift }));
    expect(text).toContain('<code>app-24</code> and 376 more |\n');
    expect(text).toContain('| **<code>surplus</code>**, <code>app-0</code>,');
  });

  test('the largest texts in every field stay within the limit', () => {
    const large = '@'.repeat(100_000);
    const group = { ...stored, key: large, name: large, applicationKeys: Array(50).fill(large) };
    const story = fail(
      {
        code: 'conflict',
        message: large,
        said: large,
        nextStep: large,
        details: [large],
        reasons: [{ attribute: large, reason: large }],
        existing: { group, drift: diffGroups(desired, group) },
      },
      { request: { desired: group, ifExists: 'fail', isDryRun: false } },
    );
    expect(Buffer.byteLength(render(story))).toBeLessThanOrEqual(MAX_REPORT_BYTES);
  });
});

/** A story in which every text is made by `text`. */
function tellEverywhere(text: string) {
  const group: InsightGroup = {
    key: text,
    name: text,
    projectKey: text,
    environmentKey: text,
    applicationKeys: [text],
    createdAt: 0,
    scores: { overall: { score: 50, indicator: text } },
  };
  const drift = [
    ...(['name', 'project', 'environment'] as const).map((field) => ({
      field,
      desired: text,
      actual: text,
    })),
    { field: 'applications', desired: [text], actual: [text, text] },
  ] as const;
  const request = { desired: group, ifExists: 'update', isDryRun: false } as const;
  return [
    succeed({ kind: 'updated', group, drift }, { request, origin: text }),
    succeed({ kind: 'would-create', group: undefined, drift: [] }, { request }),
    fail(
      {
        code: 'conflict',
        message: text,
        said: text,
        nextStep: text,
        details: [text],
        reasons: [{ attribute: text, reason: text }],
        existing: { group, drift },
      },
      { request },
    ),
  ];
}

/** The elements of a page in order, and nothing of its text. */
function outline(markdown: string): string {
  return (marked.parse(markdown, { gfm: true, async: false }).match(/<[^>]*>/g) ?? [])
    .filter((tag) => !/^<\/?span>$/.test(tag))
    .join('');
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
      '\\',
      '</code>',
      '<!--',
      '-->',
      'www.a.b',
      'https://a.b',
      'x',
    ];
    const harmless = tellEverywhere('harmless').map(render).map(outline);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }), (texts) => {
        const raw = `x${texts.join('')}`;
        expect(tellEverywhere(raw).map(render).map(outline)).toEqual(harmless);
      }),
    );
  });

  test('that hold a secret are shown without it, in any field', () => {
    const secret = 'api-0d6c6b0e-6fd3-4a52-9a3c-8d6e7b1a2c3f';
    const secrets = new Secrets(() => {});
    secrets.add(secret);
    for (const story of tellEverywhere(`see ${secret}!`)) {
      const text = renderSummary(story, secrets);
      expect(text.replace(/<\/?span>/g, '')).not.toContain('0d6c6b0e');
      expect(text).toContain('see &#42;&#42;&#42;!');
    }
  });
});
