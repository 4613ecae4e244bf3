import { expect, test } from 'vitest';
import { splitLines } from '../../../simulator/runner/commands.ts';
import { SecretMasker } from '../../../simulator/runner/masks.ts';
import { StepLog } from '../../../simulator/runner/step-log.ts';

function logOf(text: string, options: { isDebug?: boolean } = {}): StepLog {
  const log = new StepLog({ masker: new SecretMasker(), ...options });
  for (const line of splitLines(text)) {
    log.read(line, 'stdout');
  }
  return log;
}

test('keeps annotations with their titles and shows them in the log', () => {
  const log = logOf('::error title=Oh%2C no,file=a.ts::one%0Atwo\n::warning::w\n::notice::n\n');
  expect(log.annotations).toEqual([
    {
      kind: 'error',
      title: 'Oh, no',
      message: 'one\ntwo',
      properties: { title: 'Oh, no', file: 'a.ts' },
    },
    { kind: 'warning', title: undefined, message: 'w', properties: {} },
    { kind: 'notice', title: undefined, message: 'n', properties: {} },
  ]);
  expect(log.text).toBe('Error: one\ntwo\nWarning: w\nNotice: n\n');
  expect(log.hasFailed).toBe(false);
});

test('keeps ten annotations of a kind, truncated to 4096 characters', () => {
  const log = logOf(`::notice::n\n${`::error::${'x'.repeat(5000)}\n`.repeat(12)}`);
  expect(log.annotations).toHaveLength(11);
  expect(log.annotations.at(-1)?.message).toHaveLength(4096);
  expect(log.commands).toHaveLength(13);
});

test('a mask hides later text and is not shown itself', () => {
  const log = logOf('hunter22 before\n::add-mask::hunter22\nhunter22 after\n::error::hunter22\n');
  expect(log.masks).toEqual(['hunter22']);
  expect(log.text).toBe('hunter22 before\n*** after\nError: ***\n');
});

test.each(['', ' ', '%0A', '\u00a0', '\u0085'])('warns of a mask of %j', (value) => {
  const log = logOf(`::add-mask::${value}\n`);
  expect(log.masks).toEqual([]);
  expect(log.annotations[0]?.message).toMatch(/^Can't add secret mask for empty string/);
});

test('groups hold their lines and end with the next group', () => {
  const log = logOf('::group::A\none\n::group::B\ntwo\n::endgroup::\nthree\n');
  expect(log.groups).toEqual([
    { title: 'A', lines: ['one'] },
    { title: 'B', lines: ['two'] },
  ]);
  expect(log.text).toBe('▾ A\n  one\n▾ B\n  two\nthree\n');
});

// actions/runner, src/Test/L0/Worker/ActionCommandManagerL0.cs, StopProcessCommand.
test('while commands are stopped, even a mask is text until the token appears', () => {
  const log = logOf(
    '##[stop-commands]stopToken\n::add-mask::hunter22\n::other::\nhunter22\n##[stoptoken]\n::add-mask::hunter22\nhunter22\n',
  );
  expect(log.commands.map(({ name }) => name)).toEqual(['stop-commands', 'stoptoken', 'add-mask']);
  expect(log.text).toContain('::add-mask::hunter22\n::other::\nhunter22\n');
  expect(log.text).toMatch(/\n\*\*\*\n$/);
});

test.each(['', 'error', 'pause-logging'])('the guessable token %j fails the step', (token) => {
  const log = logOf(`::stop-commands::${token}\n::notice::still obeyed\n`);
  expect(log.hasFailed).toBe(true);
  expect(log.annotations.map(({ kind }) => kind)).toEqual(['error', 'notice']);
});

// actions/runner, src/Test/L0/Worker/ActionCommandManagerL0.cs, EchoProcessCommand and …Invalid.
test.each([
  ['on', true],
  ['ON', true],
  ['off', false],
  ['Off   ', false],
])('accepts echo %j', (value, echoes) => {
  const log = logOf(`::echo::${value}\n::set-output name=a::b\n`);
  expect(log.text).toBe(echoes ? '::set-output name=a::b\n' : '');
  expect(log.outputs).toEqual(new Map([['a', 'b']]));
  expect(log.hasFailed).toBe(false);
});

test.each([
  '::echo::invalid',
  '::echo::',
  '::set-env name=A::b',
  '::add-path::/x',
  '::set-output::b',
  '::save-state::b',
])('%s fails the step', (line) => {
  const log = logOf(`${line}\n`);
  expect(log.hasFailed).toBe(true);
  expect(log.annotations[0]?.kind).toBe('error');
});

test('shows debug lines when step debugging is on', () => {
  expect(logOf('::debug::why\n').text).toBe('');
  expect(logOf('::debug::why\n', { isDebug: true }).text).toBe('##[debug]why\n');
});

test('saves state through the old command', () => {
  expect(logOf('::save-state name=a::b\n').state).toEqual(new Map([['a', 'b']]));
});
