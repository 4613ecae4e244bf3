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

/** The items of a list, each key once. */
export interface WholeList<Item> {
  readonly items: readonly Item[];
  /** How many items the list has: more than `items` where the server counts some that it did not show. */
  readonly count: number;
}

/** The items of a list as it was read once. */
export interface ListRead<Item> {
  readonly items: readonly Item[];
  /** The largest count of all pages; undefined where the server does not say. */
  readonly totalCount: number | undefined;
  /** Whether nothing hints at items that were skipped. */
  readonly isComplete: boolean;
}

/** The most pages that are read of one list: far more than LaunchDarkly has items, and an end to a list without one. */
const MAX_PAGES = 10_000;

/** How often a list is read again that skips items. */
const MAX_REREADS = 10;

/** How many times in a row a list may be read again without showing anything new. */
const MAX_FRUITLESS_REREADS = 2;

/**
 * Reads the pages of a list that follow `first`. A list that changes while it is read skips items; it is
 * read again, in pages that overlap, until all have been seen that the server counts, or until reading
 * again shows nothing new.
 *
 * @throws whatever `readPage` throws
 */
export async function readWholeList<Item extends { readonly key: string }>(
  first: Page<Item>,
  readPage: (offset: number) => Promise<Page<Item>>,
): Promise<WholeList<Item>> {
  let read = await readRemainingPages(first, readPage);
  const seen = indexByKey(read.items);
  let fruitless = 0;
  for (let rereads = 0; rereads < MAX_REREADS && fruitless < MAX_FRUITLESS_REREADS; rereads += 1) {
    const { isComplete, totalCount = Number.POSITIVE_INFINITY } = read;
    if (isComplete || seen.size >= totalCount) {
      break;
    }
    const before = seen.size;
    read = await readRemainingPages(await readPage(0), readPage, { overlap: true });
    for (const item of read.items) {
      seen.set(item.key, item);
    }
    fruitless = seen.size > before ? 0 : fruitless + 1;
  }
  const items = read.isComplete ? read.items : [...seen.values()];
  return { items, count: Math.max(items.length, read.totalCount ?? 0) };
}

/**
 * Reads the pages of a list that follow `first`, once.
 *
 * A short page is not the end, because a server may clamp the page size; so pages advance by what came,
 * until none is left by the count or the link, or a page is empty. Where the count is known, the pages
 * are asked for all at once; `readPage` is expected to limit how many are in flight. With `overlap`, pages
 * advance by half of what came, so that an item that moves from one page to the next is still seen.
 */
export async function readRemainingPages<Item extends { readonly key: string }>(
  first: Page<Item>,
  readPage: (offset: number) => Promise<Page<Item>>,
  { overlap = false } = {},
): Promise<ListRead<Item>> {
  const advance = (length: number) => (overlap ? Math.ceil(length / 2) : length);
  const pages = [first];
  let last = first;
  let offset = advance(first.length);
  const counted = first.totalCount;
  if (counted !== undefined && first.length > 0) {
    const offsets: number[] = [];
    for (let next = offset; next < counted && offsets.length < MAX_PAGES; ) {
      offsets.push(next);
      next += advance(first.length);
    }
    const rest = await Promise.all(offsets.map(readPage));
    const hasGap = rest.slice(0, -1).some(({ length }) => length < first.length);
    pages.push(...rest);
    if (overlap || !hasGap) {
      last = rest.at(-1) ?? first;
      offset = (offsets.at(-1) ?? 0) + last.length;
    }
    // Else items between the pages are missing: the list is read on from the end of its first page.
  }
  while (hasMore(last, offset) && pages.length < MAX_PAGES) {
    last = await readPage(offset);
    pages.push(last);
    offset += advance(last.length);
  }
  const shown = pages.flatMap(({ items }) => items);
  const items = [...indexByKey(shown).values()];
  const counts = pages.flatMap((page) => page.totalCount ?? []);
  const totalCount = counts.length === 0 ? undefined : Math.max(...counts);
  // Without a count: an item that comes twice has moved, and others may have moved past the reader.
  return { items, totalCount, isComplete: items.length >= (totalCount ?? shown.length) };
}

/** Indexes the items of a list by their key; of two with one key the last counts. */
export function indexByKey<Item extends { readonly key: string }>(
  items: readonly Item[],
): Map<string, Item> {
  return new Map(items.map((item) => [item.key, item]));
}

function hasMore({ length, totalCount, hasNext }: Page<unknown>, offset: number): boolean {
  return length > 0 && (hasNext || (totalCount !== undefined && offset < totalCount));
}
