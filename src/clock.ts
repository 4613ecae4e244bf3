/**
 * Milliseconds since some fixed moment, by a clock that nobody sets. Not `performance.now()`: whoever first
 * touches `performance` makes Node load nine modules, which takes 2 ms.
 */
export function uptimeMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}

const startedAt = Date.now() - uptimeMs();

/** Epoch milliseconds by a clock that nobody sets while the run goes on. */
export function steadyNow(): number {
  return startedAt + uptimeMs();
}
