import type { ActionError } from '../errors.ts';
import type {
  GroupOutcome,
  GroupResult,
  GroupTarget,
  OutcomeKind,
} from '../reconcile/group-result.ts';
import type { CommentResult } from './comment.ts';
import {
  countGroups,
  type DriftTense,
  describeCounts,
  describeDrift,
  describeKinds,
  listApplications,
} from './describe.ts';
import type { Log } from './log.ts';
import { describeNotes } from './outcome-notes.ts';
import type { RunReport } from './run-report.ts';

/** Shorter waits are logged at debug level only, in milliseconds. */
const ANNOUNCED_WAIT_MS = 3_000;

/** Logs that the run waits, when it is long enough to wonder. */
export function logWait(
  { ms, why }: { readonly ms: number; readonly why: string },
  log: Log,
): void {
  const text = `Trying again in ${(ms / 1_000).toFixed(1)} s: ${why}.`;
  if (ms >= ANNOUNCED_WAIT_MS) {
    log.info(text);
  } else {
    log.debug(text);
  }
}

/** One request as the debug log shows it. `result` is the status, or the code of what went wrong. */
export interface RequestSeen {
  readonly attempt: number;
  readonly method: string;
  readonly path: string;
  readonly result: number | string;
  readonly elapsedMs: number;
}

/** Logs one request, for those who switched step debugging on. */
export function logRequest(seen: RequestSeen, log: Log): void {
  const { attempt, method, path, result, elapsedMs } = seen;
  log.debug(`Request ${attempt}: ${method} ${path} ${result} in ${Math.round(elapsedMs)} ms`);
}

/** The work on several groups, as far as it is known before it begins. */
export interface WorkAhead {
  readonly total: number;
  /** How it would end for each group; empty where that is not known. */
  readonly expected: readonly OutcomeKind[];
  readonly isDryRun: boolean;
}

/** Logs that the work on several groups begins, and what will be done. */
export function logStart({ total, expected, isDryRun }: WorkAhead, log: Log): void {
  const counts = expected.length === 0 ? '' : `: ${describeKinds(expected)}`;
  log.info(`${isDryRun ? 'Planning' : 'Working on'} ${countGroups(total)}${counts}.`);
}

/** Logs that the work goes on. */
export function logProgress(done: number, total: number, log: Log): void {
  log.info(`${done} of ${total} done.`);
}

/** Logs how the run ended: what was done where all is well, one annotation for each thing that is not. */
export function logReport(report: RunReport, log: Log): void {
  const { isSingle, results, failure, notices } = report;
  for (const notice of notices) {
    log.notice('No insight group was asked for', notice);
  }
  if (isSingle) {
    for (const result of results) {
      logOutcome(result, report, log);
    }
  } else {
    logProblems(report, log);
  }
  if (failure !== undefined) {
    logFailure(failure, report, log);
  }
  if (!isSingle && results.length > 0) {
    const ending = report.isDryRun ? 'Dry run, nothing was written' : 'Done';
    log.info(`${ending}: ${describeCounts(results)}.`);
  }
}

/** Logs a result of several: one line for a change, none for a group that is as it should be. */
export function logChange({ target, outcome }: GroupResult, log: Log): void {
  const text = describeChange(outcome, nameGroup(outcome.group ?? target));
  if (text !== undefined) {
    log.info(text);
  }
}

function describeChange(outcome: GroupOutcome, name: string): string | undefined {
  switch (outcome.kind) {
    case 'created':
      return `Created ${name}.`;
    case 'updated':
      return `Updated ${name}. ${formatDrift(outcome, 'change')}`;
    case 'deleted':
      return `Deleted ${name}.`;
    case 'would-create':
      return `+ create ${name}`;
    case 'would-update':
      return `~ update ${name}. ${formatDrift(outcome, 'change')}`;
    case 'would-delete':
      return `- delete ${name}`;
    case 'unchanged':
    case 'absent':
    case 'kept':
    case 'failed':
    case 'skipped':
      return undefined;
  }
}

function logProblems(report: RunReport, log: Log): void {
  for (const { target, outcome } of report.results) {
    const group = outcome.group ?? target;
    switch (outcome.kind) {
      case 'failed':
        logFailure(outcome.error, report, log);
        break;
      case 'kept':
        log.warning('The insight group differs from the request', explainKept(group, outcome));
        break;
      case 'created':
        logStoredDifferently(outcome, log);
        break;
      default:
        break;
    }
    logNotes(outcome, log);
  }
}

