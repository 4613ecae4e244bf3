import * as core from '@actions/core';
import { ActionError, SPECIAL_TITLES } from './errors.ts';
import type { Log } from './report/log.ts';
import { logFailure } from './report/log-results.ts';
import { overwriteOutcome, writeOutputs } from './report/outputs.ts';
import type { CommandName } from './report/run-report.ts';
import type { Secrets } from './secrets.ts';

/**
 * Reports an unexpected error, wherever in the process it was thrown: as a failure in the outputs and in
 * the log, never as a stack on stderr. Only the first one is reported, because reporting may be what fails.
 */
export class CrashReporter {
  readonly #command: CommandName;
  readonly #secrets: Secrets;
  readonly #log: Log;
  #error: ActionError | undefined;
  #areOutputsWritten = false;

  constructor(command: CommandName, secrets: Secrets, log: Log) {
    this.#command = command;
    this.#secrets = secrets;
    this.#log = log;
  }

  /** The error that was reported, if any. */
  get error(): ActionError | undefined {
    return this.#error;
  }

  /** Takes note that the outputs say what the run did: from then on a crash only adds that it failed. */
  noteOutputs(): void {
    this.#areOutputsWritten = true;
  }

  /** Reports `cause` and fails the step. Never throws: Node would print the stack and exit at once. */
  report(cause: unknown): void {
    process.exitCode = core.ExitCode.Failure;
    if (this.#error !== undefined) {
      return;
    }
    const error = explainUnexpected(cause);
    this.#error = error;
    attempt(() => {
      if (this.#areOutputsWritten) {
        overwriteOutcome(error);
      } else {
        writeOutputs(reportCrash(this.#command, error), this.#secrets);
      }
    });
    attempt(() => logFailure(error, { helpUrl: () => undefined }, this.#log));
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
    writes: { create: 'unknown', delete: 'unknown' },
    cause,
  });
}

function reportCrash(command: CommandName, failure: ActionError) {
  return {
    command,
    isSingle: true,
    isDryRun: false,
    results: [],
    failure,
    notices: [],
    helpUrl: () => undefined,
    origin: undefined,
    requests: 0,
  };
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // Nothing is left to report it with.
  }
}
