import { expect, test } from 'vitest';
import { IF_EXISTS, type IfExists } from '../../../src/inputs/if-exists.ts';
import type { DesiredGroup, InsightGroup } from '../../../src/insight-group/insight-group.ts';
import { type Plan, planChange } from '../../../src/reconcile/plan.ts';

const desired: DesiredGroup = {
  key: 'checkout',
  name: 'Checkout',
  projectKey: 'default',
  environmentKey: 'production',
  applicationKeys: ['web'],
};

const stored: InsightGroup = { ...desired, createdAt: 1_780_000_000_000 };

test.each(IF_EXISTS)('plans to create a missing group, if-exists: %s', (ifExists) => {
  expect(planChange(desired, undefined, ifExists)).toEqual({ kind: 'create' });
});

test.each<[IfExists, Plan]>([
  ['fail', { kind: 'conflict', reason: 'exists', group: stored, drift: [] }],
  ['keep', { kind: 'none', group: stored, drift: [] }],
  ['update', { kind: 'none', group: stored, drift: [] }],
])('if-exists decides the plan for a group that matches: %s', (ifExists, plan) => {
  expect(planChange(desired, stored, ifExists)).toEqual(plan);
});

test('if-exists decides the plan for a group that differs, and an update includes its patch', () => {
  const group = { ...stored, name: 'Payments' };
  const drift = [{ field: 'name', desired: 'Checkout', actual: 'Payments' }];
  expect(planChange(desired, group, 'fail')).toEqual({
    kind: 'conflict',
    reason: 'exists',
    group,
    drift,
  });
  expect(planChange(desired, group, 'keep')).toEqual({ kind: 'keep', group, drift });
  expect(planChange(desired, group, 'update')).toEqual({
    kind: 'update',
    group,
    drift,
    patch: [{ op: 'replace', path: '/name', value: 'Checkout' }],
  });
});

test.each(IF_EXISTS)(
  'a group of another project or environment is a conflict, if-exists: %s',
  (ifExists) => {
    for (const elsewhere of [{ projectKey: 'mobile' }, { environmentKey: 'staging' }]) {
      expect(planChange(desired, { ...stored, ...elsewhere }, ifExists)).toMatchObject({
        kind: 'conflict',
        reason: 'foreign',
      });
    }
  },
);

test('another spelling of project and environment is the same project', () => {
  const group = { ...stored, projectKey: 'DEFAULT', environmentKey: 'Production' };
  expect(planChange(desired, group, 'update')).toEqual({ kind: 'none', group, drift: [] });
});
