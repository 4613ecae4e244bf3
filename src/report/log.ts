import * as core from '@actions/core';
import type { Secrets } from '../secrets.ts';
import { replaceInvisible } from './visible-text.ts';

/**
 * The one way to stdout. Every text is redacted, then escaped, and every line starts with a word of
 * ours. Nothing goes to stderr: the runner reads both, in no order.
 */
export class Log {
  readonly #secrets: Secrets;
  /** How many annotations of each kind were written, and those that the last one has to stand for. */
  readonly #written = { notice: 0, warning: 0, error: 0 };
  readonly #held: Record<AnnotationKind, Annotation[]> = { notice: [], warning: [], error: [] };

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** One line on one thing that happened. It starts with a letter of ours. */
  info(text: string): void {
    core.info(this.#clean(text));
  }

  /** One line for those who switched step debugging on. */
  debug(text: string): void {
    if (core.isDebug()) {
      core.debug(this.#clean(text));
    }
  }

  /** One blue annotation. `title` is a constant of ours: the runner does not mask titles. */
  notice(title: string, text: string): void {
    this.#annotate('notice', { title, message: this.#cleanLines([text]) });
  }

  /** One yellow annotation. `title` is a constant of ours: the runner does not mask titles. */
  warning(title: string, text: string): void {
    this.#annotate('warning', { title, message: this.#cleanLines([text]) });
  }

  /** One red annotation of some lines, which also makes the step fail when the process ends. */
  failure(title: string, lines: readonly string[], place?: AnnotationPlace): void {
    process.exitCode = core.ExitCode.Failure;
    this.#annotate('error', {
      title,
      message: this.#cleanLines(lines),
      ...(place && { ...place, file: this.#clean(place.file) }),
    });
  }

  /** Makes the step fail when the process ends, with a line that is no annotation. */
  fail(text: string): void {
    process.exitCode = core.ExitCode.Failure;
    this.info(text);
  }

  /**
   * Writes the last annotation of each kind. The runner shows ten of a kind and drops the others without a
   * word, so where there are more than ten, the tenth says how many are only in the log.
   */
  flush(): void {
    for (const kind of ['error', 'warning', 'notice'] as const) {
      const [first, ...others] = this.#held[kind].splice(0);
      if (first === undefined) {
        continue;
      }
      if (others.length === 0) {
        write(kind, first);
        continue;
      }
      const message = `${others.length + 1} more are in the log and in the job summary.`;
      write(kind, { title: MORE_TITLES[kind], message });
    }
  }

  #annotate(kind: AnnotationKind, annotation: Annotation): void {
    this.#written[kind] += 1;
    if (this.#written[kind] < MAX_ANNOTATIONS) {
      write(kind, annotation);
      return;
    }
    const held = this.#held[kind];
    held.push(annotation);
    // The tenth waits: it is written as it is unless there is an eleventh.
    if (held.length > 1) {
      for (const each of held.length === 2 ? held : [annotation]) {
        core.info(describeAnnotation(kind, each));
      }
    }
  }

  /** Lines below a heading that is folded in the log. */
  group(title: string, lines: readonly string[]): void {
    core.startGroup(this.#clean(title));
    for (const line of lines) {
      core.info(`- ${this.#clean(line)}`);
    }
    core.endGroup();
  }

  /**
   * Each line is escaped by itself: what a server says can't begin a line of ours. Where there is not
   * room for all, lines before the last one go: the last one is the next step.
   */
  #cleanLines(lines: readonly string[]): string {
    const clean = (line: string) => cut(this.#clean(line), MAX_ANNOTATION_LINE_LENGTH);
    const last = lines.slice(-1).map(clean);
    const shown: string[] = [];
    let room = MAX_ANNOTATION_LENGTH - last.join('').length - 2;
    for (const line of lines.slice(0, -1)) {
      const cleaned = clean(line);
      room -= cleaned.length + 1;
      if (room < 0) {
        // A server may give thousands of reasons: what is not shown need not be redacted.
        shown.push('…');
        break;
      }
      shown.push(cleaned);
    }
    return [...shown, ...last].join('\n');
  }

  #clean(text: string): string {
    return escapeWorkflowCommands(this.#secrets.redact(text));
  }
}

type AnnotationKind = 'notice' | 'warning' | 'error';

/** Where in a file of the workspace an annotation belongs; lines and columns count from 1. */
export interface AnnotationPlace {
  readonly file: string;
  readonly startLine: number;
  readonly startColumn: number;
}

/** An annotation that is clean. */
interface Annotation extends Partial<AnnotationPlace> {
  readonly title: string;
  readonly message: string;
}

/** The title of the annotation that stands for several. */
const MORE_TITLES: Readonly<Record<AnnotationKind, string>> = {
  notice: 'More notices',
  warning: 'More warnings',
  error: 'More failures',
};

/** The runner shows this many of a kind. */
const MAX_ANNOTATIONS = 10;

/** The runner cuts the message of an annotation here, in characters. */
const MAX_ANNOTATION_LENGTH = 4_096;

/** So that the headline, the server's words and the next step fit into one annotation, in characters. */
const MAX_ANNOTATION_LINE_LENGTH = 1_200;

/** By name and not by index: the bundler keeps all of a namespace that is indexed. */
function write(kind: AnnotationKind, { message, ...properties }: Annotation): void {
  switch (kind) {
    case 'error':
      core.error(message, properties);
      return;
    case 'warning':
      core.warning(message, properties);
      return;
    case 'notice':
      core.notice(message, properties);
      return;
  }
}

/** One line on an annotation that the runner would not show. */
function describeAnnotation(kind: AnnotationKind, annotation: Annotation): string {
  const { file, startLine, title, message } = annotation;
  const place = file === undefined ? '' : ` ${file}:${startLine}`;
  const word = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  return `${word}${place}: ${title}. ${message.replaceAll('\n', ' ')}`;
}

/** Longer lines are of no use in a log, in characters. */
const MAX_LINE_LENGTH = 3_000;

/**
 * Makes a text one line in which the runner sees no command: it ends lines at LF, CRLF and a bare CR,
 * takes `::command::` after odd white space for a command, and `##[command]` anywhere in a line.
 * Characters that can't be seen become spaces, which also ends ANSI sequences.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function escapeWorkflowCommands(text: string): string {
  const escaped = replaceInvisible(text)
    .replaceAll('##[', '# #[')
    .replace(/^\s*::/u, (start) => start.replace('::', ': :'));
  return cut(escaped, MAX_LINE_LENGTH);
}

function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}
