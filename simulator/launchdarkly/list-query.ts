import { type Call, invalidRequest } from './exchange.ts';

/** What lists filter and sort by. */
export interface Listable {
  readonly key: string;
  readonly name: string;
}

/** What a list documents about its filters and its order. */
export interface ListRules<Item> {
  readonly filters: readonly ('query' | 'tags' | 'keys')[];
  /** The allowed fields of `sort`, with what stands for them. */
  readonly sortFields: Readonly<Record<string, (item: Item) => number | string>>;
}

/**
 * Applies `filter` and `sort` to a list. Filters are separated by commas: `query:` looks in key and name
 * without regard to letter case, `tags:` finds nothing because nothing has tags here, `keys:` takes several
 * separated by `|`. Throws 400 for another filter or another field.
 */
export function selectItems<Item extends Listable>(
  call: Call,
  items: readonly Item[],
  rules: ListRules<Item>,
): Item[] {
  const selected = readList(call, 'filter').reduce<readonly Item[]>((remaining, filter) => {
    const [, field = '', value = ''] = /^([^:]*):(.*)$/s.exec(filter) ?? [];
    const matches = rules.filters.some((name) => name === field) ? matchers[field] : undefined;
    if (matches === undefined) {
      throw invalidRequest('Invalid filter');
    }
    return remaining.filter((item) => matches(item, value));
  }, items);

  const sorted = [...selected];
  // The last field first: sorting is stable, so that the first field decides.
  for (const field of readList(call, 'sort').reverse()) {
    const [, dash = '', name = ''] = /^(-?)(.*)$/s.exec(field) ?? [];
    const sortValue = Object.hasOwn(rules.sortFields, name) ? rules.sortFields[name] : undefined;
    if (sortValue === undefined) {
      throw invalidRequest('Invalid sort');
    }
    const direction = dash === '' ? 1 : -1;
    sorted.sort((a, b) => direction * compare(sortValue(a), sortValue(b)));
  }
  return sorted;
}

const matchers: Readonly<Record<string, (item: Listable, value: string) => boolean>> = {
  query: ({ key, name }, value) => `${key}\n${name}`.toLowerCase().includes(value.toLowerCase()),
  tags: (_item, value) => value === '',
  keys: ({ key }, value) => value.split('|').includes(key),
};

function readList(call: Call, parameter: string): string[] {
  return (call.query.get(parameter) ?? '').split(',').filter((part) => part !== '');
}

function compare(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : `${a}`.localeCompare(`${b}`, 'en');
}
