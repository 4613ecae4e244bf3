/**
 * The runner's secret masker.
 *
 * Follows actions/runner: `src/Sdk/DTLogging/Logging/SecretMasker.cs` and `ValueEncoders.cs`, the list
 * of encoders in `src/Runner.Common/HostContext.cs`, `AddMaskCommandExtension` in
 * `src/Runner.Worker/ActionCommandManager.cs`.
 * @see https://github.com/actions/runner
 */

import { trimDotNet } from './commands.ts';

/** How a masked value appears in a log. */
export const MASK = '***';

/** Replaces registered values, and the few encodings of them that the runner knows, by `***`. */
export class SecretMasker {
  readonly #texts = new Set<string>();

  /** Masks a value in everything from now on. Ignores an empty value. */
  add(value: string): void {
    if (value === '') {
      return;
    }
    this.#texts.add(value);
    for (const encode of ENCODERS) {
      const encoded = encode(value);
      if (encoded !== '') {
        this.#texts.add(encoded);
      }
    }
  }

  /** Masks a value as a whole and each of its lines, as `add-mask` does. */
  addLines(value: string): void {
    this.add(value);
    for (const line of value.split(/[\r\n]/)) {
      this.add(trimDotNet(line));
    }
  }

  /**
   * Returns the text with every registered value replaced. Overlapping or adjacent values become
   * one mask.
   */
  mask(text: string): string {
    const found = [...this.#texts]
      .flatMap((secret) => findAll(text, secret))
      .sort((a, b) => a.start - b.start);
    let result = '';
    let position = 0;
    let isFirst = true;
    for (const { start, end } of found) {
      if (isFirst || start > position) {
        result += text.slice(position, start) + MASK;
      }
      isFirst = false;
      position = Math.max(position, end);
    }
    return result + text.slice(position);
  }
}

function findAll(text: string, secret: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  // Advance by one character, since a value may overlap itself.
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
    found.push({ start: at, end: at + secret.length });
  }
  return found;
}

const ENCODERS: readonly ((value: string) => string)[] = [
  (value) => encodeBase64(value, 0),
  (value) => encodeBase64(value, 1),
  (value) => encodeBase64(value, 2),
  // For a command line, for an expression, for JSON, for a URI, for XML.
  (value) => value.replaceAll('"', '\\"'),
  (value) => value.replaceAll("'", "''"),
  (value) => escapeJson(value),
  (value) => encodeUriData(value),
  (value) => escapeXml(value),
  (value) => trimDoubleQuotes(value),
  // PowerShell prints a value with an ampersand in pieces of different colours.
  (value) => takeBeforeAmpersand(value),
  (value) => takeAfterAmpersand(value),
];

/** Base64 without the first bytes: what remains recognizable when a prefix shifts the alignment. */
function encodeBase64(value: string, shift: number): string {
  const bytes = Buffer.from(value, 'utf8');
  return bytes.subarray(bytes.length > shift ? shift : 0).toString('base64');
}

function escapeJson(value: string): string {
  return JSON.stringify(value)
    .slice(1, -1)
    .replace(
      /[\u0085\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

function encodeUriData(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function escapeXml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

function trimDoubleQuotes(value: string): string {
  const isQuoted = value.length > 8 && value.startsWith('"') && value.endsWith('"');
  return isQuoted ? value.slice(1, -1) : '';
}

/** The runner does not mask a shorter piece. */
const MIN_PIECE_LENGTH = 6;

function takeBeforeAmpersand(value: string): string {
  const plus = value.indexOf('&+');
  const piece = plus < 0 ? value.slice(0, value.lastIndexOf('&') + 1) : value.slice(0, plus + 2);
  return piece.length < MIN_PIECE_LENGTH ? '' : piece;
}

function takeAfterAmpersand(value: string): string {
  const plus = value.indexOf('&+');
  const last = value.lastIndexOf('&');
  // After `&+`, one more character belongs to the coloured piece.
  const piece = plus < 0 ? value.slice(last < 0 ? value.length : last + 1) : value.slice(plus + 3);
  return piece.length < MIN_PIECE_LENGTH ? '' : piece;
}
