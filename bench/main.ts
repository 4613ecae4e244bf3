/**
 * Times the action side by side with the alternatives that a user might choose, and prints
 * Markdown.
 *
 * Whole processes in turn (A, B, C, A, B, C, …), on the simulator over HTTPS on loopback. Ratios
 * are taken run by run; see statistics.ts.
 *
 * Usage: npm run build && npm run bench -- [--runs 20] [--many-headers]
 *
 * With --many-headers each response to a create has 1.5 kB more headers than LaunchDarkly
 * documents.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Bundler } from './bundling.ts';
import { type Command, findProgram, measureCost, measurePeakMiB } from './process.ts';
import { prepareRunner } from './runner-environment.ts';
import { ServerProcess } from './server-process.ts';
import { comparePairs, describeSpread, formatRatio } from './statistics.ts';

const scripts = path.join(import.meta.dirname, 'alternatives');

/** Memory varies little, and is measured separately from time. */
const MEMORY_RUNS = 5;

/**
 * The certificates with which curl verifies servers on Debian and Ubuntu. Node has its own list of
 * the same size.
 */
const SYSTEM_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

/** A create by this action also looks up whether LaunchDarkly knows the applications, which no alternative does. */
const CREATE_REQUESTS = 2;

/** A program to time. */
interface Candidate {
  readonly name: string;
  readonly argv: readonly string[];
  /** The script that it reads at its start; none for bare Node. */
  readonly script?: string;
  /** The expected number of requests. */
  readonly requests: number;
  /** Which of the applications it names, by number. */
  readonly applications?: number;
  /** The group that it finds, besides its key. */
  readonly finds?: { readonly name: string };
  readonly ifExists?: 'keep' | 'update';
  /** Whether the response to the create has many headers. */
  readonly longHeaders?: boolean;
}

