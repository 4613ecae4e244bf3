import { expect, test } from 'vitest';
import type { Drift } from '../../../src/insight-group/diff.ts';
import type { InsightGroup } from '../../../src/insight-group/insight-group.ts';
import { type Outcome, setsApplications } from '../../../src/reconcile/outcome.ts';

const group: InsightGroup = {
  key: 'k',
  name: 'N',
  projectKey: 'p',
  environmentKey: 'e',
  applicationKeys: ['a'],
  createdAt: 1,
};
const name: Drift = { field: 'name', actual: 'M', desired: 'N' };
const applications: Drift = { field: 'applications', actual: ['a'], desired: ['b'] };

const outcomes: readonly (readonly [Outcome, boolean])[] = [
  [{ kind: 'created', group, drift: [] }, true],
  [{ kind: 'would-create', group: undefined, drift: [] }, true],
  [{ kind: 'updated', group, drift: [name, applications] }, true],
  [{ kind: 'updated', group, drift: [name] }, false],
  [{ kind: 'would-update', group, drift: [applications] }, true],
  [{ kind: 'would-update', group, drift: [name] }, false],
  [{ kind: 'kept', group, drift: [applications] }, false],
  [{ kind: 'unchanged', group, drift: [] }, false],
];

test.each(outcomes)('%j says whether it set the applications', (outcome, isSet) => {
  expect(setsApplications(outcome)).toBe(isSet);
});
