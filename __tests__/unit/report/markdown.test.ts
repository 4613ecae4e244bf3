import fc from 'fast-check';
import { marked, type Token } from 'marked';
import { describe, expect, test } from 'vitest';
import { row } from '../../../src/report/document.ts';
import { Markdown } from '../../../src/report/markdown.ts';
import { replaceInvisible } from '../../../src/report/visible-text.ts';
import { Secrets } from '../../../src/secrets.ts';

const markdown = new Markdown(new Secrets(() => {}));

/** Everything that GitHub makes something of, in pieces that can come together to more. */
const hostilePieces = [
  '@octocat',
  '@org/team',
  'a@b.io',
  '#12',
  'org/repo#12',
  'GH-7',
  'GHSA-jfh8-c2jp-5v3q',
  ':tada:',
  'https://x.io',
  'http://',
  'www.x.io',
  'mailto:a@b.io',
  'ftp://x.io',
  '[a](b)',
  '![a](b)',
  '[^1]',
  '[x]: y',
  '<b>',
  '<!--',
  '-->',
  '<!-- create-insight-group:v1 x -->',
  '<img src=x onerror=y>',
  '<https://x.io>',
  '&lt;',
  '&#64;',
  '`',
  '``',
  '```',
  '~~~',
  '~~a~~',
  '*a*',
  '**',
  '_a_',
  '__',
  '|',
  '| a | b |',
  '| --- | --- |',
  '\\',
  '\\|',
  '# a',
  '- a',
  '+ a',
  '* a',
  '1. a',
  '1) a',
  '> a',
  '> [!NOTE]',
  '===',
  '---',
  ':-',
  '- [ ] a',
  '    a',
  '\ta',
  '$x$',
  '$$',
  '$`x`$',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'deadbee',
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  '\u2028',
  '\u0000',
  '\u001b[31m',
  '\u202e',
  '\u200b',
  '\ud800',
  'é',
  '😀',
  'Production',
  'all apps',
  ' ',
  '',
];

const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...hostilePieces), fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 12,
  })
  .map((pieces) => pieces.join(''));

/** What a person sees of `raw` when nothing in it has a meaning. */
function flatten(raw: string): string {
  return replaceInvisible(raw).replace(/\s+/g, ' ').trim();
}

/** The tokens of a GFM parser, the elements that shelter a character left out. */
function kindsOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => {
    if (token.type === 'html') {
      return /^<\/?(?:span|code)>$/.test(token.raw) ? [] : ['html'];
    }
    return 'tokens' in token && token.tokens !== undefined
      ? [token.type, ...kindsOf(token.tokens)]
      : [token.type];
  });
}

/** The text nodes in which GitHub looks for mentions and the like. */
function textNodesOf(html: string): string[] {
  return html.split(/<[^>]*>/).map(decode);
}

