/**
 * What the runner makes of the lines of one step: annotations, masks, groups and the log.
 *
 * Follows actions/runner: `src/Runner.Worker/ActionCommandManager.cs`, `Handlers/OutputManager.cs` and
 * `ExecutionContext.cs` (`AddIssue`). Problem matchers are not part of it: the two commands for them
 * are read and have no effect.
 * @see https://github.com/actions/runner
 */

import { type Command, isBlank, parseCommand, trimDotNet, WORKFLOW_COMMANDS } from './commands.ts';
import type { SecretMasker } from './masks.ts';

/** How many annotations of a kind the runner keeps for a step. */
export const MAX_ANNOTATIONS_PER_KIND = 10;

/** Characters of an annotation's message that the runner keeps. */
export const MAX_ANNOTATION_CHARACTERS = 4096;

/** An annotation as shown beside the run. */
export interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice';
  /** Not masked by the runner. */
  readonly title: string | undefined;
  /** Masked and truncated as by the runner. */
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** A collapsible part of the log. */
export interface Group {
  readonly title: string;
  /** The lines of the log inside it. */
  readonly lines: readonly string[];
}

/** One line as printed, and its command, if the runner executed it. */
export interface StepLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  readonly command: Command | undefined;
}

interface StepLogOptions {
  readonly masker: SecretMasker;
  /** Whether step debugging is on, so that `debug` shows and commands are echoed. */
  readonly isDebug?: boolean;
}

/** Reads a step's lines one by one. */
export class StepLog {
  readonly lines: StepLine[] = [];
  readonly annotations: Annotation[] = [];
  readonly groups: Group[] = [];
  /** The values that the step asked to mask, in order. */
  readonly masks: string[] = [];
  /** Values set by the old commands `set-output` and `save-state`. */
  readonly outputs = new Map<string, string>();
  readonly state = new Map<string, string>();
  /** Whether a command failed, which fails the step. */
  hasFailed = false;

  readonly #masker: SecretMasker;
  readonly #isDebug: boolean;
  readonly #log: string[] = [];
  #group: { title: string; lines: string[] } | undefined;
  #stopToken: string | undefined;
  #echoes: boolean;

  constructor(options: StepLogOptions) {
    this.#masker = options.masker;
    this.#isDebug = options.isDebug ?? false;
    this.#echoes = this.#isDebug;
  }

  /** The commands that the runner executed, in order. */
  get commands(): readonly Command[] {
    return this.lines.flatMap((line) => (line.command === undefined ? [] : [line.command]));
  }

  /** The log as shown on the run's page: masked, with headings for groups and annotations. */
  get text(): string {
    return this.#log.map((line) => `${line}\n`).join('');
  }

  /** Takes the next line of the step. */
  read(text: string, stream: 'stdout' | 'stderr'): void {
    const command = this.#parse(text);
    this.lines.push({ stream, text, command });
    if (command === undefined) {
      this.#print(text);
    } else {
      this.#obey(command, text);
    }
  }

  /** An error of the runner itself: the step fails. */
  fail(message: string): void {
    this.hasFailed = true;
    this.annotate('error', message);
  }

  /** Adds an annotation and shows it in the log. */
  annotate(
    kind: Annotation['kind'],
    data: string,
    properties: Readonly<Record<string, string>> = {},
  ): void {
    const message = this.#masker.mask(data).slice(0, MAX_ANNOTATION_CHARACTERS);
    this.#print(`${HEADINGS[kind]}: ${message}`);
    const isKept =
      this.annotations.filter((other) => other.kind === kind).length < MAX_ANNOTATIONS_PER_KIND;
    if (isKept && !isBlank(message)) {
      this.annotations.push({ kind, title: properties['title'], message, properties });
    }
  }

  #parse(text: string): Command | undefined {
    if (this.#stopToken === undefined) {
      return parseCommand(text);
    }
    const token = this.#stopToken.toLowerCase();
    const command = parseCommand(text, new Set([...WORKFLOW_COMMANDS, token]));
    return command?.name.toLowerCase() === token ? command : undefined;
  }

  #obey(command: Command, text: string): void {
    const name = command.name.toLowerCase();
    if (this.#stopToken !== undefined) {
      this.#stopToken = undefined;
      this.#print(text);
      return;
    }
    if (this.#echoes && ECHOED_COMMANDS.has(name)) {
      this.#print(text);
    }
    switch (name) {
      case 'stop-commands':
        this.#stopCommands(command.data, text);
        break;
      case 'add-mask':
        this.#addMask(command.data);
        break;
      case 'debug':
        if (this.#isDebug) {
          this.#print(`##[debug]${command.data}`);
        }
        break;
      case 'error':
      case 'warning':
      case 'notice':
        this.annotate(name, command.data, command.properties);
        break;
      case 'group':
        this.#openGroup(command.data);
        break;
      case 'endgroup':
        this.#group = undefined;
        break;
      case 'echo':
        this.#setEcho(command.data);
        break;
      case 'set-output':
        this.#save(this.outputs, command);
        break;
      case 'save-state':
        this.#save(this.state, command);
        break;
      case 'set-env':
      case 'add-path':
        this.fail(
          `Unable to process command '${text}' successfully. The \`${name}\` command is disabled.`,
        );
        break;
      default:
        break;
    }
  }

  #stopCommands(token: string, text: string): void {
    const isGuessable =
      token === '' ||
      token.toLowerCase() === 'pause-logging' ||
      WORKFLOW_COMMANDS.has(token.toLowerCase());
    if (isGuessable) {
      this.fail(`Invalid token '${token}' for the stop-commands command.`);
      return;
    }
    this.#print(text);
    this.#stopToken = token;
  }

  #addMask(value: string): void {
    if (isBlank(value)) {
      this.annotate('warning', "Can't add secret mask for empty string in ##[add-mask] command.");
      return;
    }
    if (this.#echoes) {
      this.#print('::add-mask::***');
    }
    this.masks.push(value);
    this.#masker.addLines(value);
  }

  #openGroup(data: string): void {
    this.#group = undefined;
    const title = this.#masker.mask(data);
    this.#print(`▾ ${title}`);
    this.#group = { title, lines: [] };
    this.groups.push(this.#group);
  }

  #setEcho(value: string): void {
    const requested = trimDotNet(value).toUpperCase();
    if (requested === 'ON' || requested === 'OFF') {
      this.#echoes = requested === 'ON';
    } else {
      this.fail(`Invalid echo command value '${value}'. Possible values can be: 'on', 'off'.`);
    }
  }

  #save(target: Map<string, string>, command: Command): void {
    const name = command.properties['name'] ?? '';
    if (name === '') {
      this.fail(`Required field 'name' is missing in ##[${command.name}] command.`);
    } else {
      target.set(name, command.data);
    }
  }

  #print(text: string): void {
    for (const line of this.#masker.mask(text).split(/\r\n|\n|\r/)) {
      this.#group?.lines.push(line);
      this.#log.push(this.#group === undefined ? line : `  ${line}`);
    }
  }
}

const HEADINGS = { error: 'Error', warning: 'Warning', notice: 'Notice' } as const;

/** The other commands have logged what they did themselves. */
const ECHOED_COMMANDS: ReadonlySet<string> = new Set([
  'set-output',
  'save-state',
  'set-env',
  'add-path',
  'add-matcher',
  'remove-matcher',
  'group',
  'endgroup',
  'echo',
]);
