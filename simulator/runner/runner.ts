/**
 * Simulates the GitHub Actions runner: starts a JavaScript action as a process with the environment
 * of a step and nothing else, and reads its output as the runner does.
 *
 * Follows actions/runner: `src/Runner.Worker/Handlers/NodeScriptActionHandler.cs` and
 * `src/Runner.Sdk/ProcessInvoker.cs`. Every step is also searched for secrets; see
 * `leak-detector.ts`.
 *
 * @see https://github.com/actions/runner
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readActionManifest, resolveInputs } from './action-manifest.ts';
import { LineSplitter } from './commands.ts';
import {
  buildEnvironment,
  type EnvironmentOverrides,
  type FileCommandName,
  StepDirectories,
  type WorkflowEvent,
} from './environment.ts';
import { FileCommandError, parseKeyValues, parsePaths, takeSummary } from './file-commands.ts';
import { assertNoLeaks, findLeaks } from './leak-detector.ts';
import { SecretMasker } from './masks.ts';
import { StepLog } from './step-log.ts';
import type { StepResult } from './step-result.ts';

/** The job's own token unless a test names another. Made up. */
export const DEFAULT_GITHUB_TOKEN = 'ghs_K7mQx2VbT9nWc4RzY8pLd3HfJ6sGaE5uN1oi';

/** A shorter secret is a made-up word in a test, and would be found everywhere. */
const MIN_SECRET_CHARACTERS = 16;

/** Far more than any action takes, even on a busy machine. */
const DEFAULT_TIMEOUT_MS = 240_000;

/** How long the pipes may stay open after the process has ended, as in the runner. */
const PIPE_GRACE_MS = 5_000;

/** How often the condition for a signal is checked. */
const SIGNAL_POLL_MS = 5;

/** A signal for the action: at a given time, or as soon as a condition holds. */
export type SignalPlan =
  | { readonly name: NodeJS.Signals; readonly afterMs: number }
  | {
      readonly name: NodeJS.Signals;
      readonly when: (stdoutSoFar: string) => boolean;
      /** Sends it again and again until the process ends, as an impatient user does. */
      readonly isRepeated?: boolean;
    };

/** The entry scripts in `dist/`, by the folder that holds the manifest of their action. */
const MANIFEST_FOLDERS = { 'index.js': '.', 'delete.js': 'delete', 'sync.js': 'sync' } as const;

/** How to run an action as a step. */
export interface RunActionOptions {
  /**
   * Which of this repository's actions to run, by its entry script. Defaults to the root action,
   * `index.js`.
   */
  readonly main?: keyof typeof MANIFEST_FOLDERS | undefined;
  /** The `with:` of the step, by the names of `action.yml`. */
  readonly inputs: Readonly<Record<string, string>>;
  /**
   * More variables, or `undefined` to remove one. Unlike in a workflow, they may replace GITHUB_
   * and RUNNER_ variables, for example to break the summary file. Inputs take precedence.
   */
  readonly env?: EnvironmentOverrides;
  /** Defaults to a push without a payload. */
  readonly event?: WorkflowEvent;
  /** The folder with `action.yml`. Defaults to that of `main` in this repository. */
  readonly actionPath?: string;
  /** A persistent working directory. Defaults to a new temporary one. */
  readonly workspace?: string;
  /** The Node.js to start it with. Defaults to the one in BUNDLE_NODE, else to the current one. */
  readonly node?: string;
  /** The value of `${{ github.token }}`. */
  readonly githubToken?: string;
  readonly signal?: SignalPlan;
  /** When the process is killed and the call throws. Defaults to a safety net of four minutes. */
  readonly timeoutMs?: number;
  /**
   * Values that must not be found anywhere. The inputs `token` and `github-token` and the job's
   * token are always included, if they have 16 characters or more.
   */
  readonly secrets?: readonly string[];
  /** Values given as secrets that are none: a placeholder instead of a token. */
  readonly notSecrets?: readonly string[];
}

/**
 * Runs an action as a step and returns its result, even if it failed. Throws an `AssertionError`
 * when a secret leaked, and an `Error` with the log when the action did not end in time.
 */
