// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are workflow expressions.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { evaluateCondition, interpolate } from '../../../simulator/runner/expressions.ts';
import { type JobResult, type RunJobOptions, runJob } from '../../../simulator/runner/steps.ts';

const workspace = join(import.meta.dirname, 'fixtures');

async function runSteps(yaml: string, options: Partial<RunJobOptions> = {}): Promise<JobResult> {
  return runJob({ workspace, job: parse(yaml), ...options });
}

test('outputs and variables go from step to step, between scripts and actions', async () => {
  const job = await runSteps(
    `
    runs-on: ubuntu-latest
    env: { JOB: job, COUNT: 2 }
    steps:
      - uses: actions/checkout@v5
      - id: first
        run: |
          echo "greeting=hello $JOB $COUNT" >> "$GITHUB_OUTPUT"
          echo "LATER=yes" >> "$GITHUB_ENV"
          echo "$RUNNER_TEMP" >> "$GITHUB_PATH"
          printf '#!/bin/sh\\necho from a tool' > "$RUNNER_TEMP/tool" && chmod +x "$RUNNER_TEMP/tool"
      - name: Say \${{ steps.first.outputs.greeting }}
        id: act
        uses: ./echo
        env: { STEP: "\${{ env.LATER }}" }
        with:
          name: \${{ steps.first.outputs.greeting }} on \${{ github.ref_name }}
          script: |
            print(input('name'), process.env.STEP);
            append('GITHUB_OUTPUT', 'said=' + input('name') + '/' + process.env.STEP + process.env.LATER + '\\n');
      - run: |
          echo "\${{ steps.act.outputs.said }}"
          tool
      - run: test "$STEP" = ""
    `,
  );
  expect(job.steps[3]?.log).toBe('hello job 2 on main/yesyes\nfrom a tool\n');
  expect(job.steps.map(({ outcome, note }) => [outcome, note])).toEqual([
    ['skipped', 'actions/checkout@v5 is not run here.'],
    ['success', undefined],
    ['success', undefined],
    ['success', undefined],
    ['success', undefined],
  ]);
  expect(job.conclusion).toBe('success');
  expect(job.steps[2]?.name).toBe('Say hello job 2');
});

test('after a failure only steps that ask for it are run', async () => {
  const job = await runSteps(`
    steps:
      - { id: tolerated, run: exit 3, continue-on-error: true }
      - run: echo "\${{ steps.tolerated.outcome }}, \${{ steps.tolerated.conclusion }}"
      - { id: bad, run: "false; echo never" }
      - run: echo never
      - { run: echo always, if: always() }
      - { run: echo cleaning, if: "failure() && steps.bad.outcome == 'failure'" }
      - { run: echo never, if: success() }
      - { run: echo never, if: "\${{ steps.bad.outcome == 'failure' }}" }
  `);
  expect(job.conclusion).toBe('failure');
  expect(job.steps.map(({ outcome, conclusion, log }) => [outcome, conclusion, log])).toEqual([
    ['failure', 'success', 'Error: Process completed with exit code 3.\n'],
    ['success', 'success', 'failure, success\n'],
    ['failure', 'failure', 'Error: Process completed with exit code 1.\n'],
    ['skipped', 'skipped', ''],
    ['success', 'success', 'always\n'],
    ['success', 'success', 'cleaning\n'],
    ['skipped', 'skipped', ''],
    ['skipped', 'skipped', ''],
  ]);
});

test('a process in the background lives until the job ends', async () => {
  const job = await runSteps(`
    steps:
      - run: |
          node -e "
            const server = require('node:http').createServer((_, response) => { console.log('asked'); response.end('alive'); });
            server.listen(0, () => require('node:fs').writeFileSync(process.env.RUNNER_TEMP + '/port', String(server.address().port)));
          " &
          while [ ! -s "$RUNNER_TEMP/port" ]; do sleep 0.02; done
          echo started
      - uses: ./echo
        with:
          name: twice, so that its output does not stop it
          script: |
            const port = fs.readFileSync(process.env.RUNNER_TEMP + '/port', 'utf8');
            for (const _ of [1, 2]) print(await (await fetch('http://127.0.0.1:' + port)).text());
            print(port);
  `);
  expect(job.steps[0]?.log).toBe('started\n');
  const [first, second, port] = job.steps[1]?.log.split('\n') ?? [];
  expect([first, second]).toEqual(['alive', 'alive']);
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
});

