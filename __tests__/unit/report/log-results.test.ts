import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import type { GroupOutcome } from '../../../src/reconcile/group-result.ts';
import { Log } from '../../../src/report/log.ts';
import { logChange, logFailure, logReport } from '../../../src/report/log-results.ts';
import { Secrets } from '../../../src/secrets.ts';
import {
  buildReport,
  desired,
  failedOutcome,
  reportOne,
  reportSeveral,
  stored,
} from './run-reports.ts';

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

const NAMED =
  'insight group "default-production-all-apps" of project "default", environment "production"';
const DESCRIBED =
  'insight group "default-production-all-apps" ("Production - All Apps") for project "default", environment "production", all applications';
const noHelp = { helpUrl: () => undefined };

const drift = [
  { field: 'name', desired: 'M', actual: 'N' },
  { field: 'applications', desired: ['a', 'b'], actual: [] },
] as const;
const AS_CHANGE = 'Name: "N" → "M". Applications: all applications → a, b.';
const AS_STATE = 'Name: "N", expected "M". Applications: all applications, expected a, b.';

const updated: GroupOutcome = { kind: 'updated', group: stored, drift };
const unchanged: GroupOutcome = { kind: 'unchanged', group: stored, drift: [] };
const kept: GroupOutcome = { kind: 'kept', group: stored, drift };
const created: GroupOutcome = { kind: 'created', group: stored, drift: [] };
const wouldCreate: GroupOutcome = { kind: 'would-create', group: undefined, drift: [] };
const wouldUpdate: GroupOutcome = { kind: 'would-update', group: stored, drift };
const deleted: GroupOutcome = { kind: 'deleted', group: stored, drift: [] };
const wouldDelete: GroupOutcome = { kind: 'would-delete', group: stored, drift: [] };
const absent: GroupOutcome = { kind: 'absent', group: undefined, drift: [] };
const skipped: GroupOutcome = { kind: 'skipped', group: undefined, drift: [] };

function fail(message: string): GroupOutcome {
  return failedOutcome({ code: 'bad-request', message, nextStep: 'Look.' });
}

describe('the log of one group', () => {
  test.each<[GroupOutcome['kind'], GroupOutcome, string]>([
    ['created', created, `Created ${DESCRIBED}.\n`],
    [
      'created',
      { kind: 'created', group: stored, drift },
      `Created ${DESCRIBED}.\n::warning title=LaunchDarkly stored different values than requested::${AS_STATE}\n`,
    ],
    [
      'unchanged',
      unchanged,
      'Insight group "default-production-all-apps" exists and matches the request. Nothing was written.\n',
    ],
    [
      'kept',
      kept,
      `::warning title=The insight group differs from the request::Insight group "default-production-all-apps" was kept as it is (if-exists: keep). ${AS_STATE}\n`,
    ],
    ['updated', updated, `Updated ${NAMED}. ${AS_CHANGE}\n`],
    ['deleted', deleted, `Deleted ${NAMED}.\n`],
    [
      'absent',
      absent,
      'Insight group "default-production-all-apps" does not exist: there is nothing to delete.\n',
    ],
  ])('says what was done: %s', (_kind, outcome, text) => {
    logReport(reportOne(outcome), log);
    expect(printed).toBe(text);
    expect(process.exitCode).toBeUndefined();
  });

  test.each<[GroupOutcome['kind'], GroupOutcome, string]>([
    ['would-create', wouldCreate, `Dry run: would create ${DESCRIBED}. Nothing was written.\n`],
    [
      'would-update',
      wouldUpdate,
      `Dry run: would update ${NAMED}. ${AS_CHANGE} Nothing was written.\n`,
    ],
    ['would-delete', wouldDelete, `Dry run: would delete ${NAMED}. Nothing was deleted.\n`],
    [
      'kept',
      kept,
      `::warning title=The insight group differs from the request::Insight group "default-production-all-apps" would be kept as it is (if-exists: keep). ${AS_STATE}\n`,
    ],
  ])('says what a dry run would do: %s', (_kind, outcome, text) => {
    logReport(reportOne(outcome, { isDryRun: true }), log);
    expect(printed).toBe(text);
    expect(process.exitCode).toBeUndefined();
  });

  test('warns when it is not known who created the group, and claims nothing', () => {
    logReport(reportOne({ ...unchanged, mayHaveBeenCreated: true }), log);
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
  ])('warns of unknown applications, with those that may have been meant: %#', (unknown, text) => {
    logReport(reportOne({ ...created, unknownApplications: unknown }), log);
    expect(printed).toContain('::warning title=LaunchDarkly does not know an application::');
    expect(printed).toContain(text);
  });

  const keys = Array.from({ length: 30 }, (_, index) => `app-${index}`);

  test.each([
    [[...keys, 'app-x'], keys, 'Applications: removed app-x.'],
    [['app-x', ...keys.slice(1)], keys, 'Applications: added app-0; removed app-x.'],
    [[], keys, `Applications: all applications → ${keys.slice(0, 25).join(', ')} and 5 more.`],
  ])('shows only the difference of two lists of applications: %#', (actual, requested, text) => {
    const changes = [{ field: 'applications', desired: requested, actual }] as const;
    logReport(reportOne({ ...updated, drift: changes }), log);
    expect(printed).toContain(text);
  });
});

