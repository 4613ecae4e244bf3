import { expect, test } from 'vitest';
import { mergeSpans, SecretIndex } from '../../src/secret-index.ts';

/** No two of its characters are the same, so that no part of it is another one. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789-._~';

function find(form: string, text: string): string[] {
  const index = new SecretIndex();
  index.add(form);
  return index.find(text).map(({ start, end }) => text.slice(start, end));
}

test.each([8, 9, 15, 16, 17, 20, 31, 32, 33, 40])(
  'a secret of %i characters is found as a whole, wherever it is',
  (length) => {
    const secret = LETTERS.slice(0, length);
    expect(find(secret, secret)).toEqual([secret]);
    expect(find(secret, `+++${secret}+++`)).toEqual([secret]);
    expect(find(secret, `${secret}+${secret.toUpperCase()}`)).toEqual([
      secret,
      secret.toUpperCase(),
    ]);
  },
);

test('what is shorter than eight characters is no secret', () => {
  expect(find('abcdefg', 'abcdefg')).toEqual([]);
  expect(find('', 'abcdefg')).toEqual([]);
});

test.each([
  ['its first piece', 'abcdefghijklmnop', ['abcdefghijklmnop']],
  ['its second piece', 'qrstuvwxyz012345', ['qrstuvwxyz012345']],
  ['its end', 'yz0123456789-._~', ['yz0123456789-._~']],
  ['less than a piece at its beginning', 'abcdefghijklmno', []],
  ['less than a piece at its end', 'z0123456789-._~', []],
  ['what remains after its whole pieces', '6789-._~', []],
])('of a secret of 40 characters, a text with %s shows that much', (_what, text, found) => {
  expect(find(LETTERS, `++++++++${text}++++++++`)).toEqual(found);
});

test('the case of other letters than those of ASCII makes a difference', () => {
  expect(find('pässwörd', 'PäSSWöRD')).toEqual(['PäSSWöRD']);
  expect(find('pässwörd', 'PÄSSWÖRD')).toEqual([]);
});

test('parts that overlap or touch are one, in any order', () => {
  expect(
    mergeSpans([
      { start: 8, end: 9 },
      { start: 0, end: 4 },
      { start: 4, end: 6 },
      { start: 1, end: 2 },
    ]),
  ).toEqual([
    { start: 0, end: 6 },
    { start: 8, end: 9 },
  ]);
});
