import { groupBy } from '../group-by.ts';
import type { DesiredEntry } from './desired-entry.ts';
import { hasWildcard, listExactKeys } from './selector.ts';
import { renderTemplate } from './template.ts';

/** That an entry asks for a group of this key, for one project and environment. */
export interface KeyClaim {
  readonly key: string;
  readonly projectKey: string;
  readonly environmentKey: string;
  readonly entry: DesiredEntry;
}

/** What becomes of claims: those that stand, and those of one key of which none goes before the others. */
export interface ResolvedClaims<T extends KeyClaim> {
  readonly granted: readonly T[];
  readonly clashes: readonly ClashProblem[];
}

/** What is wrong with the key of an entry. `message` continues the word "key". */
export interface ClashProblem {
  readonly message: string;
  readonly entry: DesiredEntry;
}

/**
 * Lists what an entry without wildcards asks for, whether or not it exists. Empty for one with wildcards,
 * of which nothing can be said without the lists of projects and environments.
 */
export function listKnownClaims(entry: DesiredEntry): KeyClaim[] {
  if (entry.kind === 'absent') {
    return [{ ...entry.group, entry }];
  }
  if (!isExact(entry)) {
    return [];
  }
  const { project, environment, key } = entry.template;
  return listExactKeys(project).flatMap((projectKey) =>
    listExactKeys(environment).map((environmentKey) => ({
      key: renderTemplate(key, { project: projectKey, environment: environmentKey }),
      projectKey,
      environmentKey,
      entry,
    })),
  );
}

/**
 * Gives each key to one claim. An entry without wildcards goes before those with some; two of one kind
 * clash, and each of them is told. Letter case does not count: LaunchDarkly lower-cases the keys of some
 * resources, so keys that differ in nothing else may be one.
 */
export function resolveKeyClaims<T extends KeyClaim>(claims: readonly T[]): ResolvedClaims<T> {
  const byKey = groupBy(claims, ({ key }) => key.toLowerCase());
  const granted: T[] = [];
  const clashes: ClashProblem[] = [];
  for (const rivals of byKey.values()) {
    const exact = rivals.filter(({ entry }) => isExact(entry));
    const first = exact.length > 0 ? exact : rivals;
    if (first.length > 1) {
      clashes.push(...describeClash(first));
    } else {
      granted.push(...first);
    }
  }
  return { granted, clashes };
}

function isExact(entry: DesiredEntry): boolean {
  return (
    entry.kind === 'absent' ||
    !(hasWildcard(entry.template.project) || hasWildcard(entry.template.environment))
  );
}

/** Tells each entry about the others, because a reader corrects one line at a time. */
function describeClash(claims: readonly KeyClaim[]): ClashProblem[] {
  const byEntry = groupBy(claims, ({ entry }) => entry);
  const entries = [...byEntry.keys()];
  return [...byEntry].map(([entry, own]) => {
    const lines = entries.flatMap((other) =>
      other === entry || other.source === undefined ? [] : [String(other.source.line)],
    );
    const gives = `gives "${own[0]?.key}" for ${listSome(own.map(describeTarget), ' and ')}`;
    const message =
      lines.length > 0
        ? `${gives}, and so does the entry on line ${listSome(lines, ', ')}; the keys of groups must be unique`
        : `${gives}; the keys of groups must be unique, so use {project} and {environment} in it`;
    return { message, entry };
  });
}

function describeTarget({ projectKey, environmentKey }: KeyClaim): string {
  return `project "${projectKey}", environment "${environmentKey}"`;
}

/** How many of several are named in a sentence. */
const MAX_NAMED = 3;

function listSome(texts: readonly string[], separator: string): string {
  const hidden = texts.length - MAX_NAMED;
  const named = texts.slice(0, MAX_NAMED).join(separator);
  return hidden > 0 ? `${named} and ${hidden} more` : named;
}
