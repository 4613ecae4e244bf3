import { ActionError, type ActionErrorParts } from '../errors.ts';
import { ATTEMPT_RESERVE_MS, type BackoffOptions, computeBackoff } from '../http/backoff.ts';
import type { DesiredGroup } from '../insight-group/insight-group.ts';
import type { ApiError, ApiResult, RequestFailure } from '../launchdarkly/api-result.ts';
import { isWrite, type Operation } from '../launchdarkly/operation.ts';
import { ConflictStreak } from './conflict-streak.ts';
import { describeSafety, describeWrites } from './messages.ts';
import { NotFoundStreak } from './not-found-streak.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import { RetriedFailure } from './retried-failure.ts';
import {
  describeNeededWait,
  describeRetryReason,
  explainLastingConflict,
  explainNoTimeLeft,
  explainRateLimit,
} from './retry-messages.ts';
import type { ObservedGroup, RetryReason } from './retry-reason.ts';
import { ServerClock } from './server-clock.ts';
import { UnansweredStreak } from './unanswered-streak.ts';
import type { WriteLedger } from './write-ledger.ts';

/** The bounds of one wait for something that should clear within seconds, in milliseconds. */
const LIMITED_BACKOFF = { minMs: 500, maxMs: 2_000 };

/** The retry policy and state of one operation: what is retried, for how long, and how it fails in the end. */
export class RetryLoop {
  readonly serverClock = new ServerClock();
  readonly #desired: DesiredGroup;
  readonly #deps: ReconcileDeps;
  readonly #ledger: WriteLedger;
  readonly #unanswered: UnansweredStreak;
  readonly #streak = new ConflictStreak();
  #waits = 0;
  readonly #notFound: NotFoundStreak;
  readonly #retried = new RetriedFailure();
  /** The group as it was last seen. */
  #observed: ObservedGroup | undefined;

  constructor(desired: DesiredGroup, deps: ReconcileDeps, ledger: WriteLedger) {
    this.#desired = desired;
    this.#deps = deps;
    this.#ledger = ledger;
    this.#unanswered = new UnansweredStreak(deps.maxUnansweredAttempts);
    this.#notFound = new NotFoundStreak(deps);
  }

  /** Makes one request, and records the server's clock and whether there was a clear answer. */
  async attempt<T>(operation: Operation, request: () => Promise<ApiResult<T>>) {
    const begunAt = this.#deps.now();
    const result = await request();
    const endedAt = this.#deps.now();
    // The throttle may hold a request back for minutes, so what counts is when it was sent.
    const { heldMs } = result;
    const sentAt = { uptimeMs: begunAt.uptimeMs + heldMs, wallMs: begunAt.wallMs + heldMs };
    this.serverClock.record({ sentAt, receivedAt: endedAt, serverTimeMs: result.serverClock });
    const causeCode = result.kind === 'indeterminate' ? result.failure.causeCode : undefined;
    this.#unanswered.observeAttempt(causeCode, endedAt.uptimeMs);
    if (causeCode === undefined) {
      this.#retried.noteAnswer(operation);
    }
    return { result, sentAt, endedAt };
  }

