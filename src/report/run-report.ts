import type { ActionError } from '../errors.ts';
import type { GroupResult } from '../reconcile/group-result.ts';

/** The actions of this repository, by the folder of their manifest. */
export type CommandName = 'create' | 'delete' | 'sync';

/**
 * A run that has ended, with all that its reports tell. Text in it is raw: each sink makes it safe.
 */
export interface RunReport {
  readonly command: CommandName;
  /** Whether the workflow named one group. Reports then speak of that group, else of counts. */
  readonly isSingle: boolean;
  readonly isDryRun: boolean;
  /** One for each group that was asked for; empty when the run failed before it knew them. */
  readonly results: readonly GroupResult[];
  /** A failure of the run as a whole, which is no single group's. */
  readonly failure: ActionError | undefined;
  /** What is worth knowing though nothing is wrong, in sentences. */
  readonly notices: readonly string[];
  /** What may be missing from the results, in sentences. */
  readonly warnings?: readonly string[] | undefined;
  /** Builds the address of the explanation of a failure by its title; undefined where it is not known. */
  readonly helpUrl: (title: string) => string | undefined;
  /** The file in the repository that the groups come from; undefined where the inputs name them. */
  readonly file?: string | undefined;
  /** The LaunchDarkly server's origin; undefined when the inputs were not valid. */
  readonly origin: string | undefined;
  /** HTTP requests to LaunchDarkly, those of a diagnosis included. */
  readonly requests: number;
}

/** Every error of the run: its own, then those of its groups. */
export function listErrors({ failure, results }: RunReport): ActionError[] {
  return [
    ...(failure === undefined ? [] : [failure]),
    ...results.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error] : [])),
  ];
}
