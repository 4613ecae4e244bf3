import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readWorkflowRun } from '../src/workflow.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const NOTHING = { pullRequest: undefined, withheldSecrets: undefined };

/** What a pull request's event tells, with `fullName` as the repository that it comes from. */
function pullRequest(fullName: string | undefined) {
  return {
    pull_request: {
      number: 7,
      head: { repo: fullName === undefined ? null : { full_name: fullName } },
      body: 'ignored',
    },
  };
}

function readRun(event: unknown, env: Readonly<Record<string, string>> = {}) {
  const path = join(folder, 'event.json');
  writeFileSync(path, typeof event === 'string' ? event : JSON.stringify(event));
  return readWorkflowRun({
    GITHUB_REPOSITORY: 'octo-org/octo-repo',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: path,
    GITHUB_ACTOR: 'octocat',
    ...env,
  });
}

describe('a run for a pull request', () => {
  const found = { owner: 'octo-org', repo: 'octo-repo', number: 7 };

  test.each([
    ['of the repository itself', pullRequest('octo-org/octo-repo'), {}, undefined],
    ['from a fork', pullRequest('stranger/octo-repo'), {}, 'fork'],
    ['from a fork that is gone', pullRequest(undefined), {}, 'fork'],
    [
      'from a fork, with the rights of its target',
      pullRequest('stranger/octo-repo'),
      { GITHUB_EVENT_NAME: 'pull_request_target' },
      undefined,
    ],
    [
      'by Dependabot',
      pullRequest('octo-org/octo-repo'),
      { GITHUB_ACTOR: 'dependabot[bot]' },
      'dependabot',
    ],
  ])('%s', (_title, event, env, withheldSecrets) => {
    expect(readRun(event, env)).toEqual({ pullRequest: found, withheldSecrets });
  });
});

describe('a run for something else has no pull request', () => {
  test.each<[string, unknown, Readonly<Record<string, string>>]>([
    ['a push', pullRequest('octo-org/octo-repo'), { GITHUB_EVENT_NAME: 'push' }],
    ['an event file that is no JSON', '{', {}],
    ['an event file of another shape', { pull_request: { number: 'seven' } }, {}],
    ['an event file that is missing', '{}', { GITHUB_EVENT_PATH: '/nowhere/event.json' }],
    ['no event file', '{}', { GITHUB_EVENT_PATH: '' }],
  ])('%s', (_title, event, env) => {
    expect(readRun(event, env)).toEqual(NOTHING);
  });

  test.each(['', 'octo-org', '/octo-repo'])('a repository called %j', (repository) => {
    const run = readRun(pullRequest('stranger/octo-repo'), { GITHUB_REPOSITORY: repository });
    expect(run.pullRequest).toBeUndefined();
  });

  test('no variable at all', () => {
    expect(readWorkflowRun({})).toEqual(NOTHING);
  });

  test('Dependabot on a push', () => {
    const env = { GITHUB_EVENT_NAME: 'push', GITHUB_ACTOR: 'dependabot[bot]' };
    expect(readWorkflowRun(env)).toEqual({ ...NOTHING, withheldSecrets: 'dependabot' });
  });
});
