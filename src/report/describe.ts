import type { Drift } from '../insight-group/diff.ts';
import { type GroupResult, OUTCOME_KINDS, type OutcomeKind } from '../reconcile/group-result.ts';

/** The label of each outcome in a count: "3 created, 195 unchanged". */
export const OUTCOME_WORDS: Readonly<Record<OutcomeKind, string>> = {
  failed: 'failed',
  skipped: 'skipped',
  created: 'created',
  updated: 'updated',
  deleted: 'deleted',
  'would-create': 'to create',
  'would-update': 'to update',
  'would-delete': 'to delete',
  kept: 'kept with drift',
  unchanged: 'unchanged',
  absent: 'already absent',
};

/** Counts the outcomes in words, in the order of the reports: "1 failed, 3 created, 195 unchanged". */
export function describeCounts(results: readonly GroupResult[]): string {
  return describeKinds(results.map(({ outcome }) => outcome.kind));
}

/** Counts kinds of outcomes in words, in the order of the reports. */
export function describeKinds(kinds: readonly OutcomeKind[]): string {
  return OUTCOME_KINDS.map((kind) => ({ kind, count: kinds.filter((k) => k === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${OUTCOME_WORDS[kind]}`)
    .join(', ');
}

/** Counts groups: "1 insight group", "200 insight groups". */
export function countGroups(count: number): string {
  return `${count} insight ${count === 1 ? 'group' : 'groups'}`;
}

/** The most keys that are listed. */
const MAX_LISTED_KEYS = 25;

/** How an output formats a display name, and a key. */
export interface DriftFormat {
  readonly name: (text: string) => string;
  readonly key: (text: string) => string;
}

/** Whether drift is shown as a change, from the first value to the second, or as a state that is not what it should be. */
export type DriftTense = 'change' | 'state';

/**
 * Describes drift field by field: `Name: "A" → "B"` for a change, `Name: "A", expected "B"` for a state.
 * Of two lists of applications only the difference is shown.
 */
export function describeDrift(
  drift: readonly Drift[],
  tense: DriftTense,
  format: DriftFormat,
): string[] {
  return drift.map((entry) => {
    if (entry.field === 'applications') {
      return `Applications: ${describeApplicationDrift(entry, tense, format)}`;
    }
    const write = entry.field === 'name' ? format.name : format.key;
    const field = `${entry.field.charAt(0).toUpperCase()}${entry.field.slice(1)}`;
    return `${field}: ${join(write(entry.actual), write(entry.desired), tense)}`;
  });
}

function join(actual: string, desired: string, tense: DriftTense): string {
  return tense === 'change' ? `${actual} → ${desired}` : `${actual}, expected ${desired}`;
}

function describeApplicationDrift(
  { actual, desired }: Extract<Drift, { readonly field: 'applications' }>,
  tense: DriftTense,
  format: DriftFormat,
): string {
  if (actual.length === 0 || desired.length === 0) {
    return join(listApplications(actual, format), listApplications(desired, format), tense);
  }
  const [added, removed] = tense === 'change' ? ['added', 'removed'] : ['missing', 'unexpected'];
  const parts = [
    [added, desired.filter((key) => !actual.includes(key))],
    [removed, actual.filter((key) => !desired.includes(key))],
  ] as const;
  return parts
    .filter(([, keys]) => keys.length > 0)
    .map(([word, keys]) => `${word} ${listKeys(keys, format)}`)
    .join('; ');
}

/** Lists application keys; an empty list means all. */
export function listApplications(
  keys: readonly string[],
  format: Pick<DriftFormat, 'key'>,
): string {
  return keys.length === 0 ? 'all applications' : listKeys(keys, format);
}

/** Lists keys, and says how many were left out. */
export function listKeys(keys: readonly string[], format: Pick<DriftFormat, 'key'>): string {
  const shown = keys.slice(0, MAX_LISTED_KEYS).map(format.key).join(', ');
  const hidden = keys.length - MAX_LISTED_KEYS;
  return hidden > 0 ? `${shown} and ${hidden} more` : shown;
}