describe('the log of several groups', () => {
  test('counts the unchanged ones and annotates only what needs attention', () => {
    const report = reportSeveral([unchanged, created, updated, kept, fail('It failed.'), skipped]);
    logReport(report, log);
    expect(printed.split('\n')).toEqual([
      `::warning title=The insight group differs from the request::Insight group "default-production-all-apps" was kept as it is (if-exists: keep). ${AS_STATE}`,
      '::error title=LaunchDarkly refused the request as invalid::It failed.%0ANext: Look.',
      'Done: 1 failed, 1 skipped, 1 created, 1 updated, 1 kept with drift, 1 unchanged.',
      '',
    ]);
    expect(process.exitCode).toBe(1);
  });

  test('ends with the plan of a dry run', () => {
    const planned = [wouldCreate, wouldCreate, wouldUpdate, wouldDelete, unchanged, absent];
    logReport(reportSeveral(planned, { isDryRun: true }), log);
    expect(printed).toBe(
      'Dry run, nothing was written: 2 to create, 1 to update, 1 to delete, 1 unchanged, 1 already absent.\n',
    );
  });

  test('shows nine failures and counts the others in a tenth', () => {
    const outcomes = Array.from({ length: 30 }, (_, index) => fail(`No. ${index + 1}.`));
    logReport(reportSeveral(outcomes), log);
    log.flush();
    expect(printed.match(/^::error /gm)).toHaveLength(10);
    expect(printed).toMatch(/^Error: .* No\. 10\. Next: Look\.$/m);
    expect(printed).toMatch(/^Error: .* No\. 30\. Next: Look\.$/m);
    expect(printed).toMatch(/^::error title=.*::21 more are in the log .*\n$/m);
  });

  test('names the group that LaunchDarkly stored differently', () => {
    logReport(reportSeveral([{ kind: 'created', group: stored, drift }]), log);
    expect(printed).toContain(`::Insight group "default-production-all-apps": ${AS_STATE}\n`);
  });

  test('warns of an unknown application once, however many groups have it', () => {
    const unknownApplications = [{ key: 'wbe', suggestion: 'web' }];
    const outcomes = Array.from({ length: 5 }, () => ({ ...created, unknownApplications }));
    logReport(reportSeveral(outcomes), log);
    expect(printed.match(/does not know an application/g)).toHaveLength(1);
  });

  test('shows that nothing matches as a notice, without a count', () => {
    const notices = ['No environment in project "default" matches "x*".'];
    logReport(reportSeveral([], { notices }), log);
    expect(printed).toBe(
      '::notice title=Nothing matched::No environment in project "default" matches "x*".\n',
    );
    expect(process.exitCode).toBeUndefined();
  });

  test('shows the failure of the whole run beside those of its groups', () => {
    const failure = new ActionError({ code: 'drift', message: 'It differs.', nextStep: 'Apply.' });
    logReport(reportSeveral([wouldCreate], { isDryRun: true, failure }), log);
    expect(printed).toBe(
      [
        '::error title=LaunchDarkly differs from the groups file::It differs.%0ANext: Apply.',
        'Dry run, nothing was written: 1 to create.',
        '',
      ].join('\n'),
    );
  });
});

