import { describe, expect, test } from 'vitest';
import { ConflictStreak } from '../../../src/reconcile/conflict-streak.ts';
import { UnansweredStreak } from '../../../src/reconcile/unanswered-streak.ts';

describe('a conflict that does not settle', () => {
  test('is given up after half a minute and six rounds, whichever comes last', () => {
    const slow = new ConflictStreak();
    const rounds = [1_000, 16_000, 31_000, 46_000, 61_000, 76_000];
    expect(rounds.map((nowMs) => slow.count('hidden', nowMs))).toEqual([
      ...Array.from({ length: 5 }, () => false),
      true,
    ]);
    const quick = new ConflictStreak();
    const times = [1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 30_999, 31_000];
    expect(times.map((nowMs) => quick.count('hidden', nowMs))).toEqual([
      ...Array.from({ length: 7 }, () => false),
      true,
    ]);
  });

  test('counts from anew when a conflict of another kind is met', () => {
    const streak = new ConflictStreak();
    for (const nowMs of [0, 10_000, 20_000, 30_000, 40_000]) {
      streak.count('hidden', nowMs);
    }
    expect(streak.count('not-updatable', 50_000)).toBe(false);
    expect(streak.isRepeated).toBe(false);
    expect(streak.count('not-updatable', 60_000)).toBe(false);
    expect(streak.isRepeated).toBe(true);
  });

  test('counts from anew after it has ended', () => {
    const streak = new ConflictStreak();
    expect(streak.isRepeated).toBe(false);
    streak.count('hidden', 0);
    streak.count('hidden', 1_000);
    streak.end('not-updatable');
    expect(streak.isRepeated).toBe(true);
    streak.end('hidden');
    expect(streak.isRepeated).toBe(false);
    streak.count('hidden', 2_000);
    expect(streak.isRepeated).toBe(false);
  });
});

describe('requests without a clear answer', () => {
  test('are too many at the limit, and none after a clear answer', () => {
    const streak = new UnansweredStreak(2);
    streak.observeAttempt('ECONNRESET', 0);
    expect(streak.isExhausted).toBe(false);
    streak.observeAttempt(undefined, 1);
    streak.observeAttempt('ECONNRESET', 2);
    expect(streak.isExhausted).toBe(false);
    streak.observeAttempt('HTTP 502', 3);
    expect(streak.isExhausted).toBe(true);
    streak.observeAttempt(undefined, 4);
    expect(streak.isExhausted).toBe(false);
  });

  test('count writes whatever was read in between', () => {
    const streak = new UnansweredStreak(2);
    for (const isExhausted of [false, true]) {
      streak.observeAttempt('ECONNRESET', 0);
      streak.observeWrite(false);
      streak.observeAttempt(undefined, 0);
      expect(streak.isExhausted).toBe(isExhausted);
    }
    streak.observeWrite(true);
    expect(streak.isExhausted).toBe(false);
  });

  test('are never too many without a limit', () => {
    const streak = new UnansweredStreak();
    for (let attempt = 0; attempt < 1_000; attempt += 1) {
      streak.observeAttempt('ECONNRESET', attempt);
      streak.observeWrite(false);
    }
    expect(streak.isExhausted).toBe(false);
  });

  test('tell since when they have been failing for the same cause', () => {
    const streak = new UnansweredStreak();
    expect(streak.sameCauseMs(5_000)).toBe(0);
    streak.observeAttempt('ENOTFOUND', 1_000);
    streak.observeAttempt('ENOTFOUND', 3_000);
    expect(streak.sameCauseMs(5_000)).toBe(4_000);
    streak.observeAttempt('ECONNRESET', 6_000);
    expect(streak.sameCauseMs(7_000)).toBe(1_000);
    streak.observeAttempt(undefined, 8_000);
    expect(streak.sameCauseMs(9_000)).toBe(0);
  });
});
