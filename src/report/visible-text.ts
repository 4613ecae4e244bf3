/** What may stand before or after a joiner: a letter, the marks on it, or an emoji with its modifier. */
const JOINABLE = String.raw`[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]`;

/** Joiners (ZWNJ, ZWJ) that shape words and emoji: می‌خواهم, 👩‍👩‍👧. The text of a flag: 🏴󠁧󠁢󠁥󠁮󠁧󠁿. */
const MEANINGFUL = String.raw`(?<=${JOINABLE})[\u200c\u200d](?=${JOINABLE})|(?<=\u{1f3f4})[\u{e0030}-\u{e007a}]{3,6}\u{e007f}`;

/** Control, formatting and line-separating characters and halves of characters. */
const INVISIBLE = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]`;

/**
 * Replaces each character that hides, reorders or ends what follows it with a space: bidirectional
 * controls, zero-width spaces, byte order marks, line ends, escape sequences. Joiners within a word or an
 * emoji stay.
 */
export function replaceInvisible(text: string): string {
  // Most texts are plain, and the first use of a Unicode class costs milliseconds of the start.
  if (/^[ -~]*$/.test(text)) {
    return text;
  }
  const pattern = new RegExp(`(${MEANINGFUL})|${INVISIBLE}`, 'gu');
  return text.replace(pattern, (_, meaningful: string | undefined) => meaningful ?? ' ');
}
