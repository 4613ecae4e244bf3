import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { FileProblem } from './desired-entry.ts';
import { describeSyntaxError } from './yaml-errors.ts';

/** Lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A value of a YAML document, and where it stands. `isFlow` tells JSON's brackets from indentation. */
export type Located = { readonly at: Position } & (
  | { readonly kind: 'text'; readonly text: string }
  /** A member or an item that has no value. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'list'; readonly items: readonly Located[]; readonly isFlow: boolean }
  | {
      readonly kind: 'map';
      readonly members: ReadonlyMap<string, LocatedMember>;
      readonly isFlow: boolean;
    }
  /** Something that has been reported already, and that nothing more can be said of. */
  | { readonly kind: 'unusable' }
);

/** A member of a map, with the place of its key. */
export interface LocatedMember {
  readonly keyAt: Position;
  readonly value: Located;
}

/** What a text holds. Without a document there is no root. */
export interface LocatedDocument {
  readonly root: Located | undefined;
  /** Errors of the syntax, after which the structure of what follows is a guess. */
  readonly syntaxProblems: readonly FileProblem[];
  /** What is well-formed YAML but not allowed: anchors, aliases, tags, merge keys, keys that are set twice. */
  readonly otherProblems: readonly FileProblem[];
}

/**
 * Reads one YAML document. All scalars stay text, so that `007`, `1.10` and `no` are what they look like.
 * Aliases are refused rather than resolved, so a small file cannot grow in memory.
 */
export function parseLocatedYaml(text: string): LocatedDocument {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    merge: false,
    stringKeys: true,
    // The library names one of two equal keys. Both are named here.
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  const toPosition = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return line === 0 ? { line: 1, column: col + 1 } : { line, column: col };
  };
  const reader = new NodeReader(text, toPosition);
  const errors = 'empty' in documents ? documents : documents[0];
  const root = 'empty' in documents ? undefined : readRoot(documents[0], reader);
  const known = new Set(reader.problems.map(({ line }) => line));
  const syntaxProblems: FileProblem[] = [];
  for (const error of [...(errors?.errors ?? []), ...(errors?.warnings ?? [])]) {
    // The parser notices a missing quote at the end of the file only.
    const position = error.message.startsWith('Missing closing')
      ? reader.lastQuoteAt
      : toPosition(error.pos[0]);
    // One slip makes the parser stumble several times on its line.
    if (!known.has(position.line)) {
      known.add(position.line);
      syntaxProblems.push({ ...position, path: '', message: describeSyntaxError(error) });
    }
  }
  const second = 'empty' in documents ? undefined : documents[1];
  if (second !== undefined) {
    const message = 'a second document starts here; the file must have only one';
    reader.problems.push({ ...toPosition(findDocumentStart(second, text)), path: '', message });
  }
  return { root, syntaxProblems, otherProblems: reader.problems };
}

function readRoot(document: Document.Parsed | undefined, reader: NodeReader): Located | undefined {
  const contents = document?.contents;
  const isTooDeep = document?.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION') === true;
  return contents == null || isTooDeep ? undefined : reader.read(contents, '');
}

function findDocumentStart(document: Document.Parsed, text: string): number {
  const start = text.lastIndexOf('---', document.range[0]);
  return start === -1 ? document.range[0] : start;
}

/** Turns nodes of the library into located values, and collects what is not allowed on the way. */
class NodeReader {
  readonly problems: FileProblem[] = [];
  /** Where the last text starts that is not a plain one. */
  lastQuoteAt: Position = { line: 1, column: 1 };
  readonly #text: string;
  readonly #toPosition: (offset: number) => Position;

  constructor(text: string, toPosition: (offset: number) => Position) {
    this.#text = text;
    this.#toPosition = toPosition;
  }

  read(node: unknown, path: string): Located {
    if (isAlias(node)) {
      const at = this.#locate(node);
      this.#report(at, path, 'quote it: * is an alias in YAML, and aliases are not supported here');
      return { kind: 'unusable', at };
    }
    if (!(isScalar(node) || isMap(node) || isSeq(node))) {
      return { kind: 'blank', at: this.#toPosition(0) };
    }
    const at = this.#locate(node);
    const start = node.range?.[0] ?? 0;
    if (node.anchor !== undefined) {
      const before = this.#toPosition(this.#text.lastIndexOf(`&${node.anchor}`, start));
      const message = 'quote it: & is an anchor in YAML, and anchors are not supported here';
      this.#report(before, path, message);
      return { kind: 'unusable', at };
    }
    if (node.tag !== undefined) {
      const before = this.#toPosition(this.#findTag(start));
      this.#report(before, path, 'quote it: ! is a tag in YAML, and tags are not supported here');
      return { kind: 'unusable', at };
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.read(item, `${path}[${index}]`));
      return { kind: 'list', items, isFlow: node.flow === true, at };
    }
    return isMap(node)
      ? this.#readMembers(node.items, at, path, node.flow === true)
      : this.#readScalar(node, at);
  }

  #readScalar(node: Scalar, at: Position): Located {
    if (node.type !== 'PLAIN') {
      this.lastQuoteAt = at;
    }
    // Two quotes with nothing between them are a text; nothing at all is none.
    return node.source === '' && node.type === 'PLAIN'
      ? { kind: 'blank', at }
      : { kind: 'text', text: String(node.value), at };
  }

  #readMembers(pairs: YAMLMap['items'], at: Position, path: string, isFlow: boolean): Located {
    const members = new Map<string, LocatedMember>();
    for (const pair of pairs) {
      this.#readMember(pair, path, members);
    }
    return { kind: 'map', members, isFlow, at };
  }

  #readMember({ key, value }: Pair, path: string, members: Map<string, LocatedMember>): void {
    const located = this.read(key, path);
    if (located.kind === 'unusable') {
      return;
    }
    // Other keys than scalars are errors of the syntax, by stringKeys.
    const name = located.kind === 'text' ? located.text : '';
    const memberPath = path === '' ? name : `${path}.${name}`;
    if (name === '<<') {
      const message = 'merge keys are not supported here; use defaults, or write the values out';
      this.#report(located.at, memberPath, message);
      return;
    }
    const first = members.get(name);
    if (first !== undefined) {
      const message = `is set twice; the first time on line ${first.keyAt.line}`;
      this.#report(located.at, memberPath, message);
      return;
    }
    const isMissing = value === null || value === undefined;
    members.set(name, {
      keyAt: located.at,
      value: isMissing ? { kind: 'blank', at: located.at } : this.read(value, memberPath),
    });
  }

  /** A tag stands before its node, whose range begins after it. */
  #findTag(start: number): number {
    let at = this.#text.lastIndexOf('!', start - 1);
    while (at > 0 && /[^\s,[{]/.test(this.#text.charAt(at - 1))) {
      at -= 1;
    }
    return Math.max(at, 0);
  }

  #locate(node: Node): Position {
    return this.#toPosition(node.range?.[0] ?? 0);
  }

  #report(at: Position, path: string, message: string): void {
    this.problems.push({ ...at, path, message });
  }
}
