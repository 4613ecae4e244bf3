/**
 * How the runner finds workflow commands in what a step prints.
 *
 * Follows actions/runner: `src/Runner.Common/ActionCommand.cs` (both syntaxes and their escapes),
 * `src/Runner.Worker/ActionCommandManager.cs` (which commands exist) and the line reader of .NET.
 * @see https://github.com/actions/runner
 */

/** One workflow command as the runner understands it. */
export interface Command {
  /** As written; the runner compares names case-insensitively. */
  readonly name: string;
  /** Unescaped; names as first written. */
  readonly properties: Readonly<Record<string, string>>;
  /** Unescaped. */
  readonly data: string;
}

/** The commands that a step may send; everything else is plain text. */
export const WORKFLOW_COMMANDS: ReadonlySet<string> = new Set([
  'stop-commands',
  'set-env',
  'set-output',
  'save-state',
  'add-mask',
  'add-path',
  'add-matcher',
  'remove-matcher',
  'debug',
  'warning',
  'error',
  'notice',
  'group',
  'endgroup',
  'echo',
]);

/** The order matters: `%25` comes last, so that `%250A` becomes the text `%0A`. */
const DATA_ESCAPES = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
] as const;

const PROPERTY_ESCAPES = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
] as const;

const BRACKET_ESCAPES = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%25', '%'],
] as const;

/**
 * What .NET's `String.Trim` removes, and the byte order mark: .NET no longer counts it as white
 * space, yet ignores it where the runner compares by culture. A parser used to check adversarial
 * text has to err on the side of finding a command.
 */
const DOTNET_WHITE_SPACE =
  '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]';
const LEADING_WHITE_SPACE = new RegExp(`^${DOTNET_WHITE_SPACE}+`);
const TRAILING_WHITE_SPACE = new RegExp(`${DOTNET_WHITE_SPACE}+$`);
const ONLY_WHITE_SPACE = new RegExp(`^${DOTNET_WHITE_SPACE}*$`);

/** Whether .NET's `IsNullOrWhiteSpace` holds. */
export function isBlank(text: string): boolean {
  return ONLY_WHITE_SPACE.test(text);
}

/** Trims what .NET's `String.Trim` trims. */
export function trimDotNet(text: string): string {
  return text.replace(LEADING_WHITE_SPACE, '').replace(TRAILING_WHITE_SPACE, '');
}

/**
 * Parses a line as a command in either syntax, as the runner does; `undefined` when the runner
 * would print it as text. `known` holds command names in lower case.
 */
export function parseCommand(
  line: string,
  known: ReadonlySet<string> = WORKFLOW_COMMANDS,
): Command | undefined {
  return parseColonCommand(line, known) ?? parseBracketCommand(line, known);
}

/** Parses `::name key=value,key=value::data`, which only white space may precede. */
export function parseColonCommand(line: string, known: ReadonlySet<string>): Command | undefined {
  const text = line.replace(LEADING_WHITE_SPACE, '');
  const end = text.startsWith('::') ? text.indexOf('::', 2) : -1;
  if (end < 0) {
    return undefined;
  }
  return buildCommand({
    head: trimAfterName(text.slice(2, end)),
    data: text.slice(end + 2),
    known,
    separator: ',',
    unescapeProperty: (value) => decodeEscapes(value, PROPERTY_ESCAPES),
    unescapeData: (value) => decodeEscapes(value, DATA_ESCAPES),
  });
}

/**
 * Parses `##[name key=value;key=value]data`, the older syntax, which may start anywhere in the
 * line.
 */
export function parseBracketCommand(line: string, known: ReadonlySet<string>): Command | undefined {
  // Only the first bracket of a line counts, even if it contains no command.
  const start = line.indexOf('##[');
  const end = start < 0 ? -1 : line.indexOf(']', start);
  if (end < 0) {
    return undefined;
  }
  return buildCommand({
    head: line.slice(start + 3, end),
    data: line.slice(end + 1),
    known,
    separator: ';',
    unescapeProperty: (value) => decodeEscapes(value, BRACKET_ESCAPES),
    unescapeData: (value) => decodeEscapes(value, BRACKET_ESCAPES),
  });
}

interface CommandParts {
  readonly head: string;
  readonly data: string;
  readonly known: ReadonlySet<string>;
  readonly separator: string;
  readonly unescapeProperty: (value: string) => string;
  readonly unescapeData: (value: string) => string;
}

function buildCommand(parts: CommandParts): Command | undefined {
  const space = parts.head.indexOf(' ');
  const name = space < 0 ? parts.head : parts.head.slice(0, space);
  if (!parts.known.has(name.toLowerCase())) {
    return undefined;
  }
  const properties = new Map<string, string>();
  const spellings = new Map<string, string>();
  const list = space < 0 ? '' : parts.head.slice(space + 1);
  for (const property of list.split(parts.separator)) {
    const pair = splitPair(property);
    if (pair !== undefined) {
      const spelling = spellings.get(pair.key.toLowerCase()) ?? pair.key;
      spellings.set(pair.key.toLowerCase(), spelling);
      properties.set(spelling, parts.unescapeProperty(pair.value));
    }
  }
  return {
    name,
    properties: Object.fromEntries(properties),
    data: parts.unescapeData(parts.data),
  };
}

/** The newer syntax allows white space around its properties, the older one does not. */
function trimAfterName(head: string): string {
  const space = head.indexOf(' ');
  return space < 0 ? head : `${head.slice(0, space)} ${trimDotNet(head.slice(space + 1))}`;
}

/**
 * .NET's `Split('=', 2, RemoveEmptyEntries)`: equals signs before the key and before the value
 * disappear.
 */
function splitPair(property: string): { key: string; value: string } | undefined {
  const match = /^=*([^=]+)=+([^=].*)$/s.exec(property);
  const [, key, value] = match ?? [];
  return key === undefined || value === undefined ? undefined : { key, value };
}

function decodeEscapes(text: string, escapes: readonly (readonly [string, string])[]): string {
  return escapes.reduce((result, [code, character]) => result.replaceAll(code, character), text);
}

/** Splits a stream of text into lines as .NET's reader does: LF, CRLF and a bare CR end a line. */
export class LineSplitter {
  #rest = '';
  #endedWithReturn = false;

  /** Takes the next piece of the stream and returns the lines completed by it. */
  push(chunk: string): string[] {
    if (chunk === '') {
      return [];
    }
    // The line already ended at the CR; an LF that arrives later is the second half of the same
    // line end.
    const fresh = this.#endedWithReturn && chunk.startsWith('\n') ? chunk.slice(1) : chunk;
    this.#endedWithReturn = chunk.endsWith('\r');
    const lines = (this.#rest + fresh).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  /** The last line, if the stream ended without a line end. */
  end(): string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}

/** All lines of a complete text. */
export function splitLines(text: string): string[] {
  const splitter = new LineSplitter();
  return [...splitter.push(text), ...splitter.end()];
}
