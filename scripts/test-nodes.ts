/**
 * `npm run test:nodes`: runs the bundle's tests with each older Node.js that it supports, and
 * checks that it rejects one that is too old. The binaries come from the registry, pinned and
 * hashed in scripts/nodes/, apart from the project's own packages.
 *
 * Arguments are passed on to vitest: `npm run test:nodes -- __tests__/bundle/exit.test.ts`.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(import.meta.dirname, 'nodes');

/** The platforms for which the registry has these binaries. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'win32-x64'];

const SUPPORTED = [20, 22];
const TOO_OLD = 18;

const platform = `${process.platform}-${process.arch}`;
if (PLATFORMS.includes(platform)) {
  runAll();
} else {
  console.log(
    `test:nodes: skipped, the registry has Node.js for ${PLATFORMS.join(', ')} and not for ${platform}`,
  );
}

function runAll(): void {
  install();
  const failed: string[] = [];
  for (const major of SUPPORTED) {
    runTests(major, ['--project', 'bundle', ...process.argv.slice(2)], failed);
  }
  runTests(TOO_OLD, ['__tests__/bundle/node-version.test.ts', '-t', 'refuses'], failed);
  if (failed.length > 0) {
    console.error(`test:nodes failed on ${failed.join(' and ')}`);
    process.exitCode = 1;
  }
}

function runTests(major: number, args: readonly string[], failed: string[]): void {
  const node = findNode(major);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  console.log(`\nThe bundle on Node.js ${version}`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, BUNDLE_NODE: node },
  });
  if (status !== 0) {
    failed.push(`Node.js ${version}`);
  }
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
