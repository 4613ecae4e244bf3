import { type Call, validationFailed } from './exchange.ts';

interface Link {
  readonly href: string;
  readonly type: string;
}

/** One page of a collection, with the keys of every collection of the API. */
export interface Page<Item> {
  readonly totalCount: number;
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

/**
 * Cuts the page that `limit` and `offset` ask for out of a collection. Links to pages that do not exist
 * are left out. Throws 400 for a limit or an offset out of range.
 */
export function cutPage<Item>(
  call: Call,
  all: readonly Item[],
  limits: { readonly defaultLimit: number; readonly maxLimit?: number },
): Page<Item> {
  const limit = readInteger(call, {
    name: 'limit',
    fallback: limits.defaultLimit,
    min: 1,
    ...(limits.maxLimit === undefined ? {} : { max: limits.maxLimit }),
  });
  const offset = readInteger(call, { name: 'offset', fallback: 0, min: 0 });

  const pageAt = (start: number): Link => {
    const query = new URLSearchParams(call.query);
    query.set('limit', `${limit}`);
    query.set('offset', `${start}`);
    return linkTo(`${call.path}?${query}`);
  };
  const search = call.query.size === 0 ? '' : `?${call.query}`;
  const hasPrevious = offset > 0;
  const hasNext = offset + limit < all.length;
  return {
    totalCount: all.length,
    items: all.slice(offset, offset + limit),
    _links: {
      self: linkTo(`${call.path}${search}`),
      ...(hasPrevious ? { first: pageAt(0), prev: pageAt(Math.max(0, offset - limit)) } : {}),
      ...(hasNext
        ? { next: pageAt(offset + limit), last: pageAt(lastStart(all.length, limit)) }
        : {}),
    },
  };
}

function lastStart(count: number, limit: number): number {
  return Math.floor((count - 1) / limit) * limit;
}
