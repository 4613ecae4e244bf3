import type { ActionError } from '../errors.ts';
import type { Outcome, ReconcileRequest } from '../reconcile/outcome.ts';

/** A run that has ended, with all that its reports tell of it. Text in it is raw: each sink makes it safe. */
export interface Story {
  /** What was asked for; undefined when the inputs were not valid. */
  readonly request: ReconcileRequest | undefined;
  readonly ending: Ending;
  /** The LaunchDarkly server's origin; undefined when the inputs were not valid. */
  readonly origin: string | undefined;
  /** HTTP requests to LaunchDarkly, those of a diagnosis included. */
  readonly requests: number;
  /** How often the work was begun or taken up again after a wait: 1 when nothing went wrong. */
  readonly attempts: number;
  readonly elapsedMs: number;
}

export type Ending =
  | { readonly kind: 'success'; readonly outcome: Outcome }
  | { readonly kind: 'failure'; readonly error: ActionError };
