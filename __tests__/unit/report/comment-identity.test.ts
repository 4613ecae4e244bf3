import { describe, expect, test } from 'vitest';
import type { Command } from '../../../src/commands/command.ts';
import { createCommand } from '../../../src/commands/create.ts';
import { deleteCommand } from '../../../src/commands/delete.ts';
import { syncCommand } from '../../../src/commands/sync.ts';
import type { CommonInputs } from '../../../src/inputs/common-inputs.ts';
import { markComment } from '../../../src/report/comment.ts';
import { readActionInputs, type Step } from '../inputs/read-action-inputs.ts';

type Given = NonNullable<Step['inputs']>;

/** The marker of the comment that a step would write. */
function mark<Inputs extends CommonInputs>(command: Command<Inputs>, given: Given): string {
  const { inputs } = readActionInputs(command.readInputs, { inputs: given });
  return markComment(command.identifyComment(inputs));
}

const ONE = { key: 'default-production', project: 'default', environment: 'production' };
const SEVERAL = { ...ONE, key: '{project}-{environment}', environment: '*\n!production' };
const EU = { 'base-uri': 'https://app.eu.launchdarkly.com' };

const markCreate = (given: Given) =>
  mark(createCommand, { name: 'N', 'if-exists': 'update', ...given });
const markDelete = (given: Given) => mark(deleteCommand, given);
const markSync = (given: Given) => mark(syncCommand, given);

describe('the comment of one group', () => {
  test.each<Given>([
    { name: 'Another name' },
    { applications: 'a, b' },
    { 'dry-run': 'true' },
    { 'if-exists': 'keep' },
    { key: '{project}-{environment}' },
    { key: 'Default-PRODUCTION' },
  ])('stays the same whatever else the step asks for: %j', (given) => {
    expect(markCreate({ ...ONE, ...given })).toBe(markCreate(ONE));
  });

  test.each<Given>([{ key: 'other' }, { project: 'other' }, EU])(
    'is another one for another group: %j',
    (given) => {
      expect(markCreate({ ...ONE, ...given })).not.toBe(markCreate(ONE));
    },
  );

  test.each<Given>([ONE, { ...ONE, key: '{project}-{environment}' }, { ...ONE, ...EU }])(
    'is the one that the delete of the group brings up to date: %j',
    (given) => {
      expect(markDelete(given)).toBe(markCreate(given));
    },
  );
});

describe('the comment of several groups', () => {
  test.each<Given>([
    { name: 'Another name' },
    { 'dry-run': 'true' },
    { environment: '*, !production' },
    { environment: '!production,*' },
  ])('stays the same however the same groups are written: %j', (given) => {
    expect(markCreate({ ...SEVERAL, ...given })).toBe(markCreate(SEVERAL));
  });

  test.each<Given>([
    { environment: '*' },
    { project: 'default, mobile' },
    { key: '{project}-{environment}-all-apps' },
    { environment: 'production' },
    EU,
  ])('is another one for other groups: %j', (given) => {
    expect(markCreate({ ...SEVERAL, ...given })).not.toBe(markCreate(SEVERAL));
  });
});

describe('the comment of a groups file', () => {
  test('stays the same in a plan and in an apply', () => {
    const file = 'groups.yml';
    expect(markSync({ file, 'dry-run': 'true', 'on-drift': 'fail' })).toBe(markSync({ file }));
  });

  test.each<Given>([{ file: 'other.yml' }, { file: 'groups.yml', ...EU }])(
    'is another one for another file or server: %j',
    (given) => {
      expect(markSync(given)).not.toBe(markSync({ file: 'groups.yml' }));
    },
  );

  test('is never that of a group, whatever its project is called', () => {
    const group = { ...ONE, project: 'file', key: 'groups.yml' };
    expect(markSync({ file: 'groups.yml' })).not.toBe(markCreate(group));
  });
});
