import { describe, expect, test } from 'vitest';
import type { InsightGroup } from '../../../src/insight-group/insight-group.ts';
import { type Moment, ServerClock } from '../../../src/reconcile/server-clock.ts';
import { WriteLedger } from '../../../src/reconcile/write-ledger.ts';

const EPOCH_MS = Date.UTC(2026, 10, 26, 12);

/** A moment so many milliseconds after the start, by both clocks. */
const at = (uptimeMs: number): Moment => ({ uptimeMs, wallMs: EPOCH_MS + uptimeMs });

/** A server whose clock agrees with ours and was read at the start, in an exchange without duration. */
function readClock(): ServerClock {
  const clock = new ServerClock();
  clock.record({ sentAt: at(0), receivedAt: at(0), serverTimeMs: EPOCH_MS });
  return clock;
}

const madeAt = (uptimeMs: number | undefined): InsightGroup => ({
  key: 'checkout',
  name: 'Checkout',
  projectKey: 'default',
  environmentKey: 'production',
  applicationKeys: [],
  createdAt: uptimeMs === undefined ? undefined : EPOCH_MS + uptimeMs,
  scores: undefined,
});

describe('what a run may have written', () => {
  test('is nothing before the first write', () => {
    const none = { create: 'none', update: 'none', delete: 'none' };
    expect(new WriteLedger().writes).toEqual({ ...none, intent: 'present' });
    expect(new WriteLedger('absent').writes).toEqual({ ...none, intent: 'absent' });
  });

  test('is unknown for a create without an answer, until it is known to have done nothing', () => {
    const ledger = new WriteLedger();
    ledger.noteCreateInDoubt(at(0), at(100));
    expect(ledger.writes.create).toBe('unknown');
    expect(ledger.isCreateInDoubt).toBe(true);
    ledger.clearCreates();
    expect(ledger.writes.create).toBe('none');
    expect(ledger.isCreateInDoubt).toBe(false);
  });

  test('is unknown for a delete without an answer', () => {
    const ledger = new WriteLedger('absent');
    ledger.noteDeleteInDoubt(at(100));
    expect(ledger.writes.delete).toBe('unknown');
    expect(ledger.isDeleteInDoubt).toBe(true);
  });

  test('stays certain about an update that was applied in part', () => {
    const ledger = new WriteLedger();
    ledger.noteUpdateInDoubt(at(100));
    expect(ledger.writes.update).toBe('unknown');
    ledger.notePartialUpdate(at(200));
    expect(ledger.writes.update).toBe('in-part');
    ledger.noteUpdateInDoubt(at(300));
    expect(ledger.writes.update).toBe('in-part');
  });

  test('is no update of a group that is gone, and is one again when the group reappears', () => {
    const ledger = new WriteLedger();
    ledger.noteUpdateInDoubt(at(100));
    ledger.noteGroupGone();
    expect(ledger.writes.update).toBe('none');
    ledger.noteGroupSeen(madeAt(-60_000), readClock());
    expect(ledger.writes.update).toBe('unknown');
  });

  test('is no update of a group that was created anew after the updated one was gone', () => {
    const ledger = new WriteLedger();
    ledger.noteUpdateInDoubt(at(100));
    ledger.noteGroupGone();
    ledger.noteGroupSeen(madeAt(5_000), readClock());
    expect(ledger.writes.update).toBe('none');
  });

  test('is still an update when the group that is seen was never thought gone', () => {
    const ledger = new WriteLedger();
    ledger.noteUpdateInDoubt(at(100));
    ledger.noteGroupSeen(madeAt(5_000), readClock());
    expect(ledger.writes.update).toBe('unknown');
  });
});

describe('the group as an update found it', () => {
  test('is known while the group that is seen can be the updated one', () => {
    const ledger = new WriteLedger();
    const found = madeAt(-60_000);
    ledger.beginUpdate(found);
    expect(ledger.findUpdated(found, readClock())).toBeUndefined();
    ledger.noteUpdateInDoubt(at(100));
    expect(ledger.findUpdated(found, readClock())).toBe(found);
    expect(ledger.findUpdated(madeAt(undefined), readClock())).toBe(found);
    expect(ledger.findUpdated(madeAt(5_000), readClock())).toBeUndefined();
  });
});

describe('who made a group', () => {
  test('is others without a create in doubt', () => {
    expect(new WriteLedger().findMaker(madeAt(0), readClock())).toBe('others');
  });

  test.each([
    ['others', 'a second before the create was sent', 9_000],
    ['others', 'just before the create was sent', 9_999],
    ['this-run', 'when the create was sent', 10_000],
    ['this-run', 'after the create was sent', 11_000],
  ])('is %s for a group that was made %s', (maker, _when, createdAt) => {
    const ledger = new WriteLedger();
    ledger.noteCreateInDoubt(at(10_000), at(10_100));
    ledger.noteCreateInDoubt(at(20_000), at(20_100));
    expect(ledger.findMaker(madeAt(createdAt), readClock())).toBe(maker);
  });

  test('is unknown between what the clocks say at least and at most', () => {
    const clock = new ServerClock();
    // The server's clock was set ahead by a minute between two answers.
    clock.record({ sentAt: at(0), receivedAt: at(0), serverTimeMs: EPOCH_MS });
    clock.record({ sentAt: at(0), receivedAt: at(0), serverTimeMs: EPOCH_MS + 60_000 });
    const ledger = new WriteLedger();
    ledger.noteCreateInDoubt(at(10_000), at(10_100));
    const makers = [9_999, 10_000, 69_999, 70_000].map((createdAt) =>
      ledger.findMaker(madeAt(createdAt), clock),
    );
    expect(makers).toEqual(['others', 'unknown', 'unknown', 'this-run']);
  });

  test('is unknown where the group or the server does not tell the time', () => {
    const ledger = new WriteLedger();
    ledger.noteCreateInDoubt(at(10_000), at(10_100));
    expect(ledger.findMaker(madeAt(undefined), readClock())).toBe('unknown');
    expect(ledger.findMaker(madeAt(11_000), new ServerClock())).toBe('unknown');
  });
});

describe('reads that may be out of date', () => {
  test('are none before the first write in doubt', () => {
    expect(new WriteLedger().staleReadsMs(at(0))).toBe(0);
  });

  test('are those sent within five seconds after the last create or delete in doubt', () => {
    const ledger = new WriteLedger();
    ledger.noteCreateInDoubt(at(0), at(1_000));
    expect(ledger.staleReadsMs(at(1_000))).toBe(5_000);
    expect(ledger.staleReadsMs(at(5_999))).toBe(1);
    expect(ledger.staleReadsMs(at(6_000))).toBe(0);
    ledger.noteDeleteInDoubt(at(7_000));
    expect(ledger.staleReadsMs(at(8_000))).toBe(4_000);
  });
});
