import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  choosePullRequest,
  type GitHubContext,
  readGitHubContext,
} from '../../../src/inputs/github-context.ts';

const REPOSITORY = 'octo-org/octo-repo';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The event of a pull request from the repository `fullName`. */
function pullRequest(fullName: string | undefined) {
  return {
    pull_request: {
      number: 7,
      head: { repo: fullName === undefined ? null : { full_name: fullName } },
      body: 'ignored',
    },
  };
}

function readContext(event: unknown, env: Readonly<Record<string, string>> = {}): GitHubContext {
  const path = join(folder, 'event.json');
  writeFileSync(path, typeof event === 'string' ? event : JSON.stringify(event));
  return readGitHubContext({
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: path,
    GITHUB_ACTOR: 'octocat',
    ...env,
  });
}

function findNumber(name: string, event: unknown): number | undefined {
  return readContext(event, { GITHUB_EVENT_NAME: name }).pullRequestNumber;
}

describe('pull request events', () => {
  test.each([
    'pull_request',
    'pull_request_target',
    'pull_request_review',
    'pull_request_review_comment',
  ])('%s provides the pull request number', (name) => {
    expect(findNumber(name, pullRequest(REPOSITORY))).toBe(7);
  });

  test.each([
    ['of the repository itself', pullRequest(REPOSITORY), {}, undefined],
    ['from a fork', pullRequest('stranger/octo-repo'), {}, 'fork'],
    ['from a fork that is gone', pullRequest(undefined), {}, 'fork'],
    [
      'from a fork, with the rights of its target',
      pullRequest('stranger/octo-repo'),
      { GITHUB_EVENT_NAME: 'pull_request_target' },
      undefined,
    ],
    ['by Dependabot', pullRequest(REPOSITORY), { GITHUB_ACTOR: 'dependabot[bot]' }, 'dependabot'],
  ])('a pull request %s shows which secrets the run has', (_title, event, env, withheldSecrets) => {
    expect(readContext(event, env)).toMatchObject({ pullRequestNumber: 7, withheldSecrets });
  });
});

describe('comment events', () => {
  test('a comment on a pull request provides its number', () => {
    const issue = { number: 12, pull_request: { url: 'https://api.github.com/…' } };
    expect(findNumber('issue_comment', { issue })).toBe(12);
  });

  test('a comment on an issue provides no number', () => {
    expect(findNumber('issue_comment', { issue: { number: 12 } })).toBeUndefined();
    expect(findNumber('issue_comment', { issue: { number: 12, pull_request: null } })).toBe(
      undefined,
    );
  });
});

describe.each(['workflow_run', 'check_run', 'check_suite'])('the %s event', (name) => {
  const entry = (number: number, repo?: { readonly id?: number; readonly url?: string }) => ({
    number,
    base: { ref: 'main', ...(repo && { repo }) },
  });
  const find = (pull_requests: unknown, more = {}) =>
    findNumber(name, { [name]: { pull_requests }, ...more });
  const ownUrl = `https://api.github.com/repos/${REPOSITORY}`;

  test('provides the number when there is exactly one pull request', () => {
    expect(find([entry(9, { url: ownUrl })])).toBe(9);
    expect(find([entry(9, { id: 1, url: ownUrl })], { repository: { id: 1 } })).toBe(9);
    expect(find([entry(9)])).toBe(9);
  });

  test('provides no number when there are none, or several', () => {
    expect(find([])).toBeUndefined();
    expect(find(undefined)).toBeUndefined();
    expect(find([entry(9), entry(10)])).toBeUndefined();
  });

  test('ignores the pull requests of other repositories', () => {
    const other = { url: 'https://api.github.com/repos/upstream/octo-repo' };
    expect(find([entry(9, other)])).toBeUndefined();
    expect(find([entry(9, other), entry(10, { url: ownUrl })])).toBe(10);
    expect(find([entry(9, { id: 2, url: ownUrl })], { repository: { id: 1 } })).toBeUndefined();
  });

  test('provides no number when the list of pull requests is malformed', () => {
    expect(find([{ number: 'nine' }])).toBeUndefined();
    expect(find('nine')).toBeUndefined();
  });
});

describe('the merge_group event', () => {
  const find = (head_ref: unknown) => findNumber('merge_group', { merge_group: { head_ref } });
  const sha = 'ffac537e6cbbf934b08745a378932722df287a53';

  test.each([
    [`refs/heads/gh-readonly-queue/main/pr-104-${sha}`, 104],
    [`refs/heads/gh-readonly-queue/release/pr-1-x/pr-105-${sha}`, 105],
    [`refs/heads/gh-readonly-queue/main/pr-0-${sha}`, undefined],
    [`refs/heads/other/main/pr-104-${sha}`, undefined],
    ['refs/heads/gh-readonly-queue/main/pr-104-not-a-commit', undefined],
    [7, undefined],
  ])('reads the pull request number from the branch %s', (ref, number) => {
    expect(find(ref)).toBe(number);
  });
});

