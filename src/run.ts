// First, because of what it starts in the background.
import './startup.ts';
import * as core from '@actions/core';
import { uptimeMs } from './clock.ts';
import type { Command, CommandResult } from './commands/command.ts';
import { createCommand } from './commands/create.ts';
import { deleteCommand } from './commands/delete.ts';
import { syncCommand } from './commands/sync.ts';
import { CrashReporter } from './crash-report.ts';
import { type Deadline, startDeadline, watchCancellation } from './deadline.ts';
import { ActionError, explainUnexpected, SPECIAL_TITLES } from './errors.ts';
import type { CommonInputs } from './inputs/common-inputs.ts';
import {
  choosePullRequest,
  type GitHubContext,
  type PullRequest,
  readGitHubContext,
} from './inputs/github-context.ts';
import { ProgressLog } from './progress.ts';
import { findInterruption } from './reconcile/apply.ts';
import type { CommentResult } from './report/comment.ts';
import { Log } from './report/log.ts';
import { logCommentResult, logNoPullRequest, logRequest, logWait } from './report/log-messages.ts';
import { logReport } from './report/log-results.ts';
import { writeOutputs } from './report/outputs.ts';
import { type CommandName, listErrors, type RunReport } from './report/run-report.ts';
import { renderSummary } from './report/summary.ts';
import { appendSummary } from './report/summary-file.ts';
import { Secrets } from './secrets.ts';
import { clockOf, openSession } from './session.ts';

/** How long the work may take unless the workflow says otherwise: for one group, and for several. Milliseconds. */
const SINGLE_TIMEOUT_MS = 120_000;
const SEVERAL_TIMEOUT_MS = 600_000;

/** The longest that the comment may hold the step up, in milliseconds. */
const COMMENT_TIMEOUT_MS = 20_000;

/** Runs the action that `name` stands for. Never rejects: a failure is told in the log, the outputs and the exit code. */
export async function run(name: CommandName, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  switch (name) {
    case 'create':
      return runCommand(createCommand, env);
    case 'delete':
      return runCommand(deleteCommand, env);
    case 'sync':
      return runCommand(syncCommand, env);
  }
}

async function runCommand<Inputs extends CommonInputs>(
  command: Command<Inputs>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const secrets = new Secrets((value) => core.setSecret(value));
  const log = new Log(secrets);
  const crash = new CrashReporter(command.name, secrets, log);
  process.on('uncaughtException', (error) => crash.report(error));
  try {
    await new Run(command, { env, secrets, log, crash }).run();
  } catch (error) {
    crash.report(error);
  } finally {
    log.flush();
  }
}

interface RunContext {
  readonly env: NodeJS.ProcessEnv;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly crash: CrashReporter;
}

/** What the comment of a run needs besides its report. */
interface CommentWork<Inputs> {
  readonly inputs: Inputs;
  readonly pullRequest: PullRequest;
  readonly deadline: Deadline;
}

/** One run of a command: reads the inputs, does the work, reports. */
class Run<Inputs extends CommonInputs> {
  readonly #command: Command<Inputs>;
  readonly #context: RunContext;
  readonly #github: GitHubContext;
  readonly #cancellation: ReturnType<typeof watchCancellation>;
  #requests = 0;

  constructor(command: Command<Inputs>, context: RunContext) {
    this.#command = command;
    this.#context = context;
    this.#github = readGitHubContext(context.env);
    this.#cancellation = watchCancellation(command.afterCancellation);
  }

  async run(): Promise<void> {
    const { log, crash } = this.#context;
    let inputs: Inputs | undefined;
    const result = await settle(async () => {
      inputs = this.#command.readInputs({ ...this.#context, run: this.#github });
      return this.#execute(inputs);
    });
    // A step that fails must not have the outputs of a success.
    const report = this.#report(inputs, crash.error ? failed(crash.error) : result);
    if (crash.error === undefined) {
      logReport(report, log);
    }
    this.#handOverOutputs(report);
    this.#writeSummary(report);
    if (inputs?.wantsComment) {
      await this.#comment(report, inputs);
    }
    this.#cancellation.release();
  }

