import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseCommand, splitLines } from '../../../simulator/runner/commands.ts';
import { escapeWorkflowCommands, Log } from '../../../src/report/log.ts';
import { Secrets } from '../../../src/secrets.ts';

const TOKEN = 'api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7';
let printed = '';
let log: Log;

beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
  const secrets = new Secrets(() => {});
  secrets.add(TOKEN);
  log = new Log(secrets);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

describe('each way to stdout', () => {
  test('info is one line', () => {
    log.info(`Hello\n${TOKEN}`);
    expect(printed).toBe('Hello ***\n');
  });

  test('debug is silent unless step debugging is on', () => {
    log.debug('Hello');
    expect(printed).toBe('');
    vi.stubEnv('RUNNER_DEBUG', '1');
    log.debug(`Hello ${TOKEN}`);
    expect(printed).toBe('::debug::Hello ***\n');
  });

  test('a warning has a title and does not fail the step', () => {
    log.warning('Title', `100 %\n::error::${TOKEN}`);
    expect(printed).toBe('::warning title=Title::100 %25 ::error::***\n');
    expect(process.exitCode).toBeUndefined();
  });

  test('a failure has a title and lines, and fails the step', () => {
    log.failure('Title', ['One.', `Two\n${TOKEN}.`]);
    expect(printed).toBe('::error title=Title::One.%0ATwo ***.\n');
    expect(process.exitCode).toBe(1);
  });

  test('a group begins each of its lines with a dash', () => {
    log.group('Details', ['::error::a', `b ${TOKEN}`]);
    expect(printed).toBe('::group::Details\n- : :error::a\n- b ***\n::endgroup::\n');
  });

  test('an annotation keeps its next step where the runner would cut it', () => {
    const many = Array.from({ length: 50 }, () => 'y'.repeat(200));
    log.failure('Title', ['x'.repeat(2_500), ...many, 'Next: read on.']);
    const [, , data = ''] = printed.trimEnd().split('::');
    const lines = data.split('%0A');
    expect(lines.join('\n').length).toBeLessThanOrEqual(4_096);
    expect(lines[0]).toBe(`${'x'.repeat(1_200)}…`);
    expect(lines.slice(-2)).toEqual(['…', 'Next: read on.']);
  });

  test('an annotation is used to its last character, and not beyond', () => {
    const full = ['a', 'b', 'c'].map((letter) => letter.repeat(1_199));
    const last = 'z'.repeat(100);
    const show = (lines: readonly string[]) => {
      printed = '';
      log.failure('Title', [...full, ...lines, last]);
      return printed.trimEnd().split('::')[2]?.split('%0A');
    };
    const shown = show(['d'.repeat(393), 'e']);
    expect(shown).toEqual([...full, 'd'.repeat(393), '…', last]);
    expect(shown?.join('\n')).toHaveLength(4_096);
    expect(show(['d'.repeat(394), 'e'])).toEqual([...full, '…', last]);
  });
});

describe('annotations', () => {
  const kinds = [
    [
      'error',
      'Error',
      'More failures',
      (title: string, text: string) => log.failure(title, [text]),
    ],
    [
      'warning',
      'Warning',
      'More warnings',
      (title: string, text: string) => log.warning(title, text),
    ],
    ['notice', 'Notice', 'More notices', (title: string, text: string) => log.notice(title, text)],
  ] as const;

  test.each(kinds)(
    'of the kind %s are all written when there are ten',
    (kind, _word, _more, say) => {
      for (let index = 1; index <= 10; index += 1) {
        say('Title', `No. ${index}`);
      }
      log.flush();
      expect(printed.trimEnd().split('\n')).toEqual(
        Array.from({ length: 10 }, (_, index) => `::${kind} title=Title::No. ${index + 1}`),
      );
    },
  );

  test.each(kinds)(
    'of the kind %s are nine when there are more than ten, and a tenth that counts the rest',
    (kind, word, more, say) => {
      for (let index = 1; index <= 12; index += 1) {
        say(`Title ${index}`, `No. ${index}`);
      }
      log.flush();
      expect(printed.trimEnd().split('\n').slice(9)).toEqual([
        `${word}: Title 10. No. 10`,
        `${word}: Title 11. No. 11`,
        `${word}: Title 12. No. 12`,
        `::${kind} title=${more}::3 more are in the log and in the job summary.`,
      ]);
    },
  );

  test('are counted by kind', () => {
    for (let index = 1; index <= 10; index += 1) {
      log.warning('Title', 'Warned.');
      log.failure('Title', ['Failed.']);
    }
    log.flush();
    expect(printed.match(/^::warning /gm)).toHaveLength(10);
    expect(printed.match(/^::error /gm)).toHaveLength(10);
  });

  test('in a file name its line and column, also those that are only in the log', () => {
    for (let index = 1; index <= 11; index += 1) {
      const place = { file: `a\n${TOKEN}.yml`, startLine: index, startColumn: 3 };
      log.failure('Title', [`::error::${TOKEN}`, 'Two.'], place);
    }
    log.flush();
    const lines = printed.trimEnd().split('\n');
    expect(lines[0]).toBe('::error title=Title,file=a ***.yml,line=1,col=3::: :error::***%0ATwo.');
    expect(lines.slice(-2)).toEqual([
      'Error a ***.yml:11: Title. : :error::*** Two.',
      '::error title=More failures::2 more are in the log and in the job summary.',
    ]);
    expect(process.exitCode).toBe(1);
  });

  test('are not repeated by a second flush', () => {
    for (let index = 1; index <= 12; index += 1) {
      log.warning('Title', 'Text');
    }
    log.flush();
    printed = '';
    log.flush();
    expect(printed).toBe('');
  });
});

