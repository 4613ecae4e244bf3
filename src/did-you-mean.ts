import { closestMatch } from 'leven';

/** Returns `; did you mean "…"?` for the known word that `text` was probably meant to be; empty when none is close. */
export function didYouMean(text: string, known: readonly string[]): string {
  const match = findClosest(text, known);
  return match === undefined ? '' : `; did you mean "${match}"?`;
}

/** Longer texts are not compared, in characters: the comparison is quadratic, and no word is that long. */
const MAX_COMPARED_LENGTH = 256;

/** Finds the known word that `text` was probably meant to be. */
export function findClosest(text: string, known: readonly string[]): string | undefined {
  if (text.length > MAX_COMPARED_LENGTH) {
    return undefined;
  }
  // A third of the letters wrong is a slip; more is another word.
  const maxDistance = Math.max(2, Math.floor(text.length / 3));
  return (
    known.find((candidate) => candidate.toLowerCase() === text.toLowerCase()) ??
    closestMatch(text, known, { maxDistance })
  );
}
