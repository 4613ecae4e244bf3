import { type Drift, diffGroups } from '../insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../insight-group/insight-group.ts';
import { type ExistingPlan, planExisting } from './plan.ts';

/** What an update that LaunchDarkly accepted has made of a group. */
export interface UpdateCheck {
  /**
   * How the group differs from what was found: in a field that was to be updated, or only in others, which
   * somebody else may have changed.
   */
  readonly change: 'requested-fields' | 'other-fields' | 'none';
  /** What was to be updated and is still not as requested. */
  readonly refused: readonly Drift[];
  /** What is left to do. */
  readonly next: ExistingPlan;
}

/** What an update is checked against. */
export interface UpdateCheckOptions {
  readonly desired: DesiredGroup;
  /** The group before the update. */
  readonly found: InsightGroup;
  /** What the update was to change. */
  readonly drift: readonly Drift[];
  /** The group as LaunchDarkly answered the update with it. */
  readonly updated: InsightGroup;
}

/** Compares the answer to an update with the group as it was found, and with the desired one. */
export function checkUpdate({ desired, found, drift, updated }: UpdateCheckOptions): UpdateCheck {
  const requested = new Set(drift.map(({ field }) => field));
  const isRequested = ({ field }: Drift) => requested.has(field);
  const changes = diffGroups(found, updated);
  const change = changes.some(isRequested) ? 'requested-fields' : 'other-fields';
  return {
    change: changes.length === 0 ? 'none' : change,
    refused: diffGroups(desired, updated).filter(isRequested),
    next: planExisting(desired, updated, 'update'),
  };
}
