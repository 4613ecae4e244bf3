import { expect, test } from 'vitest';
import { readSyncInputs } from '../../../src/inputs/sync-inputs.ts';
import { readActionInputs, readInputProblem, type Step } from './read-action-inputs.ts';

type Inputs = NonNullable<Step['inputs']>;

function read(inputs: Inputs = {}) {
  return readActionInputs(readSyncInputs, { inputs }).inputs;
}

test('a sync needs no input but the token', () => {
  expect(read()).toMatchObject({
    file: '.github/insight-groups.yml',
    onDrift: 'report',
    maxDeletes: 10,
    isDryRun: false,
    timeoutMs: undefined,
  });
});

test('the inputs of a sync are read', () => {
  const inputs = read({ file: ' infra/groups.yml\n', 'on-drift': 'fail', 'max-deletes': '0' });
  expect(inputs).toMatchObject({ file: 'infra/groups.yml', onDrift: 'fail', maxDeletes: 0 });
});

test.each<readonly [input: string, value: string, reason: string]>([
  ['file', 'a\nb', 'expected the path of one file'],
  ['file', 'a\u0000b', 'expected the path of one file'],
  ['on-drift', 'Fail', '"Fail" is not valid; expected one of report, fail'],
  ['on-drift', 'ignore', '"ignore" is not valid; expected one of report, fail'],
  ['max-deletes', '-1', '"-1" is not valid; expected a whole number from 0 to 1000'],
  ['max-deletes', '1001', '"1001" is not valid; expected a whole number from 0 to 1000'],
  ['max-deletes', '10%', '"10%" is not valid; expected a whole number from 0 to 1000'],
  ['max-deletes', 'all', '"all" is not valid; expected a whole number from 0 to 1000'],
])('%s: %j says what is expected', (input, value, reason) => {
  const error = readInputProblem(readSyncInputs, { inputs: { [input]: value } });
  expect(error.code).toBe('invalid-input');
  expect(error.reasons).toEqual([{ attribute: input, reason }]);
});
