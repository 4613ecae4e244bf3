import * as core from '@actions/core';
import type { Secrets } from '../secrets.ts';
import { replaceInvisible } from './visible-text.ts';

/**
 * The one way to stdout. Every text is redacted, then escaped, and every line starts with a word of
 * ours. Nothing goes to stderr: the runner reads both, in no order.
 */
export class Log {
  readonly #secrets: Secrets;

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

  /** One yellow annotation. `title` is a constant of ours: the runner does not mask titles. */
  warning(title: string, text: string): void {
    core.warning(this.#cleanLines([text]), { title });
  }

  /** One red annotation of some lines, which also makes the step fail when the process ends. */
  failure(title: string, lines: readonly string[]): void {
    core.error(this.#cleanLines(lines), { title });
    process.exitCode = core.ExitCode.Failure;
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

/** The runner cuts the message of an annotation here, in characters. */
const MAX_ANNOTATION_LENGTH = 4_096;

/** So that the headline, the server's words and the next step fit into one annotation, in characters. */
const MAX_ANNOTATION_LINE_LENGTH = 1_200;

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
