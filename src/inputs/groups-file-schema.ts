import * as z from 'zod/mini';
import { checkApplications, parseApplications, type Ruling } from './rules.ts';
import { checkSelector, parseSelector } from './selector.ts';
import { parseKeyTemplate, parseNameTemplate } from './template.ts';

/*
 * The shape of the groups file. The same schema checks the file and, as insight-groups.schema.json, helps
 * editors. JSON Schema knows no code, so each text carries a regular expression of the same meaning as the
 * rule that is applied here; a test holds the two together.
 */

/** The most entries that a file may have. */
const MAX_ENTRIES = 1_000;

const KEY_TEMPLATE =
  '^\\s*(?:[a-zA-Z0-9]|\\{(?:project|environment)\\})(?:[a-zA-Z0-9_.-]|\\{(?:project|environment)\\})*\\s*$';

// \p{Cc}, \p{Zl} and \p{Zp} spelt out, for validators that leave the flag u away.
const NAME_CHARACTER = '[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029{}]';
const NAME_TEMPLATE = `^\\s*(?!\\s)(?:${NAME_CHARACTER}|\\{(?:project|environment)(?:-name)?\\})+\\s*$`;

const KEY_OR_PATTERN = '!?[a-zA-Z0-9*?][a-zA-Z0-9_.*?-]*';
const APPLICATION = '[a-zA-Z0-9_.-]+';

function listOf(item: string): string {
  return `[\\s,]*${item}(?:[^\\S\\n]*[\\n,][\\s,]*${item})*[\\s,]*`;
}

/** Reads a text by a rule. Each of the rule's problems becomes an issue. */
function ruledText<T>(rule: (text: string) => Ruling<T>, pattern: string) {
  return z.pipe(
    z.string('expected text').check(z.meta({ pattern })),
    z.transform((text: string, context) => applyRule(rule(text.trim()), context)),
  );
}

function ruledList<T>(
  rule: (items: readonly string[]) => Ruling<T>,
  { pattern, minItems }: { readonly pattern: string; readonly minItems?: number },
) {
  return z.pipe(
    z
      .array(z.string('expected text').check(z.meta({ pattern })), 'expected a list')
      .check(z.meta(minItems === undefined ? {} : { minItems })),
    z.transform((items: string[], context) =>
      applyRule(rule(items.map((item) => item.trim())), context),
    ),
  );
}

function applyRule<T>(ruling: Ruling<T>, context: z.core.ParsePayload): T {
  if (ruling.kind === 'valid') {
    return ruling.value;
  }
  for (const { message, item } of ruling.problems) {
    context.issues.push({
      code: 'custom',
      message,
      input: undefined,
      // Of a list in one text, no item has a place of its own.
      ...(Array.isArray(context.value) && item !== undefined ? { path: [item] } : {}),
      // Lets a union take the branch of the right type for the one that was meant.
      continue: true,
    });
  }
  return z.NEVER;
}

/** Describes a member for editors. */
function described<T extends z.core.SomeType>(
  schema: T,
  description: string,
): z.ZodMiniOptional<T> {
  return z.optional(schema).check(z.describe(description));
}

const selector = z.union(
  [
    ruledText(parseSelector, `^${listOf(KEY_OR_PATTERN)}$`),
    ruledList(checkSelector, { pattern: `^\\s*${KEY_OR_PATTERN}\\s*$`, minItems: 1 }),
  ],
  'expected text or a list',
);

const shared = {
  name: described(
    ruledText(parseNameTemplate, NAME_TEMPLATE),
    'The display name. May hold {project}, {environment}, {project-name} and {environment-name}.',
  ),
  project: described(
    selector,
    'The key of the project, or several keys and patterns: * and ? are wildcards, ! in front excludes.',
  ),
  environment: described(
    selector,
    'The key of the environment, or several keys and patterns: * and ? are wildcards, ! in front excludes.',
  ),
  applications: described(
    z.union(
      [
        ruledText(
          parseApplications,
          `^(?:${listOf(APPLICATION)}|[\\s,]*|\\s*\\[[\\s\\S]*\\]\\s*)$`,
        ),
        ruledList(checkApplications, { pattern: `^\\s*${APPLICATION}\\s*$` }),
      ],
      'expected text or a list',
    ),
    'The keys of the applications to score. All applications when left out.',
  ),
};

/** What entries say unless they say otherwise. */
export const defaultsSchema = z.strictObject(
  shared,
  'expected name, project, environment or applications',
);

/** One group, or one for each project and environment that it matches. */
export const entrySchema = z.strictObject(
  {
    key: ruledText(parseKeyTemplate, KEY_TEMPLATE).check(
      z.describe(
        'The key, unique in the whole LaunchDarkly account. May hold {project} and {environment}.',
      ),
    ),
    ...shared,
    state: described(
      z.enum(['present', 'absent'], 'expected present or absent'),
      'Set to absent to delete the group. Nothing else ever deletes one.',
    ),
  },
  'expected an entry with key, name, project and environment',
);

/** The whole file. */
export const groupsFileSchema = z
  .strictObject(
    {
      defaults: z
        .nullish(defaultsSchema)
        .check(z.describe('What entries say unless they say something else.')),
      groups: z
        .nullish(
          z
            .array(entrySchema, 'expected a list of entries, each of which starts with "- "')
            .check(
              z.maxLength(
                MAX_ENTRIES,
                `has more than ${MAX_ENTRIES} entries; split the file, one step for each part`,
              ),
            ),
        )
        .check(z.describe('The insight groups that should exist, or be absent.')),
    },
    'expected a map with groups and, if need be, defaults',
  )
  .check(z.meta({ title: 'LaunchDarkly insight groups' }));

/** What an entry says. */
export type EntryMembers = z.output<typeof entrySchema>;

/** What `defaults` says. */
export type DefaultsMembers = z.output<typeof defaultsSchema>;
