import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type GitHubSimulator, startGitHub } from '../../../simulator/github/simulator.ts';
import { listen } from '../../../simulator/network/loopback.ts';
import { sleep, startDeadline } from '../../../src/deadline.ts';
import { ActionError } from '../../../src/errors.ts';
import {
  type CommentOptions,
  type CommentResult,
  markComment,
  publishComment,
  renderComment,
} from '../../../src/report/comment.ts';
import { identifyGroupComment } from '../../../src/report/comment-identity.ts';
import { MAX_REPORT_BYTES } from '../../../src/report/summary.ts';
import { Secrets } from '../../../src/secrets.ts';
import {
  createdReport,
  desired,
  failedReport,
  reportFailed,
  reportOne,
  stored,
  updatedReport,
} from './run-reports.ts';

const repository = 'acme/shop';
const pullRequest = { owner: 'acme', repo: 'shop', number: 7 };
const tokens = {
  ghs_job: { login: 'github-actions[bot]', permission: 'write' },
  ghs_blind: { login: 'github-actions[bot]', permission: 'write', knowsItself: false },
  ghs_fork: { login: 'github-actions[bot]', permission: 'read' },
  ghp_person: { login: 'octocat', permission: 'write' },
  ghp_outsider: { login: 'outsider', permission: 'none' },
} as const;
const ORIGIN = 'https://app.launchdarkly.com';
const identity = identifyGroupComment(ORIGIN, desired);
const marker = markComment(identity);

/** A report that differs from {@link createdReport}. */
const unchangedReport = reportOne({ kind: 'unchanged', group: stored, drift: [] });

let github: GitHubSimulator;

beforeAll(async () => {
  github = await startGitHub({ tokens, repository, basePath: '/api/v3' });
});

beforeEach(() => github.reset());

afterAll(() => github.close());

/** Publishes with 20 s on the clock, as a run does, but with waits that take no time. */
async function publish(
  changes: Partial<CommentOptions> = {},
  cancellation = new AbortController().signal,
): Promise<CommentResult> {
  const deadline = startDeadline(20_000, cancellation);
  let waitedMs = 0;
  const result = await publishComment({
    report: createdReport,
    identity,
    secrets: new Secrets(() => {}),
    apiUrl: github.apiUrl,
    githubToken: 'ghs_job',
    pullRequest,
    proxies: { httpProxy: '', httpsProxy: '', noProxy: '' },
    deadline: { ...deadline, remainingMs: () => deadline.remainingMs() - waitedMs },
    sleep: (ms) => {
      waitedMs += ms;
      return sleep(0, deadline.signal);
    },
    random: () => 0.5,
    observe: () => {},
    announceWait: () => {},
    ...changes,
  });
  deadline.release();
  return result;
}

function countRequests(method: string): number {
  return github.requests.filter((request) => request.method === method).length;
}

