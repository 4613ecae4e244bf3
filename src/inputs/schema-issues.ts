import type * as z from 'zod/mini';
import { didYouMean } from '../did-you-mean.ts';
import type { FileProblem } from './desired-entry.ts';
import { defaultsSchema, entrySchema, groupsFileSchema } from './groups-file-schema.ts';
import { COMMON_DEFAULTS, SYNC_DEFAULTS } from './input-defaults.ts';
import type { Located, Position } from './located-yaml.ts';
import { IS_REQUIRED } from './rules.ts';

/**
 * A problem of the content, and how it goes together with errors of the syntax:
 *
 * - `explains-syntax`: the errors on its line are its consequences.
 * - `assumes-structure`: says something of the structure, which is a guess after an error of the syntax.
 * - `independent`: stands by itself.
 */
export type ContentProblem = FileProblem & {
  readonly role: 'explains-syntax' | 'assumes-structure' | 'independent';
};

type Path = readonly PropertyKey[];

/** Says what is wrong, and where, for each issue that the schema has with a document. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  root: Located,
): ContentProblem[] {
  return issues.flatMap((issue) => describeIssue(issue, issue.path, root));
}

function describeIssue(issue: z.core.$ZodIssue, path: Path, root: Located): ContentProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...(find(root, path, key)?.keyAt ?? root.at),
      path: formatPath([...path, key]),
      message: describeUnknownKey(key, path),
      role: 'independent',
    }));
  }
  const found = find(root, path.slice(0, -1), path.at(-1));
  const node = found?.value;
  if (issue.code === 'invalid_union' && node?.kind === 'list') {
    // The branch for lists has told what is wrong with the items.
    const inner = issue.errors.find((errors) => errors.every((each) => each.path.length > 0)) ?? [];
    return inner.flatMap((each) => describeIssue(each, [...path, ...each.path], root));
  }
  if (node === undefined) {
    return [describeMissing(path, root)];
  }
  return describeValue(issue, { node, at: node.kind === 'blank' ? found?.keyAt : node.at, path });
}

/** Tells that something which is required is not there, at what should have it. */
export function describeMissing(path: Path, root: Located, message = IS_REQUIRED): ContentProblem {
  const parent = find(root, path.slice(0, -2), path.at(-2))?.value ?? root;
  return { ...parent.at, path: formatPath(path), message, role: 'assumes-structure' };
}

function describeValue(
  { code, message }: z.core.$ZodIssue,
  { node, at = node.at, path }: { node: Located; at?: Position | undefined; path: Path },
): ContentProblem[] {
  const tell = (
    sentence: string,
    role: ContentProblem['role'] = 'independent',
  ): ContentProblem[] => [{ ...at, path: formatPath(path), message: sentence, role }];
  if (code === 'custom' || code === 'too_big') {
    return tell(message);
  }
  switch (node.kind) {
    case 'unusable':
      return [];
    case 'blank':
      return tell(`is blank; ${message}`);
    case 'list':
      return isTextInBrackets(node, message)
        ? tell('quote it: [ starts a list in YAML', 'explains-syntax')
        : tell(`is a list; ${message}`);
    case 'map':
      return isTextInBrackets(node, message)
        ? tell('quote it: { starts a map in YAML', 'explains-syntax')
        : tell(`is a map; ${message}`);
    case 'text':
      return tell(`"${shorten(node.text)}" is not valid; ${message}${suggest(node.text, path)}`);
  }
}

/** A text that starts with a bracket and is not quoted is a collection, mostly one with rubbish behind it. */
function isTextInBrackets(node: Extract<Located, { isFlow: boolean }>, message: string): boolean {
  return node.isFlow && message === 'expected text';
}

function suggest(text: string, path: Path): string {
  if (path.at(-1) === 'state') {
    return didYouMean(text, ['present', 'absent']);
  }
  // An entry that is a text is most often a map whose colon has no space behind it.
  return path.length === 2 && text.includes(':') ? '. Is the space after a colon missing?' : '';
}

const MAX_QUOTED_LENGTH = 80;

function shorten(text: string): string {
  return text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text;
}

const FILE_MEMBERS = Object.keys(groupsFileSchema.shape);
const DEFAULTS_MEMBERS = Object.keys(defaultsSchema.shape);
const ENTRY_MEMBERS = Object.keys(entrySchema.shape);

/** What a step of the sync action says under `with:`. */
const STEP_INPUTS = Object.keys({ ...SYNC_DEFAULTS, ...COMMON_DEFAULTS });

function describeUnknownKey(key: string, path: Path): string {
  if (key === 'if-exists') {
    return 'has no place in a file: a group that exists is always updated to what the file says';
  }
  if (STEP_INPUTS.includes(key)) {
    return 'is an input of the step; set it under with: in the workflow';
  }
  if (path.length === 0) {
    return ENTRY_MEMBERS.includes(key)
      ? 'belongs in an entry of groups, or under defaults'
      : describeUnknownWord(key, FILE_MEMBERS);
  }
  if (path[0] === 'defaults') {
    if (key === 'key') {
      return 'has no default: each entry needs a key of its own';
    }
    return key === 'state'
      ? 'has no default: nothing is deleted unless its own entry says so'
      : describeUnknownWord(key, DEFAULTS_MEMBERS);
  }
  return describeUnknownWord(key, ENTRY_MEMBERS);
}

function describeUnknownWord(key: string, known: readonly string[]): string {
  const suggestion = didYouMean(key, known);
  return `is not known here${suggestion || `; expected ${known.slice(0, -1).join(', ')} or ${known.at(-1)}`}`;
}

/** Finds the value at `parent` and then `last`, and where its key stands if it has one. */
function find(
  root: Located,
  parent: Path,
  last: PropertyKey | undefined,
): { readonly value: Located; readonly keyAt?: Position } | undefined {
  let found: { readonly value: Located; readonly keyAt?: Position } | undefined = { value: root };
  for (const step of last === undefined ? [] : [...parent, last]) {
    const value: Located | undefined = found?.value;
    if (value?.kind === 'map') {
      found = value.members.get(String(step));
    } else if (value?.kind === 'list' && typeof step === 'number') {
      const item: Located | undefined = value.items[step];
      found = item && { value: item };
    } else {
      return undefined;
    }
  }
  return found;
}

/** Writes a path as it is read: `groups[2].environment[0]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') {
      return `${text}[${step}]`;
    }
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}
