/** A part of a text, in UTF-16 units: from `start` up to, but not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Shorter forms are found in harmless words, in UTF-16 units. */
const MIN_FORM_LENGTH = 8;

/** So much of a secret gives it away even when the rest was cut off, in UTF-16 units. */
const PIECE_LENGTH = 16;

/** The number of buckets of the first, cheap check at each position of a text. */
const BUCKETS = 1 << 16;

/**
 * Finds secrets in texts, whole or in part, without regard to the case of ASCII letters.
 *
 * Every form of a secret is cut into pieces of 16 units, side by side, and a text is searched for pieces
 * only. So the cost of a search is linear in the text whatever was added, and the cost of adding a form
 * is linear in the form. A regular expression or `indexOf` for each form has no such bound: a server
 * chooses both the text and some of the secrets.
 */
export class SecretIndex {
  readonly #pieces = new Set<string>();
  readonly #lengths = new Set<number>();
  readonly #isBucketUsed = new Uint8Array(BUCKETS);

  /** Adds one form of a secret. Forms of fewer than 8 units are ignored. */
  add(form: string): void {
    if (form.length < MIN_FORM_LENGTH) {
      return;
    }
    const folded = foldCase(form);
    const length = Math.min(folded.length, PIECE_LENGTH);
    for (let start = 0; start + length <= folded.length; start += length) {
      this.#addPiece(folded.slice(start, start + length));
    }
    this.#addPiece(folded.slice(-length));
  }

  /**
   * Finds the parts of `text` that belong to a secret, in order and without overlap. A secret that is
   * there as a whole is one part. Of a run of its characters, fewer than 16 at either end may be left out.
   */
  find(text: string): Span[] {
    const folded = foldCase(text);
    const found: Span[] = [];
    for (let start = 0; start + MIN_FORM_LENGTH <= folded.length; start += 1) {
      if (this.#isBucketUsed[chooseBucket(folded, start)] === 0) {
        continue;
      }
      for (const length of this.#lengths) {
        const candidate = folded.slice(start, start + length);
        if (this.#pieces.has(candidate)) {
          found.push({ start, end: start + candidate.length });
        }
      }
    }
    return mergeSpans(found);
  }

  #addPiece(piece: string): void {
    this.#pieces.add(piece);
    this.#lengths.add(piece.length);
    this.#isBucketUsed[chooseBucket(piece, 0)] = 1;
  }
}

/** Makes one of spans that overlap or touch. `spans` may come in any order. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end) {
      last.end = Math.max(last.end, end);
    } else {
      merged.push({ start, end });
    }
  }
  return merged;
}

/** Lower-cases ASCII letters only: other letters change the length of a text, or depend on their neighbors. */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Four of the first eight units decide, so a piece and a text that begins with it agree. */
function chooseBucket(text: string, start: number): number {
  let bucket = 0;
  for (const offset of [0, 3, 5, 7]) {
    bucket = (Math.imul(bucket, 31) + text.charCodeAt(start + offset)) | 0;
  }
  return bucket & (BUCKETS - 1);
}