test('a step can fail with a line that is no annotation', () => {
  log.fail(`It failed with\n${TOKEN}.`);
  expect(printed).toBe('It failed with ***.\n');
  expect(process.exitCode).toBe(1);
});

describe('a text that is escaped', () => {
  test.each([
    ['::error::x', ': :error::x'],
    ['  ::error::x', '  : :error::x'],
    ['\u00a0::error::x', '\u00a0: :error::x'],
    ['\ufeff::error::x', ' : :error::x'],
    ['a ::error::x', 'a ::error::x'],
    ['a ##[error]x', 'a # #[error]x'],
    ['###[error]x', '## #[error]x'],
    ['a\r\nb\rc\nd', 'a  b c d'],
    ['a\u2028b\u2029c\u0085d', 'a b c d'],
    ['\u001b[31mred', ' [31mred'],
    ['a\u202eb\u200bc', 'a b c'],
    ['a\ud800b', 'a b'],
    ['a\u200db\u200d', 'a\u200db '],
    ['a\u200d\u200db \u200d1', 'a  b  1'],
    ['##\u200d[error]x', '## [error]x'],
    ['\u200d::error::x', ' : :error::x'],
    ['a\u2066b\u2069\u200f\u061c\u00ad\u2060', 'a b     '],
    ['x\u{e0067}\u{e0062}\u{e007f}', 'x   '],
    ['héllo 🚀 世界', 'héllo 🚀 世界'],
    ['👩‍👩‍👧 ❤️‍🔥 🧑🏽‍🚀 🏳️‍🌈', '👩‍👩‍👧 ❤️‍🔥 🧑🏽‍🚀 🏳️‍🌈'],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣'],
    ['می‌خواهم ශ්‍රී ক্‌ষ', 'می‌خواهم ශ්‍රී ক্‌ষ'],
    ['അവന്\u200d ശ්\u200d, क्\u200c. ക്\u200d\u200dx', 'അവന്\u200d ശ්\u200d, क्\u200c. ക്\u200d x'],
    ['क्\u200d##[error]x', 'क्\u200d# #[error]x'],
  ])('%j reads %j', (text, escaped) => {
    expect(escapeWorkflowCommands(text)).toBe(escaped);
  });

  test('is cut when it is longer than anybody reads', () => {
    expect(escapeWorkflowCommands('x'.repeat(3_000))).toBe('x'.repeat(3_000));
    expect(escapeWorkflowCommands('x'.repeat(3_001))).toBe(`${'x'.repeat(3_000)}…`);
  });

  test('is one line in which the runner sees no command, whatever it was', () => {
    const pieces = fc.constantFrom(
      ...['::', '##[', ']', '#', ':', '[', ' ', '\t', '\n', '\r', '\u0085', '\u00a0', '\u2028'],
      ...['\u2029', '\ufeff', '\u200b', '\u3000', '\u180e', '\u1680', '\0', '\ud800', '%0A', '='],
      ...['error', 'add-mask', 'stop-commands', 'set-output', 'name', 'debug', 'x', '🚀'],
    );
    const hostile = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (text) => {
        const escaped = escapeWorkflowCommands(text);
        expect(splitLines(`${escaped}\n`)).toHaveLength(1);
        expect(parseCommand(escaped)).toBeUndefined();
        expect(parseCommand(`- ${escaped}`)).toBeUndefined();
        expect(escapeWorkflowCommands(escaped)).toBe(escaped);
      }),
      { numRuns: 10_000 },
    );
  });
});
