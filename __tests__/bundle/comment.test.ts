import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Holder } from '../../simulator/github/protocol.ts';
import { type GitHubSimulator, startGitHub } from '../../simulator/github/simulator.ts';
import { DEFAULT_GITHUB_TOKEN, type RunActionOptions } from '../../simulator/runner/runner.ts';
import { type SimulatedRun, startSimulatedRun } from './simulated-run.ts';

const REPOSITORY = 'octo-org/shop';

const event = {
  name: 'pull_request',
  payload: { pull_request: { number: 7, head: { repo: { full_name: REPOSITORY } } } },
};

const bot: Holder = { login: 'github-actions[bot]', permission: 'write' };

function startGitHubFor(holder: Holder, basePath: '' | '/api/v3' = ''): Promise<GitHubSimulator> {
  const tokens = { [DEFAULT_GITHUB_TOKEN]: holder };
  return startGitHub({ tokens, repository: REPOSITORY, basePath });
}

function runOnPullRequest(
  simulated: SimulatedRun,
  github: GitHubSimulator,
  inputs: Readonly<Record<string, string>> = {},
  options: Partial<RunActionOptions> = {},
) {
  return simulated.run(
    { 'pr-comment': 'true', 'if-exists': 'keep', ...inputs },
    {
      event,
      ...options,
      env: { GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: REPOSITORY, ...options.env },
    },
  );
}

describe('on a pull request', () => {
  test('comments once, updates the comment, and leaves it alone when nothing changed', async () => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);

    const created = await runOnPullRequest(simulated, github);
    expect(created.log).toContain('Commented on the pull request: ');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('Insight group created');

    const updated = await runOnPullRequest(simulated, github);
    expect(updated.log).toContain('Updated the comment on the pull request: ');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('Insight group unchanged');

    const alone = await runOnPullRequest(simulated, github);
    expect(alone.log).toContain('Left the comment on the pull request as it is');
    expect(github.requests.at(-1)?.method).not.toBe('PATCH');
    expect([created, updated, alone].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  });

  test('finds its comment behind a hundred long ones, and ignores a marker that somebody else wrote', async () => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    await runOnPullRequest(simulated, github);
    const [ours] = github.comments;
    github.reset();
    const body = ours?.body ?? '';
    github.addComment({ number: 7, author: 'mallory', body });
    for (let count = 0; count < 100; count += 1) {
      github.addComment({
        number: 7,
        author: 'hubot',
        body: `Build ${count}: ${'passed '.repeat(8_000)}`,
      });
    }
    github.addComment({ number: 7, author: bot.login, body });

    await runOnPullRequest(simulated, github);

    expect(github.comments).toHaveLength(102);
    expect(github.comments[0]?.body).toBe(body);
    expect(github.comments.at(-1)?.body).toContain('Insight group unchanged');
  });

  test('warns, and passes, when the code that comments cannot be loaded', async () => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    const root = join(import.meta.dirname, '..', '..');
    const actionPath = await mkdtemp(join(tmpdir(), 'action-'));
    try {
      for (const name of ['action.yml', 'package.json', 'dist']) {
        await cp(join(root, name), join(actionPath, name), { recursive: true });
      }
      await rm(join(actionPath, 'dist', 'comment.js'));
      const result = await runOnPullRequest(simulated, github, {}, { actionPath });
      expect(result).toMatchObject({ exitCode: 0, outputs: { outcome: 'created' } });
      expect(result.annotations).toMatchObject([
        { kind: 'warning', title: 'The pull request comment could not be written' },
      ]);
    } finally {
      await rm(actionPath, { recursive: true });
    }
  });

  test('uses the API of a GitHub Enterprise Server', async () => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot, '/api/v3');
    await runOnPullRequest(simulated, github);
    expect(github.comments).toHaveLength(1);
  });

  test('reports a failure on the pull request', async () => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    const result = await runOnPullRequest(simulated, github, { environment: 'prodution' });
    expect(result.exitCode).toBe(1);
    expect(github.comments[0]?.body).toContain('The project or the environment does not exist');
  });

  test('warns once and succeeds when the token may not comment', async () => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor({ ...bot, permission: 'read' });
    const result = await runOnPullRequest(simulated, github);
    expect(result.exitCode).toBe(0);
    expect(result.annotations).toMatchObject([
      {
        kind: 'warning',
        title: 'The pull request comment could not be written',
        message: expect.stringContaining('pull-requests: write'),
      },
    ]);
  });
});

