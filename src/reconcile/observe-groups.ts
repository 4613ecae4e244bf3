import type { DesiredEntry } from '../inputs/desired-entry.ts';
import type { InsightGroup } from '../insight-group/insight-group.ts';
import { indexByKey, type Page, readRemainingPages } from '../launchdarkly/paging.ts';
import type { Lists } from './lists.ts';

/** The groups that exist, by the key that they were asked for. */
export type ObservedGroups = ReadonlyMap<string, InsightGroup>;

/** Finds out which of the groups with these keys exist. See {@link beginObservation}. */
export type Observe = (keys: readonly string[]) => Promise<ObservedGroups>;

/**
 * Begins to find out which groups exist, at the same time as it is found out which ones `entries` ask for:
 * reads the first page of their list, unless there are no entries.
 */
export function beginObservation(entries: readonly DesiredEntry[], lists: Lists): Observe {
  if (entries.length === 0) {
    return async () => new Map();
  }
  const first = lists.readGroupPage(0);
  // Whoever never asks for groups does not care why they can't be read.
  first.catch(() => {});
  return async (keys) => (keys.length === 0 ? new Map() : observeGroups(keys, await first, lists));
}

/**
 * Finds out which groups of `keys` exist. The list of groups can't be filtered by key, so the first page,
 * which tells how many groups the account has, decides what is cheaper: the other pages, or one read for
 * each key that is not on it.
 *
 * What is found is a hint: the list may lag, skip and repeat.
 *
 * @throws {ActionError} when the groups can't be read
 */
async function observeGroups(
  keys: readonly string[],
  first: Page<InsightGroup>,
  lists: Lists,
): Promise<ObservedGroups> {
  const seen = indexByKey(first.items);
  const missing = keys.filter((key) => !seen.has(key));
  const pages =
    first.length === 0 ? 1 : Math.ceil((first.totalCount ?? first.length) / first.length);
  if (pages - 1 > missing.length) {
    return readSingly(missing, seen, lists);
  }
  const { items, isComplete } = await readRemainingPages(first, (offset) =>
    lists.readGroupPage(offset),
  );
  const listed = indexByKey(items);
  // Whether another spelling of a key names the same group is LaunchDarkly's to say.
  const spellings = new Set([...listed.keys()].map((key) => key.toLowerCase()));
  const unsure = keys.filter(
    (key) => !listed.has(key) && (!isComplete || spellings.has(key.toLowerCase())),
  );
  return readSingly(unsure, listed, lists);
}

async function readSingly(
  keys: readonly string[],
  seen: ObservedGroups,
  lists: Lists,
): Promise<ObservedGroups> {
  const observed = new Map(seen);
  await Promise.all(
    keys.map(async (key) => {
      const group = await lists.readGroup(key);
      if (group !== undefined) {
        observed.set(key, group);
      }
    }),
  );
  return observed;
}
