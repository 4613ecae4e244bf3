import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Log } from '../../../src/report/log.ts';
import {
  logCommentResult,
  logNoPullRequest,
  logProgress,
  logRequest,
  logStart,
  logWait,
} from '../../../src/report/log-messages.ts';
import { Secrets } from '../../../src/secrets.ts';

let printed = '';
let log: Log;

beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
  log = new Log(new Secrets(() => {}));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

test('a wait is announced if it takes three seconds or more', () => {
  logWait({ ms: 2_999, why: 'LaunchDarkly answered 503' }, log);
  expect(printed).toBe('');
  logWait({ ms: 3_000, why: 'LaunchDarkly answered 503' }, log);
  expect(printed).toBe('Trying again in 3.0 s: LaunchDarkly answered 503.\n');
});

test('a shorter wait is in the debug log', () => {
  vi.stubEnv('RUNNER_DEBUG', '1');
  logWait({ ms: 250, why: 'LaunchDarkly answered 503' }, log);
  expect(printed).toBe('::debug::Trying again in 0.3 s: LaunchDarkly answered 503.\n');
});

test('a request is in the debug log', () => {
  vi.stubEnv('RUNNER_DEBUG', '1');
  logRequest({ attempt: 2, method: 'GET', path: '/x', result: 'ECONNRESET', elapsedMs: 5 }, log);
  expect(printed).toBe('::debug::Request 2: GET /x ECONNRESET in 5 ms\n');
});

test.each([
  [1, false, 'Working on 1 insight group.\n'],
  [200, false, 'Working on 200 insight groups.\n'],
  [200, true, 'Planning 200 insight groups.\n'],
  [0, false, ''],
])('the start of the work on %i groups (dry run: %s) is one line', (total, isDryRun, text) => {
  logStart({ total, expected: [], isDryRun }, log);
  expect(printed).toBe(text);
});

test('the start of the work says what will be done, where that is known', () => {
  const expected = ['unchanged', 'would-create', 'unchanged', 'would-update'] as const;
  logStart({ total: 4, expected, isDryRun: false }, log);
  expect(printed).toBe('Working on 4 insight groups: 1 to create, 1 to update, 2 unchanged.\n');
});

test('progress is told as a count', () => {
  logProgress(120, 200, log);
  expect(printed).toBe('120 of 200 done.\n');
});

describe('a comment', () => {
  const url = 'https://github.com/octo-org/octo-repo/pull/7#issuecomment-1';

  test.each([
    [{ kind: 'created', url }, /^Commented on the pull request: .*issuecomment-1\n$/],
    [{ kind: 'updated', url }, /^Updated the comment on the pull request: .*issuecomment-1\n$/],
    [{ kind: 'unchanged', url }, /^Left the comment on the pull request as it is: .*\n$/],
    [{ kind: 'forbidden' }, /^::warning title=.*pull-requests: write.*\n$/],
    [
      { kind: 'not-found', pullRequest: { owner: 'octo-org', repo: 'shop', number: 7 } },
      /^::warning title=.*no pull request 7 of octo-org\/shop .*pr-number.*pull-requests: write.*\n$/,
    ],
    [{ kind: 'failed', why: 'No route.' }, /^::warning title=.*No route\.\n$/],
  ] as const)('never fails the step: %j', (result, text) => {
    logCommentResult(result, log);
    expect(printed).toMatch(text);
    expect(process.exitCode).toBeUndefined();
  });

  test('that has no pull request is explained, with the way to name one', () => {
    logNoPullRequest('no-number', log);
    expect(printed).toBe(
      [
        'No comment: this run is not for a pull request.',
        'To comment on a pull request anyway, set the input pr-number to its number.',
        '',
      ].join('\n'),
    );
  });

  test.each([
    ['no-event', /^No comment: the event .*GITHUB_EVENT_PATH.*\n.*pr-number.*\n$/],
    ['no-repository', /^No comment: GITHUB_REPOSITORY .*\n.*owner\/name.*\n$/],
  ] as const)(
    'that lacks a pull request because of the runner is explained: %s',
    (reason, text) => {
      logNoPullRequest(reason, log);
      expect(printed).toMatch(text);
    },
  );
});
