import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type GitHubSimulator, startGitHub } from '../../simulator/github/simulator.ts';
import {
  type CommentOptions,
  type CommentResult,
  markComment,
  publishComment,
  renderComment,
} from '../../src/report/comment.ts';
import { Secrets } from '../../src/secrets.ts';
import {
  createdStory,
  fail,
  failedStory,
  stored,
  succeed,
  updatedStory,
  wanted,
} from './stories.ts';

const repository = 'acme/shop';
const pullRequest = { owner: 'acme', repo: 'shop', number: 7 };
const tokens = {
  ghs_job: { login: 'github-actions[bot]', permission: 'write' },
  ghs_blind: { login: 'github-actions[bot]', permission: 'write', knowsItself: false },
  ghs_fork: { login: 'github-actions[bot]', permission: 'read' },
  ghp_person: { login: 'octocat', permission: 'write' },
  ghp_outsider: { login: 'outsider', permission: 'none' },
} as const;
const marker = markComment(wanted);

let github: GitHubSimulator;

// @actions/github reads the API's URL when it is imported, which is once: so one simulator for all tests.
beforeAll(async () => {
  github = await startGitHub({ tokens, repository, basePath: '/api/v3' });
  vi.stubEnv('GITHUB_API_URL', github.apiUrl);
  vi.stubEnv('GITHUB_EVENT_PATH', undefined);
  for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']) {
    vi.stubEnv(name, undefined);
  }
});

beforeEach(() => github.reset());

afterAll(async () => {
  vi.unstubAllEnvs();
  await github.close();
});

function publish(changes: Partial<CommentOptions> = {}): Promise<CommentResult> {
  return publishComment({
    story: createdStory,
    secrets: new Secrets(() => {}),
    githubToken: 'ghs_job',
    pullRequest,
    signal: AbortSignal.timeout(10_000),
    ...changes,
  });
}

function countRequests(method: string): number {
  return github.requests.filter((request) => request.method === method).length;
}

describe('the comment of a pull request', () => {
  test('is created by the first run, left alone by the second, updated by the third', async () => {
    const url = 'https://github.example/acme/shop/pull/7#issuecomment-';
    const first = await publish();
    expect(first).toEqual({ kind: 'created', url: expect.stringContaining(url) });
    const second = await publish({ story: { ...createdStory, elapsedMs: 9_999, requests: 3 } });
    expect(second).toEqual({ ...first, kind: 'unchanged' });
    expect(countRequests('PATCH')).toBe(0);
    const third = await publish({
      story: succeed({ kind: 'unchanged', group: stored, drift: [] }),
    });
    expect(third).toEqual({ ...first, kind: 'updated' });
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('Insight group unchanged');
  });

  test('is one for each project and key', async () => {
    const other = { ...wanted, projectKey: 'other' };
    const wish = { wanted: other, ifExists: 'fail', isDryRun: false } as const;
    await publish();
    await publish({ story: { ...createdStory, wish } });
    expect(github.comments.map(({ body }) => body.split('\n')[0])).toEqual([
      marker,
      markComment(other),
    ]);
  });

  test('is found behind more than two pages of others', async () => {
    for (let index = 0; index < 205; index += 1) {
      github.addComment({ number: 7, author: 'octocat', body: `Comment ${index}` });
    }
    await publish();
    const result = await publish();
    expect(result.kind).toBe('unchanged');
    expect(github.comments).toHaveLength(206);
  });

  test('is not the forged one of another author', async () => {
    const forged = github.addComment({ number: 7, author: 'mallory', body: `${marker}\nforged` });
    expect(await publish()).toMatchObject({ kind: 'created' });
    expect(await publish()).toMatchObject({ kind: 'unchanged' });
    expect(forged.body).toBe(`${marker}\nforged`);
    expect(github.comments).toHaveLength(2);
  });

  test('is not one of ours that only quotes the marker', async () => {
    github.addComment({ number: 7, author: 'github-actions[bot]', body: `> ${marker}` });
    expect(await publish()).toMatchObject({ kind: 'created' });
  });

  test.each(['ghp_person', 'ghs_blind'])(
    'is found again with the token %s',
    async (githubToken) => {
      expect(await publish({ githubToken })).toMatchObject({ kind: 'created' });
      expect(await publish({ githubToken })).toMatchObject({ kind: 'unchanged' });
    },
  );

  test('is restored when somebody edited it, but not for the sake of line ends', async () => {
    await publish();
    const [comment] = github.comments;
    const body = comment?.body ?? '';
    Object.assign(comment ?? {}, { body: body.replaceAll('\n', '\r\n') });
    expect(await publish()).toMatchObject({ kind: 'unchanged' });
    Object.assign(comment ?? {}, { body: `${body} and more` });
    expect(await publish()).toMatchObject({ kind: 'updated' });
    expect(comment?.body).toBe(body);
  });

  test('is created anew when it is deleted between list and update', async () => {
    await publish();
    const [comment] = github.comments;
    github.inject({ method: 'PATCH', meanwhile: () => github.deleteComment(comment?.id ?? 0) });
    const story = succeed({ kind: 'unchanged', group: stored, drift: [] });
    expect(await publish({ story })).toMatchObject({ kind: 'created' });
    expect(github.comments).toHaveLength(1);
  });

  test('is written below the base path of a GitHub Enterprise Server, with its own token only', async () => {
    await publish();
    await publish();
    expect(github.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v3/repos/acme/shop/issues/7/comments',
      'POST /api/v3/repos/acme/shop/issues/7/comments',
      'GET /api/v3/repos/acme/shop/issues/7/comments',
      'POST /api/graphql',
    ]);
    expect(new Set(github.requests.map(({ authorization }) => authorization))).toEqual(
      new Set(['token ghs_job']),
    );
  });
});

