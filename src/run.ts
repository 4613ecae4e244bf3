// First, because of what it starts in the background.
import './startup.ts';
import * as core from '@actions/core';
import { CrashReporter, explainUnexpected } from './crash-report.ts';
import { type Deadline, sleep, startDeadline, watchCancellation } from './deadline.ts';
import { ActionError, SPECIAL_TITLES } from './errors.ts';
import { findRoute, PROXY_ADVICE } from './http/proxies.ts';
import {
  choosePullRequest,
  type GitHubContext,
  readGitHubContext,
} from './inputs/github-context.ts';
import { type Inputs, readInputs } from './inputs/inputs.ts';
import { createClient } from './launchdarkly/client.ts';
import { describeApiError, describeFailure } from './launchdarkly/diagnose.ts';
import { findUnknownApplications, locateEnvironment } from './launchdarkly/key-lookup.ts';
import { openTransport } from './launchdarkly/transport.ts';
import type { Outcome } from './reconcile/outcome.ts';
import { ensureGroup } from './reconcile/reconcile-group.ts';
import { Log } from './report/log.ts';
import { writeOutputs } from './report/outputs.ts';
import type { Ending, Story } from './report/story.ts';
import { renderSummary } from './report/summary.ts';
import { appendSummary } from './report/summary-file.ts';
import {
  tellCommentResult,
  tellEnding,
  tellNoPullRequest,
  tellRequest,
  tellWait,
} from './report/tell.ts';
import { Secrets } from './secrets.ts';
import { avoidWasmOptimization } from './startup.ts';

/** A diagnosis that takes longer, in milliseconds, would only keep the failure from being told. */
const DIAGNOSIS_TIMEOUT_MS = 10_000;

/** A look-up that only adds a hint may hold the step up for no longer than this, in milliseconds. */
const LOOKUP_TIMEOUT_MS = 5_000;

/** The longest that the comment may hold the step up, in milliseconds. */
const COMMENT_TIMEOUT_MS = 20_000;

/**
 * Runs the action: reads the wishes, makes the group true, tells what happened. Never rejects: a failure
 * is told in the log, in the outputs and by the exit code.
 */
export async function run(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const secrets = new Secrets((value) => core.setSecret(value));
  const log = new Log(secrets);
  const crash = new CrashReporter(secrets, log);
  process.on('uncaughtException', (error) => crash.report(error));
  try {
    await runStep(env, { secrets, log, crash });
  } catch (error) {
    crash.report(error);
  }
}

interface StepDeps {
  readonly secrets: Secrets;
  readonly log: Log;
  readonly crash: CrashReporter;
}

async function runStep(env: NodeJS.ProcessEnv, { secrets, log, crash }: StepDeps): Promise<void> {
  const startedAt = Date.now();
  const progress: Progress = { requests: 0, attempts: 1 };
  const cancellation = watchCancellation();

  const context = readGitHubContext(env);
  let inputs: Inputs | undefined;
  const settled = await settle(async () => {
    inputs = readInputs(env, context, secrets);
    return makeGroupTrue(inputs, { secrets, log, progress, cancellation: cancellation.signal });
  });
  // A step that fails must not have the outputs of a success.
  const ending: Ending = crash.error ? { kind: 'failure', error: crash.error } : settled;
  const story: Story = {
    request: inputs?.request,
    origin: inputs?.server.origin,
    ending,
    ...progress,
    elapsedMs: Date.now() - startedAt,
  };

  if (crash.error === undefined) {
    tellEnding(story, log);
  }
  handOverOutputs(ending, secrets, log);
  writeSummary(story, env['GITHUB_STEP_SUMMARY'], { secrets, log });
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
      error: error instanceof ActionError ? error : explainUnexpected(error),
    };
  }
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
  const { request, server, token, proxies, timeoutMs } = inputs;
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
  const { desired } = request;
  const askWithin = (limitMs: number) => {
    const signal = AbortSignal.any([deadline.signal, AbortSignal.timeout(limitMs)]);
    return createClient(transport, signal);
  };
  try {
    return await ensureGroup(request, {
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
function writeSummary(
  story: Story,
  file: string | undefined,
  { secrets, log }: Pick<StepDeps, 'secrets' | 'log'>,
): void {
  try {
    appendSummary(file, (maxBytes) => renderSummary(story, secrets, maxBytes));
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
  const { sleep, random } = clockOf(deadline);
  const result = await publishComment({
    story,
    secrets,
    apiUrl,
    githubToken,
    pullRequest,
    proxies,
    deadline,
    sleep,
    random,
    observe: ({ method, path, result, elapsedMs }) => {
      log.debug(`GitHub: ${method} ${path} ${result} in ${elapsedMs} ms`);
    },
    announceWait: (wait) => tellWait(wait, log),
  });
  tellCommentResult(result, log);
}
