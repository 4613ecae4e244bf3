import { describe, expect, test } from 'vitest';
import { SecretMasker } from '../../../simulator/runner/masks.ts';

function maskerOf(...values: string[]): SecretMasker {
  const masker = new SecretMasker();
  for (const value of values) {
    masker.add(value);
  }
  return masker;
}

// The cases of actions/runner, src/Test/L0/HostContextL0.cs, DefaultSecretMaskers.
describe("the runner's own test cases", () => {
  const masker = maskerOf(
    'Password123!',
    'Pass"word"123!',
    'Pass word 123!',
    'Pass<word>123!',
    "Pass'word'123!",
    '"Password123!!"',
    '"short"',
  );
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  test.each([
    ['123Password123!123', '123***123'],
    ['password123', 'password123'],
    ['123Pass\\"word\\"123!123', '123***123'],
    ['123Pass%20word%20123%21123', '123***123'],
    ['123Pass&lt;word&gt;123!123', '123***123'],
    ["123Pass''word''123!123", '123***123'],
    [base64(':Password123!'), 'OlBh***'],
    [base64('a:Password123!'), 'YTpQ***'],
    [base64('ab:Password123!'), 'YWI6***'],
    [base64('abc:Password123!'), 'YWJjOlBh***'],
    [base64('abcd:Password123!'), 'YWJjZDpQ***'],
    [base64('abcde:Password123!'), 'YWJjZGU6***'],
    ['123Password123!!123', '123***123'],
    ['123short123', '123short123'],
    ['123"short"123', '123***123'],
  ])('masks %s as %s', (text, masked) => {
    expect(masker.mask(text)).toBe(masked);
  });
});

// actions/runner, ValueEncodersL0.cs.
test.each([
  ['abcdef&', 'x abcdef& y'],
  ['abcdef&+ghijkl', 'x abcdef&+ y'],
  ['abc&ghijkl', 'x ghijkl y'],
  ['abc&+ghijklm', 'x hijklm y'],
])('masks a part of %s that PowerShell may print alone', (value, text) => {
  expect(maskerOf(value).mask(text)).toBe('x *** y');
});

test('merges overlapping or adjacent values into one mask', () => {
  expect(maskerOf('abcdef', 'defghi', 'xyz').mask('1 abcdefghixyz 2 abcdef 3')).toBe(
    '1 *** 2 *** 3',
  );
  expect(maskerOf('aba').mask('ababa')).toBe('***');
});

test('masks each line of a value, too', () => {
  const masker = new SecretMasker();
  masker.addLines('first line \r\n\n second line');
  expect(masker.mask('a first line, a second line')).toBe('a ***, a ***');
});

test('masks JSON escapes as Newtonsoft writes them', () => {
  expect(maskerOf('one\u2028two\u0001').mask('one\\u2028two\\u0001')).toBe('***');
});

test.each(['\\-', 'hex', 'base64url', 'upper case'])(
  'does not mask a value in a form that the runner does not know: %s',
  (form) => {
    const secret = 'api-0~~~~~~~1?';
    const forms = new Map([
      ['\\-', secret.replaceAll('-', '\\-')],
      ['hex', Buffer.from(secret).toString('hex')],
      ['base64url', Buffer.from(secret).toString('base64url')],
      ['upper case', secret.toUpperCase()],
    ]);
    const text = forms.get(form) ?? '';
    expect(maskerOf(secret).mask(text)).toBe(text);
  },
);

test('a masker without values returns a text unchanged', () => {
  expect(maskerOf('').mask('text')).toBe('text');
});
