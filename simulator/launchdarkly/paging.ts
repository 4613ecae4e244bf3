import { createHash } from 'node:crypto';
import { type Call, validationFailed } from './exchange.ts';

interface Link {
  readonly href: string;
  readonly type: string;
}

/** One page of a collection, with the keys of every collection of the API. */
export interface Page<Item> {
  readonly totalCount?: number;
  readonly items: Item[];
  readonly _links: Readonly<Record<string, Link>>;
}

/** Builds a link within the API: its `href` is a relative path, as in all of LaunchDarkly's examples. */
export function linkTo(href: string): Link {
  return { href, type: 'application/json' };
}

function readInteger(
  call: Call,
  range: { name: string; fallback: number; min: number; max?: number },
): number {
  const { name, fallback, min, max = Number.MAX_SAFE_INTEGER } = range;
  const text = call.query.get(name);
  if (text === null) {
    return fallback;
  }
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) {
    return value;
  }
  const reason = range.max === undefined ? `must be at least ${min}` : rangeReason(min, max);
  throw validationFailed([{ attribute: name, reason }]);
}

function rangeReason(min: number, max: number): string {
  return `must be between ${min} and ${max} inclusive`;
}

/** What a list documents about its pages. */
export interface PageRules {
  readonly defaultLimit: number;
  /** A larger limit is answered 400, unless the behaviour clamps it. */
  readonly documentedMaxLimit?: number;
  readonly isTotalCountRequired?: true;
}

/**
 * Cuts the page that `limit` and `offset` ask for out of a collection, as the behaviour says. Links to pages
 * that do not exist are left out. Throws 400 for a limit or an offset out of range.
 */
export function cutPage<Item>(call: Call, items: readonly Item[], rules: PageRules): Page<Item> {
  const { sendsNextLink, sendsTotalCount } = call.behaviour;
  const limit = readLimit(call, rules);
  const offset = readInteger(call, { name: 'offset', fallback: 0, min: 0 });
  const { all, start } = arrangeItems(call, items, offset);

  const pageAt = (pageStart: number): Link => {
    const query = new URLSearchParams(call.query);
    query.set('limit', `${limit}`);
    query.set('offset', `${pageStart}`);
    return linkTo(`${call.path}?${query}`);
  };
  const search = call.query.size === 0 ? '' : `?${call.query}`;
  const hasPrevious = offset > 0;
  const hasNext = offset + limit < all.length && sendsNextLink;
  return {
    ...(sendsTotalCount || rules.isTotalCountRequired ? { totalCount: all.length } : {}),
    items: all.slice(start, start + limit),
    _links: {
      self: linkTo(`${call.path}${search}`),
      ...(hasPrevious ? { first: pageAt(0), prev: pageAt(Math.max(0, offset - limit)) } : {}),
      ...(hasNext
        ? { next: pageAt(offset + limit), last: pageAt(lastStart(all.length, limit)) }
        : {}),
    },
  };
}

function readLimit(call: Call, rules: PageRules): number {
  const { maxPageSize } = call.behaviour;
  const { defaultLimit, documentedMaxLimit } = rules;
  if (maxPageSize === 'documented') {
    return readInteger(call, {
      name: 'limit',
      fallback: defaultLimit,
      min: 1,
      ...(documentedMaxLimit === undefined ? {} : { max: documentedMaxLimit }),
    });
  }
  const limit = readInteger(call, { name: 'limit', fallback: defaultLimit, min: 1 });
  return Math.min(limit, maxPageSize, documentedMaxLimit ?? maxPageSize);
}

/** Puts the items of a list into the order of this request, and says where the page at `offset` starts. */
function arrangeItems<Item>(
  call: Call,
  items: readonly Item[],
  offset: number,
): { all: readonly Item[]; start: number } {
  switch (call.behaviour.listOrder) {
    case 'documented':
      return { all: items, start: offset };
    case 'shuffled': {
      // A hash instead of a random number, so that every run has the same orders.
      const rank = (index: number): string =>
        createHash('sha256').update(`${call.requestNumber} ${index}`).digest('hex');
      const ranked = items.map((item, index) => ({ item, rank: rank(index) }));
      ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
      return { all: ranked.map(({ item }) => item), start: offset };
    }
    case 'moving':
      return {
        all: items,
        start: offset === 0 ? 0 : offset + (call.requestNumber % 2 === 0 ? 1 : -1),
      };
  }
}

function lastStart(count: number, limit: number): number {
  return Math.floor((count - 1) / limit) * limit;
}
