/** What may stand before or after a joiner: a letter, the marks on it, or an emoji with its modifier. */
const JOINABLE = String.raw`[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]`;

/**
 * Signs that drop a vowel, after which a joiner shapes the letter also at the end of a word: the chillus of
 * Malayalam, the half forms of Sinhala. The characters of the Basic
 * Multilingual Plane that have the canonical combining class 9, by which domain
 * names decide as well.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5892#appendix-A.1
 */
const VIRAMA =
  '[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u0e3a\\u0eba\\u0f84\\u1039\\u103a\\u1714\\u1715\\u1734\\u17d2\\u1a60\\u1b44\\u1baa\\u1bab\\u1bf2\\u1bf3\\u2d7f\\ua806\\ua82c\\ua8c4\\ua953\\ua9c0\\uaaf6\\uabed]';

/** Joiners (ZWNJ, ZWJ) that shape words and emoji: می‌خواهم, 👩‍👩‍👧. The text of a flag: 🏴󠁧󠁢󠁥󠁮󠁧󠁿. */
const MEANINGFUL = String.raw`(?<=${JOINABLE})[\u200c\u200d](?=${JOINABLE})|(?<=${VIRAMA})[\u200c\u200d]|(?<=\u{1f3f4})[\u{e0030}-\u{e007a}]{3,6}\u{e007f}`;

/** Control, formatting and line-separating characters and halves of characters. */
const INVISIBLE = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]`;

/**
 * Replaces each character that hides, reorders or ends what follows it with a space: bidirectional
 * controls, zero-width spaces, byte order marks, line ends, escape sequences. Joiners that shape a word
 * or an emoji stay.
 */
export function replaceInvisible(text: string): string {
  // Most texts are plain, and the first use of a Unicode class costs milliseconds of the start.
  if (/^[ -~]*$/.test(text)) {
    return text;
  }
  const pattern = new RegExp(`(${MEANINGFUL})|${INVISIBLE}`, 'gu');
  return text.replace(pattern, (_, meaningful: string | undefined) => meaningful ?? ' ');
}
