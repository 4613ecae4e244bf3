import type { NoPullRequest } from '../inputs/github-context.ts';
import type { OutcomeKind } from '../reconcile/group-result.ts';
import type { CommentResult } from './comment.ts';
import { countGroups, describeKinds } from './describe.ts';
import type { Log } from './log.ts';

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

/** Logs that the work on several groups begins, and what will be done; nothing where there is none. */
export function logStart({ total, expected, isDryRun }: WorkAhead, log: Log): void {
  if (total > 0) {
    const counts = expected.length === 0 ? '' : `: ${describeKinds(expected)}`;
    log.info(`${isDryRun ? 'Planning' : 'Working on'} ${countGroups(total)}${counts}.`);
  }
}

/** Logs that the work goes on. */
export function logProgress(done: number, total: number, log: Log): void {
  log.info(`${done} of ${total} done.`);
}

const NAME_PULL_REQUEST =
  'To comment on a pull request anyway, set the input pr-number to its number.';

/** Logs why there is no pull request to comment on, and what to do about it. */
export function logNoPullRequest(reason: NoPullRequest['reason'], log: Log): void {
  switch (reason) {
    case 'no-number':
      log.info('No comment: this run is not for a pull request.');
      log.info(NAME_PULL_REQUEST);
      return;
    case 'no-event':
      log.info("No comment: the event of this run can't be read (GITHUB_EVENT_PATH).");
      log.info(NAME_PULL_REQUEST);
      return;
    case 'no-repository':
      log.info('No comment: GITHUB_REPOSITORY does not name a repository.');
      log.info('The runner sets it to owner/name; check what changes it.');
      return;
  }
}

const COMMENT_FAILED = 'The pull request comment could not be written';

/** Completes "give …": what lets a job write comments. */
const PERMISSION =
  'the job the permission pull-requests: write. On pull requests from forks GitHub withholds it.';

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
      log.warning(COMMENT_FAILED, `The GitHub token may not write comments. Give ${PERMISSION}`);
      return;
    case 'not-found': {
      const { owner, repo, number } = result.pullRequest;
      log.warning(
        COMMENT_FAILED,
        `GitHub shows no pull request ${number} of ${owner}/${repo} to this token (404). Correct the input pr-number if it names another one, or give ${PERMISSION}`,
      );
      return;
    }
    case 'failed':
      log.warning(COMMENT_FAILED, result.why);
      return;
  }
}