export async function runAction(options: RunActionOptions): Promise<StepResult> {
  const folder = MANIFEST_FOLDERS[options.main ?? 'index.js'];
  const actionPath = resolve(options.actionPath ?? join(import.meta.dirname, '..', '..', folder));
  const githubToken = options.githubToken ?? DEFAULT_GITHUB_TOKEN;
  const event = options.event ?? { name: 'push', payload: {} };
  const manifest = await readActionManifest(actionPath, githubToken);
  const script = join(actionPath, manifest.main);
  await access(script);
  const inputs = resolveInputs(manifest, options.inputs);

  const masker = new SecretMasker();
  masker.add(githubToken);
  const log = new StepLog({ masker, isDebug: options.env?.['RUNNER_DEBUG'] === '1' });
  if (inputs.unexpected.length > 0) {
    const valid = [...manifest.inputs.keys()].map((name) => `'${name}'`).join(', ');
    const names = inputs.unexpected.map((name) => `'${name}'`).join(', ');
    log.annotate('warning', `Unexpected input(s) ${names}, valid inputs are [${valid}]`);
  }

  await using directories = await StepDirectories.create({
    event,
    workspace: options.workspace,
  });
  const run = await runProcess({
    file: options.node ?? process.env['BUNDLE_NODE'] ?? process.execPath,
    args: [script],
    cwd: directories.workspace,
    env: buildEnvironment({
      directories,
      event,
      action: '__self',
      overrides: options.env ?? {},
      inputs: inputs.values,
    }),
    log,
    signal: options.signal,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  });
  const result = await concludeStep(run, log, directories, masker);
  assertNoLeaks(findLeaks(result, chooseSecrets(options, inputs.values, githubToken)));
  return result;
}

function chooseSecrets(
  options: RunActionOptions,
  inputs: ReadonlyMap<string, string>,
  githubToken: string,
): string[] {
  const given = [inputs.get('token'), inputs.get('github-token'), githubToken];
  const usual = given.flatMap((value = '') =>
    value.trim().length < MIN_SECRET_CHARACTERS ? [] : [value.trim()],
  );
  const spared = new Set(options.notSecrets);
  return [...usual, ...(options.secrets ?? [])].filter((secret) => !spared.has(secret));
}

/** How to start a process whose output the runner reads. */
interface ProcessPlan {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: StepLog;
  readonly signal?: SignalPlan | undefined;
  readonly timeoutMs: number;
}

/** How a process ended. */
interface ProcessRun {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durations: StepResult['durations'];
}

/** Runs a process to its end, or kills it with all its children and throws when the time is up. */
async function runProcess(plan: ProcessPlan): Promise<ProcessRun> {
  const startedAt = performance.now();
  let lastOutputAt: number | undefined;
  let isOver = false;
  const printed = { stdout: '', stderr: '' };
  const splitters = { stdout: new LineSplitter(), stderr: new LineSplitter() };

  const child = spawn(plan.file, plan.args, {
    cwd: plan.cwd,
    env: plan.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group, so that hanging children can be killed with it.
    detached: process.platform !== 'win32',
  });
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      if (isOver) {
        return;
      }
      lastOutputAt = performance.now();
      printed[stream] += chunk;
      for (const line of splitters[stream].push(chunk)) {
        plan.log.read(line, stream);
      }
    });
  }

  let isTimedOut = false;
  const deadline = setTimeout(() => {
    isTimedOut = true;
    killGroup(child);
  }, plan.timeoutMs);
  const stopSignal = scheduleSignal(child, plan.signal, () => printed.stdout);

  try {
    const { exitCode, signal, endedAt } = await waitForEnd(child);
    isOver = true;
    for (const stream of ['stdout', 'stderr'] as const) {
      for (const line of splitters[stream].end()) {
        plan.log.read(line, stream);
      }
    }
    if (isTimedOut) {
      throw new Error(
        `The process did not end within ${plan.timeoutMs} ms and was killed. Its log:\n${plan.log.text}`,
      );
    }
    const lastOutputToExitMs =
      lastOutputAt === undefined ? undefined : Math.max(0, endedAt - lastOutputAt);
    return {
      exitCode,
      signal,
      ...printed,
      durations: { wallMs: endedAt - startedAt, lastOutputToExitMs },
    };
  } finally {
    clearTimeout(deadline);
    stopSignal();
  }
}

