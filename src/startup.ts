// As soon as tls is loaded, Node reads its root certificates on another thread. That takes as long as
// loading the action does, so it begins with that and not with the first connection. undici itself loads
// tls only when it connects.
import 'node:tls';
import { setFlagsFromString } from 'node:v8';

/** So much that no function of undici's parser ever comes to it. */
const WASM_TIERING_BUDGET = 2_000_000_000;

/**
 * Keeps V8 from optimizing WebAssembly. After one or two answers V8 finds undici's HTTP parser worth
 * optimizing. That takes a third of the action's whole CPU time on another thread, and the end of the
 * process waits for it. It pays in a server, and not in a process that lives for a tenth of a second.
 *
 * To be called when everything is loaded and before the first connection: with flags that differ, V8
 * refuses the code that Node brings compiled.
 *
 * @see https://v8.dev/docs/wasm-compilation-pipeline
 */
export function avoidWasmOptimization(): void {
  setFlagsFromString(`--wasm-tiering-budget=${WASM_TIERING_BUDGET}`);
}
