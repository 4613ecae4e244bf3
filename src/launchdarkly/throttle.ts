import { BACKOFF_BASE_MS, BACKOFF_CAP_MS, parseRetryAfter, parseServerClock } from './backoff.ts';
import { RateLimitGate } from './rate-limit-gate.ts';
import { findExhaustedScopes, RATE_LIMIT_SCOPES, readRateLimits } from './rate-limit-headers.ts';
import { ServerClock } from './server-clock.ts';
import {
  type Exchange,
  HELD,
  type JsonRequest,
  type ResponseReceived,
  type Transport,
} from './transport.ts';

/** Reads, and writes, that are in flight at once. LaunchDarkly's own tools make one to six requests at a time. */
const MAX_CONCURRENT = 4;

/** A wait is lengthened by up to this much, in milliseconds, so that jobs of one account don't return at once. */
const MAX_JITTER_MS = 250;

/** A limit that is announced again while it is waited for is announced only if it moved by more, in milliseconds. */
const ANNOUNCED_CHANGE_MS = 1_000;

/** What a throttle needs from outside. Times are epoch milliseconds. */
export interface ThrottleDeps {
  readonly now: () => number;
  /** Resolves after `ms` milliseconds, or as soon as the run is stopped. */
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  /** When the run has to be over: a wait beyond this moment is not begun. */
  readonly deadlineAt: number;
  /** Called each time the server makes the run wait, with milliseconds and the cause in words. */
  readonly onWait: (wait: { readonly ms: number; readonly why: string }) => void;
}

/**
 * Wraps a transport so that all requests of a run share one pace: at most {@link MAX_CONCURRENT} reads
 * and as many writes are in flight; a rate limit stops every request that it applies to, before it is
 * reached where the server says how many calls are left; a request that was refused with 429 is sent
 * again. `Retry-After` on any other error stops all requests as well.
 *
 * Callers see a 429 only when waiting for it to pass would outlast the deadline, a `RETRY_AFTER` without
 * response only when another answer asked to wait longer than that, and a `HELD` only for a request that
 * sets `maxHeldMs`.
 */
export function throttle(transport: Transport, deps: ThrottleDeps): Transport {
  const pace = new Pace(deps);
  return {
    async send(request, signal) {
      const { maxHeldMs = Number.POSITIVE_INFINITY } = request;
      const queuedAt = deps.now();
      for (;;) {
        const refusal = await pace.enter(request, signal);
        if (refusal !== undefined) {
          return refusal;
        }
        if (!signal.aborted && deps.now() - queuedAt > maxHeldMs) {
          const held = createHeld(queuedAt, deps.now());
          pace.leave(request, held);
          return held;
        }
        const heldMs = deps.now() - queuedAt;
        const exchange = await transport.send(request, signal);
        if (!pace.leave(request, exchange)) {
          return { ...exchange, heldMs };
        }
      }
    },
    close: () => transport.close(),
  };
}

function createHeld(startedAt: number, receivedAt: number): Exchange {
  return {
    kind: 'no-response',
    mayHaveBeenProcessed: false,
    code: HELD,
    cause: undefined,
    startedAt,
    receivedAt,
  };
}

interface QueuedRequest {
  readonly gates: readonly RateLimitGate[];
  readonly kind: 'read' | 'write';
  /** Ends the wait: the request is sent, unless there is a reason why it can't be before the deadline. */
  readonly admit: (refusal?: Exchange) => void;
}

class Pace {
  readonly #deps: ThrottleDeps;
  readonly #gates = new Map<string, RateLimitGate>();
  /** The answer that closed a gate last. */
  readonly #closedBy = new WeakMap<RateLimitGate, ResponseReceived>();
  readonly #clock = new ServerClock();
  readonly #inFlight = { read: 0, write: 0 };
  readonly #queue: QueuedRequest[] = [];
  /** When the queue is looked at again. */
  #wakesAt = Number.POSITIVE_INFINITY;
  /** 429s that did not say how long to wait, since the last request that got through. */
  #unexplainedLimits = 0;
  #announcedUntil = Number.NEGATIVE_INFINITY;

  constructor(deps: ThrottleDeps) {
    this.#deps = deps;
  }

  /**
   * Waits until `request` may be sent. Resolves with what stands in for its answer if that would outlast
   * the deadline. An aborted request is let through at once: it is the transport that says so.
   */
  enter(request: JsonRequest, signal: AbortSignal): Promise<Exchange | undefined> {
    return new Promise((resolve) => {
      const queued: QueuedRequest = {
        gates: this.#gatesOf(request),
        kind: kindOf(request),
        admit: (refusal) => {
          signal.removeEventListener('abort', abandon);
          if (refusal === undefined) {
            this.#inFlight[queued.kind] += 1;
            for (const gate of queued.gates) {
              gate.enter(this.#deps.now());
            }
          }
          resolve(refusal);
        },
      };
      const abandon = () => {
        this.#queue.splice(this.#queue.indexOf(queued), 1);
        queued.admit();
      };
      this.#queue.push(queued);
      signal.addEventListener('abort', abandon);
      if (signal.aborted) {
        abandon();
      }
      this.#admitQueued();
    });
  }

  /** Takes an answer into account. Returns whether the request has to be sent again. */
  leave(request: JsonRequest, exchange: Exchange): boolean {
    this.#inFlight[kindOf(request)] -= 1;
    const mustRetry =
      exchange.kind === 'response'
        ? this.#learn(request, exchange)
        : this.#forget(this.#gatesOf(request));
    this.#admitQueued();
    return mustRetry;
  }

  #forget(gates: readonly RateLimitGate[]): false {
    for (const gate of gates) {
      gate.leave();
    }
    return false;
  }

