import type { IfExists } from '../inputs/if-exists.ts';
import type { DesiredGroup, GroupReference, InsightGroup } from '../insight-group/insight-group.ts';
import { findCatalogNeed } from './catalog.ts';
import type { ValidExpansion } from './expand.ts';
import type { GroupResult, OutcomeKind } from './group-result.ts';
import { explainMissingTarget } from './messages.ts';
import type { ObservedGroups } from './observe-groups.ts';
import { toOutcome } from './outcome.ts';
import { type Plan, planChange } from './plan.ts';

/** What is to be done about one group, by what was seen of it. Apply takes that for a hint. */
export interface PlannedGroup {
  readonly desired: DesiredGroup;
  readonly plan: Plan;
  /** Whether project and environment were read, so that they are known to exist. */
  readonly isEnvironmentKnown: boolean;
}

/** A group that is to be gone, and the group of its key as it was seen; undefined when there is none. */
export interface PlannedDelete {
  readonly target: GroupReference;
  readonly observed: InsightGroup | undefined;
}

/** What is to be done about several groups. A dry run shows it, an apply carries it out. */
export interface EntriesPlan {
  readonly groups: readonly PlannedGroup[];
  readonly deletes: readonly PlannedDelete[];
  /** What has failed already: groups of environments that are named in full and do not exist. */
  readonly missing: readonly GroupResult[];
}

/** How each group of a plan would end, if nothing has changed since and nothing goes wrong. */
export function expectOutcomes({ groups, deletes, missing }: EntriesPlan): OutcomeKind[] {
  return [
    ...missing.map(({ outcome }) => outcome.kind),
    ...groups.map(({ plan }) => expectOutcome(plan)),
    ...deletes.map(({ observed }) => (observed === undefined ? 'absent' : 'would-delete')),
  ];
}

/** How the group of a plan would end, if nothing has changed since and nothing goes wrong. */
export function expectOutcome(plan: Plan): OutcomeKind {
  return plan.kind === 'conflict' ? 'failed' : toOutcome(plan).kind;
}

/** Plans what the groups of an expansion need, given the groups that exist. Pure. */
export function planEntries(
  { groups, absent, missing }: ValidExpansion,
  observed: ObservedGroups,
  ifExists: IfExists,
): EntriesPlan {
  return {
    groups: groups.map(({ desired, entry }) => ({
      desired,
      isEnvironmentKnown: findCatalogNeed(entry).kind !== 'none',
      plan: planChange(desired, observed.get(desired.key), ifExists),
    })),
    deletes: absent.map(({ group }) => ({
      target: group,
      observed: observed.get(group.key),
    })),
    missing: missing.map((target) => ({
      target: {
        key: target.key ?? '',
        projectKey: target.projectKey,
        environmentKey: target.environmentKey ?? '',
      },
      outcome: {
        kind: 'failed',
        error: explainMissingTarget(target),
        group: undefined,
        drift: [],
      },
    })),
  };
}
