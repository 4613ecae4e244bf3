/**
 * Runs the steps of a workflow's job, one after another, on this machine: `run:` with bash, `uses: ./`
 * as an action. Actions from elsewhere are skipped with a note. It understands little and throws on
 * the rest; it is there to prove the workflows of this repository, not to run anybody's.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
 */

import { randomUUID } from 'node:crypto';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { z } from 'zod';
import {
  buildEnvironment,
  SAMPLE_WORKFLOW_RUN,
  StepDirectories,
  type WorkflowEvent,
} from './environment.ts';
import { type ExpressionContext, evaluateCondition, interpolate } from './expressions.ts';
import { SecretMasker } from './masks.ts';
import {
  concludeStep,
  DEFAULT_GITHUB_TOKEN,
  runAction,
  runProcess,
  type StepResult,
} from './runner.ts';
import { StepLog } from './step-log.ts';

const textMap = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
  .default({});

/** Strict, so that a key that would change what happens is not passed over in silence. */
const stepSchema = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.string().optional(),
  run: z.string().optional(),
  uses: z.string().optional(),
  with: textMap,
  env: textMap,
  shell: z.literal('bash').optional(),
  'working-directory': z.string().optional(),
  'continue-on-error': z.boolean().default(false),
  'timeout-minutes': z.number().optional(),
});

const jobSchema = z.strictObject({
  name: z.string().optional(),
  'runs-on': z.unknown().optional(),
  needs: z.unknown().optional(),
  permissions: z.unknown().optional(),
  environment: z.unknown().optional(),
  concurrency: z.unknown().optional(),
  outputs: z.unknown().optional(),
  'timeout-minutes': z.number().optional(),
  env: textMap,
  steps: z.array(stepSchema),
});

type Step = z.output<typeof stepSchema>;

/** How to run a job. */
export interface RunJobOptions {
  /** The job as parsed from the workflow's YAML. */
  readonly job: unknown;
  /** The checked-out repository in which the steps work. */
  readonly workspace: string;
  /** Variables of the workflow and of the machine; the job's own win over them. */
  readonly env?: Readonly<Record<string, string>>;
  readonly event?: WorkflowEvent;
  /** The values of `${{ secrets.NAME }}`: masked in the logs, and no action may let one out. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly githubToken?: string;
  /** The Node.js for the actions. */
  readonly node?: string;
  /** For each step, unless it says `timeout-minutes`. 60 seconds when absent. */
  readonly timeoutMs?: number;
}

/** What became of a step, or of the whole job. */
export type StepStatus = 'success' | 'failure' | 'skipped';

/** How one step of a job went. */
export interface JobStepResult {
  readonly name: string;
  readonly id: string | undefined;
  /** Before `continue-on-error`. */
  readonly outcome: StepStatus;
  /** After `continue-on-error`. */
  readonly conclusion: StepStatus;
  readonly outputs: Readonly<Record<string, string>>;
  /** What a person sees. */
  readonly log: string;
  /** Why it was not run. */
  readonly note: string | undefined;
  /** All about it, if it was run. */
  readonly result: StepResult | undefined;
}

/** How a job went. */
export interface JobResult {
  readonly conclusion: 'success' | 'failure';
  readonly steps: readonly JobStepResult[];
}

