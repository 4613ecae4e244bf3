import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkSelector,
  hasWildcard,
  listExactKeys,
  matchesPattern,
  parseSelector,
  type Selector,
  selects,
} from '../../../src/inputs/selector.ts';

function read(text: string): Selector {
  const ruling = parseSelector(text);
  if (ruling.kind === 'invalid') {
    throw new Error(ruling.problems.map(({ message }) => message).join('\n'));
  }
  return ruling.value;
}

function findProblems(text: string): string[] {
  const ruling = parseSelector(text);
  return ruling.kind === 'invalid' ? ruling.problems.map(({ message }) => message) : [];
}

test.each(['production', '1', 'a_b.c-D', ' production\n', 'production,', 'production, production'])(
  '%j selects one exact key',
  (text) => {
    expect(read(text).kind).toBe('exact');
  },
);

test.each(['*', 'pr-*', 'a, b', 'a\nb', 'a\r\n!b*\r\n', '*, !production', '?'])(
  '%j is a pattern, whatever it matches',
  (text) => {
    expect(read(text).kind).toBe('patterns');
  },
);

test.each([
  ['*', ['a', 'production'], []],
  ['pr-*', ['pr-', 'pr-1', 'pr-a-b'], ['pr', 'PR-1', 'xpr-1']],
  ['?', ['a'], ['', 'ab']],
  ['a?c', ['abc', 'a.c'], ['ac', 'abbc', 'ABC']],
  ['*-eu-*', ['a-eu-b', '-eu-', 'a-eu-eu-b'], ['a-eu', 'eu-b']],
  ['a*a', ['aa', 'aba'], ['a']],
  ['*ab*b', ['abb', 'abab', 'xabxb'], ['ab', 'aab']],
  ['a.c', ['a.c'], ['abc']],
  ['production\nstaging', ['production', 'staging'], ['production-2', 'prod']],
  ['*\n!production', ['staging', 'production-2'], ['production']],
  ['!production\n*', ['staging'], ['production']],
  ['pr-*, staging, !pr-old-*, !*-keep', ['pr-1', 'staging'], ['pr-old-1', 'pr-1-keep']],
])('%j matches whole keys and is case-sensitive', (text, chosen, others) => {
  const selector = read(text);
  expect(chosen.filter((key) => !selects(selector, key))).toEqual([]);
  expect(others.filter((key) => selects(selector, key))).toEqual([]);
});

test.each([
  ['', ['is required']],
  [' \n ', ['is required']],
  [
    'a b',
    [
      '"a b" is not valid; expected letters, digits, ".", "-" and "_", the first one a letter or a digit',
    ],
  ],
  [
    ',',
    [
      '"," is not valid; expected letters, digits, ".", "-" and "_", the first one a letter or a digit',
    ],
  ],
  [
    '.a',
    [
      '".a" is not valid; expected letters, digits, ".", "-" and "_", the first one a letter or a digit',
    ],
  ],
  ['!production', ['"!production" only excludes; add a key or pattern to start from, such as "*"']],
  ['!a, !b*', ['"!a", "!b*" only excludes; add a key or pattern to start from, such as "*"']],
  ['!', ['"!" excludes nothing; write the key or pattern right after the "!"']],
  ['*, ! a', ['"! a" excludes nothing; write the key or pattern right after the "!"']],
  [
    'a!b',
    ['"a!b" is not valid; a single "!" may stand in front of a key or pattern, nowhere else'],
  ],
  [
    '*, !!b',
    ['"!!b" is not valid; a single "!" may stand in front of a key or pattern, nowhere else'],
  ],
  [
    'pr/*, a, b c, [ab]*',
    [
      '"pr/*" is not valid; expected a pattern of letters, digits, ".", "-", "_", "*" and "?" that does not start with ".", "-" or "_"',
      '"b c" is not valid; expected letters, digits, ".", "-" and "_", the first one a letter or a digit',
      '"[ab]*" is not valid; expected a pattern of letters, digits, ".", "-", "_", "*" and "?" that does not start with ".", "-" or "_"',
    ],
  ],
])('rejects %j with every reason at once', (text, problems) => {
  expect(findProblems(text)).toEqual(problems);
});

test.each(['production, !production', '*, !*', 'pr-*, a, !pr-*, !a', 'pr-*, !p*', 'pr-a*, !*-a*'])(
  'rejects %j because nothing can be left',
  (text) => {
    expect(findProblems(text)).toEqual([expect.stringContaining(' excludes all that ')]);
  },
);

test.each(['*, !pr-*', 'pr-*, !pr-?', 'a, b, !a', '?, !a', 'pr-*, !pr-*x'])(
  'accepts %j because something may be left',
  (text) => {
    expect(findProblems(text)).toEqual([]);
  },
);

test('rejected exclusions cover every key that the pattern matches', () => {
  const pattern = fc.string({
    unit: fc.constantFrom('a', 'b', '*', '?'),
    minLength: 1,
    maxLength: 5,
  });
  const key = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
  fc.assert(
    fc.property(pattern, pattern, fc.array(key), (include, exclude, keys) => {
      if (findProblems(`${include},!${exclude}`).length > 0) {
        const left = keys.filter((each) => matchesPattern(include, each));
        expect(left.filter((each) => !matchesPattern(exclude, each))).toEqual([]);
      }
    }),
  );
});

test('checks each item of a list by itself and reports its index', () => {
  expect(checkSelector(['*', '', 'a,b'])).toEqual({
    kind: 'invalid',
    problems: [
      { message: expect.stringContaining('"" is not valid'), item: 1 },
      { message: expect.stringContaining('"a,b" is not valid'), item: 2 },
    ],
  });
});

test('tells keys that are named in full from those that patterns match', () => {
  expect(listExactKeys(read('a, b, pr-*, !b'))).toEqual(['a']);
  expect(['a', 'a, b', 'a, b, !b', 'a, b*'].map((text) => hasWildcard(read(text)))).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test('a pattern matches what the equivalent regular expression matches', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  const key = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 });
  fc.assert(
    fc.property(pattern, key, (text, candidate) => {
      const source = text.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      expect(matchesPattern(text, candidate)).toBe(new RegExp(`^${source}$`).test(candidate));
    }),
    { numRuns: 2_000 },
  );
});

test('a crafted pattern does not make the matcher backtrack', () => {
  // A backtracking matcher would need longer than the age of the universe.
  expect(matchesPattern(`${'*a'.repeat(1_000)}*b`, 'a'.repeat(5_000))).toBe(false);
  expect(matchesPattern('*?'.repeat(1_000), 'a'.repeat(5_000))).toBe(true);
});

test.each(["'prod-*'", '"production"'])(
  'a pattern in quotes is told to go without them: %s',
  (text) => {
    expect(parseSelector(text)).toMatchObject({
      problems: [{ message: `"${text}" is not valid; leave out the quotes` }],
    });
  },
);
