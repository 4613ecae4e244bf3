import { Pace, type PaceDeps } from './pace.ts';
import { HELD, type Transport } from './transport.ts';
import { createUnsent } from './unsent.ts';

/**
 * Wraps a transport so that all requests of a run share one pace:
 *
 * - At most four reads and four writes are in flight.
 * - A rate limit stops every request that it applies to, in advance where the server reports how many calls
 *   remain. A request that was refused with 429 is sent again.
 * - `Retry-After` on any other error stops all requests.
 *
 * Callers see a 429 only when its wait would pass the deadline, a `RETRY_AFTER` without response only when
 * another answer asked for such a wait, and a `HELD` only for a request that sets `maxHeldMs`.
 */
export function throttle(transport: Transport, deps: PaceDeps): Transport {
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
          const held = createUnsent(HELD, queuedAt, deps.now());
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
    close() {
      pace.close();
      return transport.close();
    },
  };
}