describe('with GitHub failing', () => {
  const limited = { message: 'You have exceeded a secondary rate limit.' };

  test.concurrent.each([
    ['502', { status: 502, body: '<html>Bad gateway</html>' }],
    ['500', { status: 500, body: { message: 'Server Error' } }],
    ['503', { status: 503, body: { message: 'Unavailable' } }],
    ['a secondary rate limit', { status: 403, headers: { 'retry-after': '1' }, body: limited }],
    ['too many requests', { status: 429, headers: { 'retry-after': '1' }, body: limited }],
    [
      'a rate limit that is used up',
      {
        status: 403,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000)),
        },
        body: { message: 'API rate limit exceeded' },
      },
    ],
  ])('retries listing and creating after %s', async (_title, answer) => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    github.inject({ method: 'GET', answer });
    github.inject({ method: 'POST', answer });
    const result = await runOnPullRequest(simulated, github);
    expect(result.log).toContain('Commented on the pull request: ');
    expect(result.annotations).toEqual([]);
    expect(github.comments).toHaveLength(1);
  });

  test.concurrent('gives up at once when a rate limit outlasts the time for the comment', async () => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    const headers = { 'retry-after': '60' };
    github.inject({ method: 'GET', answer: { status: 403, headers, body: limited } });
    const result = await runOnPullRequest(simulated, github);
    expect(result.exitCode).toBe(0);
    expect(result.annotations).toMatchObject([
      {
        kind: 'warning',
        message:
          'GitHub answered 403: its rate limit lasts another 60 s, longer than a comment may take.',
      },
    ]);
    expect(github.requests).toHaveLength(1);
  });

  const leaked = 'q7Zr2mXw9TkLp4Vb8NsYd1Hc6Gj3Fe5A';

  test.concurrent.each([
    ['a member of the body', { status: 403, body: { message: 'No.', access_token: leaked } }],
    [
      'a member within the message',
      { status: 403, body: { message: `No: {"password":"${leaked}"}` } },
    ],
    [
      'a member of the list of errors',
      { status: 422, body: { message: 'Validation Failed', errors: [{ token: leaked }] } },
    ],
    [
      'a script in a page of HTML',
      { status: 404, body: `<script>var page = {"token": "${leaked}"}</script>` },
    ],
  ])('shows no secret that is %s of an error', async (_title, answer) => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    github.inject({ method: 'GET', answer });
    const result = await runOnPullRequest(simulated, github);
    expect(result.annotations).toMatchObject([{ kind: 'warning' }]);
    expect(result.masks).toContain(leaked);
    const shown = result.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    expect([...shown, result.summary].join('\n')).not.toContain(leaked);
  });

  test.concurrent('shows no secret of an error that GraphQL answers', async () => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    await runOnPullRequest(simulated, github);
    const errors = [{ message: `rate limit: {"token":"${leaked}"}`, type: 'LIMIT' }];
    github.inject({
      method: 'POST',
      path: /graphql$/,
      answer: { status: 200, body: { errors } },
    });
    const result = await runOnPullRequest(simulated, github);
    expect(result.annotations).toMatchObject([
      { kind: 'warning', message: expect.stringContaining('rate limit') },
    ]);
    expect(result.annotations[0]?.message).not.toContain(leaked);
  });

  const ADVICE =
    " Check that GITHUB_API_URL names GitHub's REST API and that no proxy or login page answers in its place.";

  test.concurrent.each([
    [401, ADVICE],
    [403, ADVICE],
    [404, ADVICE],
    [501, ''],
  ])('does not show a page of HTML that comes with %i', async (status, advice) => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    const body = `<html><body>${'Blocked by policy. '.repeat(50)}</body></html>`;
    github.inject({ method: 'GET', answer: { status, body } });
    const result = await runOnPullRequest(simulated, github);
    expect(result.annotations).toMatchObject([
      {
        kind: 'warning',
        message: `GitHub answered ${status} with a body that is not JSON.${advice}`,
      },
    ]);
  });

  test.concurrent.each([
    ['was lost before it was carried out', false],
    ['was carried out and its answer lost', true],
  ])('leaves one comment when the create %s', async (_title, isProcessed) => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    github.inject({ method: 'POST', resets: true, isProcessed });
    const result = await runOnPullRequest(simulated, github);
    expect(result.log).toContain('Commented on the pull request: ');
    expect(github.comments).toHaveLength(1);
  });
});

