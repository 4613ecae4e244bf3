import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { metricScore, sampleScores } from '../../../simulator/launchdarkly/scores.ts';
import { parseKeyValues } from '../../../simulator/runner/file-commands.ts';
import { ActionError } from '../../../src/errors.ts';
import { METRICS } from '../../../src/insight-group/insight-group.ts';
import type { GroupOutcome } from '../../../src/reconcile/group-result.ts';
import {
  describeOutputs,
  listOutputNames,
  overwriteOutcome,
  writeOutputs,
} from '../../../src/report/outputs.ts';
import { Secrets } from '../../../src/secrets.ts';
import {
  buildReport,
  desired,
  failedOutcome,
  reportFailed,
  reportOne,
  reportSeveral,
} from './run-reports.ts';

const group = {
  key: 'k',
  name: 'N',
  projectKey: 'p',
  environmentKey: 'e',
  applicationKeys: ['a', 'b'],
  createdAt: Date.UTC(2026, 0, 31, 12),
};

const GROUP_JSON =
  '{"key":"k","name":"N","projectKey":"p","environmentKey":"e","applicationKeys":["a","b"],"createdAt":"2026-01-31T12:00:00.000Z"}';

const created: GroupOutcome = { kind: 'created', group, drift: [] };
const updated: GroupOutcome = {
  kind: 'updated',
  group,
  drift: [{ field: 'name', desired: 'N', actual: 'M' }],
};
const unchanged: GroupOutcome = { kind: 'unchanged', group, drift: [] };
const kept: GroupOutcome = {
  kind: 'kept',
  group,
  drift: [{ field: 'name', desired: 'M', actual: 'N' }],
};
const wouldCreate: GroupOutcome = { kind: 'would-create', group: undefined, drift: [] };
const wouldUpdate: GroupOutcome = { ...updated, kind: 'would-update' };
const wouldDelete: GroupOutcome = { kind: 'would-delete', group, drift: [] };
const deleted: GroupOutcome = { kind: 'deleted', group, drift: [] };
const absent: GroupOutcome = { kind: 'absent', group: undefined, drift: [] };
const skipped: GroupOutcome = { kind: 'skipped', group: undefined, drift: [] };
const failed = failedOutcome({ code: 'not-found', message: 'It is missing.', nextStep: 'Look.' });

const NO_COUNTS = {
  created: 0,
  updated: 0,
  unchanged: 0,
  kept: 0,
  failed: 0,
  skipped: 0,
  wouldCreate: 0,
  wouldUpdate: 0,
};

/** What an action that creates a group hands over where there is no group to show. */
const NONE = {
  ...Object.fromEntries(listOutputNames('create').map((name) => [name, ''])),
  created: 'false',
  scores: '{}',
  drift: '[]',
};

