import type { ErrorCode } from '../errors.ts';
import type { GroupOutcome } from './group-result.ts';

/** Groups in a row that got no answer: then the next one would not get one either. */
const MAX_LOST_IN_A_ROW = 3;

/** Groups that were refused access before any other got through: then the next one would not either. */
const MAX_FORBIDDEN_AT_FIRST = 3;

/** Failures that would be the same for every group of the run. */
const CONCERNS_ALL: ReadonlySet<ErrorCode> = new Set(['unauthorized', 'rate-limited', 'cancelled']);

/** How a group ends that got no answer, though it was tried again. */
const LOST: ReadonlySet<ErrorCode> = new Set(['network', 'timeout', 'server-error']);

/** Failures that don't show that the token has access to anything. */
const SHOWS_NO_ACCESS: ReadonlySet<ErrorCode> = new Set([
  ...LOST,
  'forbidden',
  'unexpected-response',
]);

/** Decides from the outcomes so far whether it is of any use to go on. */
export class StopRule {
  readonly #signal: AbortSignal;
  #isStopped = false;
  #lostInARow = 0;
  #forbidden = 0;
  #hasAccess = false;

  /** `signal` aborts when the run is over, whatever the outcomes. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get isStopped(): boolean {
    return this.#isStopped || this.#signal.aborted;
  }

  /** Takes the outcome of one more group into account. */
  observe(outcome: GroupOutcome): void {
    const code = outcome.kind === 'failed' ? outcome.error.code : undefined;
    this.#lostInARow = code !== undefined && LOST.has(code) ? this.#lostInARow + 1 : 0;
    this.#forbidden += code === 'forbidden' ? 1 : 0;
    this.#hasAccess ||= code === undefined || !SHOWS_NO_ACCESS.has(code);
    this.#isStopped ||=
      (code !== undefined && CONCERNS_ALL.has(code)) ||
      (this.#forbidden >= MAX_FORBIDDEN_AT_FIRST && !this.#hasAccess) ||
      this.#lostInARow >= MAX_LOST_IN_A_ROW;
  }
}
