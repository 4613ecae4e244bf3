import { describe, expect, test } from 'vitest';
import { escapeWorkflowCommands } from '../../src/report/log.ts';
import { Secrets } from '../../src/secrets.ts';
import { readBack, STRING_PROPERTIES } from './strings.ts';

/** How many strings each property is checked with; scripts/test-faults.ts tries a hundred times as many. */
const RUNS = 10_000;

describe('string properties', () => {
  test.each(STRING_PROPERTIES)('$name', ({ assert, share }) => {
    expect(() => assert({ numRuns: RUNS * share })).not.toThrow();
  });
});

describe('order of redaction and truncation', () => {
  test('a text must be redacted before it is truncated or split', () => {
    const secret = 'a-password-of-the-proxy';
    const text = `${'x'.repeat(2_990)}${secret}`;
    const secrets = new Secrets(() => {});
    secrets.add(secret);
    expect(secrets.redact(escapeWorkflowCommands(text))).toContain(secret.slice(0, 8));
    const { lines } = readBack((log) => log.info(text), secret);
    expect(lines[0]?.text).toMatch(/x\*\*\*$/);
  });
});

describe('secrets in a malformed body', () => {
  test('masks a secret in a malformed text like any other', () => {
    const masked: string[] = [];
    const secrets = new Secrets((value) => masked.push(value));
    const secret = '\ud800 half of a pair, and the rest';
    secrets.discover(JSON.stringify({ apiKey: secret }), { apiKey: secret });
    expect(masked).toEqual([secret]);
    expect(secrets.redact(`a ${secret} b`)).toBe('a *** b');
  });

  test('does not mask a name that the user gave, however JSON escapes it', () => {
    const masked: string[] = [];
    const secrets = new Secrets((value) => masked.push(value));
    const name = 'A name with a\ttab and "quotes"';
    secrets.exempt([name]);
    secrets.discover(JSON.stringify({ token: name }), { token: name });
    expect(masked).toEqual([]);
  });
});

describe("the runner's command parser", () => {
  test.each(['x ##[stop-commands]t', '\u00a0::add-mask::e', '\u2028::error::e', 'a\r::debug::b'])(
    'detects a command in %j when nothing escapes it',
    (text) => {
      const { commands } = readBack(() => process.stdout.write(`${text}\n`));
      expect(commands).toHaveLength(1);
    },
  );
});
