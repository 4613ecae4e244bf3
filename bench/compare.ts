/**
 * Times bundles of this action against each other: one create each on the simulator over HTTPS on
 * loopback, whole processes in turn (A, B, A, B, …). Ratios are taken run by run; see
 * statistics.ts.
 *
 * Usage: npm run build -- --out /tmp/before (in one revision), npm run build (in the other), then
 * node bench/compare.ts [--runs 40] /tmp/before/index.js dist/index.js
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureCost } from './process.ts';
import { prepareRunner } from './runner-environment.ts';
import { ServerProcess } from './server-process.ts';
import { comparePairs, describeSpread, formatRatio } from './statistics.ts';

const { values, positionals: bundles } = parseArgs({
  options: { runs: { type: 'string', default: '40' } },
  allowPositionals: true,
});
const runs = Number(values.runs);
assert(Number.isInteger(runs) && runs > 0, '--runs expects a number');
assert(bundles.length > 1, 'expected the paths of two bundles or more');

const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
const server = new ServerProcess();
try {
  await main();
} finally {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const runner = prepareRunner(await server.started(), folder);
  const samples = bundles.map((bundle) => ({
    bundle,
    wallMs: [] as number[],
    cpuMs: [] as number[],
  }));

  // The first round warms the disk caches and is discarded.
  for (let run = -1; run < runs; run += 1) {
    for (const [index, { bundle, wallMs, cpuMs }] of samples.entries()) {
      writeFileSync(path.join(folder, 'output'), '');
      writeFileSync(path.join(folder, 'summary'), '');
      const cost = measureCost({
        argv: [process.execPath, path.resolve(bundle)],
        env: {
          ...runner,
          GITHUB_REPOSITORY: 'octo-org/octo-repo',
          INPUT_NAME: 'Production - All Apps',
          INPUT_KEY: `group-${run}-${index}`,
          INPUT_ENVIRONMENT: 'production',
        },
      });
      const { statuses } = await server.order({});
      assert.deepEqual(statuses, [201], `${bundle} failed`);
      if (run >= 0) {
        wallMs.push(cost.wallMs);
        cpuMs.push(cost.cpuMs);
      }
    }
  }

  const [first] = samples;
  console.log('| Bundle | Wall, ms | ÷ the first | CPU, ms | ÷ the first |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  for (const { bundle, wallMs, cpuMs } of samples) {
    const row = [
      bundle,
      describeSpread(wallMs).median.toFixed(0),
      formatRatio(comparePairs(wallMs, first?.wallMs ?? [])),
      describeSpread(cpuMs).median.toFixed(0),
      formatRatio(comparePairs(cpuMs, first?.cpuMs ?? [])),
    ];
    console.log(`| ${row.join(' | ')} |`);
  }
}
