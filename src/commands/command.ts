import type { ActionError } from '../errors.ts';
import type { CommonInputs, InputSource } from '../inputs/common-inputs.ts';
import type { GroupResult, OutcomeKind } from '../reconcile/group-result.ts';
import type { CommentIdentity } from '../report/comment-identity.ts';
import type { CommandName } from '../report/run-report.ts';
import type { Session } from '../session.ts';

/** What one `action.yml` of this repository stands for. */
export interface Command<Inputs extends CommonInputs> {
  readonly name: CommandName;
  /** What a person can do after a cancellation, in a sentence. */
  readonly afterCancellation: string;
  /** @throws {ActionError} `invalid-input`, naming every problem */
  readonly readInputs: (source: InputSource) => Inputs;
  /** Whether the inputs may stand for several groups: then one of them must not hold up the others. */
  readonly mayBeSeveral: (inputs: Inputs) => boolean;
  /** The file in the repository that the groups come from, for the reports. */
  readonly findFile?: (inputs: Inputs) => string;
  /** By what the run finds its comment on the pull request again, whatever it did. */
  readonly identifyComment: (inputs: Inputs) => CommentIdentity;
  /**
   * Does the work. What goes wrong with one group is that group's result.
   *
   * @throws {ActionError} for what goes wrong before there are groups to speak of
   */
  readonly execute: (inputs: Inputs, context: CommandContext) => Promise<CommandResult>;
}

/** What a command works with. */
export interface CommandContext {
  readonly session: Session;
  readonly source: InputSource;
  readonly progress: ProgressObserver;
}

/** Told of the work on several groups while it goes on. */
export interface ProgressObserver {
  /** The work on so many groups begins. `expected` is how it would end by what is known so far, one for each group. */
  begin(total: number, expected?: readonly OutcomeKind[]): void;
  /** One more group is done, and may be shown at once. */
  finish(result: GroupResult): void;
  /** One more group is done, and is shown later. */
  advance(): void;
  /** Shows a group that is done already, as a plan does in the order of its file. */
  show(result: GroupResult): void;
}

/** What a command did. */
export interface CommandResult {
  readonly results: readonly GroupResult[];
  /** What is worth knowing though nothing is wrong, in sentences. */
  readonly notices: readonly string[];
  /** What may be missing from the results, in sentences. */
  readonly warnings?: readonly string[] | undefined;
  /** A failure that is no single group's. */
  readonly failure?: ActionError | undefined;
}