  /**
   * Waits before another attempt, if the failure can be retried.
   *
   * @throws {ActionError} if it can't
   */
  async retryOrThrow(
    result: Exclude<ApiResult<unknown>, { kind: 'ok' }>,
    operation: Operation,
  ): Promise<void> {
    const { retryAfterMs } = result;
    if (result.kind === 'indeterminate') {
      return this.#retryFailure(result.failure, retryAfterMs, operation);
    }
    const { error } = result;
    switch (error.status) {
      case 429:
        // The throttle retries a 429 itself, unless its wait would pass the deadline.
        throw this.fail(this.#explainRateLimit(retryAfterMs));
      case 409:
        return this.wait({ kind: 'conflict', error, retryAfterMs }, operation);
      case 404:
        return this.#retryNotFound(error, retryAfterMs, operation);
      default:
        throw this.fail(await this.#deps.diagnosis.describeApiError(error, operation));
    }
  }

  /**
   * Waits before the next attempt, longer each time. What the server asks for on top of it is left to the
   * throttle, which holds back every request of the run for that long.
   *
   * @throws {ActionError} when there is no time left for either, the run is stopped, too many writes in a
   *   row got no clear answer, or a 409 does not clear
   */
  async wait(
    reason: RetryReason,
    operation: Operation,
    bounds?: BackoffOptions['bounds'],
  ): Promise<void> {
    this.throwIfStopped();
    if (isWrite(operation)) {
      this.#unanswered.observeWrite(reason.kind !== 'indeterminate');
      if (reason.kind === 'indeterminate' && this.#unanswered.isExhausted) {
        throw this.fail(this.#deps.diagnosis.describeFailure(reason.failure, operation));
      }
    }
    const { now, remainingMs, random, sleep, announceWait } = this.#deps;
    const isStuck = this.#streak.count(`${operation} ${reason.kind}`, now().uptimeMs);
    // Whether a create that is answered 409 is stuck depends on what reads show.
    if (isStuck && reason.kind === 'conflict' && operation !== 'create') {
      throw this.fail(explainLastingConflict(reason, { key: this.#desired.key, operation }));
    }
    const { retryAfterMs = 0 } = reason;
    const backoff = computeBackoff({
      waitsBefore: this.#waits,
      retryAfterMs,
      remainingMs: remainingMs(),
      bounds,
      random: random(),
    });
    if (backoff.kind === 'too-long') {
      throw this.fail(await this.#explainNoTimeLeft(reason, operation, backoff.neededMs));
    }
    const ms = backoff.ms - retryAfterMs;
    this.#waits += 1;
    this.#retried.noteWait(reason, operation);
    announceWait({ ms, why: describeRetryReason(reason, operation) });
    await sleep(ms);
    this.throwIfStopped();
  }

  /** @throws {ActionError} when the server asks to wait for longer than there is time */
  async assertTimeToWait(reason: RetryReason, operation: Operation): Promise<void> {
    const { retryAfterMs } = reason;
    if (
      retryAfterMs !== undefined &&
      this.#deps.remainingMs() - ATTEMPT_RESERVE_MS <= retryAfterMs
    ) {
      throw this.fail(await this.#explainNoTimeLeft(reason, operation, retryAfterMs));
    }
  }

  /** Waits briefly for something that should clear within `limitMs` milliseconds. */
  waitBriefly(limitMs: number, reason: RetryReason, operation: Operation): Promise<void> {
    const { minMs, maxMs } = LIMITED_BACKOFF;
    return this.wait(reason, operation, { minMs, maxMs: Math.min(maxMs, limitMs) });
  }

  /**
   * At the deadline, reports the failure that was being retried: whether the deadline falls into a request or
   * into a wait is chance.
   */
  throwIfStopped(): void {
    const { signal, diagnosis } = this.#deps;
    if (!signal.aborted) {
      return;
    }
    const { reason } = signal;
    if (!(reason instanceof ActionError)) {
      throw reason;
    }
    const retried = reason.code === 'timeout' ? this.#retried.last : undefined;
    throw this.fail(
      retried === undefined
        ? reason
        : diagnosis.describeFailure(retried.failure, retried.operation),
    );
  }

  /** Takes note of the group as it was just seen, so that every failure shows it; undefined when it is gone. */
  noteObserved(observed: ObservedGroup | undefined): void {
    this.#observed = observed;
  }

  /** Every failure says what may have been written: a step that failed need not have left everything as it was. */
  fail(parts: ActionErrorParts): ActionError {
    const { writes } = this.#ledger;
    const { message } = parts;
    const { isOneOfSeveral = false } = this.#deps;
    const subject = { key: this.#desired.key, isOneOfSeveral, message };
    return new ActionError({
      existing: this.#observed,
      ...parts,
      message: `${message} ${describeWrites(writes, subject)}`,
      nextStep: `${parts.nextStep}${describeSafety(writes)}`,
      writes,
    });
  }

  async #retryFailure(
    failure: RequestFailure,
    retryAfterMs: number | undefined,
    operation: Operation,
  ): Promise<void> {
    this.throwIfStopped();
    const { isRetryable, retryLimitMs } = failure;
    if (!isRetryable || this.#unanswered.isExhausted) {
      throw this.fail(this.#deps.diagnosis.describeFailure(failure, operation));
    }
    const reason = { kind: 'indeterminate', failure, retryAfterMs } as const;
    if (retryLimitMs === undefined) {
      return this.wait(reason, operation);
    }
    const leftMs = retryLimitMs - this.#unanswered.sameCauseMs(this.#deps.now().uptimeMs);
    if (leftMs <= 0) {
      throw this.fail(this.#deps.diagnosis.describeFailure(failure, operation));
    }
    return this.waitBriefly(leftMs, reason, operation);
  }

  /** A 404 changed nothing, and the environment may have been created by the step before. */
  async #retryNotFound(
    error: ApiError,
    retryAfterMs: number | undefined,
    operation: Operation,
  ): Promise<void> {
    const { placement, leftMs } = await this.#notFound.observe();
    if (leftMs <= 0) {
      throw this.fail(await this.#deps.diagnosis.describeApiError(error, operation, placement));
    }
    const reason = { kind: 'not-found', error, placement, retryAfterMs } as const;
    return this.waitBriefly(leftMs, reason, operation);
  }

  #explainRateLimit(retryAfterMs = 0): ActionErrorParts {
    const neededWait = describeNeededWait(retryAfterMs, this.#deps.now().wallMs);
    return explainRateLimit(this.#desired.key, neededWait);
  }

  #explainNoTimeLeft(
    reason: RetryReason,
    operation: Operation,
    neededMs: number,
  ): Promise<ActionErrorParts> {
    const { diagnosis, now } = this.#deps;
    const neededWait = describeNeededWait(neededMs, now().wallMs);
    const write = reason.kind === 'stale-read' ? this.#retried.lastWrite : undefined;
    const request = { key: this.#desired.key, operation, neededWait, diagnosis };
    return write === undefined
      ? explainNoTimeLeft(reason, request)
      : explainNoTimeLeft(
          { kind: 'indeterminate', failure: write.failure },
          { ...request, operation: write.operation },
        );
  }
}
