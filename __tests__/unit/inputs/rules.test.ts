import { expect, test } from 'vitest';
import {
  checkApplications,
  findNameProblem,
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
])('reads the applications %j as a list', (text, keys) => {
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
])('rejects the applications %j with every reason at once', (text, problems) => {
  expect(parseApplications(text)).toEqual({ kind: 'invalid', problems });
});

test('does not split application keys that are already a list', () => {
  expect(checkApplications(['a', 'b', 'a'])).toEqual({ kind: 'valid', value: ['a', 'b'] });
  expect(checkApplications(['a,b']).kind).toBe('invalid');
});

test('rejects a single key with the message of the rule it breaks', () => {
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

test('warns of a key of more than 100 characters', () => {
  expect(warnOfKeyLength('key', 'k'.repeat(100))).toBeUndefined();
  expect(warnOfKeyLength('key', 'k'.repeat(101))).toBe(
    'The input key has 101 characters; LaunchDarkly may refuse keys of more than 100.',
  );
});

test.each(['\u200b', ' \u2060\ufeff ', '\u3164', '\u200b\u200d\u00ad'])(
  'a name that shows nothing is not given: %j',
  (name) => {
    expect(findNameProblem(name)).toBe("is required: the group's display name");
  },
);

test.each(['a', '\u200bA', '\u{1f469}\u200d\u{1f680}', '-', '中'])(
  'a name that shows something is valid: %j',
  (name) => {
    expect(findNameProblem(name)).toBeUndefined();
  },
);

test.each(['"key"', "'key'", '`key`', '"ke"y"'])(
  'a key in quotes is told to go without them: %s',
  (text) => {
    const message = `"${text}" is not valid; leave out the quotes`;
    expect(parseKey(text)).toEqual({ kind: 'invalid', problems: [{ message }] });
    expect(parseApplications(text)).toEqual({ kind: 'invalid', problems: [{ message, item: 0 }] });
  },
);

test.each(['"key', "key'", `"key'`])('a key with a stray quote is told the rule: %s', (text) => {
  expect(parseKey(text)).toMatchObject({
    problems: [{ message: expect.stringContaining('expected letters') }],
  });
});

test('a star for all applications is told to leave them out', () => {
  expect(parseApplications('*')).toEqual({
    kind: 'invalid',
    problems: [
      { message: '"*" is not valid; for all applications, leave applications out', item: 0 },
    ],
  });
});
