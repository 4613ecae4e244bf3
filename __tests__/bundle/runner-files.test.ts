import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_SUMMARY_BYTES } from '../../simulator/runner/file-commands.ts';
import { startSimulatedRun } from './simulated-run.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-files-'));
});

afterAll(async () => rm(folder, { recursive: true }));

/**
 * Paths that cannot be written to. File permissions do not apply to root, so they are not among
 * them.
 */
const UNWRITABLE = {
  'in a folder that does not exist': () => join(folder, 'missing', 'file'),
  'that is a folder': () => folder,
  'with an impossible name': () => join(folder, 'x'.repeat(300)),
} as const;

const places = Object.entries(UNWRITABLE);

describe.concurrent('summary file', () => {
  test.each(places)('says so, and passes, with a summary file %s', async (_title, place) => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({}, { env: { GITHUB_STEP_SUMMARY: place() } });
    expect(result).toMatchObject({ conclusion: 'success', stderr: '', annotations: [] });
    expect(result.outputs['outcome']).toBe('created');
    expect(result.log).toMatch(
      /^Created insight group .*\nThe job summary could not be written \(GITHUB_STEP_SUMMARY\)\.\n$/,
    );
  });

  test('silently ignores a missing summary variable', async () => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({}, { env: { GITHUB_STEP_SUMMARY: undefined } });
    expect(result).toMatchObject({ conclusion: 'success', stderr: '', annotations: [] });
  });

  test('logs a summary that could not be written at debug level', async () => {
    await using simulated = await startSimulatedRun();
    const env = { GITHUB_STEP_SUMMARY: join(folder, 'missing', 'file'), RUNNER_DEBUG: '1' };
    const result = await simulated.run({}, { env });
    expect(result.log).toContain('##[debug]Job summary not written: ');
  });

  test('keeps the existing text of the summary file', async () => {
    await using simulated = await startSimulatedRun();
    const path = join(folder, 'summary.md');
    await writeFile(path, 'An old summary');
    await simulated.run({}, { env: { GITHUB_STEP_SUMMARY: path } });
    const summary = await readFile(path, 'utf8');
    expect(summary).toMatch(/^An old summary\n\n## ✅ Insight group created: /);
  });

  test("does not grow a nearly full summary beyond the runner's limit", async () => {
    await using simulated = await startSimulatedRun();
    const applications = Array.from({ length: 25 }, (_, n) => `${'x'.repeat(180)}${n}`).join(',');
    const runWith = async (room: number) => {
      const path = join(folder, `nearly-full-${room}.md`);
      await writeFile(path, 'x'.repeat(MAX_SUMMARY_BYTES - room));
      const result = await simulated.run({ applications }, { env: { GITHUB_STEP_SUMMARY: path } });
      const summary = await readFile(path, 'utf8');
      expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
      expect(result.annotations.filter(({ message }) => message.includes('summary'))).toEqual([]);
      return summary.replace(/^x+/, '');
    };
    expect(await runWith(10)).toBe('');
    expect(await runWith(3_000)).toMatch(/^\n\n## .*\*\*Cut here:\*\* .*LaunchDarkly at/s);
  });
});

describe.concurrent('output file', () => {
  test.each(places)('fails with one clear line on an output file %s', async (_title, place) => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({}, { env: { GITHUB_OUTPUT: place() } });
    expect(result).toMatchObject({ conclusion: 'failure', exitCode: 1, stderr: '' });
    expect(result.log).toMatch(/^Created insight group /);
    expect(result.annotations).toMatchObject([
      {
        kind: 'error',
        title: 'The outputs could not be written',
        message: expect.stringMatching(
          /\(GITHUB_OUTPUT\) can't be written.*\nNext: Check the disk/,
        ),
      },
    ]);
    // The summary does not depend on the outputs.
    expect(result.summary).toContain('default-production-all-apps');
  });
});
