import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
    body: await response.json(),
  };
}

const comments = '/api/v3/repos/acme/shop/issues/7/comments';

describe('comments', () => {
  test('are created in the name of the token, listed and updated', async () => {
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

  test('are listed in pages of 30, or of up to 100, with links', async () => {
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

  test('may be read but not written by a token that can only read', async () => {
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
    'refuse %s',
    async (_what, path, question, status) => {
      expect(await ask(path, question)).toMatchObject({ status });
    },
  );
});

describe('GraphQL', () => {
  const question = { method: 'POST', body: { query: '{ viewer { login } }' } };

  test('tells a token whose it is', async () => {
    expect(await ask('/api/graphql', question)).toMatchObject({
      status: 200,
      body: { data: { viewer: { login: 'github-actions[bot]' } } },
    });
  });

  test('refuses it with errors in a 200', async () => {
    expect(await ask('/api/graphql', { ...question, token: 'reader' })).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ type: 'FORBIDDEN' }] },
    });
  });
});

test('an incident happens once, to the next request of its method', async () => {
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