describe('the line of one of several groups', () => {
  test.each<[GroupOutcome['kind'], GroupOutcome, string]>([
    ['created', created, `Created ${NAMED}.\n`],
    ['updated', updated, `Updated ${NAMED}. ${AS_CHANGE}\n`],
    ['deleted', deleted, `Deleted ${NAMED}.\n`],
    ['would-create', wouldCreate, `+ create ${NAMED}\n`],
    ['would-update', wouldUpdate, `~ update ${NAMED}. ${AS_CHANGE}\n`],
    ['would-delete', wouldDelete, `- delete ${NAMED}\n`],
    ['unchanged', unchanged, ''],
    ['absent', absent, ''],
    ['kept', kept, ''],
    ['skipped', skipped, ''],
    ['failed', fail('It failed.'), ''],
  ])('shows a change, and nothing of a group without one: %s', (_kind, outcome, text) => {
    logChange({ target: desired, outcome }, log);
    expect(printed).toBe(text);
    expect(process.exitCode).toBeUndefined();
  });
});

describe('a failure', () => {
  const error = new ActionError({
    code: 'conflict',
    message: 'It exists.',
    serverMessage: 'LaunchDarkly answered 409.',
    nextStep: 'Choose.',
    reasons: [
      { attribute: 'key', reason: 'is taken' },
      { attribute: '', reason: 'No more.' },
    ],
    details: ['A fact.'],
    existing: { group: stored, drift: [{ field: 'name', desired: 'M', actual: 'N' }] },
    cause: new Error('the cause'),
  });

  test('is one annotation, with the details in a group before it', () => {
    logFailure(error, noHelp, log);
    expect(printed).toBe(
      [
        '::group::Details',
        '- A fact.',
        '::endgroup::',
        '::error title=The insight group already exists::It exists.%0A- key: is taken%0A- No more.%0A- Name: "N", expected "M"%0ALaunchDarkly answered 409.%0ANext: Choose.',
        '',
      ].join('\n'),
    );
    expect(process.exitCode).toBe(1);
  });

  test('ends with the address of its explanation', () => {
    const titles: string[] = [];
    const helpUrl = (title: string) => {
      titles.push(title);
      return 'https://example.com/help#a';
    };
    logFailure(error, { helpUrl }, log);
    expect(printed).toMatch(/%0ANext: Choose\. See https:\/\/example\.com\/help#a\n$/);
    expect(titles).toEqual(['The insight group already exists']);
  });

  test.each([
    [error.cause, /^::debug::Cause: Error: the cause +at /m],
    [Object.assign(new Error('bare'), { stack: undefined }), /^::debug::Cause: bare$/m],
    ['a thrown text', /^::debug::Cause: a thrown text$/m],
  ])('shows its cause in the debug log: %#', (cause, line) => {
    vi.stubEnv('RUNNER_DEBUG', '1');
    logFailure(
      new ActionError({ code: 'network', message: 'M', nextStep: 'N', cause }),
      noHelp,
      log,
    );
    expect(printed).toMatch(line);
  });

  test('of a file is one annotation at each of its places, and a line that says what to do', () => {
    const file = '.github/insight-groups.yml';
    const failure = new ActionError({
      code: 'invalid-file',
      message: 'The groups file has 2 problems.',
      nextStep: 'Correct it.',
      problems: [
        { file, line: 3, column: 5, message: 'key is required' },
        { file, line: 7, column: 1, message: 'nmae is not known' },
      ],
    });
    logReport(buildReport({ command: 'sync', isSingle: false, failure }), log);
    const place = `title=The groups file is not valid,file=${file}`;
    expect(printed.split('\n')).toEqual([
      `::error ${place},line=3,col=5::key is required (line 3, column 5)`,
      `::error ${place},line=7,col=1::nmae is not known (line 7, column 1)`,
      'The groups file has 2 problems. Next: Correct it.',
      '',
    ]);
    expect(process.exitCode).toBe(1);
  });
});
