import {
  BACKOFF_BASE_MS,
  BACKOFF_CAP_MS,
  parseRetryAfter,
  parseServerClock,
} from '../http/backoff.ts';
import { ClockOffset } from './clock-offset.ts';
import { RateLimitGate } from './rate-limit-gate.ts';
import {
  findExhaustedScopes,
  parseRateLimitWait,
  RATE_LIMIT_SCOPES,
  readRateLimits,
} from './rate-limit-headers.ts';
import type { Exchange, JsonRequest, ResponseReceived } from './transport.ts';
import { createUnsent, restateLimit } from './unsent.ts';

/** The most reads in flight at once, and the most writes. LaunchDarkly's own tools make one to six requests at a time. */
export const MAX_CONCURRENT = 4;

/** The most requests before the first answer, each to a route of its own: so that two lists can begin at once. */
const FIRST_REQUESTS = 2;

/** A wait is lengthened by up to this much, in milliseconds, so that jobs of one account don't all resume together. */
const MAX_JITTER_MS = 250;

/** A wait that is under way is announced again only if its end moved by more than this, in milliseconds. */
const ANNOUNCED_CHANGE_MS = 1_000;

/** What the pace of a run needs from outside. Times are epoch milliseconds. */
export interface PaceDeps {
  readonly now: () => number;
  /** Resolves after `ms` milliseconds, or as soon as `signal` aborts or the run is stopped. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  /** When the run has to be over: a wait beyond this moment is not begun. */
  readonly deadlineAt: number;
  /** Called each time the server makes the run wait, with milliseconds and the cause in words. */
  readonly onWait: (wait: { readonly ms: number; readonly why: string }) => void;
}

interface QueuedRequest {
  readonly gates: readonly RateLimitGate[];
  readonly kind: 'read' | 'write';
  /** Ends the wait: the request is sent, unless there is a reason why it can't be before the deadline. */
  readonly admit: (refusal?: Exchange) => void;
}

/** Decides when each request of a run may be sent, from what the answers say of rate limits. */
export class Pace {
  readonly #deps: PaceDeps;
  readonly #gates = new Map<string, RateLimitGate>();
  /** The answer that closed a gate for longest. */
  readonly #closedBy = new WeakMap<RateLimitGate, ResponseReceived>();
  readonly #clockOffset = new ClockOffset();
  readonly #inFlight = { read: 0, write: 0 };
  readonly #queue: QueuedRequest[] = [];
  /** When the queue is looked at again. */
  #wakesAt = Number.POSITIVE_INFINITY;
  #announcedUntil = Number.NEGATIVE_INFINITY;
  readonly #closing = new AbortController();

  constructor(deps: PaceDeps) {
    this.#deps = deps;
  }

  /**
   * Waits until `request` may be sent. Resolves with a substitute answer if the wait would pass the deadline.
   * An aborted request is let through at once: the transport reports the abort.
   */
  enter(request: JsonRequest, signal: AbortSignal): Promise<Exchange | undefined> {
    if (this.#closing.signal.aborted) {
      return Promise.resolve(this.#createAborted());
    }
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

  /** Records the end of a request. Returns whether it has to be sent again. */
  leave(request: JsonRequest, exchange: Exchange): boolean {
    this.#inFlight[kindOf(request)] -= 1;
    const mustRetry =
      exchange.kind === 'response'
        ? this.#learn(request, exchange)
        : this.#forget(this.#gatesOf(request));
    this.#admitQueued();
    return mustRetry;
  }

  /** Stops: answers queued requests as aborted, and cancels the timer that would keep the process alive. */
  close(): void {
    this.#closing.abort();
    for (const { admit } of this.#queue.splice(0)) {
      admit(this.#createAborted());
    }
  }

  #createAborted(): Exchange {
    const now = this.#deps.now();
    return createUnsent('ABORTED', now, now);
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
      this.#clockOffset.observe({ startedAt, receivedAt, serverDate });
    }
    const toLocal = (at: number) => this.#clockOffset.toLocal(at);
    const limits = readRateLimits(headers, { receivedAt, toLocal });
    for (const scope of RATE_LIMIT_SCOPES) {
      this.#gateOf(scope, request).leave(limits[scope]);
    }
    if (status === 429) {
      const gates = findExhaustedScopes(headers).map((scope) => this.#gateOf(scope, request));
      const waitMs = parseRateLimitWait(headers, receivedAt) ?? this.#backOff(gates, startedAt);
      return this.#close(gates, response, waitMs);
    }
    const askedMs = status >= 300 ? parseRetryAfter(headers, receivedAt) : undefined;
    if (askedMs !== undefined) {
      this.#close([this.#gateOf('account', request)], response, askedMs);
    } else if (status < 500) {
      for (const gate of this.#gatesOf(request)) {
        gate.widen(startedAt);
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
      if (gate.closeUntil(until + jitterMs, response.receivedAt)) {
        this.#closedBy.set(gate, response);
      }
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

  #backOff(gates: readonly RateLimitGate[], startedAt: number): number {
    const limitsBefore = Math.max(...gates.map(({ unexplainedLimits }) => unexplainedLimits));
    for (const gate of gates) {
      gate.noteUnexplainedLimit(startedAt);
    }
    const capMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** limitsBefore);
    return Math.floor(this.#deps.random() * capMs);
  }

  #admitQueued(): void {
    const now = this.#deps.now();
    let wakesAt = Number.POSITIVE_INFINITY;
    for (const queued of [...this.#queue]) {
      const refusal = this.#findRefusal(queued, now);
      const isOpen =
        this.#inFlight[queued.kind] < MAX_CONCURRENT &&
        queued.gates.every((gate) => gate.isOpen(now, this.#deps.deadlineAt));
      if (refusal !== undefined || isOpen) {
        this.#queue.splice(this.#queue.indexOf(queued), 1);
        queued.admit(refusal);
      } else {
        const opensAt = Math.max(
          ...queued.gates.map((gate) => gate.opensAt(this.#deps.deadlineAt)),
        );
        wakesAt = Math.min(wakesAt, opensAt > now ? opensAt : wakesAt);
      }
    }
    this.#wakeAt(wakesAt, now);
  }

  /** The substitute answer for a request that can't be sent before the deadline. */
  #findRefusal({ gates }: QueuedRequest, now: number): Exchange | undefined {
    const gate = gates.find(({ closedUntil }) => closedUntil >= this.#deps.deadlineAt);
    const response = gate && this.#closedBy.get(gate);
    if (gate === undefined || response === undefined) {
      return undefined;
    }
    return response.status === 429
      ? restateLimit(response, gate.closedUntil, now)
      : createUnsent('RETRY_AFTER', now, now, response);
  }

  #wakeAt(at: number, now: number): void {
    if (!Number.isFinite(at) || at >= this.#wakesAt) {
      return;
    }
    this.#wakesAt = at;
    void this.#deps.sleep(at - now, this.#closing.signal).then(() => {
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
    const gate = this.#gates.get(name) ?? new RateLimitGate(scope === 'route' ? 1 : FIRST_REQUESTS);
    this.#gates.set(name, gate);
    return gate;
  }
}

function kindOf({ method }: JsonRequest): 'read' | 'write' {
  return method === 'GET' ? 'read' : 'write';
}
