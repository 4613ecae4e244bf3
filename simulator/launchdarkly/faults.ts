import type { RateLimitWaits } from './rate-limits.ts';

/** A response made up by a test. */
export interface InjectedResponse {
  readonly status: number;
  /** Added to the usual headers; `null` removes a usual one. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>;
  /** A string is sent as is, anything else as JSON; no body when absent. */
  readonly body?: unknown;
}

/** What goes wrong with a request, before or after it changed the account. */
export type Fault =
  /** Responds without processing. */
  | ({ readonly kind: 'respond' } & InjectedResponse)
  /** Redirects without processing, with 307 by default. */
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** Responds with 429 in these dialects without processing; `{}` names no wait. */
  | { readonly kind: 'rate-limit'; readonly waitsMs: RateLimitWaits }
  /** Responds with the 409 of a duplicate, although no group exists and nothing is written. */
  | { readonly kind: 'lock-collision' }
  /** Closes the connection without processing (TCP RST; with TLS, no closing alert). */
  | { readonly kind: 'reset' }
  /** Neither processes nor responds; the connection stays open. */
  | { readonly kind: 'stall' }
  /** Waits, then continues as usual. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Processes, then closes the connection without a response. */
  | { readonly kind: 'process-then-reset' }
  /** Processes, then never responds. */
  | { readonly kind: 'process-then-stall' }
  /** Processes, then sends half of the response body and closes the connection. */
  | { readonly kind: 'process-then-truncate' }
  /** Processes, then sends another response, as a gateway in between might. */
  | ({ readonly kind: 'process-then-respond' } & InjectedResponse);

/** A fault and the requests that it affects. */
export interface Injection {
  /** Defaults to any method. */
  readonly method?: string;
  /**
   * A pattern for the path, or a path that matches itself and what is below it. Defaults to any.
   */
  readonly path?: RegExp | string;
  /** How many matching requests pass first. Defaults to 0. */
  readonly skip?: number;
  /** How many matching requests it affects. Defaults to 1; `Infinity` for all. */
  readonly times?: number;
  readonly fault: Fault;
}

/** The faults still to be injected. */
export class FaultPlan {
  readonly #rules: { injection: Injection; skip: number; times: number }[] = [];

  /** Adds a fault after those already added. */
  inject(injection: Injection): void {
    this.#rules.push({ injection, skip: injection.skip ?? 0, times: injection.times ?? 1 });
  }

  /** Takes the fault for this request: that of the first matching rule with uses left. */
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

  /** Clears all faults. */
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
