import type { PatchOperation } from '../insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../insight-group/insight-group.ts';
import type { ApiError, ApiResult, RequestFailure } from '../launchdarkly/api-result.ts';
import { isForeignError, isOwnError, saysNotFound } from '../launchdarkly/error-origin.ts';
import { HELD } from '../launchdarkly/transport.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import type { RetryLoop } from './retry-loop.ts';
import type { Moment } from './server-clock.ts';
import type { WriteLedger } from './write-ledger.ts';

/** What a write came to. */
export type WriteResult =
  | { readonly kind: 'applied'; readonly group: InsightGroup }
  | UnsettledWrite
  /** The group of an update was not found. */
  | { readonly kind: 'not-found'; readonly error: ApiError };

/** A write of which a read has to tell what there is. */
export type UnsettledWrite =
  | { readonly kind: 'conflict'; readonly error: ApiError }
  | { readonly kind: 'indeterminate'; readonly failure: RequestFailure };

/** What one attempt to delete a group came to. */
export type DeleteResult =
  | { readonly kind: 'gone' }
  /** It was certainly not carried out, and the wait before another attempt is over. */
  | { readonly kind: 'not-deleted' }
  /** A 404: the group is gone, or the token may not delete it, or it is not LaunchDarkly that answered. */
  | { readonly kind: 'unconfirmed'; readonly error: ApiError }
  | UnsettledWrite;

/** A group as a read showed it. */
export interface GroupRead {
  readonly group: InsightGroup;
  /** For how many more milliseconds a read may show what was there before a create of this run; 0 when it can't. */
  readonly staleMs: number;
}

/** What a read showed, and between which moments. */
export interface Observation {
  readonly group: InsightGroup | undefined;
  readonly sentAt: Moment;
  readonly endedAt: Moment;
}

/** What the requests of one reconciliation share. */
export interface GroupRequestsOptions {
  readonly desired: DesiredGroup;
  readonly deps: ReconcileDeps;
  readonly ledger: WriteLedger;
  readonly loop: RetryLoop;
}

/** The requests of one reconciliation, each made until it came to something. What was never sent is sent again. */
export class GroupRequests {
  readonly #desired: DesiredGroup;
  readonly #deps: ReconcileDeps;
  readonly #ledger: WriteLedger;
  readonly #loop: RetryLoop;

  constructor({ desired, deps, ledger, loop }: GroupRequestsOptions) {
    this.#desired = desired;
    this.#deps = deps;
    this.#ledger = ledger;
    this.#loop = loop;
  }