describe('the comment of a pull request', () => {
  test('is created by the first run, left alone by the second, updated by the third', async () => {
    const url = 'https://github.example/acme/shop/pull/7#issuecomment-';
    const first = await publish();
    expect(first).toEqual({ kind: 'created', url: expect.stringContaining(url) });
    const second = await publish({ report: { ...createdReport, requests: 3 } });
    expect(second).toEqual({ ...first, kind: 'unchanged' });
    expect(countRequests('PATCH')).toBe(0);
    const third = await publish({
      report: unchangedReport,
    });
    expect(third).toEqual({ ...first, kind: 'updated' });
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('Insight group unchanged');
  });

  test('is one for each LaunchDarkly instance, project and key', async () => {
    const other = { ...desired, projectKey: 'other' };
    const identities = [
      identifyGroupComment(ORIGIN, other),
      identifyGroupComment('https://app.eu.launchdarkly.com', desired),
    ];
    await publish();
    for (const each of identities) {
      await publish({ identity: each });
    }
    expect(await publish()).toMatchObject({ kind: 'unchanged' });
    expect(github.comments.map(({ body }) => body.split('\n')[0])).toEqual([
      marker,
      ...identities.map(markComment),
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
    expect(await publish({ report: unchangedReport })).toMatchObject({ kind: 'created' });
    expect(github.comments).toHaveLength(1);
  });

  test('is written below the base path of a GitHub Enterprise Server, with its own token only', async () => {
    await publish();
    await publish();
    expect(github.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v3/repos/acme/shop/issues/7/comments',
      'POST /api/v3/repos/acme/shop/issues/7/comments',
      'GET /api/v3/repos/acme/shop/issues/7/comments',
      'GET /api/v3/repos/acme/shop/issues/7/comments',
      'POST /api/graphql',
    ]);
    expect(new Set(github.requests.map(({ authorization }) => authorization))).toEqual(
      new Set(['token ghs_job']),
    );
  });
});

describe('a comment that can not be written', () => {
  test('is forbidden to a token that can only read', async () => {
    expect(await publish({ githubToken: 'ghs_fork' })).toEqual({ kind: 'forbidden' });
    expect(github.comments).toEqual([]);
  });

  test('has no pull request for a token that GitHub does not show it to', async () => {
    expect(await publish({ githubToken: 'ghp_outsider' })).toEqual({
      kind: 'not-found',
      pullRequest: { owner: 'acme', repo: 'shop', number: 7 },
    });
  });

  test('may not be updated by a token that can only read', async () => {
    await publish();
    expect(await publish({ report: updatedReport, githubToken: 'ghs_fork' })).toEqual({
      kind: 'forbidden',
    });
  });

  test.each([
    ['a token that GitHub does not know', 401, 'Bad credentials'],
    ['a rate limit', 403, 'API rate limit exceeded for installation'],
    ['a locked conversation', 403, 'Unable to create comment because issue is locked.'],
  ])('fails with the words of GitHub: %s', async (_what, status, message) => {
    github.inject({ method: 'POST', answer: { status, body: { message } } });
    expect(await publish()).toEqual({
      kind: 'failed',
      why: `GitHub answered ${status}: ${message}`,
    });
  });

  test('fails rather than being written twice when it is not known who we are', async () => {
    await publish();
    const answer = { status: 502, body: { message: 'Server Error' } };
    github.inject({ method: 'POST', path: /graphql$/, times: 100, answer });
    expect(await publish({ report: updatedReport })).toEqual({
      kind: 'failed',
      why: 'GitHub answered 502: Server Error',
    });
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
    const deadline = { signal: limit.signal, remainingMs: () => 20_000, release: () => {} };
    const result = publish({ deadline });
    await vi.waitFor(() => expect(github.requests).toHaveLength(1));
    limit.abort();
    expect(await result).toEqual({ kind: 'failed', why: 'GitHub did not answer in time.' });
  });

  describe('fails when no time is left before GitHub was reached', () => {
    const controller = new AbortController();
    controller.abort(new ActionError({ code: 'timeout', message: '', nextStep: '' }));
    const deadline = { signal: controller.signal, remainingMs: () => 0, release: () => {} };
    const apiUrl = 'https://api.github.com';
    const httpsProxy = 'http://proxy.example.com:8080';

    test('and points at the proxy that may be needed', async () => {
      expect(await publish({ deadline, apiUrl })).toEqual({
        kind: 'failed',
        why: 'GitHub did not answer in time. If the runner reaches the internet through a proxy only, set HTTPS_PROXY in its env.',
      });
    });

    test('and says nothing of proxies where one is set', async () => {
      const proxies = { httpProxy: '', httpsProxy, noProxy: '' };
      expect(await publish({ deadline, apiUrl, proxies })).toEqual({
        kind: 'failed',
        why: 'GitHub did not answer in time.',
      });
    });
  });

  test('fails at once when the run is cancelled', async () => {
    github.inject({ method: 'GET', stalls: true });
    const cancellation = new AbortController();
    const result = publish({}, cancellation.signal);
    await vi.waitFor(() => expect(github.requests).toHaveLength(1));
    cancellation.abort(new ActionError({ code: 'cancelled', message: '', nextStep: '' }));
    expect(await result).toEqual({
      kind: 'failed',
      why: 'The run was cancelled before GitHub had answered.',
    });
  });

  test.each([
    ['', 'is blank. Leave it out'],
    [' ', 'is blank. Leave it out'],
    ['two words', 'has characters that no token has. Store the secret again'],
    ['line\nbreak', 'has characters that no token has. Store the secret again'],
  ])('fails without a request and without an echo: token %j', async (githubToken, why) => {
    const result = await publish({ githubToken });
    expect(result).toMatchObject({ kind: 'failed', why: expect.stringContaining(why) });
    expect(JSON.stringify(result)).not.toContain('words');
    expect(github.requests).toEqual([]);
  });

  test('does not follow a redirect, so the token stays with GitHub', async () => {
    const visits: string[] = [];
    const elsewhere = createServer((request, response) => {
      visits.push(request.url ?? '');
      response.end('[]');
    });
    const port = await listen(elsewhere);
    github.inject({
      method: 'GET',
      answer: { status: 307, headers: { Location: `http://127.0.0.1:${port}/` }, body: {} },
    });
    expect(await publish()).toEqual({
      kind: 'failed',
      why: 'GitHub answered 307, and a redirect is not followed. If the repository was renamed or moved, run the workflow again; otherwise check GITHUB_API_URL.',
    });
    expect(visits).toEqual([]);
    elsewhere.close();
  });

  test('has no secret in the words that are handed back', async () => {
    const secrets = new Secrets(() => {});
    secrets.add('ghs_job');
    secrets.add('correct-horse-battery');
    github.inject({
      method: 'GET',
      answer: { status: 422, body: { message: 'no correct-horse-battery here' } },
    });
    expect(await publish({ secrets })).toEqual({
      kind: 'failed',
      why: 'GitHub answered 422: no *** here',
    });
  });

  test('keeps no connection open, whatever the answer', async () => {
    const elsewhere = createServer((_, response) => {
      response.writeHead(403, { 'content-type': 'application/json' }).end('{}');
    });
    const isClosed = new Promise((resolve) => {
      elsewhere.on('connection', (socket) => socket.once('close', resolve));
    });
    const port = await listen(elsewhere);
    const result = await publish({ apiUrl: `http://127.0.0.1:${port}` });
    expect(result).toEqual({ kind: 'forbidden' });
    await isClosed;
    elsewhere.close();
  });

  test('writes nothing to stdout or stderr, not even of deprecations', async () => {
    const writes = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'));
    const consoles = (['log', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));
    github.inject({
      method: 'GET',
      answer: { status: 200, headers: { Deprecation: 'true', Sunset: '::error::x' }, body: [] },
    });
    github.inject({ method: 'POST', answer: { status: 422, body: { message: 'x' } } });
    await publish();
    for (const spy of [...writes, ...consoles]) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });
});

describe('trouble on the way to GitHub', () => {
  const limited = { message: 'You have exceeded a secondary rate limit.' };

  test.each([408, 500, 502, 503, 504])(
    'is tried again: status %i to a list, an update and a create',
    async (status) => {
      const answer = { status, body: { message: 'Server Error' } };
      github.inject({ method: 'GET', answer });
      github.inject({ method: 'POST', answer });
      expect(await publish()).toMatchObject({ kind: 'created' });
      github.inject({ method: 'PATCH', answer });
      expect(await publish({ report: updatedReport })).toMatchObject({ kind: 'updated' });
      expect(github.comments).toHaveLength(1);
    },
  );

  test.each([
    [403, { 'retry-after': '1' }],
    [429, { 'retry-after': '1' }],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(2) }],
    [429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(2) }],
  ])('is waited for: a rate limit that answers %i with %j', async (status, headers) => {
    github.inject({ method: 'GET', answer: { status, headers, body: limited } });
    github.inject({ method: 'POST', answer: { status, headers, body: limited } });
    expect(await publish()).toMatchObject({ kind: 'created' });
    expect(github.comments).toHaveLength(1);
  });

  test.each([
    [403, { 'retry-after': '60' }],
    [429, { 'retry-after': '60' }],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(60) }],
    [403, {}],
  ])(
    'is given up at once: a rate limit of a minute that answers %i with %j',
    async (status, headers) => {
      github.inject({ method: 'GET', answer: { status, headers, body: limited } });
      const result = await publish();
      expect(result).toMatchObject({ kind: 'failed', why: expect.stringContaining('rate limit') });
      expect(result).toMatchObject({ why: expect.stringMatching(/another \d+ s/) });
      expect(github.requests).toHaveLength(1);
    },
  );

  test('is tried again: a 429 of something else than GitHub, which says no more', async () => {
    github.inject({ method: 'GET', answer: { status: 429, body: 'Too many requests' } });
    expect(await publish()).toMatchObject({ kind: 'created' });
  });

  test('is given up when it lasts, with the last answer', async () => {
    const answer = { status: 503, body: { message: 'Unavailable' } };
    github.inject({ method: 'GET', times: 100, answer });
    expect(await publish()).toEqual({ kind: 'failed', why: 'GitHub answered 503: Unavailable' });
    expect(github.requests.length).toBeGreaterThan(3);
    expect(github.requests.length).toBeLessThan(12);
  });

  test.each(['http://github.test', 'ftp://127.0.0.1', 'github.test', ''])(
    'is not caused by sending the token to %j, which is not https',
    async (apiUrl) => {
      expect(await publish({ apiUrl })).toEqual({
        kind: 'failed',
        why: expect.stringMatching(/^GITHUB_API_URL is not an https URL, .* Correct it/),
      });
    },
  );
});

