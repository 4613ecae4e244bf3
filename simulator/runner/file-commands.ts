/**
 * How the runner reads the files a step writes to: `GITHUB_OUTPUT`, `GITHUB_STATE`, `GITHUB_ENV`,
 * `GITHUB_PATH` and `GITHUB_STEP_SUMMARY`.
 *
 * Follows actions/runner, `src/Runner.Worker/FileCommandManager.cs`, as it works on Linux and macOS.
 * @see https://github.com/actions/runner
 */

import { splitLines } from './commands.ts';

/**
 * The largest job summary that the runner accepts, in bytes; a larger one is dropped as a whole.
 */
export const MAX_SUMMARY_BYTES = 1024 * 1024;

/** A file that the runner cannot read; it fails the step. */
export class FileCommandError extends Error {
  override readonly name = 'FileCommandError';
}

/** Reads `name=value` lines and `name<<delimiter` blocks in order. Throws {@link FileCommandError}. */
export function parseKeyValues(content: string): [name: string, value: string][] {
  const reader = new LfReader(dropByteOrderMark(content));
  const pairs: [string, string][] = [];
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    if (line.text !== '') {
      pairs.push(parseEntry(line.text, reader));
    }
  }
  return pairs;
}

/** Reads `GITHUB_PATH`: one folder per line. */
export function parsePaths(content: string): string[] {
  return splitLines(dropByteOrderMark(content)).filter((line) => line !== '');
}

function parseEntry(line: string, reader: LfReader): [string, string] {
  const equals = line.indexOf('=');
  const heredoc = line.indexOf('<<');
  if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
    return [line.slice(0, equals), line.slice(equals + 1)];
  }
  if (heredoc < 0) {
    throw new FileCommandError(`Invalid format '${line}'`);
  }
  const name = line.slice(0, heredoc);
  const delimiter = line.slice(heredoc + 2);
  if (name === '' || delimiter === '') {
    throw new FileCommandError(
      `Invalid format '${line}'. Name must not be empty and delimiter must not be empty`,
    );
  }
  return [name, readUntil(delimiter, reader)];
}

function readUntil(delimiter: string, reader: LfReader): string {
  const lines: string[] = [];
  for (;;) {
    const line = reader.next();
    if (line === undefined) {
      throw new FileCommandError(`Invalid value. Matching delimiter not found '${delimiter}'`);
    }
    if (line.text === delimiter) {
      return lines.join('\n');
    }
    if (!line.isEnded) {
      throw new FileCommandError('Invalid value. EOF marker missing new line.');
    }
    lines.push(line.text);
  }
}

/** Lines end at LF only: a CR belongs to the value, except on Windows. */
class LfReader {
  readonly #content: string;
  #position = 0;

  constructor(content: string) {
    this.#content = content;
  }

  next(): { text: string; isEnded: boolean } | undefined {
    const start = this.#position;
    if (start >= this.#content.length) {
      return undefined;
    }
    const end = this.#content.indexOf('\n', start);
    this.#position = end < 0 ? this.#content.length : end + 1;
    return end < 0
      ? { text: this.#content.slice(start), isEnded: false }
      : { text: this.#content.slice(start, end), isEnded: true };
  }
}

/** What happened to `GITHUB_STEP_SUMMARY`. */
export type SummaryUpload =
  | { readonly kind: 'none' }
  | { readonly kind: 'taken'; readonly markdown: string }
  | { readonly kind: 'too-large'; readonly message: string };

/**
 * Handles the summary as the runner does: masks it line by line, ignores an empty one and drops one
 * that is too large.
 */
export function takeSummary(content: Buffer, mask: (line: string) => string): SummaryUpload {
  if (content.length === 0) {
    return { kind: 'none' };
  }
  if (content.length > MAX_SUMMARY_BYTES) {
    const limit = MAX_SUMMARY_BYTES / 1024;
    const actual = Math.trunc(content.length / 1024);
    return {
      kind: 'too-large',
      message: `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${limit}k, got ${actual}k`,
    };
  }
  const lines = splitLines(dropByteOrderMark(content.toString('utf8')));
  return { kind: 'taken', markdown: lines.map((line) => `${mask(line)}\n`).join('') };
}

function dropByteOrderMark(content: string): string {
  return content.startsWith('\ufeff') ? content.slice(1) : content;
}
