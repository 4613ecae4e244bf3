import type { IfExists } from '../inputs/if-exists.ts';
import {
  belongsElsewhere,
  buildPatch,
  type Drift,
  diffGroups,
  type PatchOperation,
} from '../insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../insight-group/insight-group.ts';

/** What is to be done about one desired group, given what exists. A dry run shows it, an apply carries it out. */
export type Plan =
  | { readonly kind: 'create' }
  /** The group exists and matches. */
  | { readonly kind: 'none'; readonly group: InsightGroup; readonly drift: readonly [] }
  /** The group differs, and is left as it is. */
  | { readonly kind: 'keep'; readonly group: InsightGroup; readonly drift: readonly Drift[] }
  | {
      readonly kind: 'update';
      readonly group: InsightGroup;
      readonly drift: readonly Drift[];
      readonly patch: readonly PatchOperation[];
    }
  | {
      readonly kind: 'conflict';
      /** `foreign`: the key belongs to another project or environment. `exists`: `if-exists` is `fail`. */
      readonly reason: 'exists' | 'foreign';
      readonly group: InsightGroup;
      readonly drift: readonly Drift[];
    };

/** The plans of one kind. */
export type PlanOf<K extends Plan['kind']> = Extract<Plan, { kind: K }>;

/** A plan for a group that exists. */
export type ExistingPlan = Exclude<Plan, PlanOf<'create'>>;

/** Plans the change that makes `desired` true. `observed` is the group of that key; undefined when there is none. */
export function planChange(
  desired: DesiredGroup,
  observed: InsightGroup | undefined,
  ifExists: IfExists,
): Plan {
  return observed === undefined ? { kind: 'create' } : planExisting(desired, observed, ifExists);
}

/**
 * Plans the change that makes the group that exists as desired. A group of another project or environment is a
 * conflict, whatever `ifExists` says.
 */
export function planExisting(
  desired: DesiredGroup,
  observed: InsightGroup,
  ifExists: IfExists,
): ExistingPlan {
  const drift = diffGroups(desired, observed);
  if (belongsElsewhere(drift)) {
    return { kind: 'conflict', reason: 'foreign', group: observed, drift };
  }
  if (ifExists === 'fail') {
    return { kind: 'conflict', reason: 'exists', group: observed, drift };
  }
  if (drift.length === 0) {
    return { kind: 'none', group: observed, drift: [] };
  }
  return ifExists === 'update'
    ? { kind: 'update', group: observed, drift, patch: buildPatch(drift) }
    : { kind: 'keep', group: observed, drift };
}