describe('a comment that can not be written', () => {
  test.each(['ghs_fork', 'ghp_outsider'])('is forbidden to the token %s', async (githubToken) => {
    expect(await publish({ githubToken })).toEqual({ kind: 'forbidden' });
    expect(github.comments).toEqual([]);
  });

  test('may not be updated by a token that can only read', async () => {
    await publish();
    expect(await publish({ story: updatedComment(), githubToken: 'ghs_fork' })).toEqual({
      kind: 'forbidden',
    });
  });

  test.each([
    ['a token that GitHub does not know', 401, 'Bad credentials'],
    ['a rate limit', 403, 'API rate limit exceeded for installation'],
    ['a locked conversation', 403, 'Unable to create comment because issue is locked.'],
    ['trouble of GitHub', 502, 'Server Error'],
  ])('fails with the words of GitHub: %s', async (_what, status, message) => {
    github.inject({ method: 'POST', answer: { status, body: { message } } });
    expect(await publish()).toEqual({
      kind: 'failed',
      why: `GitHub answered ${status}: ${message}`,
    });
  });

  test('fails rather than being written twice when it is not known who we are', async () => {
    await publish();
    github.inject({ method: 'POST', answer: { status: 502, body: { message: 'Server Error' } } });
    expect(await publish({ story: updatedComment() })).toMatchObject({ kind: 'failed' });
    expect(github.comments).toHaveLength(1);
  });

  test('fails when the page of a proxy comes instead of a list', async () => {
    github.inject({ method: 'GET', answer: { status: 200, body: '<html>Log in</html>' } });
    expect(await publish()).toMatchObject({ kind: 'failed' });
    expect(github.comments).toEqual([]);
  });

  test('fails when GitHub never answers, at the limit of time', async () => {
    github.inject({ method: 'GET', stalls: true });
    const limit = new AbortController();
    const result = publish({ signal: limit.signal });
    await vi.waitFor(() => expect(github.requests).toHaveLength(1));
    limit.abort();
    expect(await result).toEqual({ kind: 'failed', why: 'GitHub did not answer in time.' });
  });

  test.each(['', ' ', 'two words', 'line\nbreak'])(
    'fails without a request and without an echo: token %j',
    async (githubToken) => {
      const result = await publish({ githubToken });
      expect(result).toEqual({
        kind: 'failed',
        why: 'The input github-token is blank, or no token.',
      });
      expect(github.requests).toEqual([]);
    },
  );

  test('fails without a request when it is not known what was wished for', async () => {
    expect(await publish({ story: { ...createdStory, wish: undefined } })).toMatchObject({
      kind: 'failed',
    });
    expect(github.requests).toEqual([]);
  });

  test('does not follow a redirect, so the token stays with GitHub', async () => {
    const visits: string[] = [];
    const elsewhere = createServer((request, response) => {
      visits.push(request.url ?? '');
      response.end('[]');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const address = elsewhere.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    github.inject({
      method: 'GET',
      answer: { status: 307, headers: { Location: `http://127.0.0.1:${port}/` }, body: {} },
    });
    expect(await publish()).toMatchObject({ kind: 'failed' });
    expect(visits).toEqual([]);
    elsewhere.close();
  });

  test('has no secret in the words that are handed back', async () => {
    const secrets = new Secrets(() => {});
    secrets.add('ghs_job');
    secrets.add('correct-horse-battery');
    github.inject({
      method: 'GET',
      answer: { status: 500, body: { message: 'no correct-horse-battery here' } },
    });
    expect(await publish({ secrets })).toEqual({
      kind: 'failed',
      why: 'GitHub answered 500: no *** here',
    });
  });

  test('writes nothing to stdout or stderr, not even of deprecations', async () => {
    const writes = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'));
    const consoles = (['log', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));
    github.inject({
      method: 'GET',
      answer: { status: 200, headers: { Deprecation: 'true', Sunset: '::error::x' }, body: [] },
    });
    github.inject({ method: 'POST', answer: { status: 500, body: { message: 'x' } } });
    await publish();
    for (const spy of [...writes, ...consoles]) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });
});

describe('the text of the comment', () => {
  const secrets = new Secrets(() => {});

  test('is the marker and the story of the summary, without what took time', () => {
    const text = renderComment(marker, failedStory, secrets);
    expect(text).toMatch(/^<!-- create-insight-group:v1 [\w-]{43} -->\n## ❌ Failed: /);
    expect(text).toContain('did you mean "production"?');
    expect(text).toMatch(
      /\n\n<sub>LaunchDarkly at https<span>:<\/span>\/\/app\.launchdarkly\.com · Later runs keep this comment up to date\.<\/sub>\n$/,
    );
  });

  test('holds one marker only, whatever the names say', () => {
    const wish = {
      wanted: { ...wanted, key: `--> ${marker}`, name: `x\n${marker}` },
      ifExists: 'fail',
      isDryRun: false,
    } as const;
    const ours = markComment(wish.wanted);
    const text = renderComment(ours, { ...failedStory, wish }, secrets);
    expect(text.startsWith(`${ours}\n`)).toBe(true);
    expect(text.match(/<!--|-->/g)).toHaveLength(2);
  });

  test('is of different groups only when project or key differ', () => {
    expect(markComment({ ...wanted, name: 'x', environmentKey: 'y' })).toBe(marker);
    expect(markComment({ ...wanted, projectKey: 'a', key: 'b-c' })).not.toBe(
      markComment({ ...wanted, projectKey: 'a-b', key: 'c' }),
    );
  });

  test('is accepted by GitHub however much there is to say', async () => {
    const reasons = Array.from({ length: 5_000 }, () => ({ attribute: 'key', reason: '😀é@x' }));
    const story = fail({ code: 'bad-request', message: 'm', nextStep: 'n', reasons });
    expect(await publish({ story })).toMatchObject({ kind: 'created' });
    expect(github.comments[0]?.body).toContain('**Cut here:**');
  });
});

/** A story that the comment of {@link createdStory} does not tell. */
function updatedComment() {
  return { ...updatedStory, wish: createdStory.wish };
}