describe('the outputs of a create of one group', () => {
  test('show a group that was kept, and how it differs', () => {
    const scores = { overall: { score: 71.5, indicator: 'good' } };
    const drift = [{ field: 'name', desired: 'M', actual: 'N' }] as const;
    const report = reportOne({ kind: 'kept', group: { ...group, scores }, drift });
    expect(Object.entries(describeOutputs(report))).toEqual([
      ['outcome', 'kept'],
      ['created', 'false'],
      ['key', 'k'],
      ['name', 'N'],
      ['project', 'p'],
      ['environment', 'e'],
      ['applications', '["a","b"]'],
      ['created-at', '2026-01-31T12:00:00.000Z'],
      ['group', GROUP_JSON],
      ['overall-score', '71.5'],
      ['overall-indicator', 'good'],
      ['scores', '{"overall":{"score":71.5,"indicator":"good","change":null}}'],
      ['drift', '[{"field":"name","desired":"M","actual":"N"}]'],
      [
        'groups',
        `[${GROUP_JSON.slice(0, -1)},"outcome":"kept","drift":[{"field":"name","desired":"M","actual":"N"}],"errorCode":"","message":""}]`,
      ],
      [
        'counts',
        '{"created":0,"updated":0,"unchanged":0,"kept":1,"failed":0,"skipped":0,"wouldCreate":0,"wouldUpdate":0}',
      ],
      ['error-code', ''],
    ]);
  });

  test.each([
    ['needsAttention', '0'],
    ['notCalculated', ''],
    ['unknown', ''],
  ])('show a score of zero only where it was calculated: %s', (indicator, score) => {
    const scores = { overall: { score: 0, indicator } };
    const report = reportOne({ kind: 'unchanged', group: { ...group, scores }, drift: [] });
    expect(describeOutputs(report)).toMatchObject({
      'overall-score': score,
      'overall-indicator': indicator,
    });
  });

  test('show every metric with its score, its indicator and its change', () => {
    const scores = { ...sampleScores(), leadTime: metricScore('leadTime', 81) };
    const report = reportOne({ kind: 'unchanged', group: { ...group, scores }, drift: [] });
    const shown: unknown = JSON.parse(describeOutputs(report)['scores'] ?? '');
    expect(Object.keys(shown ?? {})).toEqual(METRICS);
    expect(shown).toMatchObject({ leadTime: { score: 81, indicator: scores.leadTime.indicator } });
    for (const score of Object.values(shown ?? {})) {
      expect(Object.keys(score)).toEqual(['score', 'indicator', 'change']);
    }
  });

  test('show a metric without a score as null', () => {
    const scores = { overall: { score: 0, indicator: 'notCalculated' } };
    const report = reportOne({ kind: 'unchanged', group: { ...group, scores }, drift: [] });
    expect(describeOutputs(report)['scores']).toBe(
      '{"overall":{"score":null,"indicator":"notCalculated","change":null}}',
    );
  });

  test('leave out a creation time that LaunchDarkly does not tell', () => {
    const report = reportOne({ ...created, group: { ...group, createdAt: undefined } });
    expect(describeOutputs(report)).toMatchObject({
      created: 'true',
      'created-at': '',
      group: GROUP_JSON.replace(',"createdAt":"2026-01-31T12:00:00.000Z"', ''),
      groups: expect.stringContaining('"createdAt":""'),
    });
  });

  test.each(['unchanged', 'kept', 'updated'] as const)(
    'leave "created" empty where it is not known who created a group that is %s',
    (kind) => {
      const report = reportOne({ kind, group, drift: [], mayHaveBeenCreated: true });
      expect(describeOutputs(report)).toMatchObject({ outcome: kind, created: '' });
    },
  );

  test.each([
    ['none', 'none', 'false', 'false'],
    ['unknown', 'none', '', 'false'],
    ['none', 'unknown', 'false', ''],
  ] as const)(
    'leave empty what is not known of a failure: create %s, delete %s',
    (create, deletion, expectedCreated, expectedDeleted) => {
      const report = reportFailed({
        code: 'timeout',
        message: 'It took too long.',
        nextStep: 'Run again.',
        writes: { create, delete: deletion },
      });
      expect(describeOutputs(report)['created']).toBe(expectedCreated);
      expect(describeOutputs({ ...report, command: 'delete' })['deleted']).toBe(expectedDeleted);
    },
  );

  test('show no group in a dry run that would create one', () => {
    const outputs = describeOutputs(reportOne(wouldCreate, { isDryRun: true }));
    expect(outputs).toEqual({
      ...NONE,
      outcome: 'would-create',
      groups: JSON.stringify([
        {
          key: desired.key,
          name: desired.name,
          projectKey: desired.projectKey,
          environmentKey: desired.environmentKey,
          applicationKeys: [],
          createdAt: '',
          outcome: 'would-create',
          drift: [],
          errorCode: '',
          message: '',
        },
      ]),
      counts: JSON.stringify({ ...NO_COUNTS, wouldCreate: 1 }),
    });
  });

  test('give the reason of a failure, also for its group', () => {
    const report = reportFailed({ code: 'timeout', message: 'Too late.', nextStep: 'n' });
    const outputs = describeOutputs(report);
    expect(outputs).toMatchObject({
      ...NONE,
      outcome: 'failed',
      groups: expect.stringContaining(
        '"outcome":"failed","drift":[],"errorCode":"timeout","message":"Too late."}]',
      ),
      counts: JSON.stringify({ ...NO_COUNTS, failed: 1 }),
      'error-code': 'timeout',
    });
  });

  test('name no group when the inputs were not valid', () => {
    const failure = new ActionError({ code: 'invalid-input', message: 'm', nextStep: 'n' });
    expect(describeOutputs(buildReport({ failure }))).toEqual({
      ...NONE,
      outcome: 'failed',
      groups: '[]',
      counts: JSON.stringify(NO_COUNTS),
      'error-code': 'invalid-input',
    });
  });

  test('show the group that is in the way of a conflict', () => {
    const existing = { group, drift: [{ field: 'project', desired: 'x', actual: 'p' }] as const };
    const report = reportFailed({ code: 'conflict', message: 'm', nextStep: 'n', existing });
    expect(describeOutputs(report)).toMatchObject({
      outcome: 'failed',
      created: 'false',
      project: 'p',
      drift: '[{"field":"project","desired":"x","actual":"p"}]',
      'error-code': 'conflict',
    });
  });
});

