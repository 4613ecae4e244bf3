import { createHash } from 'node:crypto';
import type { DesiredGroup } from '../insight-group/insight-group.ts';
import type { Secrets } from '../secrets.ts';
import type { PullRequest } from '../workflow.ts';
import { Markdown } from './markdown.ts';
import type { Story } from './story.ts';
import { MAX_REPORT_BYTES, nameServer, renderReport } from './summary.ts';

/** What became of the comment. `why` may hold words of GitHub: it is for a log that cleans it. */
export type CommentResult =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly url: string }
  /** The token may not write comments, as on pull requests from forks. */
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'failed'; readonly why: string };

/** What {@link publishComment} works with. */
export interface CommentOptions {
  readonly story: Story;
  readonly secrets: Secrets;
  readonly githubToken: string;
  readonly pullRequest: PullRequest;
  /** Ends the attempt. There is no other limit of time. */
  readonly signal: AbortSignal;
}

/**
 * The most comments that one page can hold.
 *
 * @see https://docs.github.com/rest/issues/comments#list-issue-comments
 */
const PAGE_SIZE = 100;

/** Who writes with the token that GitHub gives each job, as comments name their author. */
const ACTIONS_BOT = 'github-actions[bot]';

/**
 * Tells the story in the pull request's one comment for the insight group: writes it, brings it up to
 * date, or leaves it alone when it says the same already. Never rejects: a comment is not the work.
 */
export async function publishComment(options: CommentOptions): Promise<CommentResult> {
  const { story, secrets, githubToken, pullRequest, signal } = options;
  if (story.wish === undefined) {
    return { kind: 'failed', why: 'Without valid inputs it is not known which comment to write.' };
  }
  // An error about a header that can't be sent quotes it whole.
  if (!/^[\x21-\x7e]+$/.test(githubToken)) {
    return { kind: 'failed', why: 'The input github-token is blank, or no token.' };
  }
  const marker = markComment(story.wish.wanted);
  const body = renderComment(marker, story, secrets);
  try {
    const thread = await openThread(pullRequest, githubToken, signal);
    return await publish(body, marker, thread);
  } catch (error) {
    return explain(error, secrets, signal);
  }
}

/**
 * Renders the comment: the marker by which it is found again, then the same story as the summary, without
 * what differs from run to run though nothing has changed.
 */
export function renderComment(marker: string, story: Story, secrets: Secrets): string {
  const markdown = new Markdown(secrets);
  const facts = [nameServer(story, markdown), 'Later runs keep this comment up to date.'];
  const report = renderReport(story, {
    markdown,
    smallPrint: facts.filter((fact) => fact !== undefined).join(' · '),
    maxBytes: MAX_REPORT_BYTES - Buffer.byteLength(marker) - 1,
  });
  return `${marker}\n${report}`;
}

/**
 * Makes the first line of the comment for a group, which GitHub does not show. The keys are hashed, so
 * that none can end the marker or look like another one.
 */
export function markComment({ projectKey, key }: DesiredGroup): string {
  const id = createHash('sha256')
    .update(JSON.stringify([projectKey, key]))
    .digest('base64url');
  return `<!-- create-insight-group:v1 ${id} -->`;
}

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly author: string | undefined;
  readonly url: string;
}

/** The comments of one pull request. */
interface Thread {
  listComments(): AsyncIterable<Comment>;
  /** The login of whoever the token belongs to. */
  findOurLogin(): Promise<string>;
  create(body: string): Promise<string>;
  update(id: number, body: string): Promise<string>;
}

async function publish(body: string, marker: string, thread: Thread): Promise<CommentResult> {
  const comment = await findOurComment(marker, thread);
  if (comment === undefined) {
    return { kind: 'created', url: await thread.create(body) };
  }
  if (normalize(comment.body) === normalize(body)) {
    return { kind: 'unchanged', url: comment.url };
  }
  try {
    return { kind: 'updated', url: await thread.update(comment.id, body) };
  } catch (error) {
    // Somebody deleted it since it was listed.
    if (readStatus(error) === 404) {
      return { kind: 'created', url: await thread.create(body) };
    }
    throw error;
  }
}

