import { writeFileSync } from 'node:fs';
import * as core from '@actions/core';
import { type Deadline, sleep, startDeadline, watchCancellation } from './deadline.ts';
import { ActionError, SPECIAL_TITLES } from './errors.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { createClient } from './launchdarkly/client.ts';
import { describeApiError, describeFailure } from './launchdarkly/diagnose.ts';
import { findUnknownApplications, locateEnvironment } from './launchdarkly/key-lookup.ts';
import { openTransport } from './launchdarkly/transport.ts';
import type { Outcome } from './reconcile/outcome.ts';
import { ensureGroup } from './reconcile/reconcile-group.ts';
import { publishComment } from './report/comment.ts';
import { Log } from './report/log.ts';
import { overwriteOutcome, writeOutputs } from './report/outputs.ts';
import type { Ending, Story } from './report/story.ts';
import { renderSummary } from './report/summary.ts';
import {
  tellCommentResult,
  tellEnding,
  tellFailure,
  tellRequest,
  tellWait,
} from './report/tell.ts';
import { Secrets } from './secrets.ts';
import { readWorkflowRun, type WorkflowRun } from './workflow.ts';

/** A diagnosis that takes longer, in milliseconds, would only keep the failure from being told. */
const DIAGNOSIS_TIMEOUT_MS = 10_000;

/** A look-up that only a warning depends on is given up sooner, in milliseconds. */
const LOOKUP_TIMEOUT_MS = 5_000;

/** The longest that the comment may hold the step up, in milliseconds. */
const COMMENT_TIMEOUT_MS = 20_000;

/**
 * Runs the action: reads the wishes, makes the group true, tells what happened. Never rejects: a failure
 * is told in the log, in the outputs and by the exit code.
 */
export async function run(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const startedAt = Date.now();
  const secrets = new Secrets((value) => core.setSecret(value));
  const log = new Log(secrets);
  const progress: Progress = { requests: 0, attempts: 1 };
  const cancellation = watchCancellation();
  let crash: ActionError | undefined;
  let areOutputsWritten = false;
  process.on('uncaughtException', (error) => {
    process.exitCode = core.ExitCode.Failure;
    // To tell it may be what throws: with stdout gone, each attempt would raise the next error, for ever.
    if (crash === undefined) {
      const failure = explainUnknown(error);
      crash = failure;
      tellFailure(failure, log);
      handOverOutputs(() => {
        if (areOutputsWritten) {
          overwriteOutcome(failure);
        } else {
          writeOutputs({ kind: 'failure', error: failure }, secrets);
        }
      }, log);
    }
  });

  const workflow = readWorkflowRun(env);
  let inputs: Inputs | undefined;
  const ending = await settle(async () => {
    inputs = readInputs(env, workflow, secrets);
    return makeGroupTrue(inputs, { secrets, log, progress, cancellation: cancellation.signal });
  });
  const story: Story = {
    wish: inputs?.wish,
    origin: inputs?.server.origin,
    ending,
    ...progress,
    elapsedMs: Date.now() - startedAt,
  };

  tellEnding(story, log);
  handOverOutputs(() => {
    writeOutputs(ending, secrets);
    if (crash !== undefined) {
      overwriteOutcome(crash);
    }
  }, log);
  areOutputsWritten = true;
  writeSummary(renderSummary(story, secrets), env['GITHUB_STEP_SUMMARY'], log);
  if (inputs?.wantsComment) {
    const limit = AbortSignal.timeout(COMMENT_TIMEOUT_MS);
    const signal = AbortSignal.any([cancellation.signal, limit]);
    await publishStory(story, inputs, { workflow, secrets, log, signal });
  }
  cancellation.release();
}

/** What the reports tell of the way, besides its end. Counted while the run goes on. */
interface Progress {
  requests: number;
  attempts: number;
}

/** The error boundary: whatever `work` throws ends here, in words. */
async function settle(work: () => Promise<Outcome>): Promise<Ending> {
  try {
    return { kind: 'success', outcome: await work() };
  } catch (error) {
    return {
      kind: 'failure',
      error: error instanceof ActionError ? error : explainUnknown(error),
    };
  }
}

