import { parseJson } from '../parse-json.ts';

/*
 * What a workflow or a file may say about a group. The rules know nothing of where a text comes from:
 * inputs and the groups file share them, and with them every sentence.
 */

/** One reason why a text is not valid, as the rest of a sentence that starts with the name of the input. */
export interface RuleProblem {
  readonly message: string;
  /** Which item of a list is meant, from 0. */
  readonly item?: number;
}

/** A text that follows its rule, as what it means; or every reason why it does not. */
export type Ruling<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly problems: readonly RuleProblem[] };

/**
 * "Must contain only letters, numbers, '.', '-', or '_' and must start with an alphanumeric."
 *
 * @see https://github.com/launchdarkly/terraform-provider-launchdarkly the rule for all keys of resources
 */
const KEY = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** The rule for keys in words. */
export const KEY_RULE =
  'expected letters, digits, ".", "-" and "_", the first one a letter or a digit';

/** Tells whether `text` may be the key of a project, an environment or a group. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** How the reason for a text that is not given begins. */
export const IS_REQUIRED = 'is required';

/** Reads one key, without patterns and placeholders. */
export function parseKey(text: string): Ruling<string> {
  if (text === '') {
    return invalid(IS_REQUIRED);
  }
  return isKey(text) ? valid(text) : invalid(explainInvalid(text, KEY_RULE));
}

/** Quotes that belong to the workflow's YAML or to a shell, and have become part of the value. */
const IN_QUOTES = /^(["'`]).*\1$/s;

/** Explains a text that does not follow `rule`, which completes the sentence "is not valid; …". */
export function explainInvalid(text: string, rule: string): string {
  return `"${text}" is not valid; ${IN_QUOTES.test(text) ? 'leave out the quotes' : rule}`;
}

/** What breaks a line: control characters and line separators, of which there are no others in Unicode. */
const LINE_OR_CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Tells whether a text is one line, without control characters. */
export function isOneLine(text: string): boolean {
  return !LINE_OR_CONTROL.test(text);
}

/** White space, and characters that no font shows, such as a zero-width space. */
const NOTHING_VISIBLE = /^[\s\p{Default_Ignorable_Code_Point}]*$/u;

/** Says what is wrong with a display name, apart from its placeholders; undefined when nothing is. */
export function findNameProblem(text: string): string | undefined {
  if (NOTHING_VISIBLE.test(text)) {
    return `${IS_REQUIRED}: the group's display name`;
  }
  return isOneLine(text) ? undefined : 'expected one line, without control characters';
}

/** The rule of LaunchDarkly's SDKs for application ids. Unlike another key, one may start with any of these. */
const APPLICATION_KEY = /^[a-zA-Z0-9_.-]+$/;

const APPLICATION_RULE =
  'expected application keys, one per line or separated by commas: letters, digits, ".", "-" and "_"';

const ALL_APPLICATIONS = 'for all applications, leave applications out';

/**
 * Reads application keys: one per line, separated by commas, or as a JSON array of texts, which is how
 * the output `applications` has them. Blanks and duplicates are dropped. Empty means all applications.
 */
export function parseApplications(text: string): Ruling<readonly string[]> {
  if (!text.trimStart().startsWith('[')) {
    return checkApplications(splitList(text));
  }
  const items = parseJson(text);
  if (!Array.isArray(items)) {
    return invalid(`"${text.trim()}" is not valid JSON; expected an array such as ["api", "web"]`);
  }
  const others = items.flatMap((item: unknown, index) =>
    typeof item === 'string'
      ? []
      : [
          {
            message: `${JSON.stringify(item)} is not valid; expected a text in quotes`,
            item: index,
          },
        ],
  );
  return others.length > 0
    ? { kind: 'invalid', problems: others }
    : checkApplications(items.map((item) => String(item).trim()));
}

/** Checks application keys that are a list already. */
export function checkApplications(keys: readonly string[]): Ruling<readonly string[]> {
  const problems = keys.flatMap((key, item) =>
    APPLICATION_KEY.test(key)
      ? []
      : [{ message: explainInvalid(key, key === '*' ? ALL_APPLICATIONS : APPLICATION_RULE), item }],
  );
  return problems.length > 0 ? { kind: 'invalid', problems } : valid([...new Set(keys)]);
}

/** Splits at new lines and commas, trims, and drops blanks. */
export function splitList(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Longer keys are refused for some resources, in characters. The server decides, so this only warns. */
const USUAL_KEY_LENGTH = 100;

/** Warns of a key that LaunchDarkly may refuse for its length alone; undefined for any other. */
export function warnOfKeyLength(input: string, key: string): string | undefined {
  return key.length > USUAL_KEY_LENGTH
    ? `The input ${input} has ${key.length} characters; LaunchDarkly may refuse keys of more than ${USUAL_KEY_LENGTH}.`
    : undefined;
}

/** A ruling that accepts. */
export function valid<T>(value: T): Ruling<T> {
  return { kind: 'valid', value };
}

/** A ruling that refuses for one reason. */
export function invalid(message: string): Ruling<never> {
  return { kind: 'invalid', problems: [{ message }] };
}