/** Kills a process and everything it started. */
function killGroup(child: { readonly pid?: number | undefined }): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // All processes have ended.
  }
}

interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly endedAt: number;
}

async function waitForEnd(child: ChildProcess): Promise<ProcessEnd> {
  const { promise, resolve: end, reject } = Promise.withResolvers<ProcessEnd>();
  let grace: NodeJS.Timeout | undefined;
  let endedAt = 0;
  child.on('error', reject);
  child.on('exit', () => {
    endedAt = performance.now();
    // A grandchild that holds the pipes keeps the step waiting, but not forever.
    grace = setTimeout(() => releasePipes(child), PIPE_GRACE_MS);
  });
  child.on('close', (exitCode, signal) => end({ exitCode, signal, endedAt }));
  try {
    return await promise;
  } finally {
    clearTimeout(grace);
  }
}

function releasePipes(child: ChildProcess): void {
  killGroup(child);
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function scheduleSignal(
  child: ChildProcess,
  plan: SignalPlan | undefined,
  readStdout: () => string,
): () => void {
  if (plan === undefined) {
    return () => {};
  }
  if ('afterMs' in plan) {
    const timer = setTimeout(() => child.kill(plan.name), plan.afterMs);
    return () => clearTimeout(timer);
  }
  let isSent = false;
  const poll = setInterval(() => {
    if (isSent || plan.when(readStdout())) {
      isSent = true;
      child.kill(plan.name);
      if (!plan.isRepeated) {
        clearInterval(poll);
      }
    }
  }, SIGNAL_POLL_MS);
  return () => clearInterval(poll);
}

/** Reads the files of a step that has ended and draws the runner's conclusion. */
async function concludeStep(
  run: ProcessRun,
  log: StepLog,
  directories: StepDirectories,
  masker: SecretMasker,
): Promise<StepResult> {
  const read = async (name: FileCommandName) =>
    (await directories.readFileCommand(name)).toString();
  const fileCommands = {
    GITHUB_OUTPUT: await read('GITHUB_OUTPUT'),
    GITHUB_STATE: await read('GITHUB_STATE'),
    GITHUB_ENV: await read('GITHUB_ENV'),
    GITHUB_PATH: await read('GITHUB_PATH'),
    GITHUB_STEP_SUMMARY: await read('GITHUB_STEP_SUMMARY'),
  };
  // The files are read after the process has ended, even if it failed.
  const readPairs = (name: FileCommandName): Map<string, string> => {
    try {
      return new Map(parseKeyValues(fileCommands[name]));
    } catch (error) {
      if (!(error instanceof FileCommandError)) {
        throw error;
      }
      const file = name.replace('GITHUB_', '').toLowerCase();
      log.fail(`Unable to process file command '${file}' successfully.`);
      log.fail(error.message);
      return new Map();
    }
  };
  const outputs = new Map([...log.outputs, ...readPairs('GITHUB_OUTPUT')]);
  const state = new Map([...log.state, ...readPairs('GITHUB_STATE')]);
  const envFile = readPairs('GITHUB_ENV');
  if (envFile.delete('NODE_OPTIONS')) {
    log.annotate('error', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
  }
  const summary = takeSummary(await directories.readFileCommand('GITHUB_STEP_SUMMARY'), (line) =>
    masker.mask(line),
  );
  if (summary.kind === 'too-large') {
    // A visible error that does not fail the step.
    log.annotate('error', summary.message);
  }
  return {
    conclusion: log.hasFailed || run.exitCode !== 0 ? 'failure' : 'success',
    exitCode: run.exitCode,
    signal: run.signal,
    stdout: run.stdout,
    stderr: run.stderr,
    lines: log.lines,
    commands: log.commands,
    annotations: log.annotations,
    masks: log.masks,
    groups: log.groups,
    log: log.text,
    outputs: Object.fromEntries(outputs),
    state: Object.fromEntries(state),
    envFile: Object.fromEntries(envFile),
    paths: parsePaths(fileCommands.GITHUB_PATH),
    summary: summary.kind === 'taken' ? summary.markdown : undefined,
    fileCommands,
    tempFiles: await directories.readLeftovers(),
    durations: run.durations,
  };
}
