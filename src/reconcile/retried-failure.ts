import type { RequestFailure } from '../launchdarkly/api-result.ts';
import { isWrite, type Operation } from '../launchdarkly/operation.ts';
import type { RetryReason } from './retry-reason.ts';

/** Why a request is being made again, and what it is for. */
export interface FailedRequest {
  readonly failure: RequestFailure;
  readonly operation: Operation;
}

/** Keeps the failure that is being retried, for a report at the deadline. */
export class RetriedFailure {
  #last: FailedRequest | undefined;

  /** The failure; undefined after an attempt that only timed out, and after a clear answer. */
  get last(): FailedRequest | undefined {
    return this.#last;
  }

  /** The failure, if it is that of a write. */
  get lastWrite(): FailedRequest | undefined {
    return this.#last !== undefined && isWrite(this.#last.operation) ? this.#last : undefined;
  }

  /** Takes a clear answer into account: that of a read does not settle a write. */
  noteAnswer(operation: Operation): void {
    if (isWrite(operation) || this.lastWrite === undefined) {
      this.#last = undefined;
    }
  }

  /** Takes one more wait into account. Reads that lag are only waited for because of a write. */
  noteWait(reason: RetryReason, operation: Operation): void {
    if (reason.kind === 'indeterminate') {
      const { failure } = reason;
      this.#last = failure.causeCode === 'ATTEMPT_TIMEOUT' ? undefined : { failure, operation };
    } else if (reason.kind !== 'stale-read') {
      this.#last = undefined;
    }
  }
}
