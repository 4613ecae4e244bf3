/**
 * A clock that stands still while any actor runs, and jumps to the next event when all of them
 * wait. Events happen in order of their times, and for equal times in the order in which they were
 * scheduled: a run with the same delays is the same run.
 */
export class VirtualTime {
  /** Milliseconds since the start. */
  now = 0;
  readonly #events = new EventQueue();
  #running = 0;
  #finish: () => void = () => undefined;

  /** Schedules something at `at` that nobody waits for. */
  plan(at: number, happen: () => void): void {
    this.#events.add({ at: Math.max(at, this.now), happen, wakes: false });
  }

  /** Waits until `at`. Only actors started by {@link run} may wait, for one thing at a time. */
  waitUntil(at: number): Promise<void> {
    return new Promise((resolve) => {
      this.#events.add({ at: Math.max(at, this.now), happen: resolve, wakes: true });
      this.#rest();
    });
  }

  /** Runs all `actors` concurrently; resolves when each has ended and no event is left. */
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
  /** Whether it resumes an actor. */
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
