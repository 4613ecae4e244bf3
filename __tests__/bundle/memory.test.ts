import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nameEnvironments, startSeveralRun } from './several-run.ts';

/** Runs with a script that writes the size of V8's young generation when the process exits. */
async function watchYoungGeneration() {
  const folder = await mkdtemp(join(tmpdir(), 'memory-'));
  const script = join(folder, 'report.cjs');
  const report = join(folder, 'report');
  await writeFile(
    script,
    `process.on('exit', () => {
  const spaces = require('node:v8').getHeapSpaceStatistics();
  const { space_size } = spaces.find(({ space_name }) => space_name === 'new_space');
  require('node:fs').writeFileSync(${JSON.stringify(report)}, String(space_size));
});
`,
  );
  return {
    env: { NODE_OPTIONS: `--require=${script}` },
    readMiB: async () => Number(await readFile(report, 'utf8')) / 2 ** 20,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

test("V8's young generation does not grow with the number of answers", async () => {
  await using memory = await watchYoungGeneration();
  await using run = await startSeveralRun({ environments: nameEnvironments(600) });
  const { outputs } = await run.run({}, { env: memory.env });
  expect(outputs['outcome']).toBe('changed');
  const sizeMiB = await memory.readMiB();
  expect(sizeMiB).toBeGreaterThan(0);
  // By default it is 16 MiB by then, and 32 after 1,000 groups.
  expect(sizeMiB).toBeLessThan(16);
});
