import { describe, expect, test } from 'vitest';
import { type Page, readRemainingPages, readWholeList } from '../../../src/launchdarkly/paging.ts';

interface Item {
  readonly key: string;
}

interface ListOptions {
  /** The server's page size, whatever the limit in the request. */
  readonly pageSize: number;
  readonly isCounted?: boolean;
  readonly isLinked?: boolean;
  /** Responses that differ from the true page, by offset. */
  readonly odd?: Readonly<Record<number, readonly string[]>>;
}

async function readAll(keys: readonly string[], options: ListOptions) {
  const { pageSize, isCounted = true, isLinked = true, odd = {} } = options;
  const offsets: number[] = [];
  const readPage = async (offset: number): Promise<Page<Item>> => {
    offsets.push(offset);
    const shown = odd[offset] ?? keys.slice(offset, offset + pageSize);
    return {
      items: shown.map((key) => ({ key })),
      length: shown.length,
      totalCount: isCounted ? keys.length : undefined,
      hasNext: isLinked && offset + shown.length < keys.length,
    };
  };
  const { items } = await readRemainingPages(await readPage(0), readPage);
  return { keys: items.map(({ key }) => key), offsets };
}

function makeKeys(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `key-${index}`);
}

test.each([
  ['count and links', {}],
  ['only the count', { isLinked: false }],
  ['only links', { isCounted: false }],
])('reads a list with %s to its end, one request per page', async (_, options) => {
  const keys = makeKeys(45);
  const all = await readAll(keys, { pageSize: 20, ...options });
  expect(all.keys).toEqual(keys);
  expect(all.offsets).toEqual([0, 20, 40]);
});

test('reads a list of one page with one request', async () => {
  const all = await readAll(makeKeys(20), { pageSize: 20 });
  expect(all.offsets).toEqual([0]);
});

test('stops at the first page of an empty list, even when its count claims otherwise', async () => {
  expect((await readAll([], { pageSize: 20 })).offsets).toEqual([0]);
  expect((await readAll(makeKeys(3), { pageSize: 0 })).offsets).toEqual([0]);
});

test('does not take a page size clamped by the server for the end of the list', async () => {
  const keys = makeKeys(23);
  expect((await readAll(keys, { pageSize: 7 })).keys).toEqual(keys);
  expect((await readAll(keys, { pageSize: 7, isCounted: false })).keys).toEqual(keys);
});

test('continues after a short page in the middle of a list', async () => {
  const keys = makeKeys(60);
  const all = await readAll(keys, { pageSize: 20, odd: { 20: keys.slice(20, 30) } });
  expect(new Set(all.keys)).toEqual(new Set(keys));
});

test('counts an item that two pages repeat once', async () => {
  const keys = makeKeys(40);
  const all = await readAll(keys, { pageSize: 20, odd: { 20: keys.slice(19, 39) } });
  expect(all.keys).toHaveLength(39);
});

test('gives up on a list that never ends after an empty page', async () => {
  const all = await readAll(makeKeys(5), { pageSize: 5, isCounted: false, odd: { 5: [] } });
  expect(all.keys).toHaveLength(5);
});

test('reads a list again from its second page when a page was short and the last one is empty', async () => {
  const keys = makeKeys(60);
  const odd: Record<number, readonly string[]> = { 20: keys.slice(20, 25), 40: [] };
  const all = await readAll(keys, { pageSize: 20, odd });
  expect(all.keys).toEqual(keys);
});

test('asks for all pages after the first at once where the server counts', async () => {
  const keys = makeKeys(50);
  let waiting = 0;
  let release: (() => void) | undefined;
  const all = new Promise<void>((resolve) => {
    release = resolve;
  });
  const readPage = async (offset: number): Promise<Page<Item>> => {
    if (offset > 0) {
      waiting += 1;
      if (waiting === 4) {
        release?.();
      }
      // Nothing is answered before all have been asked for.
      await all;
    }
    const items = keys.slice(offset, offset + 10).map((key) => ({ key }));
    return { items, length: items.length, totalCount: keys.length, hasNext: false };
  };
  const { items } = await readRemainingPages(await readPage(0), readPage);
  expect(items.map(({ key }) => key)).toEqual(keys);
});

