/**
 * A clock that stands still while anybody runs, and leaps to the next event when everybody waits. The
 * order of events is that of their times, and of equal times that in which they were planned: a run
 * with the same delays is the same run.
 */
export class VirtualTime {
  /** Milliseconds since the start. */
  now = 0;
  readonly #events = new EventQueue();
  #running = 0;
  #finish: () => void = () => undefined;

  /** Plans something that happens at `at` and for which nobody waits. */
  plan(at: number, happen: () => void): void {
    this.#events.add({ at: Math.max(at, this.now), happen, wakes: false });
  }

  /** Waits until `at`. Only what {@link run} runs may wait, and for one thing at a time. */
  waitUntil(at: number): Promise<void> {
    return new Promise((resolve) => {
      this.#events.add({ at: Math.max(at, this.now), happen: resolve, wakes: true });
      this.#rest();
    });
  }

  /** Runs all of `actors` at once; resolves when each has ended and nothing is planned any more. */
  run(actors: readonly (() => Promise<void>)[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#running = actors.length;
      for (const act of actors) {
        act().then(() => this.#rest(), reject);
      }
    });
  }

  #rest(): void {
    this.#running -= 1;
    while (this.#running === 0) {
      const event = this.#events.take();
      if (event === undefined) {
        this.#finish();
        return;
      }
      this.now = event.at;
      this.#running += event.wakes ? 1 : 0;
      event.happen();
    }
  }
}

interface Event {
  readonly at: number;
  readonly happen: () => void;
  /** Whether an actor goes on by it. */
  readonly wakes: boolean;
}

/** A few dozen events at most, so a sorted list is faster than a heap. */
class EventQueue {
  /** The latest first. */
  readonly #events: Event[] = [];

  add(event: Event): void {
    let index = this.#events.length;
    while (index > 0 && (this.#events[index - 1]?.at ?? 0) <= event.at) {
      index -= 1;
    }
    this.#events.splice(index, 0, event);
  }

  take(): Event | undefined {
    return this.#events.pop();
  }
}