/** An error that nobody foresaw may hold anything, so only its kind is shown; the rest is for the debug log. */
function explainUnknown(cause: unknown): ActionError {
  return new ActionError({
    code: 'unexpected-response',
    title: SPECIAL_TITLES.bug,
    message: 'The action failed with an unexpected error.',
    nextStep:
      'Run again with debug logging, and report the log. Outcome unknown: it is safe to run again.',
    cause,
  });
}

interface Means {
  readonly secrets: Secrets;
  readonly log: Log;
  readonly progress: Progress;
  readonly cancellation: AbortSignal;
}

/** Connects the reconciliation to the network, the clock and the log. */
async function makeGroupTrue(
  inputs: Inputs,
  { secrets, log, progress, cancellation }: Means,
): Promise<Outcome> {
  const { wish, server, token, proxies, timeoutMs } = inputs;
  for (const warning of inputs.warnings) {
    log.warning('An input is unusual', warning);
  }
  const transport = openTransport({
    origin: server.origin,
    token,
    proxies,
    secrets,
    observe: ({ request: { method, path }, exchange, attempt }) => {
      progress.requests += 1;
      const result = exchange.kind === 'response' ? exchange.status : exchange.code;
      const elapsedMs = exchange.receivedAt - exchange.startedAt;
      tellRequest({ attempt, method, path, result, elapsedMs }, log);
    },
  });
  const deadline = startDeadline(timeoutMs, cancellation);
  const { wanted: desired } = wish;
  const askWithin = (limitMs: number) => {
    const signal = AbortSignal.any([deadline.signal, AbortSignal.timeout(limitMs)]);
    return createClient(transport, signal);
  };
  try {
    return await ensureGroup(wish, {
      ...clockOf(deadline),
      client: createClient(transport, deadline.signal),
      diagnosis: {
        describeApiError: (error, operation, placement) =>
          describeApiError(
            error,
            { operation, desired, server, placement },
            askWithin(DIAGNOSIS_TIMEOUT_MS),
          ),
        describeFailure: (failure, operation) =>
          describeFailure(failure, { operation, desired, server }),
        locateEnvironment: () => locateEnvironment(desired, askWithin(DIAGNOSIS_TIMEOUT_MS)),
        findUnknownApplications: () =>
          findUnknownApplications(desired, askWithin(LOOKUP_TIMEOUT_MS)),
      },
      announceWait: (wait) => {
        progress.attempts += 1;
        tellWait(wait, log);
      },
    });
  } finally {
    deadline.release();
    await transport.close();
  }
}

function clockOf(deadline: Deadline) {
  return {
    signal: deadline.signal,
    remainingMs: () => deadline.remainingMs(),
    now: () => ({ wallMs: Date.now(), uptimeMs: performance.now() }),
    sleep: (ms: number) => sleep(ms, deadline.signal),
    random: Math.random,
  };
}

/** Without outputs a step must not pass: the steps that read them would go on with nothing. */
function handOverOutputs(write: () => void, log: Log): void {
  try {
    write();
  } catch (error) {
    log.debug(`Outputs not written: ${String(error)}`);
    log.failure(SPECIAL_TITLES.outputs, [
      "The runner's file for outputs (GITHUB_OUTPUT) can't be written; the log says how the run ended.",
      "Next: Check the disk and the permissions of the runner's temporary folder, and run again.",
    ]);
  }
}

/** A summary that can't be written never fails the step: a report is not the work. */
function writeSummary(markdown: string, file: string | undefined, log: Log): void {
  try {
    writeFileSync(file ?? '', markdown);
  } catch (error) {
    log.debug(`Job summary not written: ${String(error)}`);
  }
}

interface Surroundings {
  readonly workflow: WorkflowRun;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly signal: AbortSignal;
}

async function publishStory(
  story: Story,
  { githubToken }: Inputs,
  { workflow, secrets, log, signal }: Surroundings,
): Promise<void> {
  const { ending } = story;
  if (ending.kind === 'failure' && ending.error.code === 'cancelled') {
    return;
  }
  if (workflow.pullRequest === undefined) {
    log.info('No comment: this run is not for a pull request.');
    return;
  }
  const result = await publishComment({
    story,
    secrets,
    githubToken,
    pullRequest: workflow.pullRequest,
    signal,
  });
  tellCommentResult(result, log);
}
