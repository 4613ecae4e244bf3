/**
 * Runs before everything else, possibly on a Node.js that the rest of the action fails on as soon as it
 * is loaded. So it imports nothing of ours, and uses no syntax that is newer than Node 14.
 */
import { createRequire } from 'node:module';

/** The oldest Node.js that the tests run the bundle on. */
export const OLDEST_NODE = '20.10.0';

/** The parts of `process` that tell which Node.js runs, and take what it has to say. */
export interface NodeProcess {
  readonly versions: { readonly node: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  exitCode?: number | string | null | undefined;
}

/**
 * Says whether this Node.js can run the action. If it can't, the annotation, the outputs and the exit
 * code say so. `outputs` are the further outputs of the action that have a value when nothing was done;
 * their values must be single lines. Never throws.
 */
export function checkNodeVersion(
  host: NodeProcess,
  outputs: Readonly<Record<string, string>>,
): boolean {
  const version = host.versions.node;
  if (isAtLeast(version, OLDEST_NODE)) {
    return true;
  }
  const message = `This runner starts the action with Node.js ${version}, but the action needs Node.js ${OLDEST_NODE} or later: update the runner, or the image that its Node.js comes from.`;
  host.stdout.write(`::error title=The Node.js of this runner is too old::${message}\n`);
  host.exitCode = 1;
  try {
    const all = { outcome: 'failed', 'error-code': 'unsupported-node', ...outputs };
    const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
    loadFileSystem().appendFileSync(host.env['GITHUB_OUTPUT'] || '', lines.join(''));
  } catch {
    // Without the runner's file there are no outputs; the exit code fails the step all the same.
  }
  return false;
}

/** Where `import` names node:fs, Node also loads its promises and streams, ten modules in all: 3 ms that no run needs. */
function loadFileSystem(): typeof import('node:fs') {
  return createRequire(import.meta.url)('node:fs');
}

/** Compares versions of three numbers; what follows the third, as in a nightly build, doesn't count. */
function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => parseInt(part, 10));
  const [oldestMajor = 0, oldestMinor = 0, oldestPatch = 0] = oldest.split('.').map(Number);
  if (major !== oldestMajor) {
    return major > oldestMajor;
  }
  return minor !== oldestMinor ? minor > oldestMinor : patch >= oldestPatch;
}