  async #execute(inputs: Inputs): Promise<CommandResult> {
    const { log, secrets } = this.#context;
    const isSeveral = this.#command.mayBeSeveral(inputs);
    for (const warning of inputs.warnings) {
      log.warning('An input is unusual', warning);
    }
    const session = openSession({
      inputs,
      timeoutMs: inputs.timeoutMs ?? (isSeveral ? SEVERAL_TIMEOUT_MS : SINGLE_TIMEOUT_MS),
      cancellation: this.#cancellation.signal,
      secrets,
      isSeveral,
      observe: ({ request: { method, path }, exchange, attempt }) => {
        this.#requests += 1;
        const result = exchange.kind === 'response' ? exchange.status : exchange.code;
        const elapsedMs = exchange.receivedAt - exchange.startedAt;
        logRequest({ attempt, method, path, result, elapsedMs }, log);
      },
      announceWait: (wait) => logWait(wait, log),
    });
    try {
      const result = await this.#command.execute(inputs, {
        session,
        source: { ...this.#context, run: this.#github },
        progress: new ProgressLog(log, inputs.isDryRun, uptimeMs),
      });
      const { failure = findInterruption(result.results, session.signal) } = result;
      return { ...result, failure };
    } finally {
      await session.close();
    }
  }

  #report(
    inputs: Inputs | undefined,
    { results, failure, notices, warnings }: CommandResult,
  ): RunReport {
    return {
      command: this.#command.name,
      isSingle: inputs === undefined || !this.#command.mayBeSeveral(inputs),
      isDryRun: inputs?.isDryRun ?? false,
      results,
      failure,
      notices,
      warnings,
      helpUrl: this.#github.helpUrl,
      file: inputs && this.#command.findFile?.(inputs),
      origin: inputs?.server.origin,
      requests: this.#requests,
    };
  }

  /** Without outputs a step must not pass: the steps that read them would go on with nothing. */
  #handOverOutputs(report: RunReport): void {
    const { log, secrets, crash } = this.#context;
    try {
      writeOutputs(report, secrets);
      crash.noteOutputs();
    } catch (error) {
      log.debug(`Outputs not written: ${String(error)}`);
      log.failure(SPECIAL_TITLES.outputs, [
        "The runner's file for outputs (GITHUB_OUTPUT) can't be written; the log says how the run ended.",
        "Next: Check the disk and the permissions of the runner's temporary folder, and run again.",
      ]);
    }
  }

  /** A summary that can't be written never fails the step: a report is not the work. */
  #writeSummary(report: RunReport): void {
    const { env, log, secrets } = this.#context;
    const file = env['GITHUB_STEP_SUMMARY'] ?? '';
    if (file === '') {
      log.debug('No job summary: GITHUB_STEP_SUMMARY is not set.');
      return;
    }
    try {
      appendSummary(file, (maxBytes) => renderSummary(report, secrets, maxBytes));
    } catch (error) {
      log.info('The job summary could not be written (GITHUB_STEP_SUMMARY).');
      log.debug(`Job summary not written: ${String(error)}`);
    }
  }

  /** A comment that can't be written never fails the step, whatever the reason. */
  async #comment(report: RunReport, inputs: Inputs): Promise<void> {
    const { log } = this.#context;
    if (listErrors(report).some(({ code }) => code === 'cancelled')) {
      return;
    }
    const chosen = choosePullRequest(this.#github, inputs.prNumber);
    if (chosen.kind === 'none') {
      logNoPullRequest(chosen.reason, log);
      return;
    }
    const { pullRequest } = chosen;
    const deadline = startDeadline(COMMENT_TIMEOUT_MS, this.#cancellation.signal);
    try {
      logCommentResult(await this.#publish(report, { inputs, pullRequest, deadline }), log);
    } catch (error) {
      log.debug(`Comment not written: ${String(error)}`);
      const why = 'The comment failed with an unexpected error; the debug log has more.';
      logCommentResult({ kind: 'failed', why }, log);
    } finally {
      deadline.release();
    }
  }

  async #publish(report: RunReport, options: CommentWork<Inputs>): Promise<CommentResult> {
    const { inputs, pullRequest, deadline } = options;
    const { log, secrets } = this.#context;
    // Not at the top: it brings a client for GitHub along, which only a comment needs.
    const { publishComment } = await import('./report/comment.ts');
    const { sleep, random } = clockOf(deadline);
    return publishComment({
      report,
      identity: this.#command.identifyComment(inputs),
      secrets,
      apiUrl: this.#github.apiUrl,
      githubToken: inputs.githubToken,
      pullRequest,
      proxies: inputs.proxies,
      deadline,
      sleep,
      random,
      observe: ({ method, path, result, elapsedMs }) => {
        log.debug(`GitHub: ${method} ${path} ${result} in ${Math.round(elapsedMs)} ms`);
      },
      announceWait: (wait) => logWait(wait, log),
    });
  }
}

/** The error boundary: whatever `work` throws ends here, in words. */
async function settle(work: () => Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await work();
  } catch (error) {
    return failed(error instanceof ActionError ? error : explainUnexpected(error));
  }
}

function failed(failure: ActionError): CommandResult {
  return { results: [], notices: [], failure };
}
