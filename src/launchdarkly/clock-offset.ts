/** When one answer was asked for and received, by our clock, and what its `Date` header said. Epoch milliseconds. */
export interface ClockSample {
  readonly startedAt: number;
  readonly receivedAt: number;
  /** `Date` is cut to whole seconds. */
  readonly serverDate: number;
}

/** `Date` has no fraction, so the true time is up to this much later, in milliseconds. */
const DATE_RESOLUTION_MS = 1_000;

/**
 * Estimates how far the server's clock is ahead of ours. One `Date` header leaves more than a second of
 * doubt, which is a tenth of a rate limit's window; each further answer narrows it.
 */
export class ClockOffset {
  #minOffsetMs = Number.NEGATIVE_INFINITY;
  #maxOffsetMs = Number.POSITIVE_INFINITY;

  /** Takes the `Date` of one answer into account. */
  observe({ startedAt, receivedAt, serverDate }: ClockSample): void {
    const min = serverDate - receivedAt;
    const max = serverDate + DATE_RESOLUTION_MS - startedAt;
    // Bounds that exclude each other mean that one of the clocks was set: what was learned before is void.
    const isConsistent = min < this.#maxOffsetMs && max > this.#minOffsetMs;
    this.#minOffsetMs = isConsistent ? Math.max(min, this.#minOffsetMs) : min;
    this.#maxOffsetMs = isConsistent ? Math.min(max, this.#maxOffsetMs) : max;
  }

  /**
   * The moment, in epoch milliseconds by our clock, at which the server's clock certainly shows
   * `serverTime`. Without any sample both clocks are taken to agree.
   */
  toLocal(serverTime: number): number {
    return Number.isFinite(this.#minOffsetMs) ? serverTime - this.#minOffsetMs : serverTime;
  }
}
