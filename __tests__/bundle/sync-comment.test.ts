import { describe, expect, test } from 'vitest';
import { type GitHubSimulator, startGitHub } from '../../simulator/github/simulator.ts';
import { DEFAULT_GITHUB_TOKEN } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { existingGroup, type SyncRun, startSyncRun } from './sync-run.ts';

const REPOSITORY = 'octo-org/shop';

const event = {
  name: 'pull_request',
  payload: { pull_request: { number: 7, head: { repo: { full_name: REPOSITORY } } } },
};

const FILE = `defaults: {project: default, environment: production}
groups:
  - {key: checkout, name: Checkout}
  - {key: search, name: Search}
  - {key: old, state: absent}
`;

/** The largest body that GitHub takes, in characters. */
const MAX_COMMENT_CHARACTERS = 65_536;

function startGitHubSimulator(): Promise<GitHubSimulator> {
  const holder = { login: 'github-actions[bot]', permission: 'write' } as const;
  return startGitHub({ tokens: { [DEFAULT_GITHUB_TOKEN]: holder }, repository: REPOSITORY });
}

function runOnPullRequest(
  sync: SyncRun,
  github: GitHubSimulator,
  inputs: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  return sync.run(
    { 'pr-comment': 'true', ...inputs },
    { event, env: { GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: REPOSITORY } },
  );
}

describe('the comment of a groups file', () => {
  test('shows the plan, is left alone while the plan is the same, and then shows the apply', async () => {
    await using sync = await startSyncRun(FILE, {
      groups: [existingGroup({ key: 'old' }), existingGroup({ key: 'search', name: 'Find' })],
    });
    await using github = await startGitHubSimulator();

    const planned = await runOnPullRequest(sync, github, { 'dry-run': 'true' });
    expect(planned.log).toContain('Commented on the pull request: ');
    const plan = github.comments[0]?.body ?? '';
    for (const text of ['1 to create, 1 to update, 1 to delete', '“Find” → “Search”', 'checkout']) {
      expect(plan).toContain(text);
    }

    const again = await runOnPullRequest(sync, github, { 'dry-run': 'true' });
    expect(again.log).toContain('Left the comment on the pull request as it is');

    const applied = await runOnPullRequest(sync, github);
    expect(applied.log).toContain('Updated the comment on the pull request: ');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('1 created, 1 updated, 1 deleted');
  });

  test('is the same however the path of the file is written, and another one for another file', async () => {
    await using sync = await startSyncRun(FILE);
    await using github = await startGitHubSimulator();
    await sync.write(FILE, 'other.yml');
    for (const file of ['.github/insight-groups.yml', './.github/insight-groups.yml']) {
      await runOnPullRequest(sync, github, { file, 'dry-run': 'true' });
    }
    expect(github.comments).toHaveLength(1);
    await runOnPullRequest(sync, github, { file: 'other.yml', 'dry-run': 'true' });
    expect(github.comments).toHaveLength(2);
    expect(github.comments.map(({ body }) => /[\w./-]+\.yml/.exec(body)?.[0])).toEqual([
      '.github/insight-groups.yml',
      'other.yml',
    ]);
  });

  test('tells what is wrong with a file that is not valid, and then shows the plan in its place', async () => {
    await using sync = await startSyncRun('groups: [{key: a}]');
    await using github = await startGitHubSimulator();
    await runOnPullRequest(sync, github, { 'dry-run': 'true' });
    expect(github.comments[0]?.body).toContain('The groups file is not valid');
    await sync.write(FILE);
    await runOnPullRequest(sync, github, { 'dry-run': 'true' });
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('2 to create');
  });
});

describe('1,000 groups', () => {
  const keys = Array.from({ length: 1_000 }, (_, index) => `default-${index}-all-apps`);
  const file = [
    'defaults: {project: default, environment: production}',
    'groups:',
    ...keys.map((key) => `  - {key: ${key}, name: '${key}: a display name of common length'}`),
  ].join('\n');

  test('are planned in one step, within the size of a comment', async () => {
    await using sync = await startSyncRun(file, {
      groups: keys
        .slice(0, 500)
        .map((key, index) => existingGroup({ key, name: `Before ${index}` })),
    });
    await using github = await startGitHubSimulator();
    const result = await runOnPullRequest(sync, github, { 'dry-run': 'true' });

    expect(result.exitCode).toBe(0);
    expect(JSON.parse(result.outputs['counts'] ?? '')).toMatchObject({
      wouldCreate: 500,
      wouldUpdate: 500,
    });
    // The 25 pages of the list, the first differences one by one, and little else.
    expect(sync.simulator.requests.length).toBeLessThanOrEqual(60);
    const body = github.comments[0]?.body ?? '';
    expect(body).toContain('500 to create, 500 to update');
    expect(body.length).toBeLessThan(MAX_COMMENT_CHARACTERS);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(60_000);
    expect(Buffer.byteLength(result.summary ?? '')).toBeLessThanOrEqual(60_000);
    expect(result.log).toContain('Planning 1000 insight groups: 500 to create, 500 to update.');
    expect(result.log).toContain('Dry run, nothing was written: 500 to create, 500 to update.');
  });

  test('that all fail to be valid are within the size of a comment', async () => {
    await using sync = await startSyncRun(file.replaceAll('{key: ', '{key: -'));
    await using github = await startGitHubSimulator();
    const result = await runOnPullRequest(sync, github, { 'dry-run': 'true' });
    expect(result.outputs).toMatchObject({ 'error-code': 'invalid-file' });
    expect(Buffer.byteLength(github.comments[0]?.body ?? '')).toBeLessThanOrEqual(60_000);
    expect(sync.simulator.requests).toEqual([]);
  });

  test('that are in sync cost the pages of the list and nothing else', async () => {
    await using sync = await startSyncRun(file, {
      groups: keys.map((key) =>
        existingGroup({ key, name: `${key}: a display name of common length` }),
      ),
    });
    const result = await sync.run();
    expect(result.outputs).toMatchObject({ outcome: 'in-sync' });
    expect(sync.simulator.requests).toHaveLength(50);
    expect(result.log).toContain('Done: 1000 unchanged.');
    // Unchanged groups are only counted.
    expect(result.lines.length).toBeLessThan(20);
  });

  test('are planned at the pace of the account', async () => {
    await using sync = await startSyncRun(file, {
      groups: keys.map((key) => existingGroup({ key })),
      behaviour: { limits: { route: 30 } },
    });
    const result = await sync.run({ 'dry-run': 'true' });
    expect(JSON.parse(result.outputs['counts'] ?? '')).toMatchObject({ wouldUpdate: 1_000 });
    const refused = sync.simulator.requests.filter(({ status }) => status === 429);
    expect(refused.length).toBeLessThanOrEqual(2);
  });
});