/** Anybody can write the marker, so the author has to be ours as well. */
async function findOurComment(marker: string, thread: Thread): Promise<Comment | undefined> {
  let login: string | undefined;
  for await (const comment of thread.listComments()) {
    if (comment.body.startsWith(marker)) {
      login ??= await thread.findOurLogin();
      if (comment.author === login) {
        return comment;
      }
    }
  }
  return undefined;
}

/** GitHub's editor writes CRLF. */
function normalize(body: string): string {
  return body.replaceAll('\r\n', '\n').trim();
}

async function openThread(
  { owner, repo, number }: PullRequest,
  token: string,
  signal: AbortSignal,
): Promise<Thread> {
  // Not at the top: at import it reads the API's URL and the proxies, which only a comment needs.
  const { getOctokit } = await import('@actions/github');
  const { rest, graphql } = getOctokit(token);
  // Octokit would write warnings to stderr, where nothing of a server may go.
  const silence = () => {};
  const log = { debug: silence, info: silence, warn: silence, error: silence };
  // With each request: options of the client would replace its proxy. No redirect: the token stays here.
  const request = { signal, log, redirect: 'error' } as const;
  const pull = { owner, repo, issue_number: number, request };
  return {
    async *listComments() {
      for (let page = 1; ; page += 1) {
        const { data, headers } = await rest.issues.listComments({
          ...pull,
          per_page: PAGE_SIZE,
          page,
        });
        if (!Array.isArray(data)) {
          throw new Error('what came is no list of comments');
        }
        for (const { id, body, user, html_url } of data) {
          yield { id, body: body ?? '', author: user?.login, url: html_url };
        }
        if (!headers.link?.includes('rel="next"')) {
          return;
        }
      }
    },
    async findOurLogin() {
      // GET /user is refused to the token of a job; this is not.
      const query = '{ viewer { login } }';
      try {
        const { viewer } = await graphql<{ viewer: { login: string } }>(query, { request });
        return viewer.login;
      } catch (error) {
        // Who is refused an identity has the token of a job. Trouble on the way is no such refusal, and
        // to guess wrong would mean a new comment with every run.
        const isGraphqlRefusal = error instanceof Error && error.name === 'GraphqlResponseError';
        const status = readStatus(error) ?? 500;
        const words = error instanceof Error ? error.message : '';
        if (!isGraphqlRefusal && (status >= 429 || OTHER_REFUSALS.test(words))) {
          throw error;
        }
        return ACTIONS_BOT;
      }
    },
    async create(body) {
      return (await rest.issues.createComment({ ...pull, body })).data.html_url;
    },
    async update(comment_id, body) {
      return (await rest.issues.updateComment({ owner, repo, request, comment_id, body })).data
        .html_url;
    },
  };
}

/** GitHub answers 403 for these too, and no permission would help. */
const OTHER_REFUSALS = /rate limit|abuse|locked|archived|SAML|blocked/i;

function explain(error: unknown, secrets: Secrets, signal: AbortSignal): CommentResult {
  if (signal.aborted) {
    return { kind: 'failed', why: 'GitHub did not answer in time.' };
  }
  const words = secrets.redact(error instanceof Error ? error.message : String(error));
  const status = readStatus(error);
  // To a token without access GitHub does not even say that the pull request exists.
  if (status === 404 || (status === 403 && !OTHER_REFUSALS.test(words))) {
    return { kind: 'forbidden' };
  }
  return {
    kind: 'failed',
    why:
      status === undefined
        ? `GitHub could not be asked: ${words}`
        : `GitHub answered ${status}: ${words}`,
  };
}

/** The status that GitHub answered with. Octokit gives 500 to requests without an answer too. */
function readStatus(error: unknown): number | undefined {
  if (!(error instanceof Error && 'response' in error && 'status' in error)) {
    return undefined;
  }
  return typeof error.status === 'number' && error.response !== undefined
    ? error.status
    : undefined;
}