test('two jobs that comment at the same time leave one comment with the newer report', async () => {
  await using simulated = await startSimulatedRun();
  await using github = await startGitHubFor(bot);
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
  const results = await Promise.all([
    runOnPullRequest(simulated, github),
    runOnPullRequest(simulated, github, { 'dry-run': 'true' }),
  ]);
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(results.flatMap(({ annotations }) => annotations)).toEqual([]);
  expect(github.comments).toHaveLength(1);
});

test('two LaunchDarkly instances get a comment each for the same keys', async () => {
  await using one = await startSimulatedRun();
  await using other = await startSimulatedRun();
  await using github = await startGitHubFor(bot);
  for (const simulated of [one, other, one]) {
    await runOnPullRequest(simulated, github);
  }
  expect(github.comments).toHaveLength(2);
  expect(github.comments[0]?.body).toContain('Insight group unchanged');
  expect(github.comments[1]?.body).toContain('Insight group created');
});

describe('the pull request', () => {
  test.concurrent.each([
    ['issue_comment', { issue: { number: 7, pull_request: {} } }, {}],
    ['workflow_run', { workflow_run: { pull_requests: [{ number: 7 }] } }, {}],
    [
      'merge_group',
      {
        merge_group: {
          head_ref: `refs/heads/gh-readonly-queue/main/pr-7-${'a'.repeat(40)}`,
        },
      },
      {},
    ],
    ['push', {}, { 'pr-number': '7' }],
    ['pull_request', { pull_request: { number: 9 } }, { 'pr-number': '7' }],
  ])('finds the pull request on the event %s', async (name, payload, inputs) => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    await runOnPullRequest(simulated, github, inputs, { event: { name, payload } });
    expect(github.comments).toMatchObject([{ number: 7 }]);
  });

  test.concurrent('comments on the pull request in pr-number when the event file is missing', async () => {
    await using simulated = await startSimulatedRun();
    await using github = await startGitHubFor(bot);
    const env = { GITHUB_EVENT_PATH: '/nowhere/event.json' };
    const result = await runOnPullRequest(simulated, github, { 'pr-number': '7' }, { env });
    expect(github.comments).toHaveLength(1);
    expect(result.stdout).not.toContain('/nowhere/event.json');
  });

  test.concurrent('rejects a pr-number that is not a number', async () => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({ 'pr-number': '#7' });
    expect(result.outputs['error-code']).toBe('invalid-input');
    expect(result.log).toContain('"#7" is not valid; expected the number of a pull request');
  });
});

test('names the pull request, and both reasons, when GitHub does not show it', async () => {
  await using simulated = await startSimulatedRun();
  await using github = await startGitHubFor(bot);
  const answer = { status: 404, body: { message: 'Not Found' } };
  github.inject({ method: 'POST', path: /comments$/, answer });
  const result = await runOnPullRequest(simulated, github, { 'pr-number': '4711' });
  expect(result.exitCode).toBe(0);
  expect(result.annotations).toMatchObject([
    { kind: 'warning', message: expect.stringMatching(/pull request 4711 of octo-org\/shop/) },
  ]);
  expect(result.log).toContain('Correct the input pr-number');
  expect(result.log).toContain('pull-requests: write');
});

test.each([
  ['the event can not be read', {}, { GITHUB_EVENT_PATH: '/nowhere' }, 'GITHUB_EVENT_PATH'],
  [
    'the repository is not known',
    { 'pr-number': '7' },
    { GITHUB_REPOSITORY: '' },
    'GITHUB_REPOSITORY',
  ],
])('says that there is no comment because %s', async (_title, inputs, env, name) => {
  await using simulated = await startSimulatedRun();
  await using github = await startGitHubFor(bot);
  const result = await simulated.run(
    { 'pr-comment': 'true', ...inputs },
    { event, env: { GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: REPOSITORY, ...env } },
  );
  expect(result.exitCode).toBe(0);
  expect(result.annotations).toEqual([]);
  expect(result.log).toMatch(new RegExp(`No comment: .*${name}`));
  expect(result.log).not.toContain('this run is not for a pull request');
});

test('explains off a pull request why there is no comment, and how to get one', async () => {
  await using simulated = await startSimulatedRun();
  const result = await simulated.run({ 'pr-comment': 'true' });
  expect(result.exitCode).toBe(0);
  expect(result.log).toContain('No comment: this run is not for a pull request.');
  expect(result.log).toContain('set the input pr-number');
});
