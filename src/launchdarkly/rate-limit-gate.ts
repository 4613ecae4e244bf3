/** Requests of one scope that are in flight at once, at most. Reads and writes are capped as well, see `throttle.ts`. */
const MAX_IN_FLIGHT = 8;

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
 * be in flight. It starts in that state as well, so that the first answer tells how many calls are left
 * before many are made.
 */
export class RateLimitGate {
  #closedUntil = Number.NEGATIVE_INFINITY;
  #inFlight = 0;
  #maxInFlight = 1;
  /** Whether somebody else was seen to make calls under the same limit. */
  #isShared = false;
  /** What is left of the current window, requests in flight already taken off. */
  #window: { remaining: number; readonly resetsAt: number } | undefined;

  /** Until when the server asked for no more requests; epoch milliseconds. */
  get closedUntil(): number {
    return this.#closedUntil;
  }

  /**
   * Whether a request may be sent at `now`. That no calls are left is a forecast, so it holds nothing back
   * that would then come too late: from `deadlineAt` on the server has to say so itself.
   */
  isOpen(now: number, deadlineAt: number): boolean {
    const opensAt = this.opensAt();
    const isDue = now >= opensAt || (opensAt >= deadlineAt && now >= this.#closedUntil);
    return isDue && this.#inFlight < Math.min(this.#maxInFlight, this.#affordable());
  }

  /** Where other jobs spend what is left as well, the less it is, the fewer requests are sent at once. */
  #affordable(): number {
    const { remaining } = this.#window ?? { remaining: 0 };
    return this.#isShared && remaining > 0 ? Math.ceil(remaining / SHARERS) : MAX_IN_FLIGHT;
  }

  /** When the gate lets requests through again, in epoch milliseconds; in the past when it does already. */
  opensAt(): number {
    return this.#window?.remaining === 0
      ? Math.max(this.#closedUntil, this.#window.resetsAt)
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

  /** A request got through: more may be in flight at once. */
  widen(): void {
    this.#maxInFlight = Math.min(MAX_IN_FLIGHT, this.#maxInFlight * 2);
  }

  /** Lets nothing through until `at`, and then one request first. Never opens earlier than asked for before. */
  closeUntil(at: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, at);
    this.#maxInFlight = 1;
    this.#window = undefined;
  }
}

/** How many jobs are assumed to share an account. */
const SHARERS = 4;

/** Resets of one window differ by less when they are converted to our clock, those of two by more; milliseconds. */
const WINDOW_TOLERANCE_MS = 2_000;
