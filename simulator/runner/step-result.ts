import type { Command } from './commands.ts';
import type { FileCommandName } from './environment.ts';
import type { Annotation, Group, StepLine } from './step-log.ts';

/** The result of a step. */
export interface StepResult {
  /** The runner's conclusion from the exit code, the commands and the files. */
  readonly conclusion: 'success' | 'failure';
  /** `null` when a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** As printed, masks included. */
  readonly stdout: string;
  readonly stderr: string;
  /** Every line in order of arrival; the two streams have no order between them. */
  readonly lines: readonly StepLine[];
  /** The commands that the runner executed. */
  readonly commands: readonly Command[];
  /** What the runner keeps: at most ten of each kind. */
  readonly annotations: readonly Annotation[];
  /** The values that the action asked to mask. */
  readonly masks: readonly string[];
  readonly groups: readonly Group[];
  /** What a person sees: masked, with headings for groups and annotations. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** Environment variables for the following steps. */
  readonly envFile: Readonly<Record<string, string>>;
  /** Folders that the following steps have first in their PATH. */
  readonly paths: readonly string[];
  /** The job summary as uploaded, masked; `undefined` when there is none or it was too large. */
  readonly summary: string | undefined;
  /** The raw contents of the file commands' files. */
  readonly fileCommands: Readonly<Record<FileCommandName, string>>;
  /** All other files that the step left behind, by path. */
  readonly tempFiles: ReadonlyMap<string, Buffer>;
  readonly durations: {
    /** From the start of the process to its end. */
    readonly wallMs: number;
    /** From the last byte on stdout or stderr to the end; `undefined` when it printed nothing. */
    readonly lastOutputToExitMs: number | undefined;
  };
}
