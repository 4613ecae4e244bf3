import type { Drift } from '../insight-group/diff.ts';
import type { InsightGroup } from '../insight-group/insight-group.ts';
import type { ApiError, RequestFailure } from '../launchdarkly/api-result.ts';
import type { Placement } from '../launchdarkly/key-lookup.ts';

/** A group that was read, and how it differs from the desired one. */
export interface ObservedGroup {
  readonly group: InsightGroup;
  readonly drift: readonly Drift[];
}

/** Why another attempt has to wait. */
export type RetryReason = { readonly retryAfterMs?: number | undefined } & (
  | { readonly kind: 'indeterminate'; readonly failure: RequestFailure }
  | { readonly kind: 'conflict'; readonly error: ApiError }
  /** LaunchDarkly shows the group, but does not find it when it is to be updated. */
  | { readonly kind: 'not-updatable'; readonly error: ApiError }
  /** Somebody else changed the group between the read and our patch. */
  | { readonly kind: 'overtaken' }
  /** What was read may be older than what this run has written. */
  | { readonly kind: 'stale-read' }
  /** The project or the environment was not found, but may have been made a moment ago. */
  | { readonly kind: 'not-found'; readonly error: ApiError; readonly placement: Placement }
);

/** The reasons of one kind. */
export type RetryReasonOf<Kind extends RetryReason['kind']> = Extract<RetryReason, { kind: Kind }>;
