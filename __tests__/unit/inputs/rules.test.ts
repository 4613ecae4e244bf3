import { expect, test } from 'vitest';
import {
  checkApplications,
  parseApplications,
  parseKey,
  warnOfKeyLength,
} from '../../../src/inputs/rules.ts';

test.each([
  ['', []],
  [' \n, ,\r\n', []],
  ['a', ['a']],
  ['a,b\nc\r\n', ['a', 'b', 'c']],
  [' b ,a, b,\n c ', ['b', 'a', 'c']],
  ['_x,.y,-z', ['_x', '.y', '-z']],
  ['[]', []],
  ['["a","b"]', ['a', 'b']],
  [' [\n  "a",\n  "b",\n  "a"\n]\n', ['a', 'b']],
])('the applications %j are a list', (text, keys) => {
  expect(parseApplications(text)).toEqual({ kind: 'valid', value: keys });
});

const RULE =
  'expected application keys, one per line or separated by commas: letters, digits, ".", "-" and "_"';

test.each([
  ['a b', [{ message: `"a b" is not valid; ${RULE}`, item: 0 }]],
  [
    'a,b/c,d!',
    [
      { message: `"b/c" is not valid; ${RULE}`, item: 1 },
      { message: `"d!" is not valid; ${RULE}`, item: 2 },
    ],
  ],
  ['["a", ""]', [{ message: `"" is not valid; ${RULE}`, item: 1 }]],
  [
    '["a", 1, null, ["b"]]',
    [
      { message: '1 is not valid; expected a text in quotes', item: 1 },
      { message: 'null is not valid; expected a text in quotes', item: 2 },
      { message: '["b"] is not valid; expected a text in quotes', item: 3 },
    ],
  ],
  ['["a",]', [{ message: '"["a",]" is not valid JSON; expected an array such as ["api", "web"]' }]],
  ['[a, b]', [{ message: '"[a, b]" is not valid JSON; expected an array such as ["api", "web"]' }]],
])('the applications %j are refused with every reason at once', (text, problems) => {
  expect(parseApplications(text)).toEqual({ kind: 'invalid', problems });
});

test('application keys that are a list already are not split again', () => {
  expect(checkApplications(['a', 'b', 'a'])).toEqual({ kind: 'valid', value: ['a', 'b'] });
  expect(checkApplications(['a,b']).kind).toBe('invalid');
});

test('a single key is refused in the words of its rule', () => {
  expect(parseKey('pr-1')).toEqual({ kind: 'valid', value: 'pr-1' });
  expect(parseKey('*')).toEqual({
    kind: 'invalid',
    problems: [
      {
        message:
          '"*" is not valid; expected letters, digits, ".", "-" and "_", the first one a letter or a digit',
      },
    ],
  });
});

test('a key of more than 100 characters is warned of', () => {
  expect(warnOfKeyLength('key', 'k'.repeat(100))).toBeUndefined();
  expect(warnOfKeyLength('key', 'k'.repeat(101))).toBe(
    'The input key has 101 characters; LaunchDarkly may refuse keys of more than 100.',
  );
});
