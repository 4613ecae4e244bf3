/**
 * Times one step on many groups side by side with what it replaces, and prints Markdown.
 *
 * Whole processes, on the simulator over HTTPS on loopback, each response delayed by the round trip. Rate
 * limits are in virtual time: see many-limits.ts.
 *
 * Usage: npm run build && npm run bench:many -- [--groups 1,20,200,1000] [--others-up-to 200] [--runs 1]
 *
 * The alternatives start a process for each group, so they are left out above --others-up-to.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findLeastMs, sendLimited } from './many-limits.ts';
import { findProgram, measurePeakMiB } from './process.ts';
import { prepareRunner } from './runner-environment.ts';
import type { Scene } from './server.ts';
import { ServerProcess } from './server-process.ts';
import { describeSpread } from './statistics.ts';

const { values } = parseArgs({
  options: {
    groups: { type: 'string', default: '1,20,200,1000' },
    'others-up-to': { type: 'string', default: '200' },
    runs: { type: 'string', default: '1' },
  },
});
const SIZES = values.groups.split(',').map(Number);
const OTHERS_UP_TO = Number(values['others-up-to']);
const RUNS = Number(values.runs);
assert(
  [...SIZES, OTHERS_UP_TO, RUNS].every((number) => number > 0),
  'expected numbers',
);

const ROUND_TRIPS_MS = [20, 100];
const PROJECT = 'default';
const BUNDLE = path.join(import.meta.dirname, '../dist/index.js');
const LOOP = path.join(import.meta.dirname, 'alternatives/curl-and-jq-loop.sh');

/** A matrix of a workflow, with `max-parallel: 4`, on a machine for each job would not share its cores. */
const MATRIX_PROCESSES = 4;

const WINDOWS = ['fixed', 'sliding'] as const;

