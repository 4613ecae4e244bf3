import { createHash } from 'node:crypto';
import { ActionError } from '../errors.ts';
import { findRoute, PROXY_ADVICE } from '../http/proxies.ts';
import type { PullRequest } from '../inputs/github-context.ts';
import type { Secrets } from '../secrets.ts';
import type { CommentIdentity } from './comment-identity.ts';
import { convergeComments, type PublishedComment } from './converge-comments.ts';
import {
  findRequestError,
  type GitHubCommentsOptions,
  OTHER_REFUSALS,
  openPullRequestComments,
  readStatus,
} from './github-comments.ts';
import { GroupMarkdown } from './group-markdown.ts';
import type { RunReport } from './run-report.ts';
import { MAX_REPORT_BYTES, renderReport } from './summary.ts';

/** What became of the comment. `why` may hold words of GitHub: it is for a log that cleans it. */
export type CommentResult =
  | PublishedComment
  /** The token may not write comments, as on pull requests from forks. */
  | { readonly kind: 'forbidden' }
  /** GitHub shows no such pull request. It answers the same to a token without access. */
  | { readonly kind: 'not-found'; readonly pullRequest: PullRequest }
  | { readonly kind: 'failed'; readonly why: string };

/** What {@link publishComment} works with. */
export interface CommentOptions extends GitHubCommentsOptions {
  readonly report: RunReport;
  /** By what later runs find the comment again. */
  readonly identity: CommentIdentity;
}

/**
 * Reports the run in its one comment on the pull request: creates it, brings it up to
 * date, or leaves it alone when it says the same already. Never rejects: a comment is not the work.
 */
export async function publishComment(options: CommentOptions): Promise<CommentResult> {
  const { report, identity, secrets, githubToken, deadline, sleep } = options;
  // An error about a header that can't be sent quotes it whole.
  if (!/^[\x21-\x7e]+$/.test(githubToken)) {
    return { kind: 'failed', why: explainToken(githubToken) };
  }
  try {
    const marker = markComment(identity);
    const body = renderComment(marker, report, secrets);
    const comments = await openPullRequestComments(options);
    try {
      return await convergeComments({ marker, body }, { comments, sleep, signal: deadline.signal });
    } finally {
      await comments.close();
    }
  } catch (error) {
    return explain(error, options);
  }
}

/**
 * Renders the comment: the marker by which it is found again, then the same report as the summary, without
 * what differs from run to run though nothing has changed.
 */
export function renderComment(marker: string, report: RunReport, secrets: Secrets): string {
  const markdown = new GroupMarkdown(report, secrets);
  const facts = [markdown.file(), markdown.server(), 'Later runs keep this comment up to date.'];
  const body = renderReport(report, {
    markdown,
    smallPrint: facts.filter((fact) => fact !== undefined).join(' · '),
    maxBytes: MAX_REPORT_BYTES - Buffer.byteLength(marker) - 1,
  });
  return `${marker}\n${body}`;
}

/**
 * Makes the first line of a comment, which GitHub does not show and by which later runs find the comment
 * again. The identity is hashed, so that no text in it can end the marker or look like another one.
 */
export function markComment(identity: CommentIdentity): string {
  const id = createHash('sha256').update(JSON.stringify(identity)).digest('base64url');
  return `<!-- create-insight-group:v1 ${id} -->`;
}

function explainToken(githubToken: string): string {
  return githubToken.trim() === ''
    ? 'The input github-token is blank. Leave it out to use the token of the job.'
    : 'The input github-token has characters that no token has. Store the secret again, or leave the input out to use the token of the job.';
}

function explain(
  error: unknown,
  { secrets, deadline: { signal }, apiUrl, proxies, pullRequest }: CommentOptions,
): CommentResult {
  const requestError = findRequestError(error);
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    const isCancelled = reason instanceof ActionError && reason.code === 'cancelled';
    if (isCancelled) {
      return { kind: 'failed', why: 'The run was cancelled before GitHub had answered.' };
    }
    const isDirect = findRoute(new URL(apiUrl).origin, proxies).kind === 'direct';
    const isUnsent = requestError?.mayHaveBeenProcessed === false;
    const advice = isDirect && isUnsent ? ` ${PROXY_ADVICE}` : '';
    return { kind: 'failed', why: `GitHub did not answer in time.${advice}` };
  }
  if (requestError !== undefined) {
    return { kind: 'failed', why: secrets.redact(requestError.message) };
  }
  const words = secrets.redact(error instanceof Error ? error.message : String(error));
  const status = readStatus(error);
  if (status === 404) {
    return { kind: 'not-found', pullRequest };
  }
  if (status === 403 && !OTHER_REFUSALS.test(words)) {
    return { kind: 'forbidden' };
  }
  return {
    kind: 'failed',
    why:
      status === undefined
        ? `The comment failed with an unexpected error: ${words}`
        : `GitHub answered ${status}: ${words}`,
  };
}
