/**
 * `npm run test:nodes`: runs the bundle's tests with each older Node.js that it supports, and
 * checks that it rejects one that is too old. The binaries come from the registry, pinned and
 * hashed in scripts/nodes/, apart from the project's own packages.
 *
 * Arguments are passed on to vitest: `npm run test:nodes -- __tests__/bundle/exit.test.ts`.
 */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = join(import.meta.dirname, '..');
const folder = join(import.meta.dirname, 'nodes');

/** The platforms for which the registry has these binaries. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'win32-x64'];

const SUPPORTED = [20, 22];
const TOO_OLD = 18;

const platform = `${process.platform}-${process.arch}`;
if (PLATFORMS.includes(platform)) {
  await runAll();
} else {
  console.log(
    `test:nodes: skipped, the registry has Node.js for ${PLATFORMS.join(', ')} and not for ${platform}`,
  );
}

async function runAll(): Promise<void> {
  install();
  // At the same time, so that further cores are of use.
  const runs = [
    ...SUPPORTED.map((major) => runTests(major, ['--project', 'bundle', ...process.argv.slice(2)])),
    runTests(TOO_OLD, ['__tests__/bundle/node-version.test.ts', '-t', 'refuses']),
  ];
  const failed: string[] = [];
  for (const run of runs) {
    const { version, output, isPassed } = await run;
    console.log(`\nThe bundle on Node.js ${version}\n${output}`);
    if (!isPassed) {
      failed.push(`Node.js ${version}`);
    }
  }
  if (failed.length > 0) {
    console.error(`test:nodes failed on ${failed.join(' and ')}`);
    process.exitCode = 1;
  }
}

async function runTests(major: number, args: readonly string[]) {
  const node = findNode(major);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BUNDLE_NODE: node },
  });
  const [output, errors, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { version, output: output + errors, isPassed: status === 0 };
}

function findNode(major: number): string {
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(folder, 'node_modules', `node-${major}-${platform}`, 'bin', program);
}

/** Installs what the lock file names, unless it is installed. */
function install(): void {
  if ([...SUPPORTED, TOO_OLD].every((major) => existsSync(findNode(major)))) {
    return;
  }
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit'], {
    cwd: folder,
    stdio: 'inherit',
    // npm is a script on Windows, which only a shell can start.
    shell: process.platform === 'win32',
  });
  if (error !== undefined || status !== 0) {
    throw new Error(`npm ci failed in ${folder}`, { cause: error });
  }
}
