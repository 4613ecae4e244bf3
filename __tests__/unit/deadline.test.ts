import { getEventListeners, getMaxListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sleep, startDeadline, watchCancellation } from '../../src/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('Deadline', () => {
  test('aborts with its reason when the time is up', () => {
    const deadline = startDeadline(120_000, new AbortController().signal);
    expect(deadline.remainingMs()).toBe(120_000);
    vi.advanceTimersByTime(119_999);
    expect(deadline.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(deadline.signal.reason).toMatchObject({
      name: 'ActionError',
      code: 'timeout',
      message: 'LaunchDarkly did not respond within 120 s (timeout-seconds).',
    });
    deadline.release();
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('aborts early on %s and stays cancelled', (name) => {
    const cancellation = watchCancellation('Run again.');
    const deadline = startDeadline(1_000, cancellation.signal);
    process.emit(name);
    vi.advanceTimersByTime(1_000);
    expect(deadline.signal.reason).toMatchObject({ code: 'cancelled' });
    deadline.release();
    cancellation.release();
  });

  test('stays cancelled by the first of several signals, and listens until it is released', () => {
    const listeners = process.listenerCount('SIGINT');
    const cancellation = watchCancellation('Run again.');
    process.emit('SIGINT');
    const { reason } = cancellation.signal;
    process.emit('SIGTERM');
    process.emit('SIGINT');
    expect(cancellation.signal.reason).toBe(reason);
    expect(process.listenerCount('SIGINT')).toBe(listeners + 1);
    cancellation.release();
    expect(process.listenerCount('SIGINT')).toBe(listeners);
  });

  test('was cancelled from the beginning when the run was cancelled before it began', () => {
    const cancellation = watchCancellation('Run again.');
    process.emit('SIGINT');
    const deadline = startDeadline(1_000, cancellation.signal);
    expect(deadline.signal.reason).toMatchObject({
      code: 'cancelled',
      message: 'The run was cancelled before it was done.',
      nextStep: 'Run again.',
    });
    deadline.release();
    cancellation.release();
  });

  test.each([
    [() => '', 'Run again; raise timeout-seconds if the network is slow.'],
    [undefined, 'Run again; raise timeout-seconds if the network is slow.'],
    [
      () => 'Check the proxy.',
      'Run again; raise timeout-seconds if the network is slow. Check the proxy.',
    ],
  ])('gives advice when the time is up: %s', (findAdvice, nextStep) => {
    const deadline = startDeadline(1_000, new AbortController().signal, findAdvice);
    vi.advanceTimersByTime(1_000);
    expect(deadline.signal.reason).toMatchObject({ nextStep });
    deadline.release();
  });

  test('ends what still goes on once it is released, without blaming anybody', () => {
    const cancellation = new AbortController();
    const deadline = startDeadline(1_000, cancellation.signal);
    deadline.release();
    expect(deadline.signal.reason).toEqual(new Error('the run is over'));
    cancellation.abort();
    expect(deadline.signal.reason).toEqual(new Error('the run is over'));
  });

  test('may have any number of listeners without a warning of Node.js', () => {
    const deadline = startDeadline(1_000, new AbortController().signal);
    expect(getMaxListeners(deadline.signal)).toBe(0);
    deadline.release();
  });

  test('leaves no timers or signal handlers behind once released', () => {
    const listeners = () => ['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name));
    const before = listeners();
    const cancellation = watchCancellation('Run again.');
    const deadline = startDeadline(1_000, cancellation.signal);
    expect(listeners()).toEqual(before.map((count) => count + 1));
    deadline.release();
    cancellation.release();
    expect(listeners()).toEqual(before);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('sleep', () => {
  test('sleep resolves after the given time', async () => {
    const { signal } = new AbortController();
    const slept = sleep(500, signal).then(() => Date.now());
    const start = Date.now();
    await vi.advanceTimersByTimeAsync(500);
    expect(await slept).toBe(start + 500);
  });

  test('sleep ends early and clears its timer when the signal aborts', async () => {
    const controller = new AbortController();
    const slept = sleep(60_000, controller.signal);
    controller.abort();
    await expect(slept).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('sleep does not start when the signal is already aborted', async () => {
    await expect(sleep(60_000, AbortSignal.abort())).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});
