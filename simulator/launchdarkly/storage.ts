import type { Account, InsightGroup } from './account.ts';

/**
 * A named way in which a server may normalize what it is sent. None is documented for insight groups;
 * LaunchDarkly's Terraform provider met lower-cased keys with views.
 *
 * - `nfc`: the name in Unicode Normalization Form C
 * - `squeeze-blanks`: the name without blanks at its ends, and with one blank for each run of blanks
 * - `lower-case-keys`: the group's key; its letter case then makes no difference to any operation
 * - `lower-case-project-and-environment`: both keys; their letter case makes no difference to any operation
 * - `lower-case-applications`: the application keys
 * - `sort-applications`: the application keys in order, each once
 * - `drop-unknown-applications`: only the keys of applications that the account has
 */
export type StorageMode =
  | 'nfc'
  | 'squeeze-blanks'
  | 'lower-case-keys'
  | 'lower-case-project-and-environment'
  | 'lower-case-applications'
  | 'sort-applications'
  | 'drop-unknown-applications';

/** A named mode, or a function that makes the stored group from the one that was sent. */
export type StorageRule = StorageMode | ((group: InsightGroup) => InsightGroup);

/**
 * How `createdAt` is sent: as epoch milliseconds (`number`), these in a string (`string`), not at all
 * (`missing`), as `null`, in ISO 8601 (`date`), or as a text that is no time (`text`).
 */
export type CreatedAtFormat = 'number' | 'string' | 'missing' | 'null' | 'date' | 'text';

/** Returns the group as the server stores it. */
export function normalizeGroup(
  group: InsightGroup,
  rules: readonly StorageRule[],
  account: Account,
): InsightGroup {
  let stored = group;
  for (const rule of rules) {
    stored = typeof rule === 'function' ? rule(stored) : applyMode(stored, rule, account);
  }
  return stored;
}

function applyMode(group: InsightGroup, mode: StorageMode, account: Account): InsightGroup {
  switch (mode) {
    case 'nfc':
      return { ...group, name: group.name.normalize('NFC') };
    case 'squeeze-blanks':
      return { ...group, name: group.name.trim().replaceAll(/\s+/g, ' ') };
    case 'lower-case-keys':
      return { ...group, key: group.key.toLowerCase() };
    case 'lower-case-project-and-environment':
      return {
        ...group,
        projectKey: group.projectKey.toLowerCase(),
        environmentKey: group.environmentKey.toLowerCase(),
      };
    case 'lower-case-applications':
      return mapApplications(group, (keys) => keys.map((key) => key.toLowerCase()));
    case 'sort-applications':
      return mapApplications(group, (keys) => [...new Set(keys)].sort());
    case 'drop-unknown-applications':
      return mapApplications(group, (keys) => keys.filter((key) => account.applications.has(key)));
  }
}

function mapApplications(
  group: InsightGroup,
  map: (keys: readonly string[]) => readonly string[],
): InsightGroup {
  const { applicationKeys } = group;
  return applicationKeys === undefined
    ? group
    : { ...group, applicationKeys: map(applicationKeys) };
}

/**
 * Returns the spelling under which a key is stored: as it was sent, or, where letter case makes no
 * difference, as the group that exists spells it.
 */
export function storedKey(key: string, rules: readonly StorageRule[], account: Account): string {
  if (account.groups.has(key) || !rules.includes('lower-case-keys')) {
    return key;
  }
  const lowerCased = key.toLowerCase();
  return (
    [...account.groups.keys()].find((other) => other.toLowerCase() === lowerCased) ?? lowerCased
  );
}

/** Returns the attribute `createdAt` of an answer, or none. */
export function representCreatedAt(
  createdAt: number,
  format: CreatedAtFormat,
): { createdAt?: number | string | null } {
  switch (format) {
    case 'number':
      return { createdAt };
    case 'string':
      return { createdAt: `${createdAt}` };
    case 'missing':
      return {};
    case 'null':
      return { createdAt: null };
    case 'date':
      return { createdAt: new Date(createdAt).toISOString() };
    case 'text':
      return { createdAt: 'a moment ago' };
  }
}
