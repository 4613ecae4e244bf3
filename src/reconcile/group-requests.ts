import type { PatchOperation } from '../insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../insight-group/insight-group.ts';
import type { ApiError, ApiResult, RequestFailure } from '../launchdarkly/api-result.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import type { RetryLoop } from './retry-loop.ts';
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

/** A group as a read showed it. */
export interface GroupRead {
  readonly group: InsightGroup;
  /** For how many more milliseconds a read may show what was there before a create of this run; 0 when it can't. */
  readonly staleMs: number;
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
      const { result, sentAt, endedAt } = await this.#loop.attempt(() =>
        this.#deps.client.createGroup(this.#desired),
      );
      if (result.kind === 'ok') {
        return { kind: 'applied', group: result.value };
      }
      const { retryAfterMs } = result;
      const unsettled = asUnsettled(result);
      if (unsettled?.kind === 'indeterminate') {
        this.#ledger.noteCreateInDoubt(sentAt, endedAt);
      }
      if (unsettled !== undefined) {
        this.#loop.throwIfStopped();
        await this.#loop.assertTimeToWait({ ...unsettled, retryAfterMs }, 'create');
        return unsettled;
      }
      await this.#loop.retryOrThrow(result, 'create');
    }
  }

  /** Sends an update of the group until it is applied, in conflict, in doubt, or there is no such group. */
  async update(key: string, patch: readonly PatchOperation[]): Promise<WriteResult> {
    for (;;) {
      const { result, endedAt } = await this.#loop.attempt(() =>
        this.#deps.client.patchGroup(key, patch),
      );
      if (result.kind === 'ok') {
        return { kind: 'applied', group: result.value };
      }
      if (result.kind === 'rejected' && result.error.status === 404) {
        return { kind: 'not-found', error: result.error };
      }
      const { retryAfterMs } = result;
      const unsettled = asUnsettled(result);
      if (unsettled?.kind === 'indeterminate') {
        this.#ledger.noteUpdateInDoubt(endedAt);
      }
      if (unsettled !== undefined) {
        this.#loop.throwIfStopped();
        await this.#loop.assertTimeToWait({ ...unsettled, retryAfterMs }, 'update');
        return unsettled;
      }
      await this.#loop.retryOrThrow(result, 'update');
    }
  }

  /** Sends a delete until the group is gone, or it is in conflict or in doubt. */
  async delete(key: string): Promise<{ readonly kind: 'gone' } | UnsettledWrite> {
    for (;;) {
      const { result, endedAt } = await this.#loop.attempt(() =>
        this.#deps.client.deleteGroup(key),
      );
      if (result.kind === 'ok' || (result.kind === 'rejected' && result.error.status === 404)) {
        return { kind: 'gone' };
      }
      const { retryAfterMs } = result;
      const unsettled = asUnsettled(result);
      if (unsettled?.kind === 'indeterminate') {
        this.#ledger.noteDeleteInDoubt(endedAt);
      }
      if (unsettled !== undefined) {
        this.#loop.throwIfStopped();
        await this.#loop.assertTimeToWait({ ...unsettled, retryAfterMs }, 'delete');
        return unsettled;
      }
      await this.#loop.retryOrThrow(result, 'delete');
    }
  }

  /** Reads the group until LaunchDarkly says what it is, or that there is none. */
  async read(): Promise<GroupRead | undefined> {
    for (;;) {
      const { result, sentAt } = await this.#loop.attempt(() =>
        this.#deps.client.getGroup(this.#desired.key),
      );
      if (result.kind === 'ok') {
        return { group: result.value, staleMs: this.#ledger.staleReadsMs(sentAt) };
      }
      if (result.kind === 'rejected' && result.error.status === 404) {
        return undefined;
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
      const { result } = await this.#loop.attempt(() =>
        this.#deps.client.getEnvironment(projectKey, environmentKey),
      );
      // A token that may create a group need not be allowed to read the environment.
      if (result.kind === 'ok' || (result.kind === 'rejected' && result.error.status === 403)) {
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
