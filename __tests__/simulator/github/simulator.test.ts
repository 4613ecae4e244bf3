import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { request as requestHttps } from 'node:https';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority } from '../../../simulator/certificates.ts';
import { type GitHubSimulator, startGitHub } from '../../../simulator/github/simulator.ts';

let github: GitHubSimulator;

beforeEach(async () => {
  github = await startGitHub({
    repository: 'acme/shop',
    basePath: '/api/v3',
    tokens: {
      writer: { login: 'github-actions[bot]', permission: 'write' },
      reader: { login: 'octocat', permission: 'read', knowsItself: false },
      outsider: { login: 'outsider', permission: 'none' },
    },
  });
});

afterEach(async () => github.close());

interface Question {
  readonly method?: string;
  readonly token?: string;
  readonly body?: unknown;
}

async function ask(path: string, { method = 'GET', token = 'writer', body }: Question = {}) {
  const response = await fetch(new URL(path, github.apiUrl), {
    method,
    headers: { authorization: `token ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    link: response.headers.get('link'),
    body: response.status === 204 ? undefined : await response.json(),
  };
}

const comments = '/api/v3/repos/acme/shop/issues/7/comments';

describe('comments', () => {
  test('creates comments in the name of the token, lists and updates them', async () => {
    const created = await ask(comments, { method: 'POST', body: { body: 'one' } });
    expect(created).toMatchObject({
      status: 201,
      body: { id: 1, body: 'one', user: { login: 'github-actions[bot]', type: 'Bot' } },
    });
    const path = '/api/v3/repos/acme/shop/issues/comments/1';
    expect(await ask(path, { method: 'PATCH', body: { body: 'two' } })).toMatchObject({
      status: 200,
      body: { id: 1, body: 'two' },
    });
    expect(await ask(comments)).toMatchObject({ status: 200, link: null, body: [{ body: 'two' }] });
    expect(github.comments).toMatchObject([{ number: 7, body: 'two' }]);
  });

  test('deletes a comment once', async () => {
    github.addComment({ number: 7, author: 'octocat', body: 'one' });
    const path = '/api/v3/repos/acme/shop/issues/comments/1';
    expect(await ask(path, { method: 'DELETE', token: 'reader' })).toMatchObject({ status: 403 });
    expect(await ask(path, { method: 'DELETE' })).toMatchObject({ status: 204 });
    expect(await ask(path, { method: 'DELETE' })).toMatchObject({ status: 404 });
    expect(github.comments).toEqual([]);
  });

  test('hides a new comment from as many lists as the configured lag', async () => {
    github.addComment({ number: 7, author: 'octocat', body: 'old' });
    github.lagLists(1);
    await ask(comments, { method: 'POST', body: { body: 'new' } });
    expect((await ask(comments)).body).toMatchObject([{ body: 'old' }]);
    expect((await ask(comments)).body).toMatchObject([{ body: 'old' }, { body: 'new' }]);
  });

  test('lists comments in pages of 30, or of up to 100, with links', async () => {
    for (let index = 0; index < 101; index += 1) {
      github.addComment({ number: 7, author: 'octocat', body: `${index}` });
    }
    expect((await ask(comments)).body).toHaveLength(30);
    const first = await ask(`${comments}?per_page=500`);
    expect(first.body).toHaveLength(100);
    expect(first.link).toContain(
      `<${github.apiUrl}/repos/acme/shop/issues/7/comments?per_page=500&page=2>; rel="next"`,
    );
    const second = await ask(`${comments}?per_page=500&page=2`);
    expect(second.body).toMatchObject([{ body: '100', user: { login: 'octocat', type: 'User' } }]);
    expect(second.link).not.toContain('rel="next"');
  });

  test('a read-only token can read comments but not write them', async () => {
    expect(await ask(comments, { token: 'reader' })).toMatchObject({ status: 200 });
    const refusal = await ask(comments, { token: 'reader', method: 'POST', body: { body: 'x' } });
    expect(refusal).toMatchObject({
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    });
  });

  test.each([
    ['an unknown token', comments, { token: 'x' }, 401],
    ['a token without access', comments, { token: 'outsider' }, 404],
    ['another repository', '/api/v3/repos/acme/other/issues/7/comments', {}, 404],
    ['a path without the base path', '/repos/acme/shop/issues/7/comments', {}, 404],
    [
      'a comment that is gone',
      '/api/v3/repos/acme/shop/issues/comments/9',
      { method: 'PATCH', body: { body: 'x' } },
      404,
    ],
    ['a blank text', comments, { method: 'POST', body: { body: ' ' } }, 422],
    [
      'a text that is too long',
      comments,
      { method: 'POST', body: { body: 'x'.repeat(65_537) } },
      422,
    ],
  ] satisfies [string, string, Question, number][])(
    'rejects %s',
    async (_what, path, question, status) => {
      expect(await ask(path, question)).toMatchObject({ status });
    },
  );
});

describe('GraphQL', () => {
  const question = { method: 'POST', body: { query: '{ viewer { login } }' } };

  test('GraphQL tells whom a token belongs to', async () => {
    expect(await ask('/api/graphql', question)).toMatchObject({
      status: 200,
      body: { data: { viewer: { login: 'github-actions[bot]' } } },
    });
  });

  test('GraphQL reports errors with status 200', async () => {
    expect(await ask('/api/graphql', { ...question, token: 'reader' })).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ type: 'FORBIDDEN' }] },
    });
  });
});

test('a fault happens once, to the next request of its method', async () => {
  github.inject({ method: 'GET', answer: { status: 500, body: { message: 'x' } } });
  expect(await ask(comments, { method: 'POST', body: { body: 'one' } })).toMatchObject({
    status: 201,
  });
  expect(await ask(comments)).toMatchObject({ status: 500 });
  expect(await ask(comments)).toMatchObject({ status: 200 });
  expect(github.requests.map(({ authorization, status }) => [authorization, status])).toEqual([
    ['token writer', 201],
    ['token writer', 500],
    ['token writer', 200],
  ]);
});

test('a fault may break the connection before or after the request was processed', async () => {
  const body = { body: 'one' };
  github.inject({ method: 'POST', resets: true });
  await expect(ask(comments, { method: 'POST', body })).rejects.toThrow();
  expect(github.comments).toHaveLength(0);
  github.inject({ method: 'POST', path: /comments$/, resets: true, isProcessed: true });
  await expect(ask(comments, { method: 'POST', body })).rejects.toThrow();
  expect(github.comments).toHaveLength(1);
});

describe('over TLS, as api.github.com', () => {
  const tokens = { writer: { login: 'octocat', permission: 'write' } } as const;
  const path = '/repos/acme/shop/issues/7/comments';
  const headers = { authorization: 'token writer' };

  async function startSecure() {
    const authority = await createAuthority();
    const tls = await authority.issue({ hosts: ['127.0.0.1'] });
    const secure = await startGitHub({ repository: 'acme/shop', tokens, tls });
    return { secure, ca: authority.certificatePem };
  }

  test('serves HTTP/2 to a client that offers h2', async () => {
    const { secure, ca } = await startSecure();
    await using _ = secure;
    const session = connectHttp2(secure.apiUrl, { ca });
    const stream = session.request({ ':path': path, ...headers });
    const [answer] = await once(stream, 'response');
    session.destroy();
    expect(answer).toMatchObject({ ':status': 200 });
    expect(secure.requests).toMatchObject([{ httpVersion: '2.0' }]);
  });

  test('serves HTTP/1.1 to a client that offers nothing else', async () => {
    const { secure, ca } = await startSecure();
    await using _ = secure;
    const outgoing = requestHttps(new URL(path, secure.apiUrl), { ca, headers, agent: false });
    outgoing.end();
    const [answer] = await once(outgoing, 'response');
    answer.resume();
    expect(answer).toMatchObject({ statusCode: 200 });
    expect(secure.requests).toMatchObject([{ httpVersion: '1.1' }]);
  });
});
