import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';

/** The cost of one run of a program, including its children. Times are in milliseconds. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** A program, its arguments, and `env` as its whole environment. */
export interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * bash reports the time in microseconds, and what its children used. Node reports neither of a
 * child.
 */
const STOPWATCH = `
start=$EPOCHREALTIME
"$@" >/dev/null
code=$?
end=$EPOCHREALTIME
echo "$code \${start/[.,]/} \${end/[.,]/}"
times
`;

/** Runs the program once to its end. Throws when it fails. */
export function measureCost({ argv, env }: Command): Cost {
  const report = execFileSync('bash', ['--noprofile', '--norc', '-c', STOPWATCH, '-', ...argv], {
    env,
    encoding: 'utf8',
  });
  const [head = '', , children = ''] = report.split('\n');
  const [code, start, end] = head.split(' ').map(Number);
  if (code !== 0 || start === undefined || end === undefined) {
    throw new Error(`${argv.join(' ')} ended with ${code}`);
  }
  const cpuMs = [...children.matchAll(/(\d+)m([\d.]+)s/g)]
    .map(([, minutes, seconds]) => (Number(minutes) * 60 + Number(seconds)) * 1_000)
    .reduce((sum, ms) => sum + ms, 0);
  return { wallMs: (end - start) / 1_000, cpuMs };
}

/**
 * Runs the program once and returns its peak memory, or that of one of its children if larger, in
 * MiB; undefined where GNU time is not installed.
 */
export function measurePeakMiB({ argv, env }: Command, folder: string): number | undefined {
  const time = findProgram('time');
  if (time === undefined) {
    return undefined;
  }
  const report = path.join(folder, 'time');
  execFileSync(time, ['--format=%M', `--output=${report}`, ...argv], { env, stdio: 'ignore' });
  return Number(readFileSync(report, 'utf8')) / 1_024;
}

/** Finds a program in the PATH. */
export function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
