/** How many groups a run may delete. */
export class DeleteLimit {
  readonly max: number;
  #used = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Counts one more group; false where that is one too many. */
  take(): boolean {
    this.#used += 1;
    return this.#used <= this.max;
  }
}