/** How much of the groups exists, and how much of that is as it should be. */
const SITUATIONS = [
  { name: 'to create', existing: 0, drifted: 0 },
  { name: 'unchanged', existing: 1, drifted: 0 },
  { name: '10 % drifted', existing: 1, drifted: 0.1 },
] as const;

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
  const environment = {
    ...runner,
    CURL_CA_BUNDLE: runner.NODE_EXTRA_CA_CERTS,
    BASE_URI: runner['INPUT_BASE-URI'],
    INPUT_NAME: '{environment-name} - All Apps',
    INPUT_KEY: '{project}-{environment}-all-apps',
    INPUT_PROJECT: PROJECT,
    INPUT_ENVIRONMENT: '*',
    'INPUT_IF-EXISTS': 'update',
  };
  writeFileSync(environment.GITHUB_OUTPUT, '');
  const [cpu] = cpus();
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpu?.model.trim()}, ${cpus().length} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}, the median of ${RUNS}.\n`,
  );
  await printTimes(environment);
  await printLimits();
  await printMemory(environment);
}

type Environment = Readonly<Record<string, string>>;

interface Measured {
  readonly ms: number;
  readonly requests: number;
}

async function printTimes(environment: Environment): Promise<void> {
  console.log(
    '| Groups | | Round trip, ms | Requests | This action, s | ÷ a single create | Least, s | ÷ least | A process for each, four at a time, s | ÷ this action | bash, curl and jq, s | ÷ this action |\n| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const count of SIZES) {
    for (const situation of SITUATIONS) {
      for (const roundTripMs of ROUND_TRIPS_MS) {
        const scene = {
          projectKey: PROJECT,
          environments: count,
          existing: situation.existing * count,
          drifted: Math.round(situation.drifted * count),
          roundTripMs,
        };
        const ours = await measure(scene, () => start([process.execPath, BUNDLE], environment));
        const one = { ...scene, environments: 1, existing: 0, drifted: 0 };
        const single = await measure(one, () => runMatrix(1, environment));
        const isSmall = count <= OTHERS_UP_TO;
        const matrix = isSmall && (await measure(scene, () => runMatrix(count, environment)));
        const canLoop = isSmall && ['bash', 'curl', 'jq'].every(findProgram);
        const bash = ['bash', '--noprofile', '--norc', LOOP];
        const loop = canLoop && (await measure(scene, () => start(bash, environment)));
        const least = findLeast(scene);
        const row = [
          count.toLocaleString('en'),
          situation.name,
          roundTripMs,
          ours.requests.toLocaleString('en'),
          seconds(ours.ms),
          (ours.ms / single.ms).toFixed(1),
          seconds(least),
          (ours.ms / least).toFixed(2),
          ...(matrix ? [seconds(matrix.ms), (matrix.ms / ours.ms).toFixed(1)] : ['', '']),
          ...(loop ? [seconds(loop.ms), (loop.ms / ours.ms).toFixed(1)] : ['', '']),
        ];
        console.log(`| ${row.join(' | ')} |`);
      }
    }
  }
  console.log('');
}

/** The first pages, of both lists at once, tell how many there are; the others and the writes go four at a time. */
function findLeast({ environments, existing, drifted, roundTripMs }: Scene): number {
  const furtherPages = (count: number, size: number) => Math.max(0, Math.ceil(count / size) - 1);
  const pages = furtherPages(environments, 100) + furtherPages(existing, 20);
  const writes = Math.max(environments - existing, drifted);
  const rounds = 1 + Math.ceil(pages / 4) + Math.ceil(writes / 4);
  return rounds * roundTripMs;
}

async function measure(scene: Scene, run: () => Promise<void>): Promise<Measured> {
  const times: number[] = [];
  let requests = 0;
  for (let count = 0; count < RUNS; count += 1) {
    await server.order({ scene });
    const startedAt = performance.now();
    await run();
    times.push(performance.now() - startedAt);
    ({ requests } = await server.order({}));
  }
  return { ms: describeSpread(times).median, requests };
}

async function start(argv: readonly string[], env: Environment): Promise<void> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { env, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, `${argv.join(' ')} ended with ${code}`);
}

/** As the jobs of a matrix, which know their environment from the workflow. */
async function runMatrix(count: number, environment: Environment): Promise<void> {
  const queue = Array.from({ length: count }, (_, index) => index + 1);
  const work = async () => {
    for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
      const env = {
        ...environment,
        INPUT_ENVIRONMENT: `env-${number}`,
        INPUT_NAME: `Env ${number} - All Apps`,
      };
      await start([process.execPath, BUNDLE], env);
    }
  };
  await Promise.all(Array.from({ length: MATRIX_PROCESSES }, work));
}

async function printLimits(): Promise<void> {
  console.log(
    '| Creates | Calls per 10 s | Windows | Round trip, ms | Time, s | Least, s | ÷ least | 429s |\n| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const count of SIZES) {
    for (const limit of [undefined, 5, 50]) {
      for (const windows of limit === undefined ? (['fixed'] as const) : WINDOWS) {
        for (const roundTripMs of ROUND_TRIPS_MS) {
          const creates = { count, limit, windows, roundTripMs };
          const { elapsedMs, refused } = await sendLimited(creates);
          const leastMs = findLeastMs(creates);
          const row = [
            count.toLocaleString('en'),
            limit ?? 'no limit',
            limit === undefined ? '' : windows,
            roundTripMs,
            seconds(elapsedMs),
            seconds(leastMs),
            (elapsedMs / leastMs).toFixed(2),
            refused,
          ];
          console.log(`| ${row.join(' | ')} |`);
        }
      }
    }
  }
  console.log('');
}

async function printMemory(environment: Environment): Promise<void> {
  const peaks = [];
  for (const count of SIZES) {
    const scene = { projectKey: PROJECT, environments: count, existing: 0, drifted: 0 };
    await server.order({ scene: { ...scene, roundTripMs: 0 } });
    const command = { argv: [process.execPath, BUNDLE], env: environment };
    peaks.push({ count, mib: measurePeakMiB(command, folder) ?? Number.NaN });
  }
  const [first] = peaks;
  console.log('| Groups to create | Peak memory, MiB | ÷ the first |\n| ---: | ---: | ---: |');
  for (const { count, mib } of peaks) {
    const ratio = mib / (first?.mib ?? Number.NaN);
    console.log(`| ${count.toLocaleString('en')} | ${mib.toFixed(0)} | ${ratio.toFixed(2)} |`);
  }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(ms < 10_000 ? 2 : 0);
}
