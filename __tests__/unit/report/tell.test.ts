import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import type { Outcome } from '../../../src/reconcile/outcome.ts';
import { Log } from '../../../src/report/log.ts';
import {
  tellCommentResult,
  tellEnding,
  tellFailure,
  tellRequest,
  tellWait,
} from '../../../src/report/tell.ts';
import { Secrets } from '../../../src/secrets.ts';
import { stored, succeed } from './stories.ts';

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

describe('an outcome', () => {
  const drift = [
    { field: 'name', desired: 'M', actual: 'N' },
    { field: 'applications', desired: ['a', 'b'], actual: [] },
  ] as const;
  const rows: readonly (readonly [Outcome, RegExp])[] = [
    [
      { kind: 'created', group: stored, drift: [] },
      /^Created insight group "default-production-all-apps" \("Production - All Apps"\) .*"default".*"production".*all\.\n$/,
    ],
    [
      { kind: 'created', group: stored, drift },
      /^Created .*\n::warning title=LaunchDarkly stored different values than requested::Name: is "N", requested "M"\. Applications: is all, requested a, b\.\n$/,
    ],
    [
      { kind: 'unchanged', group: stored, drift: [] },
      /^[A-Z].*"default-production-all-apps".*matches the request\. Nothing was written\.\n$/,
    ],
    [
      { kind: 'kept', group: stored, drift },
      /^::warning title=The insight group differs from the request::.*\(if-exists: keep\)\. Name: is "N", requested "M"\. Applications: is all, requested a, b\.\n$/,
    ],
    [
      { kind: 'updated', group: stored, drift },
      /^Updated .* Name: was "N", now "M"\. Applications: was all, now a, b\.\n$/,
    ],
    [
      { kind: 'would-create', group: undefined, drift: [] },
      /^Dry run: would create .*Nothing was written\.\n$/,
    ],
    [
      { kind: 'would-update', group: stored, drift },
      /^Dry run: would update .* Name: is "N", would be "M"\. Applications: is all, would be a, b\. Nothing was written\.\n$/,
    ],
  ];

  test.each(rows)('%#: $kind', (outcome, text) => {
    tellEnding(succeed(outcome), log);
    expect(printed).toMatch(text);
    expect(process.exitCode).toBeUndefined();
  });
});

describe('what is not known, or not known to LaunchDarkly', () => {
  test('whether the run has made the group is a warning, and no claim', () => {
    const outcome = {
      kind: 'unchanged',
      group: stored,
      drift: [],
      mayHaveBeenCreated: true,
    } as const;
    tellEnding(succeed(outcome), log);
    expect(printed).toMatch(
      /^Insight group "default-production-all-apps" exists and matches the request\.\n::warning title=It is not known whether this run created the insight group::.*may or may not have created it\.\n$/,
    );
  });

  test.each([
    [
      [{ key: 'wbe', suggestion: 'web' }],
      'the application "wbe"; did you mean "web"? An application appears',
    ],
    [[{ key: 'zzz', suggestion: undefined }], 'the application "zzz". An application appears'],
    [
      [
        { key: 'wbe', suggestion: 'web' },
        { key: 'zzz', suggestion: undefined },
      ],
      'the applications "wbe" (did you mean "web"?) and "zzz". An application appears',
    ],
    [
      Array.from({ length: 12 }, (_, index) => ({ key: `a${index}`, suggestion: undefined })),
      '"a8", "a9" and 2 others. An application appears',
    ],
  ])('an application is named, with the one that may have been meant: %#', (unknown, text) => {
    const outcome = {
      kind: 'created',
      group: stored,
      drift: [],
      unknownApplications: unknown,
    } as const;
    tellEnding(succeed(outcome), log);
    expect(printed).toContain('::warning title=LaunchDarkly does not know an application::');
    expect(printed).toContain(text);
  });
});

