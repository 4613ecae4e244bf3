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

/** What stands in monospace within a sentence. Quoted text with a blank in it is a name, or somebody's words. */
const CODE_IN_SENTENCES =
  /("[\w.-]+"|\b(?:if-exists: (?:fail|keep|update)|state: absent|timeout-seconds|base-uri|max-deletes|pr-number|github-token|dry-run|on-drift|NODE_EXTRA_CA_CERTS|HTTPS?_PROXY|NO_PROXY)\b)/;

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
    return escapeMarkdown(this.#clean(raw));
  }

  /** Renders `raw` as {@link text} does, in monospace: for keys, which are copied letter by letter. */
  code(raw: string): string {
    return asCode(this.text(raw));
  }

  /**
   * Renders a sentence of ours as {@link text} does, with what a reader would copy from it in monospace:
   * keys in quotes, inputs, environment variables.
   */
  sentence(raw: string): string {
    return this.#clean(raw)
      .split(CODE_IN_SENTENCES)
      .map((part, index) => {
        const isCode = index % 2 === 1;
        return isCode ? asCode(escapeMarkdown(part.replaceAll('"', ''))) : escapeMarkdown(part);
      })
      .join('');
  }

  /** Whether `raw` is a key in the letters of keys, without any secret: what may stand in a link. */
  isPlainKey(raw: string): boolean {
    return /^[\w.-]+$/.test(raw) && this.#clean(raw) === raw;
  }

  /** Redacts first: what is cut, flattened or escaped would no longer be recognized as a secret. */
  #clean(raw: string): string {
    const redacted = this.#secrets.redact(raw);
    return flatten(
      redacted.length > MAX_TEXT_LENGTH ? `${redacted.slice(0, MAX_TEXT_LENGTH)}…` : redacted,
    );
  }
}

function asCode(escaped: string): string {
  // Not between backticks: they would have to be counted, and a pipe would still end a cell.
  return `<code>${escaped}</code>`;
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