describe('a create whose answer is lost', () => {
  test.each([
    ['before GitHub carried it out', false],
    ['after GitHub carried it out', true],
  ])('leaves one comment: %s', async (_when, isProcessed) => {
    github.inject({ method: 'POST', resets: true, isProcessed });
    expect(await publish()).toMatchObject({ kind: 'created' });
    expect(github.comments).toHaveLength(1);
  });

  test('leaves one comment when GitHub carried it out and a gateway answers 502', async () => {
    const answer = { status: 502, body: '<html>Bad gateway</html>' };
    github.inject({ method: 'POST', isProcessed: true, answer });
    expect(await publish()).toMatchObject({ kind: 'created' });
    expect(github.comments).toHaveLength(1);
  });

  test('leaves one comment when the list lags behind as well', async () => {
    github.lagLists(2);
    github.inject({ method: 'POST', resets: true, isProcessed: true });
    expect(await publish()).toMatchObject({ kind: 'updated' });
    expect(github.comments).toHaveLength(1);
  });

  test('is not repeated for ever', async () => {
    github.inject({ method: 'POST', times: 100, resets: true });
    expect(await publish()).toMatchObject({ kind: 'failed' });
    expect(countRequests('POST')).toBe(3);
  });
});

describe('two jobs that comment at the same moment', () => {
  const author = 'github-actions[bot]';
  const theirs = { number: 7, author, body: `${marker}\ntheirs` };

  test('leave the older comment, with the newer body: ours is newer', async () => {
    github.inject({ method: 'POST', meanwhile: () => void github.addComment(theirs) });
    expect(await publish()).toMatchObject({ kind: 'updated' });
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('Insight group created');
  });

  test('leave the older comment, with the newer body: theirs is newer', async () => {
    github.inject({ method: 'GET' });
    github.inject({ method: 'GET', meanwhile: () => void github.addComment(theirs) });
    expect(await publish()).toMatchObject({ kind: 'created' });
    expect(github.comments.map(({ body }) => body)).toEqual([theirs.body]);
  });

  test('leave one comment when each of them runs to its end', async () => {
    let arrived = 0;
    const { promise: both, resolve } = Promise.withResolvers<void>();
    const meanwhile = () => {
      arrived += 1;
      if (arrived === 2) {
        resolve();
      }
      return both;
    };
    github.inject({ method: 'POST', path: /comments$/, times: 2, meanwhile });
    const results = await Promise.all([publish(), publish({ report: updatedReport })]);
    expect(github.comments).toHaveLength(1);
    expect(results.map(({ kind }) => kind)).toContain('created');
    expect(results.map(({ kind }) => kind)).not.toContain('failed');
  });

  test('leave one comment when the list shows the new ones late', async () => {
    github.lagLists(2);
    github.inject({ method: 'POST', meanwhile: () => void github.addComment(theirs) });
    await publish();
    expect(github.comments).toHaveLength(1);
  });

  test('have what a cancelled job left behind cleaned up by the next run', async () => {
    await publish();
    github.addComment(theirs);
    expect(await publish()).toMatchObject({ kind: 'updated' });
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('Insight group created');
  });

  test('delete no comment of another author', async () => {
    const forged = { ...theirs, author: 'mallory' };
    github.inject({ method: 'POST', meanwhile: () => void github.addComment(forged) });
    expect(await publish()).toMatchObject({ kind: 'created' });
    expect(github.comments.map(({ author: name }) => name)).toEqual(['mallory', author]);
  });

  test('are up to date even when a duplicate can not be deleted', async () => {
    await publish();
    github.addComment(theirs);
    github.inject({ method: 'DELETE', answer: { status: 403, body: { message: 'No' } } });
    expect(await publish({ report: updatedReport })).toMatchObject({ kind: 'updated' });
    expect(github.comments[0]?.body).toContain('Insight group updated');
  });

  test('may both delete the same duplicate', async () => {
    github.inject({ method: 'POST', meanwhile: () => void github.addComment(theirs) });
    github.inject({ method: 'DELETE', answer: { status: 404, body: { message: 'Not Found' } } });
    expect(await publish()).toMatchObject({ kind: 'updated' });
  });
});

