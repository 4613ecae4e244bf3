import type { DesiredEntry } from '../inputs/desired-entry.ts';
import type { InsightGroup } from '../insight-group/insight-group.ts';
import {
  indexByKey,
  type ListRead,
  type Page,
  readRemainingPages,
} from '../launchdarkly/paging.ts';
import type { Lists } from './lists.ts';

/** The groups that exist, by the key that they were asked for. */
export type ObservedGroups = ReadonlyMap<string, InsightGroup>;

/** A list of groups that is being read. See {@link beginObservation}. */
export interface Observation {
  /** Says that at least these groups will be asked for. Where that decides that all pages are read, they are read now. */
  anticipate(keys: readonly string[]): void;
  /**
   * Finds out which of the groups with these keys exist. What is found is a hint: the list may lag, skip and repeat.
   *
   * @throws {ActionError} when the groups can't be read
   */
  find(keys: readonly string[]): Promise<ObservedGroups>;
}

/**
 * Begins to find out which groups exist, at the same time as it is found out which ones `entries` ask for:
 * reads the first page of their list, unless there are no entries.
 *
 * The list can't be filtered by key, so the first page, which tells how many groups the account has, decides
 * what is cheaper: the other pages, or one read for each key that is not on it.
 */
export function beginObservation(entries: readonly DesiredEntry[], lists: Lists): Observation {
  if (entries.length === 0) {
    return { anticipate: () => {}, find: async () => new Map() };
  }
  const readingFirst = lists.readGroupPage(0);
  // Whoever never asks for groups does not care why they can't be read.
  readingFirst.catch(ignore);
  let reading: Promise<ListRead<InsightGroup>> | undefined;
  const readAll = (first: Page<InsightGroup>) => {
    reading ??= readRemainingPages(first, (offset) => lists.readGroupPage(offset));
    return reading;
  };
  return {
    anticipate(keys) {
      const readAhead = async () => {
        const first = await readingFirst;
        if (isListCheaper(first, keys)) {
          await readAll(first);
        }
      };
      readAhead().catch(ignore);
    },
    async find(keys) {
      if (keys.length === 0) {
        return new Map();
      }
      const first = await readingFirst;
      return isListCheaper(first, keys)
        ? findListed(keys, await readAll(first), lists)
        : readSingly(listMissing(first, keys), indexByKey(first.items), lists);
    },
  };
}

function ignore(): void {}

function listMissing({ items }: Page<InsightGroup>, keys: readonly string[]): string[] {
  const seen = indexByKey(items);
  return keys.filter((key) => !seen.has(key));
}

/** True for more keys whenever it is true for some of them. */
function isListCheaper(first: Page<InsightGroup>, keys: readonly string[]): boolean {
  const { length, totalCount = length } = first;
  const pages = length === 0 ? 1 : Math.ceil(totalCount / length);
  return pages - 1 <= listMissing(first, keys).length;
}

function findListed(
  keys: readonly string[],
  { items, isComplete }: ListRead<InsightGroup>,
  lists: Lists,
): Promise<ObservedGroups> {
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
