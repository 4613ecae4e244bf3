/** One moment, in milliseconds by both clocks of this machine. */
export interface Moment {
  /** Since the epoch. Somebody may set this clock at any time. */
  readonly wallMs: number;
  /** Since some fixed moment. Never set, but may stand still while the machine sleeps. */
  readonly uptimeMs: number;
}

/** When a server's answer was received, and what it said of the time. */
export interface ClockReading {
  readonly sentAt: Moment;
  readonly receivedAt: Moment;
  /** The `Date` of the answer in epoch milliseconds, cut to whole seconds; undefined without one. */
  readonly serverTimeMs: number | undefined;
}

/** `Date` is cut to whole seconds. */
const DATE_PRECISION_MS = 1_000;

/**
 * Tells what the server's clock showed at moments at which it was not read, from the `Date` of its
 * answers. The clocks of the two machines may differ, and any of them may be set meanwhile: then it
 * says how much is certain.
 */
export class ServerClock {
  /** How far the server's clock is ahead of our uptime, at least, by each reading: the least and the largest. */
  #offsets: { readonly minMs: number; readonly maxMs: number } | undefined;
  #longestExchangeMs = 0;
  /** The largest difference of our wall clock and our uptime, at any reading. */
  #maxWallOffsetMs = Number.NEGATIVE_INFINITY;

  /** Takes note of an answer. */
  record({ sentAt, receivedAt, serverTimeMs }: ClockReading): void {
    if (serverTimeMs === undefined) {
      return;
    }
    const offsetMs = serverTimeMs - receivedAt.uptimeMs;
    const { minMs, maxMs } = this.#offsets ?? { minMs: offsetMs, maxMs: offsetMs };
    this.#offsets = { minMs: Math.min(minMs, offsetMs), maxMs: Math.max(maxMs, offsetMs) };
    this.#longestExchangeMs = Math.max(
      this.#longestExchangeMs,
      receivedAt.uptimeMs - sentAt.uptimeMs,
    );
    this.#maxWallOffsetMs = Math.max(
      this.#maxWallOffsetMs,
      receivedAt.wallMs - receivedAt.uptimeMs,
    );
  }

  /**
   * The range of what the server's clock can have shown at `moment`, in epoch milliseconds; undefined
   * without any reading. Both are lower bounds, up to a second and the duration of an answer too early;
   * they are equal unless one of the clocks was set.
   */
  timeAt(moment: Moment): { readonly earliestMs: number; readonly latestMs: number } | undefined {
    if (this.#offsets === undefined) {
      return undefined;
    }
    const { minMs, maxMs } = this.#offsets;
    const isServerSteady = maxMs - minMs <= DATE_PRECISION_MS + this.#longestExchangeMs;
    // Time that our wall clock counted and our uptime did not: it was set ahead, or the machine slept.
    const sleptMs = Math.max(0, this.#maxWallOffsetMs - (moment.wallMs - moment.uptimeMs));
    return {
      earliestMs: moment.uptimeMs + (isServerSteady ? maxMs : minMs) - sleptMs,
      latestMs: moment.uptimeMs + maxMs,
    };
  }

  /** Whether `epochMs` of the server's is certainly after `moment`. */
  isAfter(epochMs: number, moment: Moment): boolean {
    const time = this.timeAt(moment);
    const imprecisionMs = DATE_PRECISION_MS + this.#longestExchangeMs;
    return time !== undefined && epochMs > time.latestMs + imprecisionMs;
  }
}
