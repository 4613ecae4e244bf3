import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseKeyValues } from '../../../simulator/runner/file-commands.ts';
import { ActionError } from '../../../src/errors.ts';
import { describeOutputs, OUTPUT_NAMES, writeOutputs } from '../../../src/report/outputs.ts';
import type { Ending } from '../../../src/report/story.ts';
import { Secrets } from '../../../src/secrets.ts';

const group = {
  key: 'k',
  name: 'N',
  projectKey: 'p',
  environmentKey: 'e',
  applicationKeys: ['a', 'b'],
  createdAt: Date.UTC(2026, 0, 31, 12),
};

const NONE = Object.fromEntries(OUTPUT_NAMES.map((name) => [name, '']));

describe('the outputs of', () => {
  test('a group that exists tell what it is', () => {
    const drift = [{ field: 'name', desired: 'M', actual: 'N' }] as const;
    const scores = { overall: { score: 71.5, indicator: 'good' } };
    const outcome = { kind: 'kept', group: { ...group, scores }, drift } as const;
    expect(describeOutputs({ kind: 'success', outcome })).toEqual({
      outcome: 'kept',
      created: 'false',
      key: 'k',
      name: 'N',
      project: 'p',
      environment: 'e',
      applications: '["a","b"]',
      'created-at': '2026-01-31T12:00:00.000Z',
      group:
        '{"key":"k","name":"N","projectKey":"p","environmentKey":"e","applicationKeys":["a","b"],"createdAt":"2026-01-31T12:00:00.000Z"}',
      'overall-score': '71.5',
      'overall-indicator': 'good',
      drift: '[{"field":"name","desired":"M","actual":"N"}]',
      'error-code': '',
    });
  });

  test.each([
    ['needsAttention', '0'],
    ['notCalculated', ''],
    ['unknown', ''],
  ])('a group whose score of zero is %s', (indicator, score) => {
    const scores = { overall: { score: 0, indicator } };
    const outcome = { kind: 'unchanged', group: { ...group, scores }, drift: [] } as const;
    expect(describeOutputs({ kind: 'success', outcome })).toMatchObject({
      'overall-score': score,
      'overall-indicator': indicator,
    });
  });

  test('a group that tells no time leave the time out', () => {
    const timeless = { ...group, createdAt: undefined };
    const outcome = { kind: 'created', group: timeless, drift: [] } as const;
    expect(describeOutputs({ kind: 'success', outcome })).toMatchObject({
      created: 'true',
      'created-at': '',
      group:
        '{"key":"k","name":"N","projectKey":"p","environmentKey":"e","applicationKeys":["a","b"]}',
    });
  });

  test.each(['unchanged', 'kept', 'updated'] as const)(
    'a group that is %s leave open whether it was created where that is not known',
    (kind) => {
      const outcome = { kind, group, drift: [], mayHaveBeenCreated: true } as const;
      expect(describeOutputs({ kind: 'success', outcome })).toMatchObject({ created: '' });
    },
  );

  test('a group that would be created say nothing of one', () => {
    const outcome = { kind: 'would-create', group: undefined, drift: [] } as const;
    expect(describeOutputs({ kind: 'success', outcome })).toEqual({
      ...NONE,
      outcome: 'would-create',
      created: 'false',
      drift: '[]',
    });
  });

  test('a failure say why, and nothing of a group', () => {
    const error = new ActionError({ code: 'timeout', message: 'm', nextStep: 'n' });
    expect(describeOutputs({ kind: 'failure', error })).toEqual({
      ...NONE,
      outcome: 'failed',
      created: 'false',
      drift: '[]',
      'error-code': 'timeout',
    });
  });

  test('a conflict tell of the group that is in the way', () => {
    const existing = { group, drift: [{ field: 'project', desired: 'x', actual: 'p' }] as const };
    const error = new ActionError({ code: 'conflict', message: 'm', nextStep: 'n', existing });
    expect(describeOutputs({ kind: 'failure', error })).toMatchObject({
      outcome: 'failed',
      project: 'p',
      drift: '[{"field":"project","desired":"x","actual":"p"}]',
      'error-code': 'conflict',
    });
  });
});

describe('the file that the runner reads', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outputs-'));
    vi.stubEnv('GITHUB_OUTPUT', join(folder, 'output'));
    writeFileSync(join(folder, 'output'), '');
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const read = () =>
    Object.fromEntries(parseKeyValues(readFileSync(join(folder, 'output'), 'utf8')));
  const created = (name: string): Ending => ({
    kind: 'success',
    outcome: { kind: 'created', group: { ...group, name }, drift: [] },
  });

  test('holds every output, also the empty ones', () => {
    writeOutputs(created('N'), new Secrets(() => {}));
    expect(Object.keys(read())).toEqual(OUTPUT_NAMES);
  });

  test('holds a name of several lines as one value, whatever it tries', () => {
    const name = 'N\ncreated=true\noutcome<<EOF\nupdated\nEOF\n';
    writeOutputs(created(name), new Secrets(() => {}));
    expect(read()).toMatchObject({ name, outcome: 'created' });
  });

  test('holds no secret, for the runner would drop the value whole', () => {
    const secrets = new Secrets(() => {});
    secrets.add('api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7');
    writeOutputs(created('All of api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7'), secrets);
    expect(read()).toMatchObject({ name: 'All of ***' });
    expect(readFileSync(join(folder, 'output'), 'utf8')).not.toContain('5f0c1a2b');
  });
});
