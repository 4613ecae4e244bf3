import * as z from 'zod/mini';
import type { FieldProblem } from '../errors.ts';
import type { InsightGroup } from '../insight-group/insight-group.ts';
import type { Page } from './paging.ts';

/*
 * What LaunchDarkly answers. The live API is loose where its documentation is strict: optional members
 * come as null, times as strings of digits. So only what the action cannot do without is required,
 * members that are not understood read as missing, and unknown ones are dropped. Above all
 * `environment`, which holds SDK and mobile keys, has no place in any of these shapes.
 */

/** The largest time that JavaScript's Date can show, in epoch milliseconds. */
const MAX_EPOCH_MS = 8.64e15;

/** Makes a member optional in every way: missing, null or of a shape that is not understood. */
function loose<T extends z.ZodMiniType>(schema: T) {
  return z.catch(z.optional(schema), undefined);
}

const epochMs = z.pipe(
  z.union([z.number(), z.string().check(z.regex(/^\d{1,16}$/))]),
  z.pipe(z.transform(Number), z.int().check(z.minimum(0), z.maximum(MAX_EPOCH_MS))),
);

const nonEmpty = z.string().check(z.minLength(1));

const score = {
  score: z.number(),
  indicator: z.catch(z.string(), 'unknown'),
};

const metricScore = loose(
  z.object({
    ...score,
    indicatorRange: loose(z.object({ min: z.number(), max: z.number() })),
    aggregateOf: loose(z.array(z.string())),
    diffVsLastPeriod: loose(z.number()),
    lastPeriod: loose(z.object(score)),
  }),
);

const period = loose(z.object({ startTime: epochMs, endTime: epochMs }));

const insightGroup = z.object({
  key: nonEmpty,
  name: z.string(),
  projectKey: nonEmpty,
  environmentKey: nonEmpty,
  applicationKeys: z.pipe(
    z.nullish(z.array(z.string())),
    z.transform((keys) => keys ?? []),
  ),
  createdAt: loose(epochMs),
  scores: loose(
    z.object({
      overall: metricScore,
      velocity: metricScore,
      deploymentFrequency: metricScore,
      leadTime: metricScore,
      risk: metricScore,
      deploymentFailureRate: metricScore,
      impactSize: metricScore,
      efficiency: metricScore,
      flagHealth: metricScore,
      experimentationCoverage: metricScore,
      creationRatio: metricScore,
    }),
  ),
  scoreMetadata: loose(z.object({ period, lastPeriod: period })),
});

/** Reads an `InsightGroup`; undefined when `json` is none. */
export function parseInsightGroup(json: unknown): InsightGroup | undefined {
  return z.safeParse(insightGroup, json).data;
}

const failureReason = z.object({
  attribute: z.catch(z.string(), ''),
  reason: z.catch(z.string(), ''),
});

const errorBody = z.object({
  code: loose(z.string()),
  message: loose(z.string()),
  id: loose(z.string()),
  errors: z.catch(z.array(failureReason), []),
});

/** What an error body says. Everything in it may be missing, for the live API's 401 and 403 are terse. */
export interface ErrorBody {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** An id that LaunchDarkly's support can look the request up by. */
  readonly id?: string | undefined;
  readonly errors: readonly FieldProblem[];
}

/** Reads an error body of any shape. */
export function parseErrorBody(json: unknown): ErrorBody {
  return z.safeParse(errorBody, json).data ?? { errors: [] };
}

/** A project or an environment, as a list shows it. Nothing else of one is read: environments carry SDK keys. */
export interface NamedKey {
  readonly key: string;
  readonly name: string;
}

const namedKey = z.pipe(
  z.object({ key: nonEmpty, name: loose(z.string()) }),
  z.transform(({ key, name }): NamedKey => ({ key, name: name ?? key })),
);

const list = z.object({
  items: z.array(z.unknown()),
  totalCount: loose(z.int().check(z.minimum(0))),
  _links: loose(z.object({ next: loose(z.object({ href: z.string() })) })),
});

function parsePage<Item>(
  json: unknown,
  parseItem: (item: unknown) => Item | undefined,
): Page<Item> | undefined {
  const page = z.safeParse(list, json).data;
  return (
    page && {
      items: page.items.map(parseItem).filter((item) => item !== undefined),
      length: page.items.length,
      totalCount: page.totalCount,
      hasNext: page._links?.next !== undefined,
    }
  );
}

/** Reads one page of projects or environments: their keys and names, and nothing else. */
export function parseNamedKeyPage(json: unknown): Page<NamedKey> | undefined {
  return parsePage(json, parseNamedKey);
}

/** Reads one page of insight groups. */
export function parseGroupPage(json: unknown): Page<InsightGroup> | undefined {
  return parsePage(json, parseInsightGroup);
}

/** Reads a project or an environment: its key and its name, and nothing else. */
export function parseNamedKey(json: unknown): NamedKey | undefined {
  return z.safeParse(namedKey, json).data;
}

const callerIdentity = z.object({
  authKind: loose(z.string()),
  tokenKind: loose(z.string()),
  tokenName: loose(z.string()),
  serviceToken: loose(z.boolean()),
  scopes: loose(z.array(z.string())),
});

/** What LaunchDarkly knows of the credential that a request came with. */
export type CallerIdentity = z.infer<typeof callerIdentity>;

/** Reads a caller identity; undefined when `json` is none. */
export function parseCallerIdentity(json: unknown): CallerIdentity | undefined {
  return z.safeParse(callerIdentity, json).data;
}