test('the event can be looked into', async () => {
  const job = await runSteps(
    `
    steps:
      - name: \${{ github.event_name }}
        run: echo "\${{ github.event.pull_request.number }}-\${{ github.event.none.such }}-$(wc -l < "$GITHUB_EVENT_PATH")"
    `,
    { event: { name: 'pull_request', payload: { pull_request: { number: 7 } } } },
  );
  expect(job.steps[0]).toMatchObject({ name: 'pull_request', log: '7--4\n' });
});

describe('secrets', () => {
  const secrets = { LD: 'api-5f0c2d1e-93ab-4e77-b0aa-cafe12345678' };

  test('are masked in every log of the job, as are masks of earlier steps', async () => {
    const job = await runSteps(
      `
      steps:
        - run: 'echo "::add-mask::hunter22"; echo "\${{ secrets.LD }}"'
        - run: echo hunter22
      `,
      { secrets },
    );
    expect(job.steps.map(({ log }) => log)).toEqual(['***\n', '***\n']);
  });

  test('must not be let out by an action', async () => {
    const job = runSteps(
      `
      steps:
        - uses: ./echo
          with: { name: "\${{ secrets.LD }}", script: "print(input('name'))" }
      `,
      { secrets },
    );
    await expect(job).rejects.toThrow('A secret leaked');
  });
});

describe('what it does not understand', () => {
  test.each([
    ['run: echo ${{ matrix.os }}', "does not know 'matrix.os'"],
    ['run: echo ${{ secrets.NONE }}', "does not know 'secrets.NONE'"],
    ['run: echo ${{ github.nothing }}', "does not know 'github.nothing'"],
    ['run: echo ${{ steps.none.outcome }}', "No step has the id 'none'"],
    ["run: echo ${{ format('{0}', 1) }}", 'does not understand'],
    ['if: env.A || env.B', 'does not understand'],
    ['if: "!cancelled()"', 'does not understand'],
    ['{ run: echo, uses: ./echo }', 'either run or uses'],
    ['{ run: echo, shell: pwsh }', 'shell'],
    ['{ run: echo, continue-on-eror: true }', 'continue-on-eror'],
  ])('throws: %s', async (step, message) => {
    await expect(runSteps(`steps:\n  - ${step}`)).rejects.toThrow(message);
  });

  test('throws on a job with a matrix', async () => {
    await expect(runSteps('{ strategy: { matrix: { a: [1] } }, steps: [] }')).rejects.toThrow(
      'strategy',
    );
  });
});

describe('expressions', () => {
  const context = { hasFailed: false, resolve: (path: readonly string[]) => path.join('/') };

  test.each([
    ["a.b == 'A/B'", true],
    ["a.b != 'a/b'", false],
    ["a.b == 'a/b' && c.d == 'c/d'", true],
    ["a.b == 'a/b' && c.d == 'x'", false],
    ["'it''s' == 'IT''S'", true],
    ['always()', true],
    ['failure()', false],
    ["success() && '' == ''", true],
    ["''", false],
    ['${{ a.b }}', true],
  ])('%s is %s', (condition, holds) => {
    expect(evaluateCondition(condition, context)).toBe(holds);
  });

  test('several stand in one text', () => {
    expect(interpolate("${{a.b}}-${{ c.d == 'x' }}-$a", context)).toBe('a/b-false-$a');
  });

  test.each(['', '==', 'a.b ==', 'a.b c.d', 'a.b == c.d == e.f', 'a', '"x"'])(
    '%j is not understood',
    (expression) => {
      expect(() => evaluateCondition(expression, context)).toThrow('does not understand');
    },
  );
});
