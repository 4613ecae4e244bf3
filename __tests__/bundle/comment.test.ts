import { describe, expect, test } from 'vitest';
import type { Holder } from '../../simulator/github/protocol.ts';
import { type GitHubSimulator, startGitHub } from '../../simulator/github/simulator.ts';
import { DEFAULT_GITHUB_TOKEN } from '../../simulator/runner/runner.ts';
import { openScene, type Scene } from './scene.ts';

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

function runOnPullRequest(scene: Scene, github: GitHubSimulator, inputs = {}) {
  return scene.run(
    { 'pr-comment': 'true', 'if-exists': 'keep', ...inputs },
    {
      event,
      env: {
        GITHUB_API_URL: github.apiUrl,
        GITHUB_GRAPHQL_URL: `${github.apiUrl}/graphql`,
        GITHUB_REPOSITORY: REPOSITORY,
      },
    },
  );
}

describe('on a pull request, the bundle', () => {
  test('comments once, brings the comment up to date, and leaves it alone when nothing changed', async () => {
    await using scene = await openScene();
    await using github = await startGitHubFor(bot);

    const created = await runOnPullRequest(scene, github);
    expect(created.log).toContain('Commented on the pull request: ');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('Insight group created');

    const updated = await runOnPullRequest(scene, github);
    expect(updated.log).toContain('Updated the comment on the pull request: ');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('Insight group unchanged');

    const alone = await runOnPullRequest(scene, github);
    expect(alone.log).toContain('Left the comment on the pull request as it is');
    expect(github.requests.at(-1)?.method).not.toBe('PATCH');
    expect([created, updated, alone].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  });

  test('finds its comment behind a hundred others, and not in one that somebody else marked', async () => {
    await using scene = await openScene();
    await using github = await startGitHubFor(bot);
    await runOnPullRequest(scene, github);
    const [ours] = github.comments;
    github.reset();
    const body = ours?.body ?? '';
    github.addComment({ number: 7, author: 'mallory', body });
    for (let count = 0; count < 100; count += 1) {
      github.addComment({ number: 7, author: 'hubot', body: `Build ${count} passed.` });
    }
    github.addComment({ number: 7, author: bot.login, body });

    await runOnPullRequest(scene, github);

    expect(github.comments).toHaveLength(102);
    expect(github.comments[0]?.body).toBe(body);
    expect(github.comments.at(-1)?.body).toContain('Insight group unchanged');
  });

  test('speaks to the API of a GitHub Enterprise Server', async () => {
    await using scene = await openScene();
    await using github = await startGitHubFor(bot, '/api/v3');
    await runOnPullRequest(scene, github);
    expect(github.comments).toHaveLength(1);
  });

  test('tells the pull request of a failure', async () => {
    await using scene = await openScene();
    await using github = await startGitHubFor(bot);
    const result = await runOnPullRequest(scene, github, { environment: 'prodution' });
    expect(result.exitCode).toBe(1);
    expect(github.comments[0]?.body).toContain('The project or the environment does not exist');
  });

  test('warns once and passes when the token may not comment', async () => {
    await using scene = await openScene();
    await using github = await startGitHubFor({ ...bot, permission: 'read' });
    const result = await runOnPullRequest(scene, github);
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

test('off a pull request, the bundle says why there is no comment', async () => {
  await using scene = await openScene();
  const result = await scene.run({ 'pr-comment': 'true' });
  expect(result.exitCode).toBe(0);
  expect(result.log).toContain('No comment: this run is not for a pull request.');
});