/** Runs a job to its end, then kills what its scripts left running. Throws on what it does not understand. */
export async function runJob(options: RunJobOptions): Promise<JobResult> {
  const definition = jobSchema.parse(options.job);
  const root = await realpath(await mkdtemp(join(tmpdir(), 'job-')));
  const job = new Job(options, definition.steps, root);
  try {
    job.setEnvironment(definition.env);
    for (const step of definition.steps) {
      await job.run(step);
    }
    return { conclusion: job.hasFailed ? 'failure' : 'success', steps: job.results };
  } finally {
    job.killOrphans();
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

class Job {
  readonly results: JobStepResult[] = [];
  hasFailed = false;

  readonly #options: RunJobOptions;
  readonly #ids: ReadonlySet<string>;
  readonly #root: string;
  readonly #masker = new SecretMasker();
  readonly #githubToken: string;
  readonly #event: WorkflowEvent;
  readonly #orphans: (() => void)[] = [];
  #environment: Readonly<Record<string, string>>;
  #paths: readonly string[] = [];

  constructor(options: RunJobOptions, steps: readonly Step[], root: string) {
    this.#options = options;
    this.#ids = new Set(steps.flatMap(({ id }) => (id === undefined ? [] : [id])));
    this.#root = root;
    this.#githubToken = options.githubToken ?? DEFAULT_GITHUB_TOKEN;
    this.#event = options.event ?? { name: 'push', payload: {} };
    this.#environment = options.env ?? {};
    for (const secret of [this.#githubToken, ...Object.values(options.secrets ?? {})]) {
      this.#masker.addLines(secret);
    }
  }

  setEnvironment(variables: Readonly<Record<string, string>>): void {
    const context = this.#contextFor(this.#environment);
    this.#environment = { ...this.#environment, ...interpolateAll(variables, context) };
  }

  killOrphans(): void {
    for (const kill of this.#orphans) {
      kill();
    }
  }

  async run(step: Step): Promise<void> {
    const env = {
      ...this.#environment,
      ...interpolateAll(step.env, this.#contextFor(this.#environment)),
    };
    const context = this.#contextFor(env);
    if (step.if !== undefined ? !evaluateCondition(step.if, context) : this.hasFailed) {
      this.#skip(step, context, 'Its condition does not hold.');
    } else if (step.run !== undefined && step.uses === undefined) {
      this.#record(step, context, await this.#runScript(step, interpolate(step.run, context), env));
    } else if (step.uses?.startsWith('./') === true && step.run === undefined) {
      this.#record(step, context, await this.#runAction(step, step.uses, context, env));
    } else if (step.uses !== undefined && step.run === undefined) {
      this.#skip(step, context, `${step.uses} is not run here.`);
    } else {
      throw new Error('A step needs either run or uses.');
    }
  }

  async #runAction(
    step: Step,
    uses: string,
    context: ExpressionContext,
    env: Readonly<Record<string, string>>,
  ): Promise<StepResult> {
    return runAction({
      inputs: interpolateAll(step.with, context),
      env: this.#withPaths(env),
      event: this.#event,
      actionPath: resolve(this.#options.workspace, uses),
      workspace: this.#options.workspace,
      root: this.#root,
      masker: this.#masker,
      githubToken: this.#githubToken,
      secrets: Object.values(this.#options.secrets ?? {}),
      timeoutMs: this.#timeoutOf(step),
      ...(this.#options.node === undefined ? {} : { node: this.#options.node }),
    });
  }

  async #runScript(
    step: Step,
    script: string,
    env: Readonly<Record<string, string>>,
  ): Promise<StepResult> {
    const { workspace } = this.#options;
    await using directories = await StepDirectories.create({
      event: this.#event,
      workspace,
      root: this.#root,
    });
    const log = new StepLog({ masker: this.#masker, isDebug: env['RUNNER_DEBUG'] === '1' });
    const file = join(directories.temp, `${randomUUID()}.sh`);
    await writeFile(file, script);
    const run = await runProcess({
      file: 'bash',
      args:
        step.shell === undefined
          ? ['-e', file]
          : ['--noprofile', '--norc', '-eo', 'pipefail', file],
      cwd: resolve(workspace, step['working-directory'] ?? '.'),
      env: buildEnvironment({
        directories,
        event: this.#event,
        action: '__run',
        overrides: this.#withPaths(env),
        inputs: new Map(),
      }),
      log,
      timeoutMs: this.#timeoutOf(step),
      sparesOrphans: true,
    });
    this.#orphans.push(run.killOrphans);
    await rm(file);
    if (run.exitCode !== 0) {
      log.fail(`Process completed with exit code ${run.exitCode ?? run.signal}.`);
    }
    // Awaited here, or the files would be gone before they are read.
    return await concludeStep(run, log, directories, this.#masker);
  }

  #record(step: Step, context: ExpressionContext, result: StepResult): void {
    const outcome = result.conclusion;
    const conclusion = step['continue-on-error'] ? 'success' : outcome;
    this.hasFailed ||= conclusion === 'failure';
    this.#environment = { ...this.#environment, ...result.envFile };
    this.#paths = [...result.paths.toReversed(), ...this.#paths];
    const { outputs, log } = result;
    const name = nameStep(step, context);
    this.results.push({
      name,
      id: step.id,
      outcome,
      conclusion,
      outputs,
      log,
      note: undefined,
      result,
    });
  }

  #skip(step: Step, context: ExpressionContext, note: string): void {
    this.results.push({
      name: nameStep(step, context),
      id: step.id,
      outcome: 'skipped',
      conclusion: 'skipped',
      outputs: {},
      log: '',
      note,
      result: undefined,
    });
  }

  #timeoutOf(step: Step): number {
    const minutes = step['timeout-minutes'];
    return minutes === undefined ? (this.#options.timeoutMs ?? 60_000) : minutes * 60_000;
  }

  #withPaths(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const path = [...this.#paths, env['PATH'] ?? process.env['PATH'] ?? ''].join(delimiter);
    return { ...env, PATH: path };
  }

  #contextFor(env: Readonly<Record<string, string>>): ExpressionContext {
    return {
      hasFailed: this.hasFailed,
      resolve: (path) => {
        const [context, ...rest] = path;
        const [name = ''] = rest;
        if (context === 'env' && rest.length === 1) {
          return env[name] ?? '';
        }
        const secret = this.#options.secrets?.[name];
        if (context === 'secrets' && rest.length === 1 && secret !== undefined) {
          return secret;
        }
        if (context === 'steps') {
          return this.#resolveStep(path);
        }
        if (context === 'github') {
          return this.#resolveGithub(path, env);
        }
        throw new Error(`This runner does not know '${path.join('.')}'.`);
      },
    };
  }

  #resolveStep(path: readonly string[]): string {
    const [, id = '', property, output] = path;
    if (!this.#ids.has(id)) {
      throw new Error(`No step has the id '${id}'.`);
    }
    // A step that is still to come has no values yet.
    const step = this.results.find((result) => result.id === id);
    if (property === 'outputs' && output !== undefined && path.length === 4) {
      const name = output.toLowerCase();
      const outputs = Object.entries(step?.outputs ?? {});
      return outputs.find(([other]) => other.toLowerCase() === name)?.[1] ?? '';
    }
    if ((property === 'outcome' || property === 'conclusion') && path.length === 3) {
      return step?.[property] ?? '';
    }
    throw new Error(`This runner does not know '${path.join('.')}'.`);
  }

  #resolveGithub(path: readonly string[], env: Readonly<Record<string, string>>): string {
    const [, name = '', ...rest] = path;
    if (name === 'event') {
      return readPath(this.#event.payload, rest);
    }
    const variables: Readonly<Record<string, string>> = {
      ...SAMPLE_WORKFLOW_RUN,
      ...env,
      GITHUB_TOKEN: this.#githubToken,
      GITHUB_EVENT_NAME: this.#event.name,
      GITHUB_WORKSPACE: this.#options.workspace,
    };
    const value = variables[`GITHUB_${name.toUpperCase()}`];
    if (value === undefined || rest.length > 0) {
      throw new Error(`This runner does not know '${path.join('.')}'.`);
    }
    return value;
  }
}

function nameStep(step: Step, context: ExpressionContext): string {
  const [firstLine = ''] = (step.run ?? '').trim().split('\n');
  return step.name === undefined ? (step.uses ?? firstLine) : interpolate(step.name, context);
}

function interpolateAll(
  values: Readonly<Record<string, string>>,
  context: ExpressionContext,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, interpolate(value, context)]),
  );
}

/** A member deep inside the event; empty when it is not there or no plain value. */
function readPath(value: unknown, path: readonly string[]): string {
  const [member, ...rest] = path;
  if (member === undefined) {
    return typeof value === 'object' || value === undefined ? '' : String(value);
  }
  const isObject = typeof value === 'object' && value !== null;
  return isObject ? readPath(new Map(Object.entries(value)).get(member), rest) : '';
}
