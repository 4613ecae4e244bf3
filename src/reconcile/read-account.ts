import type { DesiredEntry } from '../inputs/desired-entry.ts';
import type { Catalog } from './catalog.ts';
import { listKeys } from './expand.ts';
import type { Lists } from './lists.ts';
import { beginObservation, type Observation } from './observe-groups.ts';
import { readCatalog } from './read-catalog.ts';

/** What a plan for several groups is made from. */
export interface AccountRead {
  readonly catalog: Catalog;
  readonly findGroups: Observation['find'];
}

/**
 * Reads the projects and environments that entries need to be expanded, and at the same time the list of
 * groups, as far as it is sure to be needed.
 *
 * @throws {ActionError} when a list of projects or environments can't be read
 */
export async function readAccount(
  entries: readonly DesiredEntry[],
  lists: Lists,
): Promise<AccountRead> {
  const readingCatalog = readCatalog(entries, lists, (part) =>
    observation.anticipate(listKeys(entries, part)),
  );
  const observation = beginObservation(entries, lists);
  return { catalog: await readingCatalog, findGroups: observation.find };
}