describe('runs without a pull request', () => {
  test.each<[string, unknown, Readonly<Record<string, string>>]>([
    ['a push', pullRequest(REPOSITORY), { GITHUB_EVENT_NAME: 'push' }],
    ['an event file that is no JSON', '{', {}],
    ['an event file without an object', 'null', {}],
    ['an event file of another shape', { pull_request: { number: 'seven' } }, {}],
    ['an event file that is missing', '{}', { GITHUB_EVENT_PATH: '/nowhere/event.json' }],
    ['no event file', '{}', { GITHUB_EVENT_PATH: '' }],
  ])('%s provides no pull request', (_title, event, env) => {
    expect(readContext(event, env)).toMatchObject({
      pullRequestNumber: undefined,
      withheldSecrets: undefined,
    });
  });

  test('without any variable, only the default API URL is known', () => {
    expect(readGitHubContext({})).toEqual({
      helpUrl: expect.any(Function),
      repository: undefined,
      pullRequestNumber: undefined,
      isEventReadable: true,
      withheldSecrets: undefined,
      apiUrl: 'https://api.github.com',
    });
  });

  test('a push by Dependabot can only read Dependabot secrets', () => {
    const env = { GITHUB_EVENT_NAME: 'push', GITHUB_ACTOR: 'dependabot[bot]' };
    expect(readGitHubContext(env).withheldSecrets).toBe('dependabot');
  });

  test.each(['workflow_run', 'issue_comment'])('%s has secrets, whoever triggered it', (name) => {
    const env = { GITHUB_EVENT_NAME: name, GITHUB_ACTOR: 'dependabot[bot]' };
    expect(readGitHubContext(env).withheldSecrets).toBeUndefined();
  });
});

describe('the pull request to comment on', () => {
  const context = {
    repository: { owner: 'octo-org', repo: 'octo-repo' },
    pullRequestNumber: 7,
  };

  test('comments on the pull request of the event', () => {
    expect(choosePullRequest(readContext(pullRequest(REPOSITORY)), undefined)).toEqual({
      kind: 'found',
      pullRequest: { owner: 'octo-org', repo: 'octo-repo', number: 7 },
    });
  });

  test('comments on the pull request that the workflow names, if it names one', () => {
    const chosen = choosePullRequest(readContext(pullRequest(REPOSITORY)), 42);
    expect(chosen).toMatchObject({ pullRequest: { number: 42 } });
    const push = readContext({}, { GITHUB_EVENT_NAME: 'push' });
    expect(choosePullRequest(push, 42)).toMatchObject({
      pullRequest: { ...context.repository, number: 42 },
    });
  });

  test('finds no pull request without a number', () => {
    const push = readContext({}, { GITHUB_EVENT_NAME: 'push' });
    expect(choosePullRequest(push, undefined)).toEqual({ kind: 'none', reason: 'no-number' });
  });

  test.each(['not JSON', '[]', 'null'])(
    'finds no pull request in an event that can not be read: %s',
    (text) => {
      const context = readContext(text);
      expect(choosePullRequest(context, undefined)).toEqual({ kind: 'none', reason: 'no-event' });
      expect(choosePullRequest(context, 42)).toMatchObject({ kind: 'found' });
    },
  );

  test.each(['', 'octo-org', '/octo-repo'])(
    'finds no pull request in a repository called %j',
    (repository) => {
      const context = readContext(pullRequest(REPOSITORY), { GITHUB_REPOSITORY: repository });
      expect(choosePullRequest(context, 42)).toEqual({ kind: 'none', reason: 'no-repository' });
    },
  );
});

describe('the address of the explanation of a failure', () => {
  const env = {
    GITHUB_ACTION_REPOSITORY: 'org/create-insight-group',
    GITHUB_ACTION_REF: 'v1',
    GITHUB_SERVER_URL: 'https://github.example',
  };

  test('is a heading of the page at the version that runs', () => {
    expect(readGitHubContext(env).helpUrl("LaunchDarkly's (odd) title")).toMatch(
      /^https:\/\/github\.example\/org\/create-insight-group\/blob\/v1\/.*\.md#launchdarklys-odd-title$/,
    );
  });

  test.each([
    {},
    { ...env, GITHUB_ACTION_REPOSITORY: '' },
    { ...env, GITHUB_ACTION_REF: '' },
    { ...env, GITHUB_SERVER_URL: '' },
    { ...env, GITHUB_ACTION_REF: 'a)](b' },
    { ...env, GITHUB_ACTION_REPOSITORY: 'org' },
    { ...env, GITHUB_SERVER_URL: 'javascript:alert(1)' },
  ])('is not known where the runner does not name the action: %j', (variables) => {
    expect(readGitHubContext(variables).helpUrl('Title')).toBeUndefined();
  });
});
