/** Requests in a row that ended without a clear answer, and how long that has been going on. */
export class UnansweredStreak {
  readonly #maxAttempts: number;
  #attempts = 0;
  #writes = 0;
  /** What the last attempts ended with, all of them, and since when. */
  #cause: { readonly code: string; readonly sinceMs: number } | undefined;

  /** `maxAttempts` in a row are enough; without it, no number is. */
  constructor(maxAttempts = Number.POSITIVE_INFINITY) {
    this.#maxAttempts = maxAttempts;
  }

  /** Takes one more request into account; `causeCode` is undefined where it got a clear answer. */
  observeAttempt(causeCode: string | undefined, nowMs: number): void {
    this.#attempts = causeCode === undefined ? 0 : this.#attempts + 1;
    if (this.#cause?.code !== causeCode) {
      this.#cause = causeCode === undefined ? undefined : { code: causeCode, sinceMs: nowMs };
    }
  }

  /**
   * Takes one more write into account. Reads that are answered in between tell what a write did, and not that
   * the next one would do better.
   */
  observeWrite(isAnswered: boolean): void {
    this.#writes = isAnswered ? 0 : this.#writes + 1;
  }

  /** Whether another attempt is pointless. */
  get isExhausted(): boolean {
    return this.#attempts >= this.#maxAttempts || this.#writes >= this.#maxAttempts;
  }

  /** For how long requests have been ending as the last one did, in milliseconds. */
  sameCauseMs(nowMs: number): number {
    return this.#cause === undefined ? 0 : nowMs - this.#cause.sinceMs;
  }
}
