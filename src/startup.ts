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

/**
 * Sets V8 up for a process that lives for a tenth of a second, or that mostly waits for answers.
 *
 * - WebAssembly stays as its baseline compiler leaves it. V8 soon finds undici's HTTP parser worth
 *   optimizing. That takes a third of the action's whole CPU time and 25 MB on another thread, and the end
 *   of the process waits for it.
 * - The young generation stays small. It would grow with the number of answers, to 32 MB, although hardly
 *   any of them is kept.
 *
 * To be called when everything is loaded and before the first connection: with flags that differ, V8
 * refuses the code that Node brings compiled.
 *
 * @see https://v8.dev/docs/wasm-compilation-pipeline
 */
export function tuneV8(): void {
  for (const flag of ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up', '--optimize-for-size']) {
    setFlagsFromString(flag);
  }
}
