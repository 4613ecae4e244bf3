import { describe, expect, test } from 'vitest';
import { type GitHubSimulator, startGitHub } from '../../simulator/github/simulator.ts';
import { findLeaksIn } from '../../simulator/runner/leak-detector.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import {
  DESIRED,
  injectCreateFault,
  type SimulatedRun,
  startSimulatedRun,
} from '../bundle/simulated-run.ts';

const GITHUB_TOKEN = 'ghs_Zq8rT3vLw0XyB5nKc7MdE2fGhJ4pAs6uVi9o';
const REPOSITORY = 'octo-org/octo-repo';
const PULL_REQUEST = { number: 7, head: { repo: { full_name: REPOSITORY } } };

describe('the tokens of GitHub and LaunchDarkly', () => {
  test('neither token reaches the other server in a successful run', async () => {
    await using github = await openGitHub();
    await using simulated = await startSimulatedRun();
    const result = await runWithComment(simulated, github);
    expect(result.outputs['outcome']).toBe('created');
    expect(github.comments).toHaveLength(1);
    expectNotCrossed(simulated, github);
  });

  test('neither token reaches the other server when LaunchDarkly repeats its token in text for the comment', async () => {
    await using github = await openGitHub();
    await using simulated = await startSimulatedRun();
    const message = `The token ${DESIRED.token} (${btoa(DESIRED.token)}) may not do that.`;
    injectCreateFault(simulated.simulator, { kind: 'respond', status: 400, body: { message } });
    const result = await runWithComment(simulated, github);
    expect(result.outputs['error-code']).toBe('bad-request');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('may not do that');
    expectNotCrossed(simulated, github);
  });

  test('neither token reaches the other server when GitHub repeats its token in a rejection', async () => {
    await using github = await openGitHub();
    await using simulated = await startSimulatedRun();
    const answer = { status: 422, body: { message: `No: ${GITHUB_TOKEN}` } };
    github.inject({ method: 'GET', answer });
    const result = await runWithComment(simulated, github);
    expect(result.outputs['outcome']).toBe('created');
    expectNotCrossed(simulated, github);
  });

  test('neither token reaches the other server when the workflow swaps them', async () => {
    await using github = await openGitHub();
    await using simulated = await startSimulatedRun();
    const swapped = { token: GITHUB_TOKEN, 'github-token': DESIRED.token };
    const result = await runWithComment(simulated, github, swapped);
    expect(result.outputs['error-code']).toBe('invalid-input');
    expect(simulated.simulator.requests).toEqual([]);
    expect(github.requests).toEqual([]);
  });

  test("LaunchDarkly's token does not reach GitHub when the workflow gives it twice", async () => {
    await using github = await openGitHub();
    await using simulated = await startSimulatedRun();
    const result = await runWithComment(simulated, github, { 'github-token': DESIRED.token });
    expect(result.outputs['error-code']).toBe('invalid-input');
    expect(simulated.simulator.requests).toEqual([]);
    expect(github.requests).toEqual([]);
  });
});

function openGitHub(): Promise<GitHubSimulator> {
  return startGitHub({
    repository: REPOSITORY,
    tokens: { [GITHUB_TOKEN]: { login: 'github-actions[bot]', permission: 'write' } },
  });
}

function runWithComment(
  simulated: SimulatedRun,
  github: GitHubSimulator,
  inputs: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  return simulated.run(
    { 'pr-comment': 'true', 'github-token': GITHUB_TOKEN, ...inputs },
    {
      env: { GITHUB_API_URL: github.apiUrl, RUNNER_DEBUG: '1' },
      event: { name: 'pull_request', payload: { pull_request: PULL_REQUEST } },
      secrets: [GITHUB_TOKEN],
    },
  );
}

function expectNotCrossed(simulated: SimulatedRun, github: GitHubSimulator): void {
  const atLaunchDarkly = simulated.simulator.requests.map((request) => ({
    name: 'LaunchDarkly',
    text: JSON.stringify({ ...request, query: [...request.query] }),
  }));
  const atGitHub = github.requests.map((request) => ({
    name: 'GitHub',
    text: JSON.stringify({ ...request, query: [...request.query] }),
  }));
  expect(atLaunchDarkly).not.toEqual([]);
  expect(atGitHub).not.toEqual([]);
  expect(findLeaksIn(atLaunchDarkly, [GITHUB_TOKEN])).toEqual([]);
  expect(findLeaksIn(atGitHub, [DESIRED.token])).toEqual([]);
}
