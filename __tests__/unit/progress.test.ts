import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProgressLog } from '../../src/progress.ts';
import type { GroupResult } from '../../src/reconcile/group-result.ts';
import { Log } from '../../src/report/log.ts';
import { Secrets } from '../../src/secrets.ts';
import { desired, stored } from './report/run-reports.ts';

let printed = '';
let nowMs = 0;

beforeEach(() => {
  printed = '';
  nowMs = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const unchanged: GroupResult = {
  target: desired,
  outcome: { kind: 'unchanged', group: stored, drift: [] },
};
const created: GroupResult = {
  target: desired,
  outcome: { kind: 'created', group: stored, drift: [] },
};

/** Finishes a group each `intervalMs`, and returns the lines that are logged. */
function work(total: number, intervalMs: number, result = unchanged): string[] {
  const progress = new ProgressLog(new Log(new Secrets(() => {})), false, () => nowMs);
  progress.begin(total);
  for (let done = 1; done <= total; done += 1) {
    nowMs += intervalMs;
    progress.finish(result);
  }
  return printed.trimEnd().split('\n');
}

test('logs the start, and nothing of unchanged groups that are done in less than ten seconds', () => {
  expect(work(200, 40)).toEqual(['Working on 200 insight groups.']);
});

test('logs a sign of life every ten seconds, but not when all is done', () => {
  expect(work(30, 1_000)).toEqual([
    'Working on 30 insight groups.',
    '10 of 30 done.',
    '20 of 30 done.',
  ]);
});

test('logs a sign of life at most every ten seconds, however unevenly groups end', () => {
  expect(work(8, 6_000)).toEqual([
    'Working on 8 insight groups.',
    '2 of 8 done.',
    '4 of 8 done.',
    '6 of 8 done.',
  ]);
});

test('a plan logs signs of life while it is made, and every change only at its end', () => {
  const progress = new ProgressLog(new Log(new Secrets(() => {})), true, () => nowMs);
  progress.begin(3);
  for (let done = 1; done <= 3; done += 1) {
    nowMs += 10_000;
    progress.advance();
  }
  progress.show(created);
  expect(printed.trimEnd().split('\n')).toEqual([
    'Planning 3 insight groups.',
    '1 of 3 done.',
    '2 of 3 done.',
    expect.stringMatching(/^Created insight group /),
  ]);
});

test('logs each change as it happens', () => {
  const lines = work(3, 10, created);
  expect(lines).toHaveLength(4);
  expect(lines.slice(1).every((line) => line.startsWith('Created insight group '))).toBe(true);
});
