import { readFileSync } from 'node:fs';
import { z } from 'zod';

const excerptSchema = z.object({
  responses: z.record(z.string(), z.record(z.string(), z.string().nullable())),
  definitions: z.record(z.string(), z.record(z.string(), z.unknown())),
});

const { responses, definitions } = excerptSchema.parse(
  JSON.parse(readFileSync(new URL('launchdarkly-openapi.json', import.meta.url), 'utf8')),
);

const schemas = new Map(
  Object.keys(definitions).map((name) => [
    name,
    z.fromJSONSchema({
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions,
      $ref: `#/definitions/${name}`,
    }),
  ]),
);

/** The operations that the excerpt of LaunchDarkly's OpenAPI document describes: `GET /api/v2/…`. */
export const documentedOperations: readonly string[] = Object.keys(responses);

/**
 * Says in what an answer differs from LaunchDarkly's OpenAPI document; undefined when in nothing, or
 * when the operation is not in the excerpt. Answers 404 and 405 of the router itself are not documented.
 */
export function findDeviation(exchange: {
  readonly method: string;
  /** The path without a query. */
  readonly path: string;
  readonly status: number;
  /** The parsed body; undefined when there was none. */
  readonly body: unknown;
}): string | undefined {
  const { method, path, status, body } = exchange;
  const operation = documentedOperations.find((name) => isMatch(name, method, path));
  if (operation === undefined) {
    return undefined;
  }
  const schemaName = responses[operation]?.[`${status}`];
  if (schemaName === undefined) {
    return `${operation} documents no ${status}`;
  }
  if (schemaName === null) {
    return body === undefined ? undefined : `${operation} documents no body for ${status}`;
  }
  const result = schemas.get(schemaName)?.safeParse(body);
  return result?.success
    ? undefined
    : `${operation} ${status} is not a ${schemaName}: ${result?.error.message}`;
}

function isMatch(operation: string, method: string, path: string): boolean {
  const [verb, template = ''] = operation.split(' ');
  const expected = template.split('/');
  const actual = path.split('/');
  return (
    verb === method &&
    expected.length === actual.length &&
    expected.every((segment, index) => segment.startsWith('{') || segment === actual[index])
  );
}