describe('long lists of applications', () => {
  const keys = Array.from({ length: 30 }, (_, index) => `app-${index}`);

  test.each([
    [[...keys, 'app-x'], keys, 'Applications: was 31, now 30: 1 fewer (app-x).'],
    [
      ['app-x', ...keys.slice(1)],
      keys,
      'Applications: was 30, now 30: 1 more (app-0), 1 fewer (app-x).',
    ],
    [
      [],
      keys,
      'Applications: was all, now 30: 30 more (app-0, app-1, app-2, app-3, app-4, app-5, app-6, app-7, app-8, app-9 and 20 others).',
    ],
  ])('are told by their difference: %#', (actual, desired, text) => {
    const drift = [{ field: 'applications', desired, actual }] as const;
    tellEnding(succeed({ kind: 'updated', group: stored, drift }), log);
    expect(printed).toContain(text);
  });
});

describe('a failure', () => {
  const error = new ActionError({
    code: 'conflict',
    message: 'It exists.',
    said: 'LaunchDarkly answered 409.',
    nextStep: 'Choose.',
    reasons: [{ attribute: 'key', reason: 'is taken' }],
    details: ['A fact.'],
    existing: { group: stored, drift: [{ field: 'name', desired: 'M', actual: 'N' }] },
    cause: new Error('the cause'),
  });

  test('is one annotation, with the details in a group before it', () => {
    tellFailure(error, log);
    expect(printed).toBe(
      [
        '::group::Details',
        '- A fact.',
        '::endgroup::',
        '::error title=The insight group already exists::It exists.%0A- key: is taken%0A- Name: is "N", requested "M".%0ALaunchDarkly answered 409.%0ANext: Choose.',
        '',
      ].join('\n'),
    );
    expect(process.exitCode).toBe(1);
  });

  test.each([
    [error.cause, /^::debug::Cause: Error: the cause +at /m],
    [Object.assign(new Error('bare'), { stack: undefined }), /^::debug::Cause: bare$/m],
    ['a thrown text', /^::debug::Cause: a thrown text$/m],
  ])('shows its cause in the debug log: %#', (cause, line) => {
    vi.stubEnv('RUNNER_DEBUG', '1');
    tellFailure(new ActionError({ code: 'network', message: 'M', nextStep: 'N', cause }), log);
    expect(printed).toMatch(line);
  });
});

describe('a wait', () => {
  test('is announced from three seconds on', () => {
    tellWait({ ms: 2_999, why: 'LaunchDarkly answered 503' }, log);
    expect(printed).toBe('');
    tellWait({ ms: 3_000, why: 'LaunchDarkly answered 503' }, log);
    expect(printed).toBe('Trying again in 3.0 s: LaunchDarkly answered 503.\n');
  });
});

test('a request is told in the debug log', () => {
  vi.stubEnv('RUNNER_DEBUG', '1');
  tellRequest({ attempt: 2, method: 'GET', path: '/x', result: 'ECONNRESET', elapsedMs: 5 }, log);
  expect(printed).toBe('::debug::Request 2: GET /x ECONNRESET in 5 ms\n');
});

describe('a comment', () => {
  const url = 'https://github.com/octo-org/octo-repo/pull/7#issuecomment-1';

  test.each([
    [{ kind: 'created', url }, /^[A-Z].*pull request.*issuecomment-1\n$/],
    [{ kind: 'updated', url }, /^[A-Z].*pull request.*issuecomment-1\n$/],
    [{ kind: 'unchanged', url }, /^[A-Z].*pull request.*\n$/],
    [{ kind: 'forbidden' }, /^::warning title=.*pull-requests: write.*\n$/],
    [{ kind: 'failed', why: 'No route.' }, /^::warning title=.*No route\.\n$/],
  ] as const)('never fails the step: %j', (result, text) => {
    tellCommentResult(result, log);
    expect(printed).toMatch(text);
    expect(process.exitCode).toBeUndefined();
  });
});
