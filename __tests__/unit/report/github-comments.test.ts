import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listen } from '../../../simulator/network/loopback.ts';
import {
  findRequestError,
  openPullRequestComments,
  type PullRequestComments,
  readStatus,
} from '../../../src/report/github-comments.ts';
import { GitHubRequestError } from '../../../src/report/github-fetch.ts';
import { Secrets } from '../../../src/secrets.ts';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let origin: string;
let received: Received[];
let sockets: Socket[];
let answers: Answer[];
let opened: PullRequestComments[];

/** A server on this machine that gives one answer after another. */
beforeEach(async () => {
  received = [];
  sockets = [];
  answers = [];
  opened = [];
  server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    received.push({ method, url, headers, body: await text(request) });
    const { status = 200, headers: more, body } = answers.shift() ?? { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json', ...more });
    response.end(JSON.stringify(body));
  });
  server.on('connection', (socket) => sockets.push(socket));
  origin = `http://127.0.0.1:${await listen(server)}`;
});

afterEach(async () => {
  await Promise.all(opened.map((comments) => comments.close()));
  server.close();
});

/** Opens the comments with two seconds on the clock, and waits that take no time. */
async function open(apiUrl = origin): Promise<PullRequestComments> {
  let leftMs = 2_000;
  const comments = await openPullRequestComments({
    apiUrl,
    githubToken: 'ghs_job',
    pullRequest: { owner: 'acme', repo: 'shop', number: 7 },
    proxies: { httpProxy: '', httpsProxy: '', noProxy: '' },
    secrets: new Secrets(() => {}),
    deadline: { signal: new AbortController().signal, remainingMs: () => leftMs, release() {} },
    sleep: async (ms) => {
      // The request before it took time as well.
      leftMs -= ms + 100;
    },
    random: () => 0.5,
    observe: () => {},
    announceWait: () => {},
  });
  opened.push(comments);
  return comments;
}

const comment = (id: number, changes = {}) => ({
  id,
  body: `comment ${id}`,
  user: { login: 'octocat' },
  html_url: `https://github.example/${id}`,
  ...changes,
});

describe('the list of comments', () => {
  test('goes on while there is a next page, and comes oldest first', async () => {
    answers = [
      { headers: { link: '<https://github.example/x>; rel="next"' }, body: [comment(3)] },
      {
        headers: { link: '<https://github.example/x>; rel="prev"' },
        body: [comment(2), comment(1)],
      },
    ];
    const comments = await open();
    expect(await comments.list()).toEqual([
      { id: 1, body: 'comment 1', author: 'octocat', url: 'https://github.example/1' },
      { id: 2, body: 'comment 2', author: 'octocat', url: 'https://github.example/2' },
      { id: 3, body: 'comment 3', author: 'octocat', url: 'https://github.example/3' },
    ]);
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /repos/acme/shop/issues/7/comments?per_page=50&page=1',
      'GET /repos/acme/shop/issues/7/comments?per_page=50&page=2',
    ]);
    expect(received[0]?.headers).toMatchObject({
      authorization: 'token ghs_job',
      'user-agent': expect.stringMatching(/^create-insight-group\/\d+\.\d+\.\d+ /),
    });
  });

  test.each([
    ['an account that is gone', { user: null }, { author: undefined, body: 'comment 1' }],
    ['an account that is not shown', { user: undefined }, { author: undefined }],
    ['no text', { body: null }, { body: '' }],
    ['no text at all', { body: undefined }, { body: '' }],
  ])('holds a comment of %s', async (_what, changes, expected) => {
    answers = [{ body: [comment(1, changes)] }];
    const comments = await open();
    expect(await comments.list()).toMatchObject([expected]);
  });

  test.each([{}, { comments: [] }, 'text', null, 1])('is not %j', async (body) => {
    answers = [{ body }];
    const comments = await open();
    const error = await comments.list().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(GitHubRequestError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^What GitHub answered is not a list of comments\. Check/),
      mayHaveBeenProcessed: false,
    });
  });

  test.each([
    comment(1, { id: '1' }),
    comment(1, { user: {} }),
    comment(1, { html_url: null }),
    comment(1, { body: 1 }),
    null,
  ])('holds only comments: %j', async (item) => {
    answers = [{ body: [item] }];
    const comments = await open();
    await expect(comments.list()).rejects.toMatchObject({
      message: expect.stringMatching(/^What GitHub answered is not a comment\. Check/),
      mayHaveBeenProcessed: true,
    });
  });
});

test('a comment is created, updated and deleted by the requests that GitHub documents', async () => {
  answers = [{ status: 201, body: comment(9) }, { body: comment(9) }, { status: 204, body: '' }];
  const comments = await open();
  const created = { id: 9, body: 'comment 9', author: 'octocat', url: 'https://github.example/9' };
  expect(await comments.create('new')).toEqual(created);
  expect(await comments.update(9, 'newer')).toEqual(created);
  await comments.delete(9);
  expect(received.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['POST', '/repos/acme/shop/issues/7/comments', '{"body":"new"}'],
    ['PATCH', '/repos/acme/shop/issues/comments/9', '{"body":"newer"}'],
    ['DELETE', '/repos/acme/shop/issues/comments/9', ''],
  ]);
});