/** A time on the clock of this machine, as GitHub's header for the end of a rate limit tells it. */
function inSeconds(seconds: number): string {
  return String(Math.ceil(Date.now() / 1_000) + seconds);
}

describe('the text of the comment', () => {
  const secrets = new Secrets(() => {});

  test('is the marker and the report of the summary, without what differs from run to run', () => {
    const text = renderComment(marker, failedReport, secrets);
    expect(text).toMatch(/^<!-- create-insight-group:v1 [\w-]{43} -->\n## ❌ /);
    expect(text).toMatch(/did you mean .*production.*\?/);
    expect(text).not.toContain('3 requests');
    expect(text).toMatch(
      /\n\n<sub>LaunchDarkly at app\.launchdarkly\.com · Later runs keep this comment up to date\.<\/sub>\n$/,
    );
  });

  test('holds one marker only, whatever the names say', () => {
    const target = { ...desired, key: `--> ${marker}`, name: `x\n${marker}` };
    const ours = markComment(identifyGroupComment(ORIGIN, target));
    const report = reportOne({ kind: 'would-create', group: undefined, drift: [] }, { target });
    const text = renderComment(ours, report, secrets);
    expect(text.startsWith(`${ours}\n`)).toBe(true);
    expect(text.match(/<!--|-->/g)).toHaveLength(2);
  });

  test('is marked by instance, project and key, whatever their letter case, and by nothing else', () => {
    const mark = (changes: object) =>
      markComment(identifyGroupComment(ORIGIN, { ...desired, ...changes }));
    expect(mark({ name: 'x', environmentKey: 'y' })).toBe(marker);
    expect(mark({ projectKey: 'Default', key: desired.key.toUpperCase() })).toBe(marker);
    expect(mark({ projectKey: 'a', key: 'b-c' })).not.toBe(mark({ projectKey: 'a-b', key: 'c' }));
  });

  test('ends with the link to the explanation of a failure', () => {
    const helpUrl = () => 'https://example.com/help#a';
    const text = renderComment(marker, { ...failedReport, helpUrl }, secrets);
    expect(text).toContain('href="https://example.com/help#a"');
  });

  test('fails as a comment, not as a step, when the report cannot be rendered', async () => {
    const helpUrl = () => {
      throw new Error('no help');
    };
    expect(await publish({ report: { ...failedReport, helpUrl } })).toEqual({
      kind: 'failed',
      why: 'The comment failed with an unexpected error: no help',
    });
  });

  test('fills the size that a report may have to the last byte, marker included, and no further', () => {
    const reasons = Array.from({ length: 2_500 }, () => ({
      attribute: 'key',
      reason: 'x'.repeat(20),
    }));
    const sizes = Array.from({ length: 80 }, (_, length) => {
      const report = reportFailed({
        code: 'bad-request',
        message: 'm'.repeat(length),
        nextStep: 'n',
        reasons,
      });
      return Buffer.byteLength(renderComment(marker, report, new Secrets(() => {})));
    });
    expect(Math.max(...sizes)).toBe(MAX_REPORT_BYTES);
  });

  test('is accepted by GitHub however much there is to say', async () => {
    const reasons = Array.from({ length: 5_000 }, () => ({ attribute: 'key', reason: '😀é@x' }));
    const report = reportFailed({ code: 'bad-request', message: 'm', nextStep: 'n', reasons });
    expect(await publish({ report })).toMatchObject({ kind: 'created' });
    expect(github.comments[0]?.body).toContain('**Cut here:**');
  });
});
