import { describe, expect, test } from 'vitest';
import {
  FileCommandError,
  MAX_SUMMARY_BYTES,
  parseKeyValues,
  parsePaths,
  takeSummary,
} from '../../../simulator/runner/file-commands.ts';

interface FileCase {
  readonly title: string;
  readonly lines: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
}

// The cases of actions/runner, src/Test/L0/Worker/SetOutputFileCommandL0.cs.
test.each<FileCase>([
  { title: 'an empty file', lines: [], pairs: [] },
  { title: 'a simple value', lines: ['MY_OUTPUT=MY VALUE'], pairs: [['MY_OUTPUT', 'MY VALUE']] },
  {
    title: 'empty lines between values',
    lines: ['', 'MY_OUTPUT=my value', '', 'MY_OUTPUT_2=my second value', ''],
    pairs: [
      ['MY_OUTPUT', 'my value'],
      ['MY_OUTPUT_2', 'my second value'],
    ],
  },
  { title: 'an empty value', lines: ['MY_OUTPUT='], pairs: [['MY_OUTPUT', '']] },
  {
    title: 'equals signs in values',
    lines: ['MY_OUTPUT==abc', 'MY_OUTPUT_2=def=ghi', 'MY_OUTPUT_3=jkl='],
    pairs: [
      ['MY_OUTPUT', '=abc'],
      ['MY_OUTPUT_2', 'def=ghi'],
      ['MY_OUTPUT_3', 'jkl='],
    ],
  },
  {
    title: 'a heredoc',
    lines: ['MY_OUTPUT<<EOF', 'line one', 'line two', 'line three', 'EOF'],
    pairs: [['MY_OUTPUT', 'line one\nline two\nline three']],
  },
  { title: 'an empty heredoc', lines: ['MY_OUTPUT<<EOF', 'EOF'], pairs: [['MY_OUTPUT', '']] },
  {
    title: 'empty lines between heredocs',
    lines: [
      ...['', 'MY_OUTPUT<<EOF', 'hello', 'world', 'EOF', ''],
      ...['MY_OUTPUT_2<<EOF', 'HELLO', 'AGAIN', 'EOF', ''],
    ],
    pairs: [
      ['MY_OUTPUT', 'hello\nworld'],
      ['MY_OUTPUT_2', 'HELLO\nAGAIN'],
    ],
  },
  {
    title: 'odd delimiters and values',
    lines: [
      ...['MY_OUTPUT<<=EOF', 'hello', 'one', '=EOF'],
      ...['MY_OUTPUT_2<<<EOF', 'hello', 'two', '<EOF'],
      ...['MY_OUTPUT_3<<EOF', 'hello', '', 'three', '', 'EOF'],
      ...['MY_OUTPUT_4<<EOF', 'hello=four', 'EOF'],
      ...['MY_OUTPUT_5<<EOF', ' EOF', 'EOF'],
    ],
    pairs: [
      ['MY_OUTPUT', 'hello\none'],
      ['MY_OUTPUT_2', 'hello\ntwo'],
      ['MY_OUTPUT_3', 'hello\n\nthree\n'],
      ['MY_OUTPUT_4', 'hello=four'],
      ['MY_OUTPUT_5', ' EOF'],
    ],
  },
])('reads $title', ({ lines, pairs }) => {
  // The runner's tests write a byte order mark, too.
  expect(parseKeyValues(`\ufeff${lines.join('\n')}`)).toEqual(pairs);
});

test('a CR belongs to the value', () => {
  expect(parseKeyValues('A=1\r\nB<<E\nx\r\ny\nE\n')).toEqual([
    ['A', '1\r'],
    ['B', 'x\r\ny'],
  ]);
});

test.each([
  ['MY_OUTPUT<<EOF line one line two line three EOF', 'Matching delimiter not found'],
  ['MY_OUTPUT<<EOF line one\nline two\nline three EOF', 'EOF marker missing new line'],
  ['MY_OUTPUT<<EOF\none\n', "Matching delimiter not found 'EOF'"],
  ['neither', "Invalid format 'neither'"],
  ['<<EOF\nEOF\n', 'Name must not be empty'],
  ['NAME<<\n', 'delimiter must not be empty'],
])('rejects %j', (content, message) => {
  expect(() => parseKeyValues(content)).toThrow(FileCommandError);
  expect(() => parseKeyValues(content)).toThrow(message);
});

test('reads paths line by line', () => {
  expect(parsePaths('/a\r\n\n/b')).toEqual(['/a', '/b']);
});

// The cases of actions/runner, src/Test/L0/Worker/CreateStepSummaryCommandL0.cs.
describe('the job summary', () => {
  const mask = (line: string) => line.replace(/ghs_\w+/, '***');

  test('masks the summary line by line', () => {
    const content = Buffer.from('# some markdown\n\n## GITHUB_TOKEN ghs_verysecuretoken');
    expect(takeSummary(content, mask)).toEqual({
      kind: 'taken',
      markdown: '# some markdown\n\n## GITHUB_TOKEN ***\n',
    });
  });

  test('an empty file is no summary', () => {
    expect(takeSummary(Buffer.alloc(0), mask)).toEqual({ kind: 'none' });
  });

  test('accepts a summary of one mebibyte and drops a larger one as a whole', () => {
    expect(takeSummary(Buffer.alloc(MAX_SUMMARY_BYTES, 'a'), mask).kind).toBe('taken');
    expect(takeSummary(Buffer.alloc(MAX_SUMMARY_BYTES + 1, 'a'), mask)).toEqual({
      kind: 'too-large',
      message:
        '$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got 1024k',
    });
  });
});