/** The measurements of a candidate, one entry per run. */
interface Samples {
  readonly wallMs: number[];
  readonly cpuMs: number[];
  readonly peakMiB: number[];
  bytes: number;
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    'many-headers': { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
assert(Number.isInteger(runs) && runs > 0, '--runs expects a number');

/** Numbers the keys, so that no two runs share one. */
let keys = 0;

const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
const server = new ServerProcess();
try {
  await main();
} finally {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const { origin, certificatePem } = await server.started();
  const environment = prepareEnvironment(origin, certificatePem);
  const alternatives = await bundleAlternatives();
  const paths = describePaths();
  const candidates = [...alternatives, ...paths];
  const samples = new Map<Candidate, Samples>(
    candidates.map((each) => [each, { wallMs: [], cpuMs: [], peakMiB: [], bytes: 0 }]),
  );

  // The first round warms the disk caches and is discarded.
  for (let run = -1; run < runs; run += 1) {
    for (const [candidate, measured] of samples) {
      const command = await prepare(candidate, { environment, run: `${run}` });
      const cost = measureCost(command);
      const bytes = await checkTraffic(candidate);
      if (run >= 0) {
        measured.wallMs.push(cost.wallMs);
        measured.cpuMs.push(cost.cpuMs);
        measured.bytes = bytes;
      }
    }
  }
  for (let run = 0; run < MEMORY_RUNS; run += 1) {
    for (const [candidate, measured] of samples) {
      const command = await prepare(candidate, { environment, run: `memory-${run}` });
      const peak = measurePeakMiB(command, folder);
      await checkTraffic(candidate);
      measured.peakMiB.push(peak ?? Number.NaN);
    }
  }

  const [cpu] = cpus();
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpu?.model.trim()}, ${cpus().length} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}, ${runs} runs each.\n`,
  );
  printAlternatives(alternatives, samples);
  printPaths(paths, samples);
}

/**
 * The environment of every candidate: inputs as the runner provides them, and files for the
 * reports.
 */
function prepareEnvironment(origin: string, certificatePem: string): Record<string, string> {
  const authorities = path.join(folder, 'authorities.pem');
  const system = existsSync(SYSTEM_AUTHORITIES) ? readFileSync(SYSTEM_AUTHORITIES, 'utf8') : '';
  writeFileSync(authorities, system + certificatePem);
  return {
    ...prepareRunner({ origin, certificatePem }, folder),
    GITHUB_REPOSITORY: 'octo-org/octo-repo',
    CURL_CA_BUNDLE: authorities,
    // A shell has no variables with a hyphen.
    BASE_URI: origin,
    INPUT_NAME: 'Production - All Apps',
    INPUT_ENVIRONMENT: 'production',
  };
}

/** The bundle first: the others are compared with it. */
async function bundleAlternatives(): Promise<Candidate[]> {
  const bundler = new Bundler(folder);
  const node = (name: string, script: string): Candidate => ({
    name,
    script,
    argv: [process.execPath, script],
    requests: 1,
  });
  const candidates = [
    {
      ...node(
        '**this action** (`dist/index.js`)',
        path.join(import.meta.dirname, '../dist/index.js'),
      ),
      requests: CREATE_REQUESTS,
      // The entry has two lines; this is what it starts.
      script: path.join(import.meta.dirname, '../dist/run.js'),
    },
    { name: 'bare Node (`node -e 0`)', argv: [process.execPath, '-e', '0'], requests: 0 },
    node('`undici.request`, the POST only', await bundler.bundle('undici-request.js')),
    node('`@actions/core` and `fetch`', await bundler.bundle('fetch-core.js')),
    node('like `actions/github-script`', await bundler.bundle('github-script.js')),
    node('`launchdarkly-api-typescript`', path.join(scripts, 'official-client.js')),
  ];
  const missing = ['bash', 'curl', 'jq'].filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) {
    console.log(`Left out: the bash step, for ${missing.join(' and ')} is not installed.\n`);
    return candidates;
  }
  const script = path.join(scripts, 'curl-and-jq.sh');
  // As the runner starts a step with `shell: bash`.
  const argv = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', script];
  return [...candidates, { name: 'bash, curl and jq', script, argv, requests: 1 }];
}

/** The operations of the action itself. */
function describePaths(): Candidate[] {
  const argv = [process.execPath, path.join(import.meta.dirname, '../dist/index.js')];
  const equal = { name: 'Production - All Apps' };
  const other = { name: 'Another name' };
  return [
    { name: 'create, 1 application', argv, requests: CREATE_REQUESTS },
    {
      name: 'create, many headers in the response',
      argv,
      requests: CREATE_REQUESTS,
      longHeaders: true,
    },
    { name: 'create, 100 applications', argv, requests: CREATE_REQUESTS, applications: 100 },
    // One request looks up a hundred of them.
    { name: 'create, 1,000 applications', argv, requests: 11, applications: 1_000 },
    { name: 'it exists and is equal', argv, requests: 2, finds: equal, ifExists: 'keep' },
    { name: 'it differs, `if-exists: keep`', argv, requests: 2, finds: other, ifExists: 'keep' },
    {
      name: 'it differs, `if-exists: update`',
      argv,
      requests: 3,
      finds: other,
      ifExists: 'update',
    },
  ];
}

/** Prepares one run: a new key, empty files, and the group to be found. */
async function prepare(
  candidate: Candidate,
  { environment, run }: { environment: Record<string, string>; run: string },
): Promise<Command> {
  const { argv, applications = 1, finds, ifExists, requests } = candidate;
  const longHeaders = candidate.longHeaders ?? values['many-headers'];
  keys += 1;
  const key = `group-${run}-${keys}`;
  const applicationKeys = Array.from({ length: applications }, (_, i) => `application-${i + 1}`);
  writeFileSync(path.join(folder, 'output'), '');
  writeFileSync(path.join(folder, 'summary'), '');
  const group = {
    key,
    name: finds?.name ?? environment['INPUT_NAME'] ?? '',
    projectKey: 'default',
    environmentKey: 'production',
    applicationKeys,
    createdAt: Date.now(),
  };
  await server.order({
    ...(finds && { group }),
    ...(finds === undefined && requests > 0 && longHeaders && { answer: group }),
  });
  return {
    argv,
    env: {
      ...environment,
      INPUT_KEY: key,
      INPUT_APPLICATIONS: applicationKeys.join(','),
      ...(ifExists && { 'INPUT_IF-EXISTS': ifExists }),
    },
  };
}

/** Checks that the run succeeded, and returns the bytes of its requests. */
async function checkTraffic({ name, requests, finds }: Candidate): Promise<number> {
  const traffic = await server.order({});
  assert.equal(traffic.requests, requests, `${name}: ${traffic.requests} requests`);
  assert(finds !== undefined || requests === 0 || traffic.statuses[0] === 201, `${name} failed`);
  return traffic.bytes;
}

function printAlternatives(
  candidates: readonly Candidate[],
  samples: ReadonlyMap<Candidate, Samples>,
): void {
  const [ours, bare] = candidates.map((each) => samples.get(each));
  console.log(
    '| | Wall, ms | ÷ bare Node | this action ÷ it | CPU, ms | Peak memory, MiB | Script, kB | Requests | Bytes sent |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const candidate of candidates) {
    const measured = samples.get(candidate);
    assert(measured && ours && bare);
    const row = [
      candidate.name,
      describeSpread(measured.wallMs).median.toFixed(0),
      comparePairs(measured.wallMs, bare.wallMs).median.toFixed(2),
      formatRatio(comparePairs(ours.wallMs, measured.wallMs)),
      describeSpread(measured.cpuMs).median.toFixed(0),
      describeSpread(measured.peakMiB).median.toFixed(0),
      candidate.script ? (statSync(candidate.script).size / 1_000).toFixed(0) : '',
      candidate.requests,
      measured.bytes,
    ];
    console.log(`| ${row.join(' | ')} |`);
  }
  console.log('');
}

function printPaths(
  candidates: readonly Candidate[],
  samples: ReadonlyMap<Candidate, Samples>,
): void {
  const [simple] = candidates.map((each) => samples.get(each));
  console.log(
    '| This action | Wall, ms | ÷ create, 1 application | CPU, ms | Peak memory, MiB | Requests | Bytes sent |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const candidate of candidates) {
    const measured = samples.get(candidate);
    assert(measured && simple);
    const row = [
      candidate.name,
      describeSpread(measured.wallMs).median.toFixed(0),
      formatRatio(comparePairs(measured.wallMs, simple.wallMs)),
      describeSpread(measured.cpuMs).median.toFixed(0),
      describeSpread(measured.peakMiB).median.toFixed(0),
      candidate.requests,
      measured.bytes,
    ];
    console.log(`| ${row.join(' | ')} |`);
  }
}
