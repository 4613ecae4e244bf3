// First, because of what it starts in the background.
import './startup.ts';
import { writeFileSync } from 'node:fs';
import * as core from '@actions/core';
import { type Deadline, sleep, startDeadline, watchCancellation } from './deadline.ts';
import { ensureGroup, type Outcome } from './ensure.ts';
import { ActionError, SPECIAL_TITLES } from './errors.ts';
import { findRoute, PROXY_ADVICE } from './http/proxies.ts';
import {
  choosePullRequest,
  type GitHubContext,
  readGitHubContext,
} from './inputs/github-context.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { createClient } from './launchdarkly/client.ts';
import { explainRefusal, explainTrouble, type Operation } from './launchdarkly/diagnose.ts';
import { openTransport } from './launchdarkly/transport.ts';
import { Log } from './report/log.ts';
import { writeOutputs } from './report/outputs.ts';
import type { Ending, Story } from './report/story.ts';
import { renderSummary } from './report/summary.ts';
import {
  tellCommentResult,
  tellEnding,
  tellFailure,
  tellNoPullRequest,
  tellRequest,
  tellWait,
} from './report/tell.ts';
import { Secrets } from './secrets.ts';
import { avoidWasmOptimization } from './startup.ts';

/** A diagnosis that takes longer, in milliseconds, would only keep the failure from being told. */
const DIAGNOSIS_TIMEOUT_MS = 10_000;

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
  let isCrashTold = false;
  process.on('uncaughtException', (error) => {
    process.exitCode = core.ExitCode.Failure;
    // To tell it may be what throws: with stdout gone, each attempt would raise the next error, for ever.
    if (!isCrashTold) {
      isCrashTold = true;
      tellFailure(explainUnknown(error), log);
    }
  });

  const context = readGitHubContext(env);
  let inputs: Inputs | undefined;
  const ending = await settle(async () => {
    inputs = readInputs(env, context, secrets);
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
  handOverOutputs(ending, secrets, log);
  writeSummary(renderSummary(story, secrets), env['GITHUB_STEP_SUMMARY'], log);
  if (inputs?.wantsComment) {
    const deadline = startDeadline(COMMENT_TIMEOUT_MS, cancellation.signal);
    await publishStory(story, inputs, { context, secrets, log, deadline });
    deadline.release();
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
    message: 'The action failed in a way that it does not know.',
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

/** Connects the walk of `ensure.ts` to the network, the clock and the log. */
async function makeGroupTrue(
  inputs: Inputs,
  { secrets, log, progress, cancellation }: Means,
): Promise<Outcome> {
  const { wish, server, token, proxies, timeoutMs } = inputs;
  for (const warning of inputs.warnings) {
    log.warning('An input is unusual', warning);
  }
  avoidWasmOptimization();
  let hasResponded = false;
  const transport = openTransport({
    origin: server.origin,
    token,
    proxies,
    secrets,
    observe: ({ request: { method, path }, exchange, attempt }) => {
      progress.requests += 1;
      hasResponded ||= exchange.kind === 'response';
      const result = exchange.kind === 'response' ? exchange.status : exchange.code;
      const elapsedMs = exchange.receivedAt - exchange.startedAt;
      tellRequest({ attempt, method, path, result, elapsedMs }, log);
    },
  });
  const isDirect = findRoute(server.origin, proxies).kind === 'direct';
  const advice = isDirect ? PROXY_ADVICE : 'Check HTTPS_PROXY: nothing came through the proxy.';
  const findAdvice = () => (hasResponded ? '' : advice);
  const deadline = startDeadline(timeoutMs, cancellation, findAdvice);
  const circumstances = (operation: Operation) => ({ operation, wanted: wish.wanted, server });
  try {
    return await ensureGroup(wish, {
      ...clockOf(deadline),
      groups: createClient(transport, deadline.signal),
      explainer: {
        explainRefusal: (refusal, step) => {
          const limit = AbortSignal.timeout(DIAGNOSIS_TIMEOUT_MS);
          const signal = AbortSignal.any([deadline.signal, limit]);
          return explainRefusal(refusal, circumstances(step), createClient(transport, signal));
        },
        explainTrouble: (trouble, step) => explainTrouble(trouble, circumstances(step)),
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
    deadline: deadline.at,
    now: Date.now,
    sleep: (ms: number) => sleep(ms, deadline.signal),
    random: Math.random,
  };
}

/** Without outputs a step must not pass: the steps that read them would go on with nothing. */
function handOverOutputs(ending: Ending, secrets: Secrets, log: Log): void {
  try {
    writeOutputs(ending, secrets);
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
  readonly context: GitHubContext;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly deadline: Deadline;
}

async function publishStory(
  story: Story,
  { githubToken, prNumber, proxies }: Inputs,
  { context, secrets, log, deadline }: Surroundings,
): Promise<void> {
  const { ending } = story;
  if (ending.kind === 'failure' && ending.error.code === 'cancelled') {
    return;
  }
  const pullRequest = choosePullRequest(context, prNumber);
  if (pullRequest === undefined) {
    tellNoPullRequest(log);
    return;
  }
  // Not at the top: it brings a client for GitHub along, which only a comment needs.
  const { publishComment } = await import('./report/comment.ts');
  const { apiUrl } = context;
  const { now, sleep, random } = clockOf(deadline);
  const result = await publishComment({
    story,
    secrets,
    apiUrl,
    githubToken,
    pullRequest,
    proxies,
    deadline,
    now,
    sleep,
    random,
    observe: ({ method, path, result, elapsedMs }) => {
      log.debug(`GitHub: ${method} ${path} ${result} in ${elapsedMs} ms`);
    },
    announceWait: (wait) => tellWait(wait, log),
  });
  tellCommentResult(result, log);
}
