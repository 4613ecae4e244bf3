import type { ActionError } from '../errors.ts';
import type { Drift } from '../insight-group/diff.ts';
import type { GroupReference, InsightGroup } from '../insight-group/insight-group.ts';
import type { Outcome } from './outcome.ts';

/** The group that a result is about. A group that is only deleted has neither name nor applications here. */
export interface GroupTarget extends GroupReference {
  /** Empty where not even the key is known, because its environments could not be read. */
  readonly key: string;
  readonly name?: string | undefined;
  readonly applicationKeys?: readonly string[] | undefined;
}

/**
 * What a delete made true, or in a dry run would make true. `group` is the group as it was read before;
 * `successor` one that was created under the same key meanwhile, and was left alone.
 */
export type DeleteOutcome =
  | {
      readonly kind: 'deleted';
      readonly group: InsightGroup;
      readonly drift: readonly [];
      readonly successor?: InsightGroup;
    }
  | {
      readonly kind: 'absent';
      readonly group: undefined;
      readonly drift: readonly [];
      readonly successor?: InsightGroup;
    }
  | { readonly kind: 'would-delete'; readonly group: InsightGroup; readonly drift: readonly [] };

/** The group could not be made what it should be. `group` is the group in the way, as far as it was seen. */
export interface Failed {
  readonly kind: 'failed';
  readonly error: ActionError;
  readonly group: InsightGroup | undefined;
  readonly drift: readonly Drift[];
}

/** Nothing was attempted, because something that concerns all groups had failed before. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly group: undefined;
  readonly drift: readonly [];
}

export type GroupOutcome = Outcome | DeleteOutcome | Failed | Skipped;

/** What became of one group. */
export interface GroupResult {
  readonly target: GroupTarget;
  readonly outcome: GroupOutcome;
}

/** The outcomes in the order in which reports show them: what needs attention first. */
export const OUTCOME_KINDS = [
  'failed',
  'skipped',
  'created',
  'updated',
  'deleted',
  'would-create',
  'would-update',
  'would-delete',
  'kept',
  'unchanged',
  'absent',
] as const satisfies readonly GroupOutcome['kind'][];

export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

/** How many results have each outcome. */
export type OutcomeCounts = Readonly<Record<OutcomeKind, number>>;

/** Counts results by outcome. */
export function countOutcomes(results: readonly GroupResult[]): OutcomeCounts {
  const counts = Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, 0])) as Record<
    OutcomeKind,
    number
  >;
  for (const { outcome } of results) {
    counts[outcome.kind] += 1;
  }
  return counts;
}
