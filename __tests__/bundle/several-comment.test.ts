import { expect, test } from 'vitest';
import { type GitHubSimulator, startGitHub } from '../../simulator/github/simulator.ts';
import { DEFAULT_GITHUB_TOKEN } from '../../simulator/runner/runner.ts';
import { JOB_HOLDER, PULL_REQUEST_EVENT, REPOSITORY } from './github-network.ts';
import { nameEnvironments, type SeveralRun, startSeveralRun } from './several-run.ts';

function startGitHubForJob(): Promise<GitHubSimulator> {
  const tokens = { [DEFAULT_GITHUB_TOKEN]: JOB_HOLDER };
  return startGitHub({ tokens, repository: REPOSITORY });
}

function comment(
  simulated: SeveralRun,
  github: GitHubSimulator,
  inputs: Readonly<Record<string, string>> = {},
) {
  return simulated.run(
    { 'pr-comment': 'true', ...inputs },
    {
      event: PULL_REQUEST_EVENT,
      env: { GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: REPOSITORY },
    },
  );
}

test('a step on several groups has one comment, which is found again whatever matched', async () => {
  await using simulated = await startSeveralRun({ environments: ['production'] });
  await using github = await startGitHubForJob();
  await comment(simulated, github);
  expect(github.comments).toHaveLength(1);
  expect(github.comments[0]?.body).toContain('1 insight group created');

  simulated.account.addEnvironment('default', 'preview');
  await comment(simulated, github);
  expect(github.comments).toHaveLength(1);
  expect(github.comments[0]?.body).toContain('1 created, 1 unchanged');

  await comment(simulated, github, { environment: 'pr-*' });
  expect(github.comments).toHaveLength(2);
  await comment(simulated, github, { environment: 'pr-*' });
  expect(github.comments).toHaveLength(2);
});

test('the plan of a dry run is the same comment as that of the run that applies it', async () => {
  await using simulated = await startSeveralRun({ drifted: ['test'] });
  await using github = await startGitHubForJob();
  await comment(simulated, github, { 'dry-run': 'true' });
  expect(github.comments[0]?.body).toContain('2 to create, 1 to update');
  await comment(simulated, github);
  expect(github.comments).toHaveLength(1);
  expect(github.comments[0]?.body).toContain('2 created, 1 updated');
});

test('a comment on a thousand groups fits into one comment and says what was cut', async () => {
  await using simulated = await startSeveralRun({ environments: nameEnvironments(1_000) });
  await using github = await startGitHubForJob();
  const result = await comment(simulated, github, { 'dry-run': 'true' });
  expect(result.log).toContain('Commented on the pull request');
  const body = github.comments[0]?.body ?? '';
  expect(body.length).toBeLessThanOrEqual(65_536);
  // The beginning only: a failure would print all of it.
  expect(body.slice(0, 300)).toContain('1000 insight groups to create');
});
