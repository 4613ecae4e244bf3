import {
  explainInvalid,
  IS_REQUIRED,
  invalid,
  KEY_RULE,
  parseKey,
  type RuleProblem,
  type Ruling,
  splitList,
  valid,
} from './rules.ts';

/** A key, or a pattern that whole keys match: `*` is any text, also none, and `?` is any one character. */
export interface Pattern {
  readonly text: string;
  readonly isExact: boolean;
}

/**
 * Which projects or environments are meant. `exact` is one key. `patterns` is what any of `include` and
 * none of `exclude` matches, also where it happens to be one; letter case counts.
 */
export type Selector =
  | { readonly kind: 'exact'; readonly key: string }
  | {
      readonly kind: 'patterns';
      readonly include: readonly Pattern[];
      readonly exclude: readonly Pattern[];
    };

const PATTERN = /^[a-zA-Z0-9*?][a-zA-Z0-9_.*?-]*$/;

const PATTERN_RULE =
  'expected a pattern of letters, digits, ".", "-", "_", "*" and "?" that does not start with ".", "-" or "_"';

/** Reads one key, or several keys and patterns, one per line or separated by commas. */
export function parseSelector(text: string): Ruling<Selector> {
  const entries = splitList(text);
  // Commas alone are no list, so the sentence is the one for a single key.
  return entries.length === 0 ? toSelectorRuling(parseKey(text.trim())) : checkSelector(entries);
}

/** Reads keys and patterns that are a list already. */
export function checkSelector(entries: readonly string[]): Ruling<Selector> {
  const unique = [...new Set(entries)];
  const [first] = unique;
  if (first === undefined) {
    return invalid(IS_REQUIRED);
  }
  if (unique.length === 1 && !/[*?!]/.test(first)) {
    return toSelectorRuling(parseKey(first));
  }
  const problems = entries.flatMap((entry, item): RuleProblem[] => {
    const message = findEntryProblem(entry);
    return message === undefined ? [] : [{ message, item }];
  });
  if (problems.length > 0) {
    return { kind: 'invalid', problems };
  }
  const include = unique.filter((entry) => !entry.startsWith('!')).map(toPattern);
  const exclude = unique.filter((entry) => entry.startsWith('!')).map((e) => toPattern(e.slice(1)));
  const message = findEmptiness(include, exclude);
  return message === undefined ? valid({ kind: 'patterns', include, exclude }) : invalid(message);
}

/** Tells whether the selector means `key`. */
export function selects(selector: Selector, key: string): boolean {
  return includes(selector, key) && !excludes(selector, key);
}

/** Tells whether the selector means `key` before its exclusions are taken away. */
export function includes(selector: Selector, key: string): boolean {
  return selector.kind === 'exact'
    ? selector.key === key
    : selector.include.some((pattern) => matchesPattern(pattern.text, key));
}

function excludes(selector: Selector, key: string): boolean {
  return (
    selector.kind === 'patterns' &&
    selector.exclude.some((pattern) => matchesPattern(pattern.text, key))
  );
}

/** Lists the keys that the selector names in full and does not exclude. They are expected to exist. */
export function listExactKeys(selector: Selector): readonly string[] {
  if (selector.kind === 'exact') {
    return [selector.key];
  }
  const named = selector.include.filter(({ isExact }) => isExact).map(({ text }) => text);
  return named.filter((key) => !excludes(selector, key));
}

/** Lists the patterns among what the selector includes. */
export function listPatterns(selector: Selector): readonly string[] {
  const include = selector.kind === 'exact' ? [] : selector.include;
  return include.filter(({ isExact }) => !isExact).map(({ text }) => text);
}

/** Tells whether the selector has a wildcard among what it includes, so that only a list of keys can resolve it. */
export function hasWildcard(selector: Selector): boolean {
  return listPatterns(selector).length > 0;
}

/** The selector as its author wrote it, on one line. */
export function formatSelector(selector: Selector): string {
  return selector.kind === 'exact'
    ? selector.key
    : [
        ...selector.include.map(({ text }) => text),
        ...selector.exclude.map(({ text }) => `!${text}`),
      ].join(', ');
}

/**
 * Tells whether the whole of `key` matches `pattern`, with regard to letter case.
 *
 * Each piece between two stars is searched for once, at the leftmost place where it fits. If any match
 * exists then one of these does, so no choice is ever taken back, and a hostile pattern costs no more
 * than its length times that of the key.
 */
export function matchesPattern(pattern: string, key: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces.shift() ?? '';
  const last = pieces.pop();
  if (last === undefined) {
    return key.length === first.length && fitsAt(first, key, 0);
  }
  const end = key.length - last.length;
  if (end < first.length || !fitsAt(first, key, 0) || !fitsAt(last, key, end)) {
    return false;
  }
  let at = first.length;
  for (const piece of pieces) {
    while (at + piece.length <= end && !fitsAt(piece, key, at)) {
      at += 1;
    }
    if (at + piece.length > end) {
      return false;
    }
    at += piece.length;
  }
  return true;
}

function fitsAt(piece: string, key: string, at: number): boolean {
  for (let index = 0; index < piece.length; index += 1) {
    if (piece[index] !== '?' && piece[index] !== key[at + index]) {
      return false;
    }
  }
  return true;
}

function findEntryProblem(entry: string): string | undefined {
  const body = entry.startsWith('!') ? entry.slice(1) : entry;
  if (entry.startsWith('!') && (body === '' || /^\s/.test(body))) {
    return `"${entry}" excludes nothing; write the key or pattern right after the "!"`;
  }
  if (body.includes('!')) {
    return `"${entry}" is not valid; a single "!" may stand in front of a key or pattern, nowhere else`;
  }
  if (PATTERN.test(body)) {
    return undefined;
  }
  return explainInvalid(entry, /[*?]/.test(body) ? PATTERN_RULE : KEY_RULE);
}

/** What can be told from the patterns alone; that nothing is left of what exists is known later. */
function findEmptiness(
  include: readonly Pattern[],
  exclude: readonly Pattern[],
): string | undefined {
  if (include.length === 0) {
    return `${quoteAll(exclude.map(({ text }) => `!${text}`))} only excludes; add a key or pattern to start from, such as "*"`;
  }
  const isNothingLeft = include.every(({ text }) =>
    exclude.some((pattern) => coversPattern(pattern.text, text)),
  );
  return isNothingLeft
    ? `${quoteAll(exclude.map(({ text }) => `!${text}`))} excludes all that ${quoteAll(include.map(({ text }) => text))} can match`
    : undefined;
}

/**
 * Tells whether `cover` surely matches each key that `pattern` matches. A star in `cover` takes in any
 * part of `pattern`, stars included. A "?" could be spent on a star, which stands for more than one
 * character, so with both at once nothing is claimed.
 */
function coversPattern(cover: string, pattern: string): boolean {
  const isAmbiguous = cover.includes('?') && pattern.includes('*');
  return cover === pattern || (!isAmbiguous && matchesPattern(cover, pattern));
}

function toPattern(text: string): Pattern {
  return { text, isExact: !/[*?]/.test(text) };
}

function toSelectorRuling(ruling: Ruling<string>): Ruling<Selector> {
  return ruling.kind === 'valid' ? valid({ kind: 'exact', key: ruling.value }) : ruling;
}

function quoteAll(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(', ');
}