function logOutcome(result: GroupResult, report: RunReport, log: Log): void {
  const { target, outcome } = result;
  const group = outcome.group ?? target;
  const { key } = group;
  switch (outcome.kind) {
    case 'created':
      log.info(`Created ${describeGroup(group)}.`);
      logStoredDifferently(outcome, log);
      break;
    case 'unchanged':
      log.info(
        `Insight group "${key}" exists and matches the request.${outcome.mayHaveBeenCreated ? '' : ' Nothing was written.'}`,
      );
      break;
    case 'kept':
      log.warning('The insight group differs from the request', explainKept(group, outcome));
      break;
    case 'updated':
      log.info(`Updated insight group "${key}". ${formatDrift(outcome, 'change')}`);
      break;
    case 'would-create':
      log.info(`Dry run: would create ${describeGroup(target)}. Nothing was written.`);
      break;
    case 'would-update':
      log.info(
        `Dry run: would update insight group "${key}". ${formatDrift(outcome, 'change')} Nothing was written.`,
      );
      break;
    case 'deleted':
      log.info(`Deleted ${nameGroup(group)}.`);
      break;
    case 'absent':
      log.info(`Insight group "${key}" does not exist. Nothing was written.`);
      break;
    case 'would-delete':
      log.info(`Dry run: would delete ${nameGroup(group)}. Nothing was written.`);
      break;
    case 'failed':
      logFailure(outcome.error, report, log);
      break;
    case 'skipped':
      break;
  }
  logNotes(outcome, log);
}

function explainKept({ key }: GroupTarget, outcome: GroupOutcome): string {
  return `Insight group "${key}" was kept as it is (if-exists: keep). ${formatDrift(outcome, 'state')}`;
}

function logStoredDifferently(outcome: GroupOutcome, log: Log): void {
  if (outcome.drift.length > 0) {
    log.warning(
      'LaunchDarkly stored different values than requested',
      formatDrift(outcome, 'state'),
    );
  }
}

function logNotes(outcome: GroupOutcome, log: Log): void {
  for (const { title, text } of describeNotes(outcome)) {
    log.warning(title, text);
  }
}

/**
 * Logs a failure: one annotation with what happened and the next step, more in a group above it. Problems
 * of a file are annotations at their places instead.
 */
export function logFailure(
  error: ActionError,
  { helpUrl }: Pick<RunReport, 'helpUrl'>,
  log: Log,
): void {
  if (error.details.length > 0) {
    log.group('Details', error.details);
  }
  if (error.cause !== undefined) {
    log.debug(`Cause: ${describeCause(error.cause)}`);
  }
  const help = helpUrl(error.title);
  const next = `Next: ${error.nextStep}${help === undefined ? '' : ` See ${help}`}`;
  if (error.problems.length > 0) {
    for (const { file, line, column, message } of error.problems) {
      // The log shows an annotation's message alone, and whoever reads it there needs the place as well.
      const text = `${message} (line ${line}, column ${column})`;
      log.failure(error.title, [text], { file, startLine: line, startColumn: column });
    }
    log.fail(`${error.message} ${next}`);
    return;
  }
  const lines = [
    error.message,
    ...error.reasons.map(({ attribute, reason }) => `- ${attribute}: ${reason}`),
    ...describeDrift(error.existing?.drift ?? [], 'state', FORMAT).map((line) => `- ${line}`),
    ...(error.said === undefined ? [] : [error.said]),
    next,
  ];
  log.failure(error.title, lines);
}

/** Logs that there is no pull request to comment on, and how to name one. */
export function logNoPullRequest(log: Log): void {
  log.info('No comment: this run is not for a pull request.');
  log.info('To comment on a pull request all the same, set the input pr-number to its number.');
}

/** Logs what became of the pull request comment. None of it fails the step. */
export function logCommentResult(result: CommentResult, log: Log): void {
  switch (result.kind) {
    case 'created':
      log.info(`Commented on the pull request: ${result.url}`);
      return;
    case 'updated':
      log.info(`Updated the comment on the pull request: ${result.url}`);
      return;
    case 'unchanged':
      log.info('Left the comment on the pull request as it is: nothing changed.');
      return;
    case 'forbidden':
      log.warning(
        'The pull request comment could not be written',
        'The GitHub token may not write comments. Give the job the permission pull-requests: write. On pull requests from forks GitHub withholds it.',
      );
      return;
    case 'failed':
      log.warning('The pull request comment could not be written', result.why);
      return;
  }
}

const FORMAT = { name: (name: string) => `"${name}"`, key: (key: string) => key };

function formatDrift({ drift }: GroupOutcome, tense: DriftTense): string {
  return describeDrift(drift, tense, FORMAT)
    .map((line) => `${line}.`)
    .join(' ');
}

function nameGroup({ key, projectKey, environmentKey }: GroupTarget): string {
  return `insight group "${key}" of project "${projectKey}", environment "${environmentKey}"`;
}

function describeGroup({ key, name, projectKey, environmentKey, applicationKeys }: GroupTarget) {
  return `insight group "${key}" ("${name}") for project "${projectKey}", environment "${environmentKey}", ${listApplications(applicationKeys ?? [], FORMAT)}`;
}

/** Name, message and stack, as far as the cause has them. For the debug log only. */
function describeCause(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
