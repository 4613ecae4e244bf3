import { expect, test } from 'vitest';
import { describeIncompleteList, describeWrites } from '../../../src/reconcile/messages.ts';
import type { Writes } from '../../../src/reconcile/write-ledger.ts';

const NONE: Writes = { intent: 'present', create: 'none', update: 'none', delete: 'none' };

test.each([
  ['present', false, 'Tried to create "k".', 'Nothing was written.'],
  ['absent', false, 'Tried to delete "k".', 'Nothing was deleted.'],
  ['present', true, 'Tried to create "k".', 'Nothing was written for it.'],
  ['present', true, 'Cancelled.', 'Nothing was written for insight group "k".'],
  ['absent', true, 'Tried to delete "k".', 'Insight group "k" was not deleted.'],
] as const)(
  'what a failure did not write is said of its group where there are several: %s, %s, %s',
  (intent, isOneOfSeveral, message, text) => {
    const subject = { key: 'k', isOneOfSeveral, message };
    expect(describeWrites({ ...NONE, intent }, subject)).toBe(text);
  },
);

test('a failure that is about no group, because lists were read, says that nothing was written', () => {
  const subject = { key: '', isOneOfSeveral: true, message: 'Tried to list the projects.' };
  expect(describeWrites(NONE, subject)).toBe('Nothing was written.');
});

test.each([
  [
    { projectKey: 'web', count: 3, shown: 2 },
    'LaunchDarkly counts 3 environments in project "web" but lists only 2. What it does not list is left out.',
  ],
  [
    { count: 20, shown: 19 },
    'LaunchDarkly counts 20 projects but lists only 19. What it does not list is left out.',
  ],
])('an incomplete list is told with its numbers: %j', (list, text) => {
  expect(describeIncompleteList(list)).toBe(text);
});
