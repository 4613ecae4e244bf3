/** Requests of one scope that are in flight at once, at most. Reads and writes are capped as well, see `pace.ts`. */
const MAX_IN_FLIGHT = 8;

/** How many jobs are assumed to share an account. */
const SHARERS = 4;

/** Resets of one window differ by less when they are converted to our clock, those of two by more; milliseconds. */
const WINDOW_TOLERANCE_MS = 2_000;

/** What an answer says of one rate limit. Times in epoch milliseconds by our clock. */
export interface RateLimitState {
  /** Calls left in the current window. */
  readonly remaining: number;
  /** When the current window ends. */
  readonly resetsAt: number;
}

/**
 * One rate limit of LaunchDarkly's: of a route, of the token or of the account. Decides whether a
 * request may be sent now. Pure: the time is an argument.
 *
 * After it was closed, one request probes whether it is open again; each success doubles how many may
 * be in flight. It starts with few as well, so that the first answers tell how many calls are left before
 * many are made.
 */
export class RateLimitGate {
  #closedUntil = Number.NEGATIVE_INFINITY;
  /** When it was closed last. What was sent before says nothing of the time after. */
  #closedAt = Number.NEGATIVE_INFINITY;
  #unexplainedLimits = 0;
  #inFlight = 0;
  #maxInFlight: number;
  /** Whether somebody else was seen to make calls under the same limit. */
  #isShared = false;
  /** What is left of the current window, requests in flight already taken off. */
  #window: { remaining: number; readonly resetsAt: number } | undefined;

  /** `maxInFlight` is how many requests may be made before the first answer. */
  constructor(maxInFlight = 1) {
    this.#maxInFlight = maxInFlight;
  }

  /** Until when the server asked for no more requests; epoch milliseconds. */
  get closedUntil(): number {
    return this.#closedUntil;
  }

  /** Whether a request may be sent at `now`. */
  isOpen(now: number, deadlineAt: number): boolean {
    const maxInFlight = Math.min(this.#maxInFlight, this.#affordable());
    return now >= this.opensAt(deadlineAt) && this.#inFlight < maxInFlight;
  }

  /** Where other jobs spend what is left as well, the less it is, the fewer requests are sent at once. */
  #affordable(): number {
    const { remaining } = this.#window ?? { remaining: 0 };
    return this.#isShared && remaining > 0 ? Math.ceil(remaining / SHARERS) : MAX_IN_FLIGHT;
  }

  /**
   * When the gate lets requests through again, in epoch milliseconds; in the past when it does already. That
   * no calls are left is a forecast, so it holds nothing back that would then come too late: from
   * `deadlineAt` on the server has to say so itself.
   */
  opensAt(deadlineAt: number): number {
    const { remaining, resetsAt } = this.#window ?? { remaining: 1, resetsAt: 0 };
    return remaining === 0 && resetsAt < deadlineAt
      ? Math.max(this.#closedUntil, resetsAt)
      : this.#closedUntil;
  }

  /** Counts a request that is being sent. */
  enter(now: number): void {
    this.#inFlight += 1;
    if (this.#window === undefined) {
      return;
    }
    if (this.#window.remaining > 0) {
      this.#window.remaining -= 1;
    } else if (now >= this.#window.resetsAt) {
      // The first request of a new window, of which nothing is known yet.
      this.#window = undefined;
      this.#maxInFlight = 1;
    }
  }

  /** Counts a request that has ended. `state` is absent when the answer says nothing of this limit. */
  leave(state?: RateLimitState): void {
    this.#inFlight -= 1;
    if (state === undefined) {
      return;
    }
    const ageMs = this.#window === undefined ? Infinity : state.resetsAt - this.#window.resetsAt;
    if (ageMs > WINDOW_TOLERANCE_MS) {
      // The answers of those that are still in flight are not counted in this one.
      const remaining = Math.max(0, state.remaining - this.#inFlight);
      this.#window = { remaining, resetsAt: state.resetsAt };
    } else if (ageMs > -WINDOW_TOLERANCE_MS) {
      // Answers overtake each other, so the lowest count is the latest. What is in flight is off ours already.
      const counted = this.#window?.remaining ?? state.remaining;
      this.#isShared ||= state.remaining < counted;
      this.#window = { remaining: Math.min(state.remaining, counted), resetsAt: state.resetsAt };
    }
    // Else it speaks of a window that is over.
  }

  /** How many 429s in a row did not say how long to wait, since a request got through. */
  get unexplainedLimits(): number {
    return this.#unexplainedLimits;
  }

  /** Counts a 429 that did not say how long to wait. Those that one burst is answered with are one. */
  noteUnexplainedLimit(startedAt: number): void {
    if (startedAt >= this.#closedAt) {
      this.#unexplainedLimits += 1;
    }
  }

  /** A request that was sent at `startedAt` got through: more may be in flight at once. */
  widen(startedAt: number): void {
    if (startedAt < this.#closedAt) {
      return;
    }
    this.#unexplainedLimits = 0;
    this.#maxInFlight = Math.min(MAX_IN_FLIGHT, this.#maxInFlight * 2);
  }

  /**
   * Lets nothing through from `now` until `at`, and then one request first. Never opens earlier than asked
   * for before. Returns whether it opens later than before.
   */
  closeUntil(at: number, now: number): boolean {
    const isLater = at > this.#closedUntil;
    this.#closedUntil = Math.max(this.#closedUntil, at);
    this.#closedAt = now;
    this.#maxInFlight = 1;
    this.#window = undefined;
    return isLater;
  }
}