describe('the outputs of a create of several groups', () => {
  test.each<[string, readonly GroupOutcome[]]>([
    ['failed', [unchanged, created, failed, kept]],
    ['changed', [unchanged, kept, created]],
    ['changed', [kept, updated]],
    ['would-change', [unchanged, kept, wouldCreate]],
    ['would-change', [kept, wouldUpdate]],
    ['kept', [unchanged, kept, unchanged]],
    ['unchanged', [unchanged, unchanged]],
    ['unchanged', []],
  ])('have the outcome %s: %#', (outcome, outcomes) => {
    expect(describeOutputs(reportSeveral(outcomes))['outcome']).toBe(outcome);
  });

  test.each<[string, readonly GroupOutcome[]]>([
    ['true', [unchanged, created]],
    ['true', [{ ...unchanged, mayHaveBeenCreated: true }, created, failed]],
    ['', [{ ...unchanged, mayHaveBeenCreated: true }, updated]],
    ['false', [unchanged, updated, failed]],
    ['false', []],
  ])('say %j for whether any group was created: %#', (value, outcomes) => {
    expect(describeOutputs(reportSeveral(outcomes))['created']).toBe(value);
  });

  test('are empty where only a single group could be shown, also when there is one', () => {
    expect(describeOutputs(reportSeveral([kept]))).toMatchObject({
      ...NONE,
      outcome: 'kept',
      groups: expect.stringContaining('"key":"k"'),
      counts: JSON.stringify({ ...NO_COUNTS, kept: 1 }),
    });
  });

  test('list every group, with all ten fields', () => {
    const report = reportSeveral([created, failed, skipped, wouldCreate]);
    const groups: unknown = JSON.parse(describeOutputs(report)['groups'] ?? '');
    const fields = [
      ...['key', 'name', 'projectKey', 'environmentKey', 'applicationKeys', 'createdAt'],
      ...['outcome', 'drift', 'errorCode', 'message'],
    ];
    expect(groups).toHaveLength(4);
    for (const each of Array.isArray(groups) ? groups : []) {
      expect(Object.keys(each)).toEqual(fields);
    }
    expect(groups).toMatchObject([
      { key: 'k', outcome: 'created', createdAt: '2026-01-31T12:00:00.000Z' },
      { key: 'group-1', outcome: 'failed', errorCode: 'not-found', message: 'It is missing.' },
      { key: 'group-2', outcome: 'skipped', errorCode: '', message: '' },
      { key: 'group-3', name: desired.name, outcome: 'would-create', createdAt: '' },
    ]);
  });

  test('count the groups by outcome', () => {
    const outcomes = [created, updated, updated, unchanged, unchanged, unchanged, kept, skipped];
    const report = reportSeveral([...outcomes, failed, wouldCreate, wouldUpdate]);
    expect(JSON.parse(describeOutputs(report)['counts'] ?? '')).toEqual({
      created: 1,
      updated: 2,
      unchanged: 3,
      kept: 1,
      failed: 1,
      skipped: 1,
      wouldCreate: 1,
      wouldUpdate: 1,
    });
  });

  test('have the error code of the first group that failed', () => {
    const other = failedOutcome({ code: 'network', message: 'm', nextStep: 'n' });
    expect(describeOutputs(reportSeveral([created, failed, other]))['error-code']).toBe(
      'not-found',
    );
  });

  test('put the failure of the whole run before those of its groups', () => {
    const failure = new ActionError({ code: 'cancelled', message: 'm', nextStep: 'n' });
    expect(describeOutputs(reportSeveral([failed], { failure }))['error-code']).toBe('cancelled');
  });
});

describe('the outputs of a delete', () => {
  const target = { key: 'K', projectKey: 'p', environmentKey: 'e' };

  test.each<[string, string, string, string, GroupOutcome]>([
    ['deleted', 'true', 'k', GROUP_JSON, deleted],
    ['absent', 'false', 'K', '', absent],
    ['would-delete', 'false', 'k', GROUP_JSON, wouldDelete],
  ])('tell that a group is %s (deleted: %s)', (outcome, isDeleted, key, json, result) => {
    const report = reportOne(result, { command: 'delete', target });
    expect(Object.entries(describeOutputs(report))).toEqual([
      ['outcome', outcome],
      ['deleted', isDeleted],
      ['key', key],
      ['group', json],
      ['error-code', ''],
    ]);
  });

  test('show a group that was not deleted because it belongs elsewhere', () => {
    const existing = { group, drift: [] };
    const parts = { code: 'conflict', message: 'm', nextStep: 'n', existing } as const;
    expect(describeOutputs(reportFailed(parts, { command: 'delete', target }))).toEqual({
      outcome: 'failed',
      deleted: 'false',
      key: 'k',
      group: GROUP_JSON,
      'error-code': 'conflict',
    });
  });

  test('have no key when the inputs were not valid', () => {
    const failure = new ActionError({ code: 'invalid-input', message: 'm', nextStep: 'n' });
    expect(describeOutputs(buildReport({ command: 'delete', failure }))).toEqual({
      outcome: 'failed',
      deleted: 'false',
      key: '',
      group: '',
      'error-code': 'invalid-input',
    });
  });
});

