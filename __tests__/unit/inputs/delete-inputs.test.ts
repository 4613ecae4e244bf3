import { describe, expect, test } from 'vitest';
import { readDeleteInputs } from '../../../src/inputs/delete-inputs.ts';
import { readActionInputs, readInputProblem, type Step } from './read-action-inputs.ts';

type Inputs = NonNullable<Step['inputs']>;

const COMPLETE: Inputs = { key: 'k', project: 'p', environment: 'e' };

function read(inputs: Inputs = {}) {
  return readActionInputs(readDeleteInputs, { inputs: { ...COMPLETE, ...inputs } }).inputs;
}

function readReasons(inputs: Inputs) {
  return readInputProblem(readDeleteInputs, { inputs: { ...COMPLETE, ...inputs } }).reasons;
}

test('the group to delete is named by key, project and environment', () => {
  expect(read().group).toEqual({ key: 'k', projectKey: 'p', environmentKey: 'e' });
});

test('the key may be the template that created the group', () => {
  const group = read({
    key: '{project}-{environment}-all-apps',
    project: 'default',
    environment: 'pr-42',
  }).group;
  expect(group.key).toBe('default-pr-42-all-apps');
});

describe('inputs that are not valid', () => {
  const RULE = 'expected letters, digits, ".", "-" and "_", the first one a letter or a digit';
  const EXACT = 'expected one exact key, because nothing is deleted by a pattern or a list';

  test.each<readonly [input: string, value: string, reason: string]>([
    ['key', '', 'is required'],
    ['key', '-k', `"-k" is not valid; ${RULE}`],
    ['key', '{name}', '{name} is not a placeholder; expected {project} or {environment}'],
    [
      'key',
      '{environment-name}',
      "{environment-name} can't be used in a key, because a display name is rarely a valid key; use {environment}",
    ],
    ['project', '', 'is required'],
    ['project', '*', `"*" is not valid; ${EXACT}`],
    ['project', 'a, b', `"a, b" is not valid; ${EXACT}`],
    ['environment', 'pr-*', `"pr-*" is not valid; ${EXACT}`],
    ['environment', 'a\nb', `"a\nb" is not valid; ${EXACT}`],
    ['environment', '!production', `"!production" is not valid; ${EXACT}`],
  ])('%s: %j says what is expected', (input, value, reason) => {
    expect(readReasons({ [input]: value })).toEqual([{ attribute: input, reason }]);
  });

  test('are all reported at once', () => {
    const reasons = readReasons({ key: '', project: '', environment: '*', 'dry-run': '1' });
    expect(reasons.map(({ attribute }) => attribute)).toEqual([
      'key',
      'project',
      'environment',
      'dry-run',
    ]);
  });
});

test('the action has no inputs that only a create has', () => {
  expect(read({ name: '\n', applications: '[', 'if-exists': 'x' })).toEqual(read());
});
