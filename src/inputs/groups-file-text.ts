import type { FileProblem } from './desired-entry.ts';

/** The largest groups file, in bytes. */
export const MAX_FILE_BYTES = 256 * 1024;

/** The text of a file, without a byte order mark; or the one reason why there is none. */
export type DecodedText =
  | { readonly kind: 'decoded'; readonly text: string }
  | { readonly kind: 'invalid'; readonly problems: readonly FileProblem[] };

/** Decodes UTF-8, with or without a byte order mark. */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes.length > MAX_FILE_BYTES) {
    return invalid(
      1,
      1,
      `the file is larger than ${MAX_FILE_BYTES / 1024} KiB; split it, one step for each part`,
    );
  }
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return invalid(1, 1, 'the file is UTF-16; save it as UTF-8');
  }
  try {
    return { kind: 'decoded', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    // What cannot be decoded is replaced by one character, which is looked for line by line.
    const lines = new TextDecoder().decode(bytes).split('\n');
    const index = lines.findIndex((line) => line.includes(REPLACEMENT));
    const column = (lines[index]?.indexOf(REPLACEMENT) ?? 0) + 1;
    return invalid(index + 1, column, 'this is not UTF-8; save the file as UTF-8');
  }
}

const REPLACEMENT = '\ufffd';

function invalid(line: number, column: number, message: string): DecodedText {
  return { kind: 'invalid', problems: [{ line, column, path: '', message }] };
}
