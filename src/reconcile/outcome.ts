import type { IfExists } from '../inputs/if-exists.ts';
import type { Drift } from '../insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../insight-group/insight-group.ts';
import type { UnknownApplication } from '../launchdarkly/key-lookup.ts';
import type { Plan, PlanOf } from './plan.ts';

/** What the workflow asks for. */
export interface ReconcileRequest {
  readonly desired: DesiredGroup;
  readonly ifExists: IfExists;
  readonly isDryRun: boolean;
  /** Whether a list shows the group. Lists lag, so the group is read before anything is written. */
  readonly isListed?: boolean;
  /** Whether project and environment were read, so that a dry run need not ask for them. */
  readonly isEnvironmentKnown?: boolean;
}

/**
 * What the run made true, or in a dry run would make true. `drift` is how the group differed when it was
 * found; of a created group, how LaunchDarkly stored it differently than requested.
 */
export type Outcome = OutcomeNotes &
  (
    | { readonly kind: 'created'; readonly group: InsightGroup; readonly drift: readonly Drift[] }
    | { readonly kind: 'unchanged'; readonly group: InsightGroup; readonly drift: readonly [] }
    | { readonly kind: 'kept'; readonly group: InsightGroup; readonly drift: readonly Drift[] }
    | { readonly kind: 'updated'; readonly group: InsightGroup; readonly drift: readonly Drift[] }
    | { readonly kind: 'would-create'; readonly group: undefined; readonly drift: readonly [] }
    | {
        readonly kind: 'would-update';
        readonly group: InsightGroup;
        readonly drift: readonly Drift[];
      }
  );

/** What else is known, or is known not to be known, whatever the outcome. */
export interface OutcomeNotes {
  /**
   * Set when a create of this run got no answer, and nothing tells whether it made the group. Never set
   * with `created`.
   */
  readonly mayHaveBeenCreated?: true;
  /** The requested applications that LaunchDarkly does not know; absent when there are none, or nobody looked. */
  readonly unknownApplications?: readonly UnknownApplication[];
}

/** The outcome of a plan in a dry run. For a plan that leaves the group as it is, that of an apply as well. */
export function toOutcome(plan: Exclude<Plan, PlanOf<'conflict'>>): Outcome {
  switch (plan.kind) {
    case 'create':
      return { kind: 'would-create', group: undefined, drift: [] };
    case 'update':
      return { kind: 'would-update', group: plan.group, drift: plan.drift };
    case 'none':
      return { kind: 'unchanged', group: plan.group, drift: plan.drift };
    case 'keep':
      return { kind: 'kept', group: plan.group, drift: plan.drift };
  }
}

/** Whether the run has set the applications of the group, or in a dry run would set them. */
export function setsApplications({ kind, drift }: Outcome): boolean {
  switch (kind) {
    case 'created':
    case 'would-create':
      return true;
    case 'updated':
    case 'would-update':
      return drift.some(({ field }) => field === 'applications');
    case 'unchanged':
    case 'kept':
      return false;
  }
}
