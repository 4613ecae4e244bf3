/**
 * A conflict that does not settle is given this long, in milliseconds, and this many rounds. Reads lag
 * writes by up to five seconds, and a lock is held for less, so what lasts six rounds will not settle.
 */
const PATIENCE_MS = 30_000;
const MIN_ROUNDS = 6;

/** Counts the rounds in a row that met the same conflict. */
export class ConflictStreak {
  #current: { readonly kind: string; readonly sinceMs: number; rounds: number } | undefined;

  /** Counts one more round of `kind`. Says whether it is time to give up. `nowMs` is from a clock that is never set. */
  count(kind: string, nowMs: number): boolean {
    if (this.#current?.kind !== kind) {
      this.#current = { kind, sinceMs: nowMs, rounds: 0 };
    }
    this.#current.rounds += 1;
    return nowMs - this.#current.sinceMs >= PATIENCE_MS && this.#current.rounds >= MIN_ROUNDS;
  }

  /** Whether the conflict that was counted last was met before. */
  get isRepeated(): boolean {
    return (this.#current?.rounds ?? 0) > 1;
  }

  /** Ends a streak of `kind`. */
  end(kind: string): void {
    if (this.#current?.kind === kind) {
      this.#current = undefined;
    }
  }
}
