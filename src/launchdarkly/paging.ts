/** One page of a list, as far as it could be read. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** How many items the page had, those that could not be read included. */
  readonly length: number;
  /** How many items the whole list has; undefined where the server does not say. */
  readonly totalCount: number | undefined;
  /** Whether the server links to a next page. */
  readonly hasNext: boolean;
}

/** The most pages that are read of one list: far more than LaunchDarkly has items, and an end to a list without one. */
const MAX_PAGES = 10_000;

/**
 * Reads the pages of a list that follow `first`, and returns the items of all of them, each key once.
 *
 * A short page is not the end, because a server may clamp the page size; so pages advance by what came,
 * until none is left by the count or the link, or a page is empty. Where the count is known, the pages
 * are asked for all at once; `readPage` is expected to limit how many are in flight.
 *
 * The result is a hint: a list that changes while it is read can skip and repeat items.
 */
export async function readRemainingPages<Item extends { readonly key: string }>(
  first: Page<Item>,
  readPage: (offset: number) => Promise<Page<Item>>,
): Promise<Item[]> {
  const pages = [first];
  let last = first;
  let offset = first.length;
  if (first.totalCount !== undefined && first.length > 0) {
    const offsets = [];
    for (let next = offset; next < first.totalCount && offsets.length < MAX_PAGES; ) {
      offsets.push(next);
      next += first.length;
    }
    const rest = await Promise.all(offsets.map(readPage));
    const isComplete = rest.every(
      ({ length }, index) => length === first.length || index === rest.length - 1,
    );
    pages.push(...rest);
    if (isComplete) {
      last = rest.at(-1) ?? first;
      offset += rest.reduce((sum, { length }) => sum + length, 0);
    }
    // Else items between the pages are missing: the list is read on from the end of its first page.
  }
  while (hasMore(last, offset) && pages.length < MAX_PAGES) {
    last = await readPage(offset);
    pages.push(last);
    offset += last.length;
  }
  return [...new Map(pages.flatMap(({ items }) => items).map((item) => [item.key, item])).values()];
}

function hasMore({ length, totalCount, hasNext }: Page<unknown>, offset: number): boolean {
  return length > 0 && (hasNext || (totalCount !== undefined && offset < totalCount));
}
