import type { ActionError } from '../errors.ts';
import type { GroupOutcome, GroupResult, GroupTarget } from '../reconcile/group-result.ts';
import { type DriftTense, describeCounts, describeDrift, listApplications } from './describe.ts';
import type { Log } from './log.ts';
import { describeNotes } from './outcome-notes.ts';
import type { RunReport } from './run-report.ts';

/** Logs how the run ended: what was done, and an annotation for each thing that needs attention. */
export function logReport(report: RunReport, log: Log): void {
  const { isSingle, isDryRun, results, failure, notices, warnings = [] } = report;
  for (const warning of warnings) {
    log.warning('A list is incomplete', warning);
  }
  for (const notice of notices) {
    log.notice('Nothing matched', notice);
  }
  if (isSingle) {
    for (const result of results) {
      logOnly(result, log);
    }
  }
  const logNote = suppressRepeats((title, text) => log.warning(title, text));
  for (const result of results) {
    logAttention(result, report, log);
    for (const { title, text } of describeNotes(result.outcome)) {
      logNote(title, text);
    }
  }
  if (failure !== undefined) {
    logFailure(failure, report, log);
  }
  if (!isSingle && results.length > 0) {
    const counts = describeCounts(results);
    log.info(isDryRun ? `Dry run, nothing was written: ${counts}.` : `Done: ${counts}.`);
  }
}

/** The groups of one template share their applications, and so what is to be said of them. */
function suppressRepeats(
  write: (title: string, text: string) => void,
): (title: string, text: string) => void {
  const written = new Set<string>();
  return (title, text) => {
    if (!written.has(text)) {
      written.add(text);
      write(title, text);
    }
  };
}

/** Logs one of several results: a line for a change, none for a group that stays as it is. */
export function logChange({ target, outcome }: GroupResult, log: Log): void {
  const group = outcome.group ?? target;
  switch (outcome.kind) {
    case 'created':
      log.info(`Created ${nameGroup(group)}.`);
      return;
    case 'updated':
      log.info(`Updated ${nameGroup(group)}. ${formatDrift(outcome, 'change')}`);
      return;
    case 'deleted':
      log.info(`Deleted ${nameGroup(group)}.`);
      return;
    // The signs are those that plans of Terraform have.
    case 'would-create':
      log.info(`+ create ${nameGroup(group)}`);
      return;
    case 'would-update':
      log.info(`~ update ${nameGroup(group)}. ${formatDrift(outcome, 'change')}`);
      return;
    case 'would-delete':
      log.info(`- delete ${nameGroup(group)}`);
      return;
    case 'unchanged':
    case 'absent':
    case 'kept':
    case 'failed':
    case 'skipped':
      return;
  }
}

/** Logs the result of the one group that the workflow named. */
function logOnly(result: GroupResult, log: Log): void {
  const { target, outcome } = result;
  const group = outcome.group ?? target;
  switch (outcome.kind) {
    case 'created':
      log.info(`Created ${describeGroup(group)}.`);
      return;
    case 'updated':
    case 'deleted':
      logChange(result, log);
      return;
    case 'unchanged':
      log.info(
        `Insight group "${group.key}" exists and matches the request.${outcome.mayHaveBeenCreated ? '' : ' Nothing was written.'}`,
      );
      return;
    case 'absent':
      log.info(`Insight group "${group.key}" does not exist: there is nothing to delete.`);
      return;
    case 'would-create':
      log.info(`Dry run: would create ${describeGroup(group)}. Nothing was written.`);
      return;
    case 'would-update':
      log.info(
        `Dry run: would update ${nameGroup(group)}. ${formatDrift(outcome, 'change')} Nothing was written.`,
      );
      return;
    case 'would-delete':
      log.info(`Dry run: would delete ${nameGroup(group)}. Nothing was deleted.`);
      return;
    case 'kept':
    case 'failed':
    case 'skipped':
      return;
  }
}

/** Annotates what is not as it should be. */
function logAttention({ outcome }: GroupResult, report: RunReport, log: Log): void {
  switch (outcome.kind) {
    case 'failed':
      logFailure(outcome.error, report, log);
      return;
    case 'kept': {
      const verb = report.isDryRun ? 'would be' : 'was';
      log.warning(
        'The insight group differs from the request',
        `Insight group "${outcome.group.key}" ${verb} kept as it is (if-exists: keep). ${formatDrift(outcome, 'state')}`,
      );
      return;
    }
    case 'created':
      if (outcome.drift.length > 0) {
        const name = report.isSingle ? '' : `Insight group "${outcome.group.key}": `;
        log.warning(
          'LaunchDarkly stored different values than requested',
          `${name}${formatDrift(outcome, 'state')}`,
        );
      }
      return;
    case 'unchanged':
    case 'updated':
    case 'deleted':
    case 'absent':
    case 'would-create':
    case 'would-update':
    case 'would-delete':
    case 'skipped':
      return;
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
  log.failure(error.title, [
    error.message,
    ...error.reasons.map(({ attribute, reason }) =>
      attribute === '' ? `- ${reason}` : `- ${attribute}: ${reason}`,
    ),
    ...describeDrift(error.existing?.drift ?? [], 'state', FORMAT).map((line) => `- ${line}`),
    ...(error.serverMessage === undefined ? [] : [error.serverMessage]),
    next,
  ]);
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
  return `insight group "${key}" ("${name}") for project "${projectKey}", environment "${environmentKey}", ${describeApplications(applicationKeys ?? [])}`;
}

/** Says what the keys are of: one of them may be "all". */
function describeApplications(keys: readonly string[]): string {
  const listed = listApplications(keys, FORMAT);
  if (keys.length === 0) {
    return listed;
  }
  return `${keys.length === 1 ? 'application' : 'applications'} ${listed}`;
}

/** Name, message and stack, as far as the cause has them. For the debug log only. */
function describeCause(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