describe('the outputs of a sync', () => {
  const drifted = new ActionError({ code: 'drift', message: 'm', nextStep: 'n' });

  test.each<[string, string, readonly GroupOutcome[]]>([
    ['in-sync', 'false', []],
    ['in-sync', 'false', [unchanged, absent]],
    ['changed', 'false', [unchanged, created]],
    ['changed', 'false', [updated]],
    ['changed', 'false', [unchanged, deleted]],
    ['drift', 'true', [unchanged, wouldCreate]],
    ['drift', 'true', [wouldUpdate]],
    ['drift', 'true', [unchanged, wouldDelete]],
    ['failed', '', [created, failed, skipped]],
    ['failed', 'true', [wouldCreate, failed]],
  ])('have the outcome %s and the drift %s: %#', (outcome, drift, outcomes) => {
    const report = reportSeveral(outcomes, { command: 'sync' });
    expect(describeOutputs(report)).toMatchObject({ outcome, drift });
  });

  test('say drift for a step that fails only because of it', () => {
    const report = reportSeveral([wouldCreate], { command: 'sync', failure: drifted });
    expect(describeOutputs(report)).toMatchObject({
      outcome: 'drift',
      drift: 'true',
      'error-code': 'drift',
    });
  });

  test('say failed where drift was found and something else went wrong as well', () => {
    const report = reportSeveral([wouldCreate, failed], { command: 'sync', failure: drifted });
    expect(describeOutputs(report)).toMatchObject({ outcome: 'failed', drift: 'true' });
  });

  test('count every outcome that a file can have, in the order of the manifest', () => {
    const report = reportSeveral([created, deleted, absent, wouldDelete], { command: 'sync' });
    expect(Object.entries(describeOutputs(report)).map(([name]) => name)).toEqual([
      'outcome',
      'drift',
      'counts',
      'groups',
      'error-code',
    ]);
    expect(describeOutputs(report)['counts']).toBe(
      '{"created":1,"updated":0,"unchanged":0,"deleted":1,"absent":1,"failed":0,"skipped":0,"wouldCreate":0,"wouldUpdate":0,"wouldDelete":1}',
    );
  });
});

describe('the file that the runner reads', () => {
  const TOKEN = 'api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7';
  let folder = '';
  let secrets: Secrets;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outputs-'));
    vi.stubEnv('GITHUB_OUTPUT', join(folder, 'output'));
    writeFileSync(join(folder, 'output'), '');
    secrets = new Secrets(() => {});
    secrets.add(TOKEN);
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const read = () =>
    Object.fromEntries(parseKeyValues(readFileSync(join(folder, 'output'), 'utf8')));
  const named = (name: string) => reportOne({ ...created, group: { ...group, name } });

  test.each(['create', 'delete', 'sync'] as const)(
    'holds every output of %s in order, also the empty ones',
    (command) => {
      writeOutputs(buildReport({ command }), secrets);
      expect(Object.keys(read())).toEqual(listOutputNames(command));
    },
  );

  test('holds a name of several lines as one value, whatever it tries', () => {
    const name = 'N\ncreated=true\noutcome<<EOF\nupdated\nEOF\n';
    writeOutputs(named(name), secrets);
    expect(read()).toMatchObject({ name, outcome: 'created' });
  });

  test('holds no secret, because the runner would drop the whole value', () => {
    writeOutputs(named(`All of ${TOKEN}`), secrets);
    expect(read()).toMatchObject({ name: 'All of ***' });
    expect(readFileSync(join(folder, 'output'), 'utf8')).not.toContain('5f0c1a2b');
  });

  test('holds all of a thousand large groups as JSON, without their secrets', () => {
    const applicationKeys = Array.from({ length: 60 }, (_, index) => `application-${index}`);
    const outcomes = Array.from({ length: 1_000 }, (_, index): GroupOutcome => {
      const each = { ...group, key: `key-${index}`, name: `All of ${TOKEN}`, applicationKeys };
      return { kind: 'unchanged', group: each, drift: [] };
    });
    writeOutputs(reportSeveral(outcomes), secrets);
    const groups: unknown = JSON.parse(read()['groups'] ?? '');
    expect(groups).toHaveLength(1_000);
    expect(groups).toMatchObject(
      outcomes.map((_, index) => ({ key: `key-${index}`, name: 'All of ***' })),
    );
  });

  test('has the failure of a crash in place of the outcome that was written before', () => {
    writeOutputs(named('N'), secrets);
    overwriteOutcome(new ActionError({ code: 'unexpected-response', message: 'm', nextStep: 'n' }));
    expect(read()).toMatchObject({
      outcome: 'failed',
      name: 'N',
      'error-code': 'unexpected-response',
    });
  });
});
