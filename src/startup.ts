// As soon as tls is loaded, Node reads its root certificates on another thread. That takes as long as
// loading the action does, so it begins with that and not with the first connection. undici itself loads
// tls only when it connects.
import 'node:tls';
import { setFlagsFromString } from 'node:v8';

// undici has a second HTTP parser, Milo, which is experimental and off by default; loading it would cost
// 170 kB of WebAssembly. undici leaves it alone where this global exists, as it does in Node's own build of
// undici. Here, because undici asks for it while it is loaded. scripts/undici.ts leaves Milo out of the
// bundle and checks that undici still asks.
// See https://github.com/nodejs/undici/blob/v8.12.4/lib/dispatcher/client-h1.js
Object.defineProperty(globalThis, 'esbuildDetection', { value: true });

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