test('closing ends the connection that was kept open', async () => {
  answers = [{ body: [] }];
  const comments = await open();
  await comments.list();
  const [socket] = sockets;
  expect(socket?.destroyed).toBe(false);
  const ended = socket === undefined ? undefined : once(socket, 'close');
  await comments.close();
  await ended;
  expect(socket?.destroyed).toBe(true);
  // An idle connection would have ended by itself, some seconds later.
  await expect(comments.list()).rejects.toThrow('GitHub could not be reached');
});

describe('the login of a token', () => {
  test('is what GitHub says', async () => {
    answers = [{ body: { data: { viewer: { login: 'octocat' } } } }];
    const comments = await open();
    expect(await comments.findOurLogin()).toBe('octocat');
    expect(received).toMatchObject([{ method: 'POST', url: '/graphql' }]);
  });

  test.each([
    ['without a status', { body: { data: null, errors: [{ message: 'Not for integrations' }] } }],
    ['with 401', { status: 401, body: { message: 'Bad credentials' } }],
    ['with 403', { status: 403, body: { message: 'Resource not accessible by integration' } }],
    ['with 404', { status: 404, body: { message: 'Not Found' } }],
    ['with 428', { status: 428, body: { message: 'A status as high as can be' } }],
  ])('is that of the job when GitHub refuses to say, %s', async (_how, answer) => {
    answers = [answer];
    const comments = await open();
    expect(await comments.findOurLogin()).toBe('github-actions[bot]');
  });

  test.each([
    ['a rate limit', { body: { data: null, errors: [{ message: 'API rate limit exceeded' }] } }],
    ['an organization that asks for SAML', { status: 403, body: { message: 'SAML enforcement' } }],
    ['a server error', { status: 500, body: { message: 'Server Error' } }],
    ['a rate limit of a gateway', { status: 429, headers: { 'retry-after': '9' }, body: {} }],
  ])('is not known after %s', async (_what, answer) => {
    answers = Array.from({ length: 20 }, () => answer);
    const comments = await open();
    await expect(comments.findOurLogin()).rejects.toThrow();
  });

  test('is not known after an answer that is none of GraphQL', async () => {
    answers = [{ body: 'Log in' }];
    const comments = await open();
    await expect(comments.findOurLogin()).rejects.toThrow();
  });
});

describe('the address of the API', () => {
  test('may have a path, with or without slashes at its end', async () => {
    for (const path of ['/api/v3', '/api/v3/', '/api/v3//']) {
      answers = [{ body: [] }];
      await (await open(`${origin}${path}`)).list();
    }
    expect(new Set(received.map(({ url }) => url))).toEqual(
      new Set(['/api/v3/repos/acme/shop/issues/7/comments?per_page=50&page=1']),
    );
  });

  test('may be of https anywhere', async () => {
    const comments = await open('https://127.0.0.1:9/api/v3');
    await expect(comments.list()).rejects.toThrow(/could not be reached/);
  });

  test.each(['', 'github.com', 'http://api.github.com', 'ftp://127.0.0.1', 'ftp://github.com'])(
    'is refused before any request: %j',
    async (apiUrl) => {
      const error = await open(apiUrl).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(GitHubRequestError);
      expect(error).toMatchObject({
        message: expect.stringContaining('GITHUB_API_URL is not an https URL'),
        mayHaveBeenProcessed: false,
      });
    },
  );
});

describe('the status of an error', () => {
  const response = { status: 404 };
  const failed = (parts: object) => Object.assign(new Error('failed'), parts);

  test('is that of the answer', () => {
    expect(readStatus(failed({ status: 404, response }))).toBe(404);
  });

  test.each([
    ['octokit made it up without an answer', failed({ status: 500, response: undefined })],
    ['there is no answer', failed({ status: 500 })],
    ['there is no status', failed({ response })],
    ['it is no number', failed({ status: '404', response })],
    ['it is no error', { status: 404, response }],
    ['it is nothing', undefined],
    ['it is a text', 'failed'],
  ])('is unknown where %s', (_what, error) => {
    expect(readStatus(error)).toBeUndefined();
  });
});

describe('an error of ours', () => {
  const ours = new GitHubRequestError('ours', true);

  test('is found by itself, and inside of that of octokit', () => {
    expect(findRequestError(ours)).toBe(ours);
    expect(findRequestError(new Error('octokit', { cause: ours }))).toBe(ours);
  });

  test.each([new Error('theirs'), new Error('theirs', { cause: 'x' }), { cause: ours }, undefined])(
    'is not found in %j',
    (error) => {
      expect(findRequestError(error)).toBeUndefined();
    },
  );
});