  #learn(request: JsonRequest, response: ResponseReceived): boolean {
    const { headers, status, startedAt, receivedAt } = response;
    const serverDate = parseServerClock(headers);
    if (serverDate !== undefined) {
      this.#clock.observe({ startedAt, receivedAt, serverDate });
    }
    const toLocal = (at: number) => this.#clock.toLocal(at);
    const limits = readRateLimits(headers, { receivedAt, toLocal });
    for (const scope of RATE_LIMIT_SCOPES) {
      this.#gateOf(scope, request).leave(limits[scope]);
    }
    if (status === 429) {
      const gates = findExhaustedScopes(headers).map((scope) => this.#gateOf(scope, request));
      const waitMs = parseRetryAfter(headers, receivedAt) ?? this.#backOff();
      return this.#close(gates, response, waitMs);
    }
    const askedMs =
      status >= 300
        ? parseRetryAfter(
            { 'retry-after': headers['retry-after'] ?? '', date: headers['date'] ?? '' },
            receivedAt,
          )
        : undefined;
    if (askedMs !== undefined) {
      this.#close([this.#gateOf('account', request)], response, askedMs);
    } else if (status < 500) {
      this.#unexplainedLimits = 0;
      for (const gate of this.#gatesOf(request)) {
        gate.widen();
      }
    }
    return false;
  }

  /** Closes `gates` for `waitMs`. Returns whether they open again before the deadline. */
  #close(gates: readonly RateLimitGate[], response: ResponseReceived, waitMs: number): boolean {
    const { random, deadlineAt, onWait } = this.#deps;
    const until = response.receivedAt + waitMs;
    // A hint is a lower bound: jitter is added to it, and never more than there is time for.
    const jitterMs = Math.max(
      0,
      Math.floor(Math.min(random() * MAX_JITTER_MS, deadlineAt - until - 1)),
    );
    for (const gate of gates) {
      gate.closeUntil(until + jitterMs);
      this.#closedBy.set(gate, response);
    }
    const isInTime = until < deadlineAt;
    if (isInTime && until > this.#announcedUntil + ANNOUNCED_CHANGE_MS) {
      this.#announcedUntil = until;
      const why =
        response.status === 429
          ? "LaunchDarkly's rate limit was reached (429)"
          : `LaunchDarkly answered ${response.status} and asked to wait`;
      onWait({ ms: waitMs + jitterMs, why });
    }
    return isInTime;
  }

  #backOff(): number {
    const capMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** this.#unexplainedLimits);
    this.#unexplainedLimits += 1;
    return Math.floor(this.#deps.random() * capMs);
  }

  #admitQueued(): void {
    const now = this.#deps.now();
    let wakesAt = Number.POSITIVE_INFINITY;
    for (const queued of [...this.#queue]) {
      const refusal = this.#findRefusal(queued);
      const isOpen =
        this.#inFlight[queued.kind] < MAX_CONCURRENT &&
        queued.gates.every((gate) => gate.isOpen(now, this.#deps.deadlineAt));
      if (refusal !== undefined || isOpen) {
        this.#queue.splice(this.#queue.indexOf(queued), 1);
        queued.admit(refusal);
      } else {
        const opensAt = Math.max(...queued.gates.map((gate) => gate.opensAt()));
        wakesAt = Math.min(wakesAt, opensAt > now ? opensAt : wakesAt);
      }
    }
    this.#wakeAt(wakesAt, now);
  }

  /** What answers a request that can't be sent before the deadline. */
  #findRefusal({ gates }: QueuedRequest): Exchange | undefined {
    const gate = gates.find(({ closedUntil }) => closedUntil >= this.#deps.deadlineAt);
    const response = gate && this.#closedBy.get(gate);
    if (response === undefined || response.status === 429) {
      return response;
    }
    const { startedAt, receivedAt } = response;
    return {
      kind: 'no-response',
      mayHaveBeenProcessed: false,
      code: 'RETRY_AFTER',
      cause: response,
      startedAt,
      receivedAt,
    };
  }

  #wakeAt(at: number, now: number): void {
    if (!Number.isFinite(at) || at >= this.#wakesAt) {
      return;
    }
    this.#wakesAt = at;
    void this.#deps.sleep(at - now).then(() => {
      if (this.#wakesAt === at) {
        this.#wakesAt = Number.POSITIVE_INFINITY;
        this.#admitQueued();
      }
    });
  }

  #gatesOf(request: JsonRequest): RateLimitGate[] {
    return RATE_LIMIT_SCOPES.map((scope) => this.#gateOf(scope, request));
  }

  #gateOf(scope: (typeof RATE_LIMIT_SCOPES)[number], request: JsonRequest): RateLimitGate {
    const name = scope === 'route' ? `${request.method} ${request.route ?? request.path}` : scope;
    const gate = this.#gates.get(name) ?? new RateLimitGate();
    this.#gates.set(name, gate);
    return gate;
  }
}

function kindOf({ method }: JsonRequest): 'read' | 'write' {
  return method === 'GET' ? 'read' : 'write';
}
