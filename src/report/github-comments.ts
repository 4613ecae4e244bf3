import * as z from 'zod/mini';
import type { Deadline } from '../deadline.ts';
import { openHttpClient } from '../http/http-client.ts';
import { isLoopback, type ProxySettings } from '../http/proxies.ts';
import type { PullRequest } from '../inputs/github-context.ts';
import type { Secrets } from '../secrets.ts';
import { ACTION_NAME, VERSION } from '../version.ts';
import {
  createGitHubFetch,
  FOREIGN_ANSWER_ADVICE,
  GitHubRequestError,
  type RequestObserver,
  type WaitAnnouncer,
} from './github-fetch.ts';

/** A comment on a pull request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  /** The login of whoever wrote it; undefined for an account that is gone. */
  readonly author: string | undefined;
  readonly url: string;
}

/** The comments of one pull request. Operations reject with a {@link GitHubRequestError} or octokit's error. */
export interface PullRequestComments {
  /** Lists all comments, oldest first. */
  list(): Promise<Comment[]>;
  /** Finds out the login that comments with this token name as their author. */
  findOurLogin(): Promise<string>;
  create(body: string): Promise<Comment>;
  update(id: number, body: string): Promise<Comment>;
  delete(id: number): Promise<void>;
  /** Closes every connection, so that nothing keeps the process alive. */
  close(): Promise<void>;
}

/** How to get at the comments of a pull request. */
export interface GitHubCommentsOptions {
  /** The REST API, as `GITHUB_API_URL` names it. */
  readonly apiUrl: string;
  readonly githubToken: string;
  readonly pullRequest: PullRequest;
  readonly proxies: ProxySettings;
  readonly secrets: Secrets;
  /** The time within which all operations have to end. There is no other limit of time. */
  readonly deadline: Deadline;
  /** Resolves after so many milliseconds, or as soon as the deadline's signal aborts. */
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  readonly observe: RequestObserver;
  readonly announceWait: WaitAnnouncer;
}

/**
 * How many comments one page holds, of 100 at most. A comment can have 64 KiB, and a hundred of those, as bots
 * write them, would be more than the client reads of an answer.
 *
 * @see https://docs.github.com/rest/issues/comments#list-issue-comments
 */
const PAGE_SIZE = 50;

/** The longest that GitHub may take for one answer, in milliseconds, so that there is time to try again. */
const ATTEMPT_TIMEOUT_MS = 8_000;

/** Who writes with the token that GitHub gives each job, as comments name their author. */
const ACTIONS_BOT = 'github-actions[bot]';

const commentSchema = z.object({
  id: z.int(),
  body: z.nullish(z.string()),
  user: z.nullish(z.object({ login: z.string() })),
  html_url: z.string(),
});

/**
 * Opens the comments of a pull request.
 *
 * @throws {GitHubRequestError} when the token may not be sent to `apiUrl`
 */
export async function openPullRequestComments(
  options: GitHubCommentsOptions,
): Promise<PullRequestComments> {
  const { proxies, secrets, deadline, sleep, random, observe, announceWait } = options;
  const { origin, baseUrl } = checkApiUrl(options.apiUrl);
  const { getOctokit } = await importToolkit();
  const client = openHttpClient({ origin, proxies, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS });
  const fetch = createGitHubFetch({
    origin,
    client,
    secrets,
    signal: deadline.signal,
    remainingMs: deadline.remainingMs,
    sleep,
    random,
    observe,
    announceWait,
  });
  // Octokit would write warnings to stderr, where nothing of a server may go.
  const silence = () => {};
  const log = { debug: silence, info: silence, warn: silence, error: silence };
  const { rest, graphql } = getOctokit(options.githubToken, {
    baseUrl,
    userAgent: `${ACTION_NAME}/${VERSION}`,
    log,
    request: { fetch, log },
  });
  const { owner, repo, number: issue_number } = options.pullRequest;
  return {
    async list() {
      const comments: Comment[] = [];
      for (let page = 1; ; page += 1) {
        const { data, headers } = await rest.issues.listComments({
          owner,
          repo,
          issue_number,
          per_page: PAGE_SIZE,
          page,
        });
        comments.push(...readList(data));
        if (!headers.link?.includes('rel="next"')) {
          return comments.sort((a, b) => a.id - b.id);
        }
      }
    },
    async findOurLogin() {
      // GET /user is refused to the token of a job; this is not.
      try {
        const { viewer } = await graphql<{ viewer: { login: string } }>('{ viewer { login } }');
        return viewer.login;
      } catch (error) {
        if (isRefusedIdentity(error)) {
          return ACTIONS_BOT;
        }
        throw error;
      }
    },
    async create(body) {
      const { data } = await rest.issues.createComment({ owner, repo, issue_number, body });
      return readComment(data);
    },
    async update(comment_id, body) {
      const { data } = await rest.issues.updateComment({ owner, repo, comment_id, body });
      return readComment(data);
    },
    async delete(comment_id) {
      await rest.issues.deleteComment({ owner, repo, comment_id });
    },
    close: () => client.close(),
  };
}