function decode(html: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return html.replace(/&(?:#(\d+)|(\w+));/g, (entity, number?: string, name?: string) =>
    number === undefined ? (named[name ?? ''] ?? entity) : String.fromCodePoint(Number(number)),
  );
}

function parse(source: string): string {
  return marked.parse(source, { gfm: true, async: false });
}

describe('text', () => {
  test.each([
    ['a plain name', 'Production - All Apps', 'Production - All Apps'],
    ['emphasis and code', '*a* _b_ `c` ~d~', '&#42;a&#42; &#95;b&#95; &#96;c&#96; &#126;d&#126;'],
    ['a link', '[a](b)', '&#91;a&#93;(b)'],
    ['HTML', '<!-- & -->', '&#60;!-- &#38; --&#62;'],
    ['a pipe', 'a|b', 'a&#124;b'],
    ['lines', ' a\r\n\r\nb\u2028c ', 'a b c'],
    ['a list', '- a', '&#45; a'],
    ['a numbered list', '1. a', '&#49;. a'],
    ['a mention', '@octocat', '<span>@</span>octocat'],
    ['references', 'x#12 GH-3', 'x<span>#</span>12 GH<span>-</span>3'],
    ['URLs', 'https://a.io www.b.io', 'https<span>:</span>//a.io www<span>.</span>b.io'],
    ['emoji', ':tada: a: b', '<span>:</span>tada: a: b'],
    ['a formula', '$x$', '<span>$</span>x<span>$</span>'],
    ['joined emoji and letters', '👩‍👩‍👧 می‌خواهم 🏴󠁧󠁢󠁥󠁮󠁧󠁿', '👩‍👩‍👧 می‌خواهم 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['what hides or reorders text', 'a\u202eb\u200bc\ufeffd\u200d1', 'a b c d 1'],
    ['a commit', 'deadbeef01', '<span>deadbe</span><span>ef01</span>'],
  ])('makes %s inert', (_what, raw, inert) => {
    expect(markdown.text(raw)).toBe(inert);
  });

  test('is nothing but text to a GFM parser, at the start of a line and in a cell', () => {
    fc.assert(
      fc.property(hostileText, (raw) => {
        const inert = markdown.text(raw);
        const [paragraph, ...others] = marked.lexer(inert, { gfm: true });
        expect(others).toEqual([]);
        const kinds = new Set(kindsOf(paragraph === undefined ? [] : [paragraph]));
        expect([...kinds.difference(new Set(['paragraph', 'text']))]).toEqual([]);

        const table = marked.lexer(
          [row('a', 'b'), row('---', '---'), row(inert, markdown.code(raw)), row('c', 'd')].join(
            '\n',
          ),
          { gfm: true },
        );
        expect(table).toHaveLength(1);
        const [found] = table;
        const rows = found?.type === 'table' ? found.rows : [];
        expect(rows).toHaveLength(2);
        for (const cell of rows.flat()) {
          expect(new Set(kindsOf(cell.tokens)).isSubsetOf(new Set(['text']))).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('reads as it was written', () => {
    fc.assert(
      fc.property(hostileText, (raw) => {
        expect(
          textNodesOf(parse(markdown.text(raw)))
            .join('')
            .trim(),
        ).toBe(flatten(raw));
      }),
      { numRuns: 2_000 },
    );
  });

  test('leaves no text node in which GitHub finds a reference', () => {
    const references =
      /@\w|#\d|\bGH-\w|:[\w+-]+:|:\/\/|www\.\w|\$.*\$|(?<![\da-f])[\da-f]{7,40}(?![\da-f])/i;
    fc.assert(
      fc.property(hostileText, (raw) => {
        for (const node of textNodesOf(parse(markdown.text(raw)))) {
          expect(node).not.toMatch(references);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('is cut where it is longer than anybody reads', () => {
    expect(markdown.text('x'.repeat(100_000))).toBe(`${'x'.repeat(2_000)}…`);
  });
});

describe('secrets', () => {
  /** Looks like no known credential, and is changed by escaping. */
  const secretText = fc
    .tuple(
      fc.constantFrom('@', '_', '*', '$', '#1', '|'),
      fc.stringMatching(/^[a-z0-9*_@|]{12,24}$/),
    )
    .map((parts) => parts.join(''));

  test('are taken out before the text is escaped', () => {
    fc.assert(
      fc.property(secretText, hostileText, (secret, around) => {
        const secrets = new Secrets(() => {});
        secrets.add(secret);
        const inert = new Markdown(secrets).text(`x ${secret} ${around}`);
        expect(textNodesOf(parse(inert)).join('')).not.toContain(secret);
      }),
    );
  });

  test('would be shown if the text were escaped first', () => {
    const secret = 'pass@word_1234567';
    const secrets = new Secrets(() => {});
    secrets.add(secret);
    const escapedFirst = secrets.redact(markdown.text(`x ${secret}`));
    expect(textNodesOf(parse(escapedFirst)).join('')).toContain(secret);
    expect(new Markdown(secrets).text(`x ${secret}`)).toBe('x &#42;&#42;&#42;');
  });

  test('are not cut in two by the limit of length', () => {
    const secrets = new Secrets(() => {});
    secrets.add('correct-horse-battery');
    const inert = new Markdown(secrets).text(`${'x'.repeat(1_990)}correct-horse-battery`);
    expect(inert).not.toContain('correct');
  });
});

describe('a sentence', () => {
  test('shows keys in quotes, inputs and variables as code', () => {
    expect(markdown.sentence('Environment "prod.1" is not "staging"; set if-exists: keep.')).toBe(
      'Environment <code>prod.1</code> is not <code>staging</code>; set <code>if-exists: keep</code>.',
    );
    expect(markdown.sentence('Raise timeout-seconds, or set HTTPS_PROXY.')).toBe(
      'Raise <code>timeout-seconds</code>, or set <code>HTTPS&#95;PROXY</code>.',
    );
  });

  test('leaves names and quotations as they are, and escapes them', () => {
    expect(markdown.sentence('It is "All *Apps*" and "".')).toBe(
      'It is "All &#42;Apps&#42;" and "".',
    );
  });

  test('is redacted before it is taken apart', () => {
    const secrets = new Secrets(() => {});
    secrets.add('horse"battery"staple');
    expect(new Markdown(secrets).sentence('x horse"battery"staple y')).toBe('x &#42;&#42;&#42; y');
  });
});

test('a plain key has the letters of keys only, and no secret', () => {
  const secrets = new Secrets(() => {});
  secrets.add('correct-horse-battery');
  const redacting = new Markdown(secrets);
  expect(redacting.isPlainKey('my.key_1')).toBe(true);
  expect(redacting.isPlainKey('my key')).toBe(false);
  expect(redacting.isPlainKey('')).toBe(false);
  expect(redacting.isPlainKey('x-correct-horse-battery')).toBe(false);
});
