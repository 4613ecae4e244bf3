import * as core from '@actions/core';
import { ActionError, SPECIAL_TITLES } from './errors.ts';
import type { Log } from './report/log.ts';
import { writeOutputs } from './report/outputs.ts';
import { tellFailure } from './report/tell.ts';
import type { Secrets } from './secrets.ts';

/**
 * Reports an unexpected error, wherever in the process it was thrown: as a failure in the outputs and in
 * the log, never as a stack on stderr. Only the first one is reported, because reporting may be what fails.
 */
export class CrashReporter {
  readonly #secrets: Secrets;
  readonly #log: Log;
  #error: ActionError | undefined;

  constructor(secrets: Secrets, log: Log) {
    this.#secrets = secrets;
    this.#log = log;
  }

  /** The error that was reported, if any. */
  get error(): ActionError | undefined {
    return this.#error;
  }

  /** Reports `cause` and fails the step. Never throws: Node would print the stack and exit at once. */
  report(cause: unknown): void {
    process.exitCode = core.ExitCode.Failure;
    if (this.#error !== undefined) {
      return;
    }
    const error = explainUnexpected(cause);
    this.#error = error;
    // The runner takes the last value of an output, so these replace what was written before.
    attempt(() => writeOutputs({ kind: 'failure', error }, this.#secrets));
    attempt(() => tellFailure(error, this.#log));
  }
}

/** Describes an unexpected error in constant words, since it may hold anything. The debug log gets the rest. */
export function explainUnexpected(cause: unknown): ActionError {
  return new ActionError({
    code: 'unexpected-response',
    title: SPECIAL_TITLES.bug,
    message: 'The action failed with an unexpected error.',
    nextStep:
      'Re-run the job with debug logging, and report the log. Outcome unknown: it is safe to run again.',
    cause,
  });
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // Nothing is left to report it with.
  }
}
