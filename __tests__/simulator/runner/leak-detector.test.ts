import { describe, expect, test } from 'vitest';
import {
  assertNoLeaks,
  derivedForms,
  findLeaksIn,
  nameDerivedForms,
} from '../../../simulator/runner/leak-detector.ts';

const secret = 'api-5f0c2d1e-93ab-4e77-b0aa-cafe12345678';

test('derives several forms of a token, none of them short', () => {
  const forms = derivedForms(secret);
  expect(forms.length).toBeGreaterThan(5);
  expect(Math.min(...forms.map((form) => form.length))).toBeGreaterThanOrEqual(8);
  expect(derivedForms('short')).not.toContain('short');
});

test.each([...nameDerivedForms(`${secret}&+'"<é>`)].map(([form, name]) => ({ name, form })))(
  'finds the form “$name”',
  ({ form }) => {
    const leaks = findLeaksIn(
      [{ name: 'log', text: `before ${form} after` }],
      [`${secret}&+'"<é>`],
    );
    expect(leaks.map((leak) => leak.sink)).toContain('log');
  },
);

/** Encodings by other implementations, each in a place where the form alone does not reveal it. */
describe('longer encoded texts', () => {
  test.each(['', 'x', 'xy', 'xyz'])('finds a secret in a longer base64 text after %j', (prefix) => {
    for (const suffix of ['', 'a', 'ab']) {
      for (const encoding of ['base64', 'base64url'] as const) {
        const text = Buffer.from(`${prefix}${secret}${suffix}`).toString(encoding);
        expect(findLeaksIn([{ name: 'log', text }], [secret])).not.toEqual([]);
      }
    }
  });

  test.each([
    ['a header', `authorization: ${secret.toUpperCase()}`],
    ['a cut text', `${secret.slice(0, 20)}…`],
  ])('finds a secret in a longer text: %s', (_, text) => {
    expect(findLeaksIn([{ name: 'log', text }], [secret])).not.toEqual([]);
  });
});

test('does not report a text that shares half a word with the secret', () => {
  const text = `api-5f0c2d1e is the beginning; ${Buffer.from('api-5f0c').toString('base64')}; ***`;
  expect(findLeaksIn([{ name: 'log', text }], [secret])).toEqual([]);
});

test('the assertion lists every leak with its form and place, but not the whole secret', () => {
  const leaks = findLeaksIn(
    [{ name: 'stderr', text: `x ${Buffer.from(secret).toString('hex')}` }],
    [secret],
  );
  expect(() => assertNoLeaks(leaks)).toThrow(/stderr: "api-5f0c"… as hex/);
  expect(() => assertNoLeaks([])).not.toThrow();
});
