import type { ActionError } from '../errors.ts';
import type { Drift } from '../insight-group/diff.ts';
import type { DesiredGroup } from '../insight-group/insight-group.ts';
import type { Outcome, ReconcileRequest } from '../reconcile/outcome.ts';
import type { CommentResult } from './comment.ts';
import type { Log } from './log.ts';
import { describeNotes } from './outcome-notes.ts';
import type { Story } from './story.ts';

/** Waits that are shorter are nobody's business, in milliseconds. */
const ANNOUNCED_WAIT_MS = 3_000;

/** Tells how the run ended: one line where all is well, one annotation where it is not. */
export function tellEnding({ ending, request }: Story, log: Log): void {
  if (ending.kind === 'failure') {
    tellFailure(ending.error, log);
  } else if (request !== undefined) {
    tellOutcome(ending.outcome, request, log);
    for (const { title, text } of describeNotes(ending.outcome)) {
      log.warning(title, text);
    }
  }
}

/** Tells that the run waits, when it is long enough to wonder. */
export function tellWait(
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

/** Tells of one request, for those who switched step debugging on. */
export function tellRequest(seen: RequestSeen, log: Log): void {
  const { attempt, method, path, result, elapsedMs } = seen;
  log.debug(`Request ${attempt}: ${method} ${path} ${result} in ${elapsedMs} ms`);
}

/** Tells that there is no pull request to comment on, and how to name one. */
export function tellNoPullRequest(log: Log): void {
  log.info('No comment: this run is not for a pull request.');
  log.info('To comment on a pull request all the same, set the input pr-number to its number.');
}

/** Tells what became of the pull request comment. None of it fails the step. */
export function tellCommentResult(result: CommentResult, log: Log): void {
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

function tellOutcome(outcome: Outcome, { desired, isDryRun }: ReconcileRequest, log: Log): void {
  switch (outcome.kind) {
    case 'created':
      log.info(`Created ${describeGroup(outcome.group)}.`);
      if (outcome.drift.length > 0) {
        log.warning(
          'LaunchDarkly stored different values than requested',
          describeDrift(outcome.drift, 'is', 'requested'),
        );
      }
      return;
    case 'unchanged':
      log.info(
        `Insight group "${outcome.group.key}" exists and matches the request.${outcome.mayHaveBeenCreated ? '' : ' Nothing was written.'}`,
      );
      return;
    case 'kept':
      log.warning(
        'The insight group differs from the request',
        `Insight group "${outcome.group.key}" ${isDryRun ? 'would be' : 'was'} kept as it is (if-exists: keep). ${describeDrift(outcome.drift, 'is', 'requested')}`,
      );
      return;
    case 'updated':
      log.info(
        `Updated insight group "${outcome.group.key}". ${describeDrift(outcome.drift, 'was', 'now')}`,
      );
      return;
    case 'would-create':
      log.info(`Dry run: would create ${describeGroup(desired)}. Nothing was written.`);
      return;
    case 'would-update':
      log.info(
        `Dry run: would update insight group "${outcome.group.key}". ${describeDrift(outcome.drift, 'is', 'would be')} Nothing was written.`,
      );
      return;
  }
}

/** Tells a failure: one annotation with what happened and the next step, more in a group above it. */
export function tellFailure(error: ActionError, log: Log): void {
  if (error.details.length > 0) {
    log.group('Details', error.details);
  }
  if (error.cause !== undefined) {
    log.debug(`Cause: ${describeCause(error.cause)}`);
  }
  log.failure(
    error.title,
    [
      error.message,
      ...error.reasons.map(({ attribute, reason }) => `- ${attribute}: ${reason}`),
      ...(error.existing?.drift ?? []).map(
        (entry) => `- ${describeDrift([entry], 'is', 'requested')}`,
      ),
      error.said,
      `Next: ${error.nextStep}`,
    ].filter((line) => line !== undefined),
  );
}

function describeGroup({
  key,
  name,
  projectKey,
  environmentKey,
  applicationKeys,
}: DesiredGroup): string {
  return `insight group "${key}" ("${name}") for project "${projectKey}", environment "${environmentKey}", applications: ${listApplications(applicationKeys)}`;
}

function listApplications(keys: readonly string[]): string {
  return keys.length === 0 ? 'all' : keys.join(', ');
}

function describeDrift(drift: readonly Drift[], actualWord: string, desiredWord: string): string {
  return drift
    .map((entry) => {
      const field = capitalize(entry.field);
      if (entry.field !== 'applications') {
        return `${field}: ${actualWord} "${entry.actual}", ${desiredWord} "${entry.desired}".`;
      }
      const { actual, desired } = entry;
      if (isShort(actual) && isShort(desired)) {
        return `${field}: ${actualWord} ${listApplications(actual)}, ${desiredWord} ${listApplications(desired)}.`;
      }
      const difference = describeDifference(new Set(actual), new Set(desired));
      return `${field}: ${actualWord} ${actual.length || 'all'}, ${desiredWord} ${desired.length || 'all'}: ${difference}.`;
    })
    .join(' ');
}

/** Longer lists of applications are told by their difference: in two long lists nobody finds it. */
const MAX_LISTED_APPLICATIONS = 10;

function isShort(keys: readonly string[]): boolean {
  return keys.length <= MAX_LISTED_APPLICATIONS;
}

function describeDifference(actual: Set<string>, desired: Set<string>): string {
  const parts = [
    ['more', [...desired].filter((key) => !actual.has(key))],
    ['fewer', [...actual].filter((key) => !desired.has(key))],
  ] as const;
  return parts
    .filter(([, keys]) => keys.length > 0)
    .map(([word, keys]) => {
      const rest = keys.length - MAX_LISTED_APPLICATIONS;
      const shown = keys.slice(0, MAX_LISTED_APPLICATIONS).join(', ');
      return `${keys.length} ${word} (${shown}${rest > 0 ? ` and ${rest} others` : ''})`;
    })
    .join(', ');
}

function capitalize(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** Name, message and stack, as far as the cause has them. For the debug log only. */
function describeCause(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
