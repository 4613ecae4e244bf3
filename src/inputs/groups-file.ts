import * as z from 'zod/mini';
import type { DesiredEntry, FileProblem, SourcePosition } from './desired-entry.ts';
import {
  type DefaultsMembers,
  defaultsSchema,
  type EntryMembers,
  entrySchema,
  groupsFileSchema,
} from './groups-file-schema.ts';
import { decodeText } from './groups-file-text.ts';
import { listKnownClaims, resolveKeyClaims } from './key-claims.ts';
import { type Located, type Position, parseLocatedYaml } from './located-yaml.ts';
import {
  type ContentProblem,
  describeIssues,
  describeMissing,
  formatPath,
} from './schema-issues.ts';
import { formatSelector } from './selector.ts';
import { renderTemplate } from './template.ts';

/** The entries of a groups file, or everything that is wrong with it, sorted by line. */
export type GroupsFile =
  | { readonly kind: 'valid'; readonly entries: readonly DesiredEntry[] }
  | { readonly kind: 'invalid'; readonly problems: readonly FileProblem[] };

/** Reads the content of a groups file. A file without groups is valid. */
export function parseGroupsFile(bytes: Uint8Array): GroupsFile {
  const decoded = decodeText(bytes);
  if (decoded.kind === 'invalid') {
    return decoded;
  }
  const { root, syntaxProblems, otherProblems } = parseLocatedYaml(decoded.text);
  const { entries, problems } =
    root === undefined || root.kind === 'blank' ? NOTHING : checkContent(root);
  const all = [...otherProblems, ...combineProblems(syntaxProblems, problems)];
  return all.length > 0
    ? { kind: 'invalid', problems: all.map(shorten).sort(compareByPosition) }
    : { kind: 'valid', entries };
}

function compareByPosition(a: FileProblem, b: FileProblem): number {
  return a.line - b.line || a.column - b.column;
}

/** The longest message of a problem, in characters: a quoted value may be as long as the file. */
const MAX_SENTENCE_LENGTH = 500;

function shorten({ path, message, ...position }: FileProblem): FileProblem {
  const cut = (text: string) =>
    text.length > MAX_SENTENCE_LENGTH ? `${text.slice(0, MAX_SENTENCE_LENGTH)}…` : text;
  return { ...position, path: cut(path), message: cut(message) };
}

interface CheckedContent {
  readonly entries: readonly DesiredEntry[];
  readonly problems: readonly ContentProblem[];
}

const NOTHING: CheckedContent = { entries: [], problems: [] };

/** Drops problems that only follow from another one that is reported. */
function combineProblems(
  syntaxProblems: readonly FileProblem[],
  contentProblems: readonly ContentProblem[],
): FileProblem[] {
  const explained = new Set(
    contentProblems.flatMap(({ role, line }) => (role === 'explains-syntax' ? [line] : [])),
  );
  const syntax = syntaxProblems.filter(({ line }) => !explained.has(line));
  const broken = new Set(syntax.map(({ line }) => line));
  const content = contentProblems.filter(
    ({ role, line }) => !(broken.has(line) || (role === 'assumes-structure' && syntax.length > 0)),
  );
  return [...syntax, ...content.map(({ role: _, ...problem }) => problem)];
}

function checkContent(root: Located): CheckedContent {
  const file = z.safeParse(groupsFileSchema, toPlain(root));
  const problems = file.success ? [] : describeIssues(file.error.issues, root);
  const groups = getMember(root, 'groups');
  const isTooLong = file.error?.issues.some(({ code }) => code === 'too_big') === true;
  if (groups?.kind !== 'list' || isTooLong) {
    return { entries: [], problems };
  }
  // Each entry is read by itself, so that one that is not valid does not hide what is wrong with others.
  const defaultsNode = getMember(root, 'defaults');
  const defaults = readPlain(defaultsSchema, defaultsNode) ?? {};
  const entries: DesiredEntry[] = [];
  for (const [index, node] of groups.items.entries()) {
    const path = ['groups', index];
    problems.push(...findMissing({ node, defaultsNode, path, root }));
    const members = readPlain(entrySchema, node);
    const source = { ...findKeyPosition(node), path: formatPath(path) };
    const entry = members && toEntry({ ...defaults, ...members }, source);
    if (entry === undefined) {
      continue;
    }
    if (entry.kind === 'invalid') {
      problems.push(...entry.problems);
    } else {
      entries.push(entry);
    }
  }
  return { entries, problems: [...problems, ...findClashes(entries)] };
}

