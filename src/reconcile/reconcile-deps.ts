import type { ActionErrorParts } from '../errors.ts';
import type { PatchOperation } from '../insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../insight-group/insight-group.ts';
import type { ApiError, ApiResult, RequestFailure } from '../launchdarkly/api-result.ts';
import type { Placement, UnknownApplication } from '../launchdarkly/key-lookup.ts';
import type { Operation } from '../launchdarkly/operation.ts';
import type { Moment } from './server-clock.ts';

/** The operations that a reconciliation takes. See `launchdarkly/client.ts`. */
export interface InsightGroupsClient {
  createGroup(desired: DesiredGroup): Promise<ApiResult<InsightGroup>>;
  getGroup(key: string): Promise<ApiResult<InsightGroup>>;
  patchGroup(key: string, patch: readonly PatchOperation[]): Promise<ApiResult<InsightGroup>>;
  deleteGroup(key: string): Promise<ApiResult<unknown>>;
  getEnvironment(projectKey: string, environmentKey: string): Promise<ApiResult<unknown>>;
}

/** Puts failures into words, and looks up what they are about. `operation` is what was being done. */
export interface Diagnosis {
  describeApiError(
    error: ApiError,
    operation: Operation,
    placement?: Placement,
  ): Promise<ActionErrorParts>;
  describeFailure(failure: RequestFailure, operation: Operation): ActionErrorParts;
  locateEnvironment(): Promise<Placement>;
  findUnknownApplications(): Promise<readonly UnknownApplication[]>;
}

/** Everything that a reconciliation needs from outside. */
export interface ReconcileDeps {
  readonly client: InsightGroupsClient;
  readonly diagnosis: Diagnosis;
  /**
   * Aborts at the deadline or when the run is cancelled, with an {@link ActionError} as its reason, and with
   * another error once the run is over.
   */
  readonly signal: AbortSignal;
  /** What is left until the deadline, in milliseconds. */
  readonly remainingMs: () => number;
  readonly now: () => Moment;
  /** Resolves after `ms` milliseconds, or as soon as the signal aborts. */
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  /** Whether the run works on other groups as well. */
  readonly isOneOfSeveral?: boolean;
  /**
   * How many requests in a row may end without a clear answer before the group is given up; without it only
   * the deadline ends the attempts.
   */
  readonly maxUnansweredAttempts?: number | undefined;
  /** Told of each wait before it begins. */
  readonly announceWait: (wait: { readonly ms: number; readonly why: string }) => void;
}
