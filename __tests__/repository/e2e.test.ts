import { delimiter, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { runJob } from '../../simulator/runner/steps.ts';
import { readRepositoryFile, repositoryRoot } from './workflow-files.ts';

const Step = z.looseObject({ name: z.string(), uses: z.string().optional() });
const { jobs } = z
  .object({
    jobs: z.object({
      e2e: z.looseObject({
        strategy: z.unknown(),
        defaults: z.object({ run: z.object({ shell: z.literal('bash') }) }),
        steps: z.array(Step),
      }),
    }),
  })
  .parse(parse(readRepositoryFile('.github/workflows/e2e.yml')));
const { strategy: _, defaults, steps, ...job } = jobs.e2e;

/** What the repository's own steps do; the checkout and Node are here already. */
const ownSteps = steps
  .filter(({ uses }) => uses === undefined || uses.startsWith('./'))
  .map((step) => (step.uses ? step : { ...defaults.run, ...step }));

// The runner's bash on Windows is not the one that PATH finds; CI runs the workflow itself there.
describe.skipIf(process.platform === 'win32')('the end-to-end workflow', () => {
  test('does on this machine what it will do on a runner', async () => {
    const result = await runJob({
      job: { ...job, steps: ownSteps },
      workspace: repositoryRoot,
      env: {
        ACT: 'true', // so that it stops the simulator itself
        PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
      },
    });
    const log = result.steps.map((step) => `--- ${step.name}\n${step.log}`).join('\n');

    expect(result.conclusion, log).toBe('success');
    expect(result.steps.filter(({ outcome }) => outcome === 'skipped')).toEqual([]);
    expect(
      result.steps.flatMap(({ id, outcome }) => (outcome === 'failure' ? [id] : [])),
      log,
    ).toEqual(['conflict', 'misspelt', 'stranger', 'foreign', 'drift', 'capped', 'no-file']);
  }, 60_000);

  test('is tried step by step, but for what sets up the machine', () => {
    expect(ownSteps.length).toBeGreaterThan(10);
    const setUp = steps.filter((step) => !ownSteps.some(({ name }) => name === step.name));
    expect(setUp.map(({ uses }) => uses?.split('@')[0])).toEqual([
      'actions/checkout',
      'actions/checkout',
      'actions/setup-node',
    ]);
  });
});