/** Finds what neither an entry nor the defaults set, which the schema cannot require of either. */
function findMissing({
  node,
  defaultsNode,
  path,
  root,
}: {
  readonly node: Located;
  readonly defaultsNode: Located | undefined;
  readonly path: readonly PropertyKey[];
  readonly root: Located;
}): ContentProblem[] {
  if (node.kind !== 'map') {
    return [];
  }
  const state = getMember(node, 'state');
  // An invalid state is reported elsewhere, and was hardly meant to be the default.
  const mayBeAbsent = state?.kind === 'text' && state.text !== 'present';
  const required = mayBeAbsent ? ['project', 'environment'] : ['name', 'project', 'environment'];
  return required
    .filter((name) => !(hasMember(node, name) || hasMember(defaultsNode, name)))
    .map((name) =>
      describeMissing([...path, name], root, 'is required, in the entry or under defaults'),
    );
}

/** Turns what an entry says into what it means; undefined when something is missing, which is reported elsewhere. */
function toEntry(
  members: DefaultsMembers & EntryMembers,
  source: SourcePosition,
): DesiredEntry | { readonly kind: 'invalid'; readonly problems: ContentProblem[] } | undefined {
  const { key, name, project, environment, applications = [], state = 'present' } = members;
  if (project === undefined || environment === undefined) {
    return undefined;
  }
  if (state === 'present') {
    return name === undefined
      ? undefined
      : {
          kind: 'present',
          template: { key, name, project, environment, applicationKeys: applications },
          source,
        };
  }
  if (project.kind === 'exact' && environment.kind === 'exact') {
    const values = { project: project.key, environment: environment.key };
    const group = {
      key: renderTemplate(key, values),
      projectKey: project.key,
      environmentKey: environment.key,
    };
    return { kind: 'absent', group, source };
  }
  const problems = Object.entries({ project, environment }).flatMap(
    ([input, selector]): ContentProblem[] => {
      if (selector.kind === 'exact') {
        return [];
      }
      const message = `"${formatSelector(selector)}" may mean several; state: absent needs one exact key`;
      return [{ ...source, path: `${source.path}.${input}`, message, role: 'independent' }];
    },
  );
  return { kind: 'invalid', problems };
}

/** Finds entries that certainly ask for the same key. Other clashes appear only in the account. */
function findClashes(entries: readonly DesiredEntry[]): ContentProblem[] {
  const { clashes } = resolveKeyClaims(entries.flatMap(listKnownClaims));
  return clashes.flatMap(({ entry: { source }, message }): ContentProblem[] =>
    source === undefined
      ? []
      : [{ ...source, path: `${source.path}.key`, message, role: 'assumes-structure' }],
  );
}

function getMember(node: Located | undefined, name: string): Located | undefined {
  return node?.kind === 'map' ? node.members.get(name)?.value : undefined;
}

function hasMember(node: Located | undefined, name: string): boolean {
  return getMember(node, name) !== undefined;
}

function findKeyPosition(node: Located): Position {
  return (node.kind === 'map' ? node.members.get('key')?.keyAt : undefined) ?? node.at;
}

function readPlain<T extends z.ZodMiniType>(
  schema: T,
  node: Located | undefined,
): z.output<T> | undefined {
  return node && z.safeParse(schema, toPlain(node)).data;
}

/** Strips the positions. Blank becomes null, as in any YAML parser. */
function toPlain(node: Located): unknown {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'blank':
      return null;
    case 'unusable':
      return undefined;
    case 'list':
      return node.items.map(toPlain);
    case 'map':
      return Object.fromEntries(
        [...node.members].map(([name, { value }]) => [name, toPlain(value)]),
      );
  }
}
