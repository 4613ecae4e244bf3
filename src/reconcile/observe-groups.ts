import type { InsightGroup } from '../insight-group/insight-group.ts';
import { readRemainingPages } from '../launchdarkly/paging.ts';
import type { Lists } from './lists.ts';

/** Groups by their key in lower case, in which LaunchDarkly may store them. */
export type ObservedGroups = ReadonlyMap<string, InsightGroup>;

/**
 * Finds out which groups of `keys` exist. The list of groups can't be filtered by key, so the first page,
 * which tells how many groups the account has, decides what is cheaper: the other pages, or one read for
 * each key that is not on it.
 *
 * What is found is a hint: the list may lag, skip and repeat. So those of `confirm` that it does not show
 * are read one by one, as long as they are few.
 *
 * @throws {ActionError} when the groups can't be read
 */
export async function observeGroups(
  keys: readonly string[],
  lists: Lists,
  { confirm = [] }: { readonly confirm?: readonly string[] } = {},
): Promise<ObservedGroups> {
  if (keys.length === 0) {
    return new Map();
  }
  const first = await lists.readGroupPage(0);
  const seen = indexByKey(first.items);
  const missing = keys.filter((key) => !seen.has(key.toLowerCase()));
  const pages =
    first.length === 0 ? 1 : Math.ceil((first.totalCount ?? first.length) / first.length);
  if (pages - 1 <= missing.length) {
    const listed = await readRemainingPages(first, (offset) => lists.readGroupPage(offset));
    const index = indexByKey(listed);
    const unlisted = confirm.filter((key) => !index.has(key.toLowerCase()));
    const isFew = unlisted.length <= MAX_CONFIRMED;
    return isFew ? indexByKey([...listed, ...(await readEach(unlisted, lists))]) : index;
  }
  return indexByKey([...first.items, ...(await readEach(missing, lists))]);
}

/** More groups than these are not missing because pages have moved, and reading each would take long. */
const MAX_CONFIRMED = 100;

async function readEach(keys: readonly string[], lists: Lists): Promise<InsightGroup[]> {
  const found = await Promise.all(keys.map((key) => lists.readGroup(key)));
  return found.filter((group) => group !== undefined);
}

/** Finds the group of a key among those that were observed. */
export function findObserved(groups: ObservedGroups, key: string): InsightGroup | undefined {
  return groups.get(key.toLowerCase());
}

function indexByKey(groups: readonly InsightGroup[]): Map<string, InsightGroup> {
  return new Map(groups.map((group) => [group.key.toLowerCase(), group]));
}