/** The status that GitHub answered with. Octokit gives 500 to requests without an answer too. */
export function readStatus(error: unknown): number | undefined {
  if (!(error instanceof Error && 'response' in error && 'status' in error)) {
    return undefined;
  }
  return typeof error.status === 'number' && error.response !== undefined
    ? error.status
    : undefined;
}

/** The error of ours that octokit has wrapped, if it is one. */
export function findRequestError(error: unknown): GitHubRequestError | undefined {
  if (error instanceof GitHubRequestError) {
    return error;
  }
  return error instanceof Error && error.cause instanceof GitHubRequestError
    ? error.cause
    : undefined;
}

/** GitHub answers 403 for these too, and no permission would help. */
export const OTHER_REFUSALS = /rate limit|abuse|locked|archived|SAML|blocked/i;

/**
 * Whoever is refused an identity has the token of a job. Trouble on the way is no such refusal, and to
 * guess wrong would mean a new comment with every run.
 */
function isRefusedIdentity(error: unknown): boolean {
  const words = error instanceof Error ? error.message : '';
  if (OTHER_REFUSALS.test(words)) {
    return false;
  }
  const isGraphqlRefusal = error instanceof Error && error.name === 'GraphqlResponseError';
  return isGraphqlRefusal || (readStatus(error) ?? 500) < 429;
}

function readList(data: unknown): Comment[] {
  if (!Array.isArray(data)) {
    throw new GitHubRequestError(
      `What GitHub answered is not a list of comments. ${FOREIGN_ANSWER_ADVICE}`,
      false,
    );
  }
  return data.map(readComment);
}

function readComment(data: unknown): Comment {
  const comment = z.safeParse(commentSchema, data);
  if (!comment.success) {
    throw new GitHubRequestError(
      `What GitHub answered is not a comment. ${FOREIGN_ANSWER_ADVICE}`,
      true,
    );
  }
  const { id, body, user, html_url: url } = comment.data;
  return { id, body: body ?? '', author: user?.login, url };
}

/** The token is sent over verified TLS only, as LaunchDarkly's is; plain http is for this machine, for tests. */
function checkApiUrl(apiUrl: string): { readonly origin: string; readonly baseUrl: string } {
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  const isLocal = url?.protocol === 'http:' && isLoopback(url);
  if (url === undefined || (url.protocol !== 'https:' && !isLocal)) {
    throw new GitHubRequestError(
      'GITHUB_API_URL is not an https URL, and the token is sent over TLS only. Correct it in env of the workflow or of the runner.',
      false,
    );
  }
  const { origin, pathname } = url;
  return { origin, baseUrl: `${origin}${pathname.replace(/\/+$/, '')}` };
}

/**
 * What `@actions/github` reads from the environment when it is imported: to make a client that is not used
 * here, and a context. It throws at values that it can't read, and writes to stdout when a file is missing.
 */
const READ_AT_IMPORT = [
  'GITHUB_API_URL',
  'GITHUB_EVENT_PATH',
  'http_proxy',
  'HTTP_PROXY',
  'https_proxy',
  'HTTPS_PROXY',
] as const;

/** Imports `@actions/github`, and hides from it meanwhile what it would read. */
async function importToolkit(): Promise<typeof import('@actions/github')> {
  const hidden = READ_AT_IMPORT.map((name) => [name, process.env[name]] as const);
  for (const [name] of hidden) {
    Reflect.deleteProperty(process.env, name);
  }
  try {
    // The mark makes the bundler load its file together with that of the comment, not after it.
    return await import(/* webpackMode: "eager" */ '@actions/github');
  } finally {
    for (const [name, value] of hidden) {
      if (value !== undefined) {
        process.env[name] = value;
      }
    }
  }
}
