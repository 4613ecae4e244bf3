import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyJsonPatch } from '../../../simulator/launchdarkly/json-patch.ts';
import { belongsElsewhere, buildPatch, diffGroups } from '../../../src/insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../../../src/insight-group/insight-group.ts';

const desired: DesiredGroup = {
  key: 'checkout',
  name: 'Checkout',
  projectKey: 'default',
  environmentKey: 'production',
  applicationKeys: ['web', 'ios'],
};

const stored: InsightGroup = { ...desired, createdAt: 1_780_000_000_000 };

describe('diffGroups', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['in the same order', ['web', 'ios'], ['web', 'ios']],
    ['in another order', ['web', 'ios'], ['ios', 'web']],
    ['with a repeated key', ['web', 'ios', 'web'], ['ios', 'web']],
    ['when both have none, which is all', [], []],
  ])('finds no drift between equal applications %s', (_case, desiredState, actual) => {
    expect(
      diffGroups(
        { ...desired, applicationKeys: desiredState },
        { ...stored, applicationKeys: actual },
      ),
    ).toEqual([]);
  });

  test('finds no drift in fields that a workflow does not set', () => {
    const scored: InsightGroup = {
      ...stored,
      createdAt: 1,
      scores: { overall: { score: 80, indicator: 'good' } },
    };
    expect(diffGroups(desired, scored)).toEqual([]);
  });

  test.each<[string, Partial<DesiredGroup>, Partial<DesiredGroup>]>([
    ['accents in another form', { name: 'Caf\u00e9' }, { name: 'Cafe\u0301' }],
    ['Korean syllables in another form', { name: '\ud55c' }, { name: '\u1112\u1161\u11ab' }],
    ['a project in other letters', { projectKey: 'Web' }, { projectKey: 'wEB' }],
    ['an environment in other letters', { environmentKey: 'EU' }, { environmentKey: 'eu' }],
  ])('finds no drift between two spellings of the same value: %s', (_case, one, other) => {
    for (const [left, right] of [
      [one, other],
      [other, one],
    ]) {
      expect(diffGroups({ ...desired, ...left }, { ...stored, ...right })).toEqual([]);
    }
  });

  test.each<[string, Partial<DesiredGroup>, Partial<DesiredGroup>]>([
    ['letter case of a name', { name: 'Web' }, { name: 'web' }],
    ['blanks in a name', { name: 'A  B' }, { name: 'A B' }],
    ['a ligature', { name: '\ufb01n' }, { name: 'fin' }],
    ['letter case of an application', { applicationKeys: ['Web'] }, { applicationKeys: ['web'] }],
  ])('finds drift where people see a difference: %s', (_case, one, other) => {
    expect(diffGroups({ ...desired, ...one }, { ...stored, ...other })).toHaveLength(1);
  });

  test.each<[string, Partial<DesiredGroup>, unknown]>([
    ['name', { name: 'checkout' }, { field: 'name', desired: 'Checkout', actual: 'checkout' }],
    ['project', { projectKey: 'other' }, { field: 'project', desired: 'default', actual: 'other' }],
    [
      'environment',
      { environmentKey: 'staging' },
      { field: 'environment', desired: 'production', actual: 'staging' },
    ],
    [
      'applications, one missing',
      { applicationKeys: ['web'] },
      { field: 'applications', desired: ['web', 'ios'], actual: ['web'] },
    ],
    [
      'applications, one too many',
      { applicationKeys: ['web', 'ios', 'tv'] },
      { field: 'applications', desired: ['web', 'ios'], actual: ['web', 'ios', 'tv'] },
    ],
    [
      'applications, all instead of some',
      { applicationKeys: [] },
      { field: 'applications', desired: ['web', 'ios'], actual: [] },
    ],
  ])('reports the desired and the actual value: %s', (_case, change, entry) => {
    expect(diffGroups(desired, { ...stored, ...change })).toEqual([entry]);
  });

  test('reports every field that differs', () => {
    const other: InsightGroup = {
      ...stored,
      name: 'Other',
      projectKey: 'other',
      environmentKey: 'staging',
      applicationKeys: [],
    };
    expect(diffGroups(desired, other).map(({ field }) => field)).toEqual([
      'project',
      'environment',
      'name',
      'applications',
    ]);
  });
});

describe('belongsElsewhere', () => {
  test.each<[Partial<DesiredGroup>, boolean]>([
    [{ projectKey: 'other' }, true],
    [{ environmentKey: 'staging' }, true],
    [{ environmentKey: 'staging', name: 'Other' }, true],
    [{ name: 'Other', applicationKeys: [] }, false],
    [{}, false],
  ])(
    'only project and environment decide whether a group belongs elsewhere: %j, %s',
    (change, isElsewhere) => {
      expect(belongsElsewhere(diffGroups(desired, { ...stored, ...change }))).toBe(isElsewhere);
    },
  );
});

describe('buildPatch', () => {
  const patchable = new Set(['name', 'applicationKeys']);
  const anyText = fc.string({ minLength: 1, maxLength: 5 });
  const anyApplications = fc.uniqueArray(fc.constantFrom('web', 'ios', 'tv', 'api'));
  const anyState = fc.record({ name: anyText, applicationKeys: anyApplications });

  /** As LaunchDarkly stores it: a group for all applications has no list of them. */
  const store = ({ name, applicationKeys }: Pick<DesiredGroup, 'name' | 'applicationKeys'>) => ({
    name,
    ...(applicationKeys.length > 0 && { applicationKeys }),
  });

  test('a patch turns the actual group into the desired one under the rules of RFC 6902', async () => {
    await fc.assert(
      fc.property(anyState, anyState, (desiredState, state) => {
        const drift = diffGroups({ ...desired, ...desiredState }, { ...stored, ...state });
        const patched = applyJsonPatch(store(state), buildPatch(drift), patchable);
        const healed = { ...stored, ...state, applicationKeys: [], ...patched };
        expect(diffGroups({ ...desired, ...desiredState }, healed)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a patch touches only the fields that differ', async () => {
    await fc.assert(
      fc.property(anyState, anyState, (desiredState, state) => {
        const drift = diffGroups({ ...desired, ...desiredState }, { ...stored, ...state });
        const paths = new Set(buildPatch(drift).map(({ path }) => path));
        const differing = drift.map(({ field }) =>
          field === 'name' ? '/name' : '/applicationKeys',
        );
        expect([...paths]).toEqual(differing);
      }),
    );
  });

  test('a patch selects all applications by removing the list, not by emptying it', () => {
    const drift = diffGroups({ ...desired, applicationKeys: [] }, stored);
    const patched = applyJsonPatch(store(stored), buildPatch(drift), patchable);
    expect(patched).toEqual({ name: 'Checkout' });
  });

  test('a patch still applies when the applications have changed since the read', async () => {
    await fc.assert(
      fc.property(anyState, anyState, anyState, (desiredState, seen, state) => {
        const drift = diffGroups({ ...desired, ...desiredState }, { ...stored, ...seen });
        const patched = applyJsonPatch(store(state), buildPatch(drift), patchable);
        const healed = { ...stored, ...state, applicationKeys: [], ...patched };
        for (const { field } of drift) {
          const left = diffGroups({ ...desired, ...desiredState }, healed);
          expect(left.map((entry) => entry.field)).not.toContain(field);
        }
      }),
    );
  });

  test('a patch never moves a group to another project or environment', () => {
    const drift = diffGroups(desired, {
      ...stored,
      projectKey: 'other',
      environmentKey: 'staging',
    });
    expect(buildPatch(drift)).toEqual([]);
  });
});
