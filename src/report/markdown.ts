import type { Secrets } from '../secrets.ts';
import { replaceInvisible } from './visible-text.ts';

/** Longer texts are of no use to a reader, in UTF-16 units. What a server says has no length of its own. */
const MAX_TEXT_LENGTH = 2_000;

/**
 * Characters to which Markdown gives a meaning where it is parsed. The second line is what begins a list,
 * a heading, an underline or a table at the start of a line. An entity stands for the bare character.
 */
const SYNTAX = [/[&<>\\`*_[\]|~]/, /^[-+=#:\d]/];

/**
 * Characters to which GitHub gives a meaning in the text that comes out of the parser, where an entity is
 * no shelter: mentions and e-mail addresses, formulas, links, emoji, references to issues and advisories,
 * and commits. They stand in an element of their own, because GitHub looks at each text node by itself.
 *
 * @see https://github.github.com/gfm/#autolinks-extension-
 * @see https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting/writing-mathematical-expressions the same way out for `$`
 * @see https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 */
const REFERENCES = [
  /[@$]/,
  /:(?=\/\/|[\w+-]+:)/,
  /(?<=www)\./,
  /#(?=\d)/,
  /(?<=GH|GHSA|CVE)-(?=\w)/,
  /[\da-f]{7,}/,
];

/** The first group is a reference, which wins where both fit. */
const MEANINGFUL = new RegExp(`(${joinPatterns(REFERENCES)})|${joinPatterns(SYNTAX)}`, 'gi');

/** The length up to which hexadecimal digits are not taken for a commit, in characters. */
const ELEMENT_LENGTH = /.{1,6}/g;

/**
 * The one way into Markdown for text that is not ours. Every text is redacted first and escaped
 * afterwards: escaped, a secret would no longer be recognized.
 */
export class Markdown {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /**
   * Renders `raw` as one line that GitHub shows just as it is, at the start of a line, within one, or in a
   * cell of a table. Line breaks and characters that can't be seen become spaces; long texts are cut.
   */
  text(raw: string): string {
    const redacted = this.#secrets.redact(raw);
    const cut =
      redacted.length > MAX_TEXT_LENGTH ? `${redacted.slice(0, MAX_TEXT_LENGTH)}…` : redacted;
    return escapeMarkdown(flatten(cut));
  }

  /** Renders `raw` as {@link text} does, in monospace: for keys, which are copied letter by letter. */
  code(raw: string): string {
    // Not between backticks: they would have to be counted, and a pipe would still end a cell.
    return `<code>${this.text(raw)}</code>`;
  }
}

function flatten(text: string): string {
  return replaceInvisible(text).replace(/\s+/g, ' ').trim();
}

function escapeMarkdown(line: string): string {
  return line.replace(MEANINGFUL, (match: string, reference: string | undefined) =>
    reference === undefined
      ? `&#${match.codePointAt(0)};`
      : reference.replace(ELEMENT_LENGTH, '<span>$&</span>'),
  );
}

function joinPatterns(patterns: readonly RegExp[]): string {
  return patterns.map(({ source }) => source).join('|');
}

/** One piece of a document: a paragraph, or a table that may be cut at a row. */
export type Block =
  | string
  | {
      readonly head: readonly [names: string, alignments: string];
      readonly rows: readonly string[];
    };

/** One row of a table. The cells are Markdown already. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/**
 * Joins the blocks and the end to a document of at most `maxBytes` bytes of UTF-8. What is too much is
 * left out from the first row or paragraph on that does not fit, and a line says so.
 */
export function fitBlocks(blocks: readonly Block[], end: string, maxBytes: number): string {
  const lines = blocks.flatMap((block, index) => {
    const first = index === 0 ? [] : [''];
    return typeof block === 'string'
      ? [...first, block]
      : // A table without a row is none, so its head and its first row are one.
        [...first, [...block.head, ...block.rows.slice(0, 1)].join('\n'), ...block.rows.slice(1)];
  });
  const whole = [...lines, '', end].join('\n');
  if (Buffer.byteLength(whole) <= maxBytes) {
    return whole;
  }
  let room = maxBytes - Buffer.byteLength(['', describeCut(lines.length), '', end].join('\n'));
  const shown = lines.findIndex((line) => {
    room -= Buffer.byteLength(line) + 1;
    return room < 0;
  });
  const kept = lines.slice(0, shown);
  const missing = lines.slice(shown).filter((line) => line !== '').length;
  return [...kept, '', describeCut(missing), '', end].join('\n');
}

function describeCut(lines: number): string {
  return `**Cut here:** ${lines} more ${lines === 1 ? 'line' : 'lines'} would go beyond the size that GitHub shows.`;
}