  /** Sends a create until it is applied, in conflict or in doubt. */
  async create(): Promise<Exclude<WriteResult, { kind: 'not-found' }>> {
    for (;;) {
      const { result, sentAt, endedAt } = await this.#loop.attempt('create', () =>
        this.#deps.client.createGroup(this.#desired),
      );
      if (result.kind === 'ok') {
        return { kind: 'applied', group: result.value };
      }
      const unsettled = await this.#findUnsettled(result, 'create', () => {
        this.#ledger.noteCreateInDoubt(sentAt, endedAt);
      });
      if (unsettled !== undefined) {
        return unsettled;
      }
      await this.#loop.retryOrThrow(result, 'create');
    }
  }

  /** Sends an update of the group until it is applied, in conflict, in doubt, or there is no such group. */
  async update(key: string, patch: readonly PatchOperation[]): Promise<WriteResult> {
    for (;;) {
      const { result, endedAt } = await this.#loop.attempt('update', () =>
        this.#deps.client.patchGroup(key, patch),
      );
      if (result.kind === 'ok') {
        return { kind: 'applied', group: result.value };
      }
      if (saysNotFound(result)) {
        return { kind: 'not-found', error: result.error };
      }
      const unsettled = await this.#findUnsettled(result, 'update', () => {
        this.#ledger.noteUpdateInDoubt(endedAt);
      });
      if (unsettled !== undefined) {
        return unsettled;
      }
      await this.#loop.retryOrThrow(result, 'update');
    }
  }

  /**
   * Sends one delete. It is never repeated here: each delete has to follow a read that shows which group the
   * key names by then.
   */
  async delete(key: string): Promise<DeleteResult> {
    const { result, endedAt } = await this.#loop.attempt('delete', () =>
      this.#deps.client.deleteGroup(key),
    );
    if (result.kind === 'ok') {
      return { kind: 'gone' };
    }
    if (result.kind === 'rejected' && result.error.status === 404) {
      this.#ledger.noteDeleteInDoubt(endedAt);
      return { kind: 'unconfirmed', error: result.error };
    }
    if (result.kind === 'indeterminate' && result.failure.causeCode === HELD) {
      this.#loop.throwIfStopped();
      return { kind: 'not-deleted' };
    }
    const unsettled = await this.#findUnsettled(result, 'delete', () => {
      this.#ledger.noteDeleteInDoubt(endedAt);
    });
    if (unsettled !== undefined) {
      return unsettled;
    }
    await this.#loop.retryOrThrow(result, 'delete');
    return { kind: 'not-deleted' };
  }

  /**
   * Returns a write of which a read has to tell what there is, after `noteInDoubt` where it may have been
   * carried out; undefined for any other.
   *
   * @throws {ActionError} when the run is stopped, or the server asks to wait for longer than there is time
   */
  async #findUnsettled(
    result: Exclude<ApiResult<unknown>, { kind: 'ok' }>,
    operation: 'create' | 'update' | 'delete',
    noteInDoubt: () => void,
  ): Promise<UnsettledWrite | undefined> {
    const unsettled = asUnsettled(result);
    if (unsettled === undefined) {
      return undefined;
    }
    if (unsettled.kind === 'indeterminate') {
      noteInDoubt();
    }
    this.#loop.throwIfStopped();
    const { retryAfterMs } = result;
    await this.#loop.assertTimeToWait({ ...unsettled, retryAfterMs }, operation);
    return unsettled;
  }

  /** Reads the group until LaunchDarkly says what it is, or that there is none. */
  async read(): Promise<GroupRead | undefined> {
    const { result, sentAt } = await this.#get();
    return result.kind === 'ok'
      ? { group: result.value, staleMs: this.#ledger.staleReadsMs(sentAt) }
      : undefined;
  }

  /**
   * Reads the group as {@link read} does, and tells when. Believes only LaunchDarkly that there is none: no
   * other answer would show that some other server answers everything with 404.
   *
   * @throws {ActionError} when it is not LaunchDarkly that answers
   */
  async observe(): Promise<Observation> {
    const { result, sentAt, endedAt } = await this.#get();
    if (result.kind === 'ok') {
      return { group: result.value, sentAt, endedAt };
    }
    const { error } = result;
    if (!isOwnError(error)) {
      const { diagnosis } = this.#deps;
      const placement = await diagnosis.locateEnvironment();
      if (placement.kind === 'not-launchdarkly') {
        throw this.#loop.fail(await diagnosis.describeApiError(error, 'read', placement));
      }
    }
    return { group: undefined, sentAt, endedAt };
  }

  /** Sends reads until one shows the group or LaunchDarkly says that there is none. */
  async #get() {
    for (;;) {
      const { result, sentAt, endedAt } = await this.#loop.attempt('read', () =>
        this.#deps.client.getGroup(this.#desired.key),
      );
      if (result.kind === 'ok') {
        return { result, sentAt, endedAt };
      }
      if (saysNotFound(result)) {
        return { result, sentAt, endedAt };
      }
      await this.#loop.retryOrThrow(result, 'read');
    }
  }

  /**
   * Proves for a dry run what a create would have proved.
   *
   * @throws {ActionError} when project or environment do not exist
   */
  async assertEnvironmentExists(): Promise<void> {
    const { projectKey, environmentKey } = this.#desired;
    for (;;) {
      const { result } = await this.#loop.attempt('check', () =>
        this.#deps.client.getEnvironment(projectKey, environmentKey),
      );
      if (result.kind === 'ok') {
        return;
      }
      // A token that may create a group need not be allowed to read the environment.
      if (
        result.kind === 'rejected' &&
        result.error.status === 403 &&
        !isForeignError(result.error)
      ) {
        return;
      }
      await this.#loop.retryOrThrow(result, 'check');
    }
  }
}

function asUnsettled(
  result: Exclude<ApiResult<unknown>, { kind: 'ok' }>,
): UnsettledWrite | undefined {
  if (result.kind === 'rejected') {
    const { error } = result;
    return error.status === 409 ? { kind: 'conflict', error } : undefined;
  }
  const { failure } = result;
  return failure.mayHaveBeenProcessed ? { kind: 'indeterminate', failure } : undefined;
}
