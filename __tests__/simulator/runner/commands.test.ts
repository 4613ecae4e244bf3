import { describe, expect, test } from 'vitest';
import {
  LineSplitter,
  parseBracketCommand,
  parseColonCommand,
  parseCommand,
  splitLines,
} from '../../../simulator/runner/commands.ts';

const known = new Set(['do-something']);

interface CommandCase {
  readonly line: string;
  readonly properties?: Record<string, string>;
  readonly data?: string;
}

// The cases of actions/runner, src/Test/L0/Worker/ActionCommandL0.cs, CommandParserV2Test.
describe('the colon syntax', () => {
  test.each<CommandCase>([
    { line: '::do-something k1=v1,::msg', properties: { k1: 'v1' }, data: 'msg' },
    { line: '::do-something::' },
    {
      line: '::do-something k1=;=%2C=%0D=%0A=]=%3A,::;-%0D-%0A-]-:-,',
      properties: { k1: ';=,=\r=\n=]=:' },
      data: ';-\r-\n-]-:-,',
    },
    {
      line: '::do-something k1=;=%252C=%250D=%250A=]=%253A,::;-%250D-%250A-]-:-,',
      properties: { k1: ';=%2C=%0D=%0A=]=%3A' },
      data: ';-%0D-%0A-]-:-,',
    },
    { line: '::do-something k1=,k2=,::' },
    { line: '::do-something k1=v1::', properties: { k1: 'v1' } },
    { line: '   ::do-something k1=v1,::msg', properties: { k1: 'v1' }, data: 'msg' },
  ])('reads the command $line', ({ line, properties = {}, data = '' }) => {
    expect(parseColonCommand(line, known)).toEqual({ name: 'do-something', properties, data });
  });

  test.each([
    '   >>>   ::do-something k1=v1,::msg',
    '::do-something',
    ':: do-something::',
    '::do-something\tk1=v1::',
    '::do-nothing::',
    '',
  ])('reads %j as text', (line) => {
    expect(parseColonCommand(line, known)).toBeUndefined();
  });

  test.each([
    '\u00a0',
    '\u0085',
    '\u2028',
    '\u2029',
    '\u3000',
    '\u1680',
    '\u200a',
    '\ufeff',
    '\t\v\f ',
  ])('finds a command after %j, which .NET trims', (space) => {
    expect(parseCommand(`${space}::error::x`)?.name).toBe('error');
  });

  test.each(['\u200b', '\u0000', '\u001b[0m', 'x'])(
    'reads a command after %j as text',
    (prefix) => {
      expect(parseCommand(`${prefix}::error::x`)).toBeUndefined();
    },
  );

  test('drops equals signs around a key as .NET does', () => {
    expect(parseColonCommand('::do-something =k==v,x==::', known)?.properties).toEqual({ k: 'v' });
  });

  test('compares the names of commands and properties case-insensitively', () => {
    expect(parseCommand('::ERROR Title=a,title=b::x')).toEqual({
      name: 'ERROR',
      properties: { Title: 'b' },
      data: 'x',
    });
  });
});

// The cases of actions/runner, src/Test/L0/Worker/ActionCommandL0.cs, CommandParserTest.
describe('the bracket syntax', () => {
  test.each<CommandCase>([
    { line: '##[do-something k1=v1;]msg', properties: { k1: 'v1' }, data: 'msg' },
    { line: '##[do-something]' },
    {
      line: '##[do-something k1=%3B=%0D=%0A=%5D;]%3B-%0D-%0A-%5D',
      properties: { k1: ';=\r=\n=]' },
      data: ';-\r-\n-]',
    },
    {
      line: '##[do-something k1=%253B=%250D=%250A=%255D;]%253B-%250D-%250A-%255D',
      properties: { k1: '%3B=%0D=%0A=%5D' },
      data: '%3B-%0D-%0A-%5D',
    },
    { line: '##[do-something k1=;k2=;]' },
    { line: '>>>   ##[do-something k1=v1;]msg', properties: { k1: 'v1' }, data: 'msg' },
  ])('reads the bracket command $line', ({ line, properties = {}, data = '' }) => {
    expect(parseBracketCommand(line, known)).toEqual({ name: 'do-something', properties, data });
  });

  test('finds a bracket command in the middle of a text and in a group title', () => {
    expect(parseCommand('the group x ##[stop-commands]token')).toMatchObject({
      name: 'stop-commands',
      data: 'token',
    });
    // The line's own syntax comes first.
    expect(parseCommand('::group::x ##[add-mask]e')?.name).toBe('group');
  });

  test.each(['##[other]##[do-something]', '##[do-something', '## [do-something]'])(
    'reads %j in brackets as text',
    (line) => {
      expect(parseBracketCommand(line, known)).toBeUndefined();
    },
  );
});

describe('lines', () => {
  test('lines end at LF, CRLF and a bare CR, and nowhere else', () => {
    expect(splitLines('a\nb\r\nc\rd\u2028e\u0085f\vg\n\nh')).toEqual([
      'a',
      'b',
      'c',
      'd\u2028e\u0085f\vg',
      '',
      'h',
    ]);
  });

  test('lines are the same however the stream is split', () => {
    const text = 'a\r\nb\r\r\nc\n\rd';
    const splitter = new LineSplitter();
    const lines = text.split('').flatMap((character) => splitter.push(character));
    expect([...lines, ...splitter.end()]).toEqual(splitLines(text));
    expect(splitLines(text)).toEqual(['a', 'b', '', 'c', '', 'd']);
  });
});