test('goes by the largest of the counts that the pages name', async () => {
  const readPage = async (offset: number): Promise<Page<Item>> => {
    const items = offset < 4 ? [{ key: `${offset}` }, { key: `${offset + 1}` }] : [];
    return { items, length: items.length, totalCount: offset === 0 ? 4 : 5, hasNext: false };
  };
  const read = await readRemainingPages(await readPage(0), readPage);
  expect(read).toMatchObject({ totalCount: 5, isComplete: false });
});

test.each([
  ['each once', ['a', 'b', 'c'], true],
  ['one twice', ['a', 'b', 'b'], false],
])('without a count, a list that shows items %s is complete: %s, %s', async (_, keys, complete) => {
  const readPage = async (offset: number): Promise<Page<Item>> => {
    const items = keys.slice(offset, offset + 2).map((key) => ({ key }));
    return { items, length: items.length, totalCount: undefined, hasNext: offset === 0 };
  };
  const read = await readRemainingPages(await readPage(0), readPage);
  expect(read).toMatchObject({ totalCount: undefined, isComplete: complete });
});

test('reads pages that overlap by half, so that no item between two pages is missed', async () => {
  const keys = makeKeys(25);
  const offsets: number[] = [];
  const readPage = async (offset: number): Promise<Page<Item>> => {
    offsets.push(offset);
    const start = offset === 0 ? 0 : offset + 1;
    const items = keys.slice(start, start + 10).map((key) => ({ key }));
    return { items, length: items.length, totalCount: keys.length, hasNext: false };
  };
  const read = await readRemainingPages(await readPage(0), readPage, { overlap: true });
  expect(read).toMatchObject({ isComplete: true });
  // After the last page, one item that is counted has not been seen.
  expect(offsets).toEqual([0, 5, 10, 15, 20, 24]);
});

describe('a list that skips items while it is read', () => {
  /** Reads lists of two pages that show `pages` in turn, again from the last one when all are used. */
  async function readWhole(reads: readonly (readonly string[])[], totalCounts: readonly number[]) {
    let begun = -1;
    const readPage = async (offset: number): Promise<Page<Item>> => {
      begun += offset === 0 ? 1 : 0;
      const read = Math.min(begun, reads.length - 1);
      const items = (reads[read] ?? []).slice(offset, offset + 2).map((key) => ({ key }));
      const totalCount = totalCounts[Math.min(begun, totalCounts.length - 1)];
      return { items, length: items.length, totalCount, hasNext: false };
    };
    const { items, count } = await readWholeList(await readPage(0), readPage);
    return { keys: items.map(({ key }) => key), count, reads: begun + 1 };
  }

  test('is not read again when it shows all that the server counts', async () => {
    const read = await readWhole([['a', 'b', 'c']], [3]);
    expect(read).toEqual({ keys: ['a', 'b', 'c'], count: 3, reads: 1 });
  });

  test('is put together from what each read shows', async () => {
    const reads = [
      ['a', 'b', 'b'],
      ['b', 'c', 'c'],
    ];
    expect(await readWhole(reads, [3])).toEqual({ keys: ['a', 'b', 'c'], count: 3, reads: 2 });
  });

  test('is taken from a read that shows all by itself: what it lacks is gone', async () => {
    const reads = [
      ['a', 'b', 'b'],
      ['b', 'c'],
    ];
    expect(await readWhole(reads, [3, 2])).toEqual({ keys: ['b', 'c'], count: 2, reads: 2 });
  });

  test('is read again twice in vain before the rest is given up', async () => {
    const read = await readWhole([['a', 'b']], [4]);
    expect(read).toEqual({ keys: ['a', 'b'], count: 4, reads: 3 });
  });

  test('is read again as long as that shows anything new, but eleven times at most', async () => {
    const reads = Array.from({ length: 20 }, (_, index) => [`key-${index}`]);
    const read = await readWhole(reads, [50]);
    expect(read).toMatchObject({ count: 50, reads: 11 });
    expect(read.keys).toHaveLength(11);
  });
});
