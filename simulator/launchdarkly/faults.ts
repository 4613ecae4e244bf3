import type { RateLimitWaits } from './rate-limits.ts';

/** An answer made up by a test. */
export interface MadeUpAnswer {
  readonly status: number;
  /** Added to the usual headers; `null` takes a usual one away. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>;
  /** A string is sent as it is, anything else as JSON; absent sends no body. */
  readonly body?: unknown;
}

/** What goes wrong with a request, before or after the account has really been changed by it. */
export type Fault =
  /** Answers this without processing. */
  | ({ readonly kind: 'respond' } & MadeUpAnswer)
  /** Answers a redirect without processing; 307 by default. */
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** Answers 429 in these dialects without processing; `{}` says nothing about the wait. */
  | { readonly kind: 'rate-limit'; readonly waitsMs: RateLimitWaits }
  /** Answers the same 409 as a duplicate, though nothing is there and nothing is written. */
  | { readonly kind: 'lock-collision' }
  /** Closes the connection without processing (with TCP's RST; with TLS, without a closing alert). */
  | { readonly kind: 'reset' }
  /** Neither processes nor answers; the connection stays open. */
  | { readonly kind: 'stall' }
  /** Waits, then goes on as usual. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Processes, then closes the connection without an answer. */
  | { readonly kind: 'process-then-reset' }
  /** Processes, then never answers. */
  | { readonly kind: 'process-then-stall' }
  /** Processes, then sends half of the answer's body and closes the connection. */
  | { readonly kind: 'process-then-truncate' }
  /** Processes, then answers something else, as a gateway in between would. */
  | ({ readonly kind: 'process-then-respond' } & MadeUpAnswer);

/** A fault and the requests that it is injected into. */
export interface Injection {
  /** Any method when absent. */
  readonly method?: string;
  /** A pattern for the path, or a path that matches itself and what lies below it; any when absent. */
  readonly path?: RegExp | string;
  /** How many matching requests pass first; 0 when absent. */
  readonly skip?: number;
  /** How many matching requests it is injected into; 1 when absent, `Infinity` for all. */
  readonly times?: number;
  readonly fault: Fault;
}

/** The faults still to come. */
export class FaultPlan {
  readonly #rules: { injection: Injection; skip: number; times: number }[] = [];

  /** Adds a fault after those that were added before. */
  inject(injection: Injection): void {
    this.#rules.push({ injection, skip: injection.skip ?? 0, times: injection.times ?? 1 });
  }

  /** Takes the fault of this request: that of the first rule that matches and is not used up. */
  next(method: string, path: string): Fault | undefined {
    for (const rule of this.#rules) {
      if (!isMatch(rule.injection, method, path)) {
        continue;
      }
      if (rule.skip > 0) {
        rule.skip -= 1;
        continue;
      }
      if (rule.times > 0) {
        rule.times -= 1;
        return rule.injection.fault;
      }
    }
    return undefined;
  }

  /** Forgets all faults. */
  clear(): void {
    this.#rules.length = 0;
  }
}

function isMatch(injection: Injection, method: string, path: string): boolean {
  if (injection.method !== undefined && injection.method !== method) {
    return false;
  }
  if (injection.path === undefined) {
    return true;
  }
  if (injection.path instanceof RegExp) {
    return path.search(injection.path) >= 0;
  }
  // By whole segments: `…/insights/group` must not match `…/insights/groups`.
  return path === injection.path || path.startsWith(`${injection.path.replace(/\/$/, '')}/`);
}
