import * as core from '@actions/core';
import { ActionError, SPECIAL_TITLES } from './errors.ts';
import type { Log } from './report/log.ts';
import { writeOutputs } from './report/outputs.ts';
import { tellFailure } from './report/tell.ts';
import type { Secrets } from './secrets.ts';

/**
 * Reports an error that nobody foresaw, from wherever in the process it comes: as a failure in the outputs
 * and in the log, never as a stack on stderr. Only the first one is reported: to report it may be what fails.
 */
export class CrashReporter {
  readonly #secrets: Secrets;
  readonly #log: Log;
  #error: ActionError | undefined;

  constructor(secrets: Secrets, log: Log) {
    this.#secrets = secrets;
    this.#log = log;
  }

  /** What was reported; undefined while there was nothing to report. */
  get error(): ActionError | undefined {
    return this.#error;
  }

  /** Fails the step. Never throws: Node would print the error with its stack, and end the process at once. */
  report(cause: unknown): void {
    process.exitCode = core.ExitCode.Failure;
    if (this.#error !== undefined) {
      return;
    }
    const error = explainUnexpected(cause);
    this.#error = error;
    // Later values win, so what was written before is taken back.
    attempt(() => writeOutputs({ kind: 'failure', error }, this.#secrets));
    attempt(() => tellFailure(error, this.#log));
  }
}

/** An error that nobody foresaw may hold anything, so only its kind is shown; the rest is for the debug log. */
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
    // There is no other place to say so.
  }
}
