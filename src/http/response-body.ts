import { promisify } from 'node:util';
import { readErrorCode } from './error-codes.ts';

/** The text of a body, or why it can't be trusted: `why` is a clause that starts with "it". */
export type HttpBody =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly why: string; readonly cause?: unknown };

/** A way in which a body can be compressed. */
export type Coding = 'gzip' | 'deflate' | 'br';

/** More layers than any gateway puts around a body. */
const MAX_CODINGS = 3;

const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
]);

/**
 * Parses the header `content-encoding` into the codings that were applied, in their order. `identity` and
 * blanks are none. Undefined when a coding is not supported.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-content-encoding letter case does not count
 */
export function parseContentEncoding(
  header: string | readonly string[] | undefined,
): readonly Coding[] | undefined {
  const names = [header ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  const codings = names.flatMap((name) => CODINGS.get(name) ?? []);
  return codings.length === names.length && codings.length <= MAX_CODINGS ? codings : undefined;
}

/**
 * Decompresses a body and decodes it as UTF-8. No step yields more than `maxBytes`, so that a few bytes
 * can't fill the memory; Node stops in the middle of the stream. Never throws.
 */
export async function decodeBody(
  bytes: Buffer,
  codings: readonly Coding[],
  maxBytes: number,
): Promise<HttpBody> {
  let content = bytes;
  for (const coding of codings.toReversed()) {
    try {
      // Gateways announce the coding of a body that is empty, too.
      content = content.length === 0 ? content : await decompress(content, coding, maxBytes);
    } catch (cause) {
      const why =
        readErrorCode(cause) === 'ERR_BUFFER_TOO_LARGE'
          ? `it is longer than ${maxBytes} bytes`
          : `it can't be decompressed as ${coding}`;
      return { kind: 'unreadable', why, cause };
    }
  }
  return { kind: 'text', text: new TextDecoder().decode(content) };
}

async function decompress(bytes: Buffer, coding: Coding, maxOutputLength: number): Promise<Buffer> {
  // Not at the top: identity is asked for, so few answers need it, and loading it takes most of 1 ms.
  const { brotliDecompress, gunzip, inflate, inflateRaw } = await import('node:zlib');
  const options = { maxOutputLength };
  switch (coding) {
    case 'gzip':
      return promisify(gunzip)(bytes, options);
    case 'br':
      return promisify(brotliDecompress)(bytes, options);
    case 'deflate':
      // The standard means zlib's format, but some servers send the bare stream.
      return (bytes[0] ?? 0) % 16 === 8
        ? promisify(inflate)(bytes, options)
        : promisify(inflateRaw)(bytes, options);
  }
}
