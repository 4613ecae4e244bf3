import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Order, Started, Traffic } from './server.ts';

/** The simulator in its own process; see server.ts. */
export class ServerProcess {
  readonly #child: ChildProcess = fork(path.join(import.meta.dirname, 'server.ts'));

  /** Resolves once the server is listening. To be called once, before any order. */
  started(): Promise<Started> {
    return this.#receive<Started>();
  }

  /** Prepares the next run; resolves to the traffic since the last order. */
  order(order: Order): Promise<Traffic> {
    this.#child.send(order);
    return this.#receive<Traffic>();
  }

  /** Lets the process end. */
  stop(): void {
    this.#child.disconnect();
  }

  async #receive<T>(): Promise<T> {
    const [message]: T[] = await once(this.#child, 'message');
    assert(message !== undefined);
    return message;
  }
}
