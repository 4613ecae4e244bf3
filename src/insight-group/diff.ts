import type { DesiredGroup } from './insight-group.ts';

/** One way in which the stored group differs from the desired one. Fields bear the names of the inputs. */
export type Drift =
  | {
      readonly field: 'name' | 'project' | 'environment';
      readonly desired: string;
      readonly actual: string;
    }
  | {
      readonly field: 'applications';
      readonly desired: readonly string[];
      readonly actual: readonly string[];
    };

/** One operation of a JSON Patch (RFC 6902) on an insight group. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: '/name' | '/applicationKeys';
  readonly value?: string | readonly string[];
}

/**
 * Lists how `actual` differs from `desired`; empty when they are equal. Applications are compared as
 * sets, names in Unicode's composed form (NFC), and project and environment without regard to letter
 * case: LaunchDarkly may store another spelling of the same thing, and nobody could tell the two apart.
 */
export function diffGroups(desired: DesiredGroup, actual: DesiredGroup): Drift[] {
  const drift: Drift[] = [];
  if (!isSameKey(desired.projectKey, actual.projectKey)) {
    drift.push({ field: 'project', desired: desired.projectKey, actual: actual.projectKey });
  }
  if (!isSameKey(desired.environmentKey, actual.environmentKey)) {
    drift.push({
      field: 'environment',
      desired: desired.environmentKey,
      actual: actual.environmentKey,
    });
  }
  if (!isSameName(desired.name, actual.name)) {
    drift.push({ field: 'name', desired: desired.name, actual: actual.name });
  }
  if (!isSameSet(desired.applicationKeys, actual.applicationKeys)) {
    drift.push({
      field: 'applications',
      desired: desired.applicationKeys,
      actual: actual.applicationKeys,
    });
  }
  return drift;
}

/** Whether two keys of groups, projects or environments name the same thing: LaunchDarkly lower-cases some. */
export function isSameKey(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function isSameName(left: string, right: string): boolean {
  return left.normalize('NFC') === right.normalize('NFC');
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  const keys = new Set(left);
  const others = new Set(right);
  return keys.size === others.size && [...keys].every((key) => others.has(key));
}

/** Whether the drift shows a group of another project or environment: it is never to be changed. */
export function belongsElsewhere(drift: readonly Drift[]): boolean {
  return drift.some(({ field }) => field === 'project' || field === 'environment');
}

/** Builds the JSON Patch that removes `drift` and touches nothing else. */
export function buildPatch(drift: readonly Drift[]): PatchOperation[] {
  return drift.flatMap((entry): PatchOperation[] => {
    if (entry.field === 'name') {
      return [{ op: 'replace', path: '/name', value: entry.desired }];
    }
    return entry.field === 'applications' ? patchApplications(entry.desired) : [];
  });
}

/**
 * RFC 6902 allows `replace` and `remove` only on a member that exists, and whether it does may change
 * between the read and the patch. `add` sets it either way. "All" is asked for by taking the member
 * away: what LaunchDarkly makes of `[]` is not documented.
 */
function patchApplications(desired: readonly string[]): PatchOperation[] {
  const set = { op: 'add', path: '/applicationKeys', value: desired } as const;
  return desired.length > 0 ? [set] : [set, { op: 'remove', path: '/applicationKeys' }];
}
