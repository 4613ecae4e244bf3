import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { boolean, oneOf, optional, ruled, wholeNumber } from '../../../src/inputs/input-schemas.ts';
import { checkApplications } from '../../../src/inputs/rules.ts';

function findMessages(schema: z.ZodMiniType, text: string): string[] {
  return z.safeParse(schema, text).error?.issues.map(({ message }) => message) ?? [];
}

describe('a schema for a rule', () => {
  const list = ruled((text) => checkApplications(text.split(' ')));

  test('returns what the rule makes of the text', () => {
    expect(z.parse(list, 'b a b')).toEqual(['b', 'a']);
  });

  test('has one issue for each problem, and never the text as its input', () => {
    const { error } = z.safeParse(list, 'a! b c!');
    expect(error?.issues.map(({ message }) => message.slice(0, 4))).toEqual(['"a!"', '"c!"']);
    expect(error?.issues.every(({ input }) => input === undefined)).toBe(true);
  });
});

test('a schema for words takes exactly these words', () => {
  const schema = oneOf(['keep', 'update']);
  expect(z.parse(schema, 'keep')).toBe('keep');
  expect(findMessages(schema, 'KEEP')).toEqual([
    '"KEEP" is not valid; expected one of keep, update',
  ]);
});

test.each([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])('a boolean has the spellings of YAML: %s', (text, value) => {
  expect(z.parse(boolean, text)).toBe(value);
});

test.each(['yes', 'on', '1', 'tRUE', ' true', ''])('%j is no boolean', (text) => {
  expect(findMessages(boolean, text)).toEqual([`"${text}" is not valid; expected true or false`]);
});

describe('a whole number', () => {
  const schema = wholeNumber({ min: 1, max: 3_600, what: 'a number' });

  test.each([
    ['1', 1],
    ['3600', 3_600],
    ['42', 42],
  ])('%s is accepted', (text, value) => {
    expect(z.parse(schema, text)).toBe(value);
  });

  test.each([
    '0',
    '007',
    '3601',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    ' 1',
    '',
    '99999999999999999999',
  ])('%j is rejected', (text) => {
    expect(findMessages(schema, text)).toEqual([`"${text}" is not valid; expected a number`]);
  });
});

describe('an optional text', () => {
  const schema = optional(wholeNumber({ min: 1, max: 9, what: 'a number' }));

  test('may be blank', () => {
    expect(z.parse(schema, '')).toBeUndefined();
  });

  test('is read where it is not blank', () => {
    expect(z.parse(schema, '7')).toBe(7);
    expect(findMessages(schema, 'x')).toEqual(['"x" is not valid; expected a number']);
  });
});
