import { isDeepStrictEqual } from 'node:util';
import { invalidBody, isJsonObject, patchFailed } from './exchange.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Applies a JSON Patch (RFC 6902) to a flat document whose values are scalars or arrays, all or nothing.
 *
 * The body is the array of operations or LaunchDarkly's `{ comment, patch }` around it. `add`, `replace`
 * and `remove` are for the editable attributes only, `test` for any. Throws 400 when the body is not a list
 * of `{ op, path }` objects, and 422 when an operation cannot be applied.
 */
export function applyJsonPatch(
  document: Json,
  body: unknown,
  editable: ReadonlySet<string>,
): Record<string, unknown> {
  // https://launchdarkly.com/docs/api#updates-with-comments
  const operations = isJsonObject(body) ? body['patch'] : body;
  if (!Array.isArray(operations)) {
    throw invalidBody({ attribute: 'body', reason: 'must be a list of patch operations' });
  }
  for (const [index, operation] of operations.entries()) {
    if (!isPatchOperation(operation)) {
      throw invalidBody({ attribute: `${index}`, reason: 'must have an op and a path' });
    }
  }
  let patched: Record<string, unknown> = { ...document };
  for (const operation of operations) {
    patched = applyOperation(patched, operation, editable);
  }
  return patched;
}

function isPatchOperation(value: unknown): boolean {
  return (
    isJsonObject(value) && typeof value['op'] === 'string' && typeof value['path'] === 'string'
  );
}

function applyOperation(
  document: Json,
  operation: unknown,
  editable: ReadonlySet<string>,
): Record<string, unknown> {
  if (!isJsonObject(operation)) {
    throw patchFailed();
  }
  const { op, path, value } = operation;
  const [root, ...tokens] = typeof path === 'string' ? path.split('/') : [];
  const [attribute, element, ...deeper] = tokens.map((token) =>
    token.replaceAll('~1', '/').replaceAll('~0', '~'),
  );
  if (root !== '' || attribute === undefined || deeper.length > 0) {
    throw patchFailed();
  }
  if (op !== 'test' && !editable.has(attribute)) {
    throw patchFailed();
  }
  if (op !== 'remove' && !('value' in operation)) {
    throw patchFailed();
  }
  if (element !== undefined) {
    const list = document[attribute];
    if (!Array.isArray(list)) {
      throw patchFailed();
    }
    return { ...document, [attribute]: editList(list, { op, element, value }) };
  }
  const exists = attribute in document;
  switch (op) {
    case 'add':
      return { ...document, [attribute]: value };
    case 'replace':
      // "The target location MUST exist for the operation to be successful" (RFC 6902, 4.3).
      if (!exists) {
        throw patchFailed();
      }
      return { ...document, [attribute]: value };
    case 'remove': {
      if (!exists) {
        throw patchFailed();
      }
      const { [attribute]: _removed, ...rest } = document;
      return rest;
    }
    case 'test':
      if (!exists || !isDeepStrictEqual(document[attribute], value)) {
        throw patchFailed();
      }
      return { ...document };
    default:
      throw patchFailed();
  }
}

function editList(
  list: readonly unknown[],
  edit: { op: unknown; element: string; value: unknown },
): unknown[] {
  const { op, element, value } = edit;
  const isEnd = element === '-';
  if (!isEnd && !/^(0|[1-9]\d*)$/.test(element)) {
    throw patchFailed();
  }
  const index = isEnd ? list.length : Number(element);
  if (index > (op === 'add' ? list.length : list.length - 1)) {
    throw patchFailed();
  }
  switch (op) {
    case 'add':
      return list.toSpliced(index, 0, value);
    case 'replace':
      return list.with(index, value);
    case 'remove':
      return list.toSpliced(index, 1);
    case 'test':
      if (!isDeepStrictEqual(list[index], value)) {
        throw patchFailed();
      }
      return [...list];
    default:
      throw patchFailed();
  }
}
