import { describe, expect, test } from 'vitest';
import { RateLimitGate } from '../../../src/launchdarkly/rate-limit-gate.ts';

const NOW = 1_000_000;
const RESET = NOW + 8_000;
const DEADLINE = NOW + 60_000;

/** How many requests the gate lets through at once at `now`. They are in flight afterwards. */
function fill(gate: RateLimitGate, now = NOW, deadlineAt = DEADLINE): number {
  for (let count = 0; count < 100; count += 1) {
    if (!gate.isOpen(now, deadlineAt)) {
      return count;
    }
    gate.enter(now);
  }
  return 100;
}

/** A gate that has seen enough successes to let eight through at once, with none in flight. */
function openGate(): RateLimitGate {
  const gate = new RateLimitGate();
  gate.widen(NOW);
  gate.widen(NOW);
  gate.widen(NOW);
  return gate;
}

/** One request in and out at `now`, whose answer says how many calls are left until `resetsAt`. */
function learn(gate: RateLimitGate, remaining: number, resetsAt = RESET, now = NOW): void {
  gate.enter(now);
  gate.leave({ remaining, resetsAt });
}

describe('a gate of which nothing is known', () => {
  test('lets one request through first', () => {
    expect(fill(new RateLimitGate())).toBe(1);
  });

  test('doubles how many it lets through with each success, up to eight', () => {
    const gate = new RateLimitGate();
    const counts = Array.from({ length: 5 }, () => {
      const count = fill(gate);
      for (let index = 0; index < count; index += 1) {
        gate.leave();
      }
      gate.widen(NOW);
      return count;
    });
    expect(counts).toEqual([1, 2, 4, 8, 8]);
  });
});

describe('a gate that knows what is left', () => {
  test('lets no more through than that, and takes off what is in flight', () => {
    const gate = openGate();
    learn(gate, 3);
    expect(fill(gate)).toBe(3);
    expect(gate.opensAt(DEADLINE)).toBe(RESET);
    gate.leave();
    expect(gate.isOpen(NOW, DEADLINE)).toBe(false);
  });

  test('stays closed until the reset, and then lets one through first', () => {
    const gate = openGate();
    learn(gate, 0);
    expect(gate.isOpen(RESET - 1, DEADLINE)).toBe(false);
    expect(fill(gate, RESET)).toBe(1);
  });

  test('goes on counting when a request is let through before the reset', () => {
    const gate = openGate();
    learn(gate, 0);
    gate.enter(NOW);
    gate.leave();
    expect(gate.opensAt(DEADLINE)).toBe(RESET);
  });

  test.each([
    [RESET + 1, RESET],
    [RESET, Number.NEGATIVE_INFINITY],
    [RESET - 1, Number.NEGATIVE_INFINITY],
  ])('holds nothing back for a forecast beyond the deadline: %i', (deadlineAt, opensAt) => {
    const gate = openGate();
    learn(gate, 0);
    expect(gate.opensAt(deadlineAt)).toBe(opensAt);
  });

  test('opens at the later of the reset and of what the server asked for', () => {
    const gate = openGate();
    gate.closeUntil(NOW + 2_000, NOW);
    learn(gate, 0);
    expect(gate.opensAt(DEADLINE)).toBe(RESET);
    gate.closeUntil(NOW + 9_000, NOW);
    learn(gate, 0);
    expect(gate.opensAt(DEADLINE)).toBe(NOW + 9_000);
  });

  test('takes the lowest count of one window, because answers overtake each other', () => {
    const gate = openGate();
    gate.enter(NOW);
    gate.enter(NOW);
    gate.leave({ remaining: 2, resetsAt: RESET });
    gate.leave({ remaining: 5, resetsAt: RESET + 2_000 });
    expect(fill(gate)).toBe(1);
  });

  test('takes the count of the next window as it is, less what is in flight', () => {
    const gate = openGate();
    learn(gate, 1);
    gate.enter(NOW);
    gate.enter(NOW);
    gate.leave({ remaining: 4, resetsAt: RESET + 10_000 });
    expect(fill(gate)).toBe(3);
    expect(gate.opensAt(DEADLINE)).toBe(RESET + 10_000);
  });

  test('ignores what an answer says of a window that is over', () => {
    const gate = openGate();
    learn(gate, 3, RESET + 10_000);
    gate.enter(NOW);
    gate.leave({ remaining: 0, resetsAt: RESET });
    expect(gate.opensAt(DEADLINE)).toBe(Number.NEGATIVE_INFINITY);
    expect(fill(gate)).toBe(2);
  });

  test('takes resets that differ by two seconds for one window, and by more for two', () => {
    const gate = openGate();
    learn(gate, 1);
    learn(gate, 5, RESET + 2_000);
    expect(fill(gate)).toBe(0);
    const next = openGate();
    learn(next, 1);
    learn(next, 5, RESET + 2_001);
    expect(fill(next)).toBe(5);
  });

  test('lets a quarter of what is left through where others spend of it as well', () => {
    const gate = openGate();
    learn(gate, 30);
    learn(gate, 20);
    // The fourth leaves 16, of which four may be in flight.
    expect(fill(gate)).toBe(4);
  });

  test('is not taken for shared where only its own requests were counted', () => {
    const gate = openGate();
    learn(gate, 30);
    learn(gate, 29);
    expect(fill(gate)).toBe(8);
  });
});

describe('a gate that was closed', () => {
  test('lets nothing through until then, and one request first after it', () => {
    const gate = openGate();
    expect(gate.closeUntil(NOW + 500, NOW)).toBe(true);
    expect(gate.isOpen(NOW + 499, DEADLINE)).toBe(false);
    expect(fill(gate, NOW + 500)).toBe(1);
  });

  test('never opens earlier than it was asked to before', () => {
    const gate = openGate();
    gate.closeUntil(NOW + 500, NOW);
    expect(gate.closeUntil(NOW + 500, NOW)).toBe(false);
    expect(gate.closeUntil(NOW + 400, NOW)).toBe(false);
    expect(gate.closedUntil).toBe(NOW + 500);
  });

  test('is not widened by a request that was sent before', () => {
    const gate = openGate();
    gate.closeUntil(NOW + 500, NOW);
    gate.widen(NOW - 1);
    expect(fill(gate, NOW + 500)).toBe(1);
  });

  test('is widened by a request that was sent since, in the same millisecond too', () => {
    const gate = openGate();
    gate.closeUntil(NOW + 500, NOW);
    gate.widen(NOW);
    expect(fill(gate, NOW + 500)).toBe(2);
  });

  test('counts the unexplained limits of one burst as one, and forgets them with a success', () => {
    const gate = openGate();
    gate.noteUnexplainedLimit(NOW - 10);
    gate.closeUntil(NOW + 100, NOW);
    gate.noteUnexplainedLimit(NOW - 5);
    expect(gate.unexplainedLimits).toBe(1);
    gate.noteUnexplainedLimit(NOW);
    expect(gate.unexplainedLimits).toBe(2);
    gate.widen(NOW + 1);
    expect(gate.unexplainedLimits).toBe(0);
  });
});
