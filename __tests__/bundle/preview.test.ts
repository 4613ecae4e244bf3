import { describe, expect, test } from 'vitest';
import type { Holder } from '../../simulator/github/protocol.ts';
import {
  expectOneComment,
  expectTruth,
  GROUP_KEY,
  hasGroup,
  JOB,
  type Step,
  startPreview,
} from './preview-run.ts';
import { readDeleteFailure } from './simulated-delete.ts';

describe.concurrent('the group of a preview environment', () => {
  test('is created on open, left alone on push and deleted on close, with one comment throughout', async () => {
    await using preview = await startPreview();
    const { github, run } = preview;

    const opened = await run('open');
    expect(opened.outputs).toMatchObject({ outcome: 'created', key: GROUP_KEY });
    expect(opened.log).toContain('Commented on the pull request: ');
    expect(github.comments[0]?.body).toContain('✅ Insight group created: Preview 7');

    const pushed = await run('push');
    expect(pushed.outputs).toMatchObject({ outcome: 'unchanged', key: GROUP_KEY });

    const closed = await run('close');
    expect(closed.outputs).toMatchObject({ outcome: 'deleted', deleted: 'true', key: GROUP_KEY });
    expect(closed.log).toContain('Updated the comment on the pull request: ');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('✅ Insight group deleted: <del>Preview 7</del>');
    expect(github.comments[0]?.body).not.toContain('created:');
    expect(hasGroup(preview)).toBe(false);
  });

  test.each<readonly [readonly Step[], readonly string[]]>([
    [
      ['open', 'close', 'close'],
      ['created', 'deleted', 'absent'],
    ],
    [
      ['close', 'open', 'close'],
      ['absent', 'created', 'deleted'],
    ],
    [
      ['open', 'close', 'open', 'push', 'close'],
      ['created', 'deleted', 'created', 'unchanged', 'deleted'],
    ],
    [
      ['close', 'close'],
      ['absent', 'absent'],
    ],
  ])('is what the log says after each of: %j', async (steps, outcomes) => {
    await using preview = await startPreview();
    const seen: (string | undefined)[] = [];
    for (const step of steps) {
      const result = await preview.run(step);
      expectTruth(preview, result);
      expectOneComment(preview, result);
      seen.push(result.outputs['outcome']);
    }
    expect(seen).toEqual(outcomes);
    expect(hasGroup(preview)).toBe(false);
  });

  test('keeps its comment when only letter case differs between the halves', async () => {
    await using preview = await startPreview();
    await preview.run('open');
    await preview.run('close', { project: 'Default' });
    expect(preview.github.comments).toHaveLength(1);
  });

  test('is deleted after its environment', async () => {
    await using preview = await startPreview();
    await preview.run('open');
    preview.simulated.simulator.account.projects.get('default')?.environments.delete('pr-7');
    const closed = await preview.run('close');
    expect(closed.outputs['outcome']).toBe('deleted');
    expect(hasGroup(preview)).toBe(false);
  });

  test('a dry run of the delete says on the pull request what would be deleted', async () => {
    await using preview = await startPreview();
    await preview.run('open');
    const planned = await preview.run('close', { 'dry-run': 'true' });
    expect(planned.outputs['outcome']).toBe('would-delete');
    expect(preview.github.comments).toHaveLength(1);
    expect(preview.github.comments[0]?.body).toContain('Insight group to delete: Preview 7');
    expect(hasGroup(preview)).toBe(true);
  });

  test('reports a delete that failed in the same comment', async () => {
    await using preview = await startPreview();
    await preview.run('open');
    const fault = { kind: 'respond', status: 403 } as const;
    preview.simulated.simulator.inject({ method: 'DELETE', fault });
    const closed = await preview.run('close');
    expect(readDeleteFailure(closed)).toContain('LaunchDarkly refused access');
    expect(preview.github.comments).toHaveLength(1);
    expect(preview.github.comments[0]?.body).toContain('LaunchDarkly refused access');
  });
});

describe.concurrent('a pull request from a fork', () => {
  test('deletes the group with one warning when the token may not comment', async () => {
    const holder: Holder = { ...JOB, permission: 'read' };
    await using preview = await startPreview({ holder, head: 'mallory/shop' });
    await preview.run('open');
    const closed = await preview.run('close');
    expect(closed).toMatchObject({ conclusion: 'success', outputs: { outcome: 'deleted' } });
    expect(closed.annotations).toMatchObject([
      { kind: 'warning', title: 'The pull request comment could not be written' },
    ]);
    expect(preview.github.comments).toEqual([]);
    expect(hasGroup(preview)).toBe(false);
  });

  test('explains why there is no secret, and makes no request to LaunchDarkly', async () => {
    await using preview = await startPreview({ head: 'mallory/shop' });
    const closed = await preview.run('close', { token: '' });
    expect(readDeleteFailure(closed)).toMatch(/token: .*fork/);
    expect(preview.simulated.simulator.requests).toEqual([]);
  });
});

describe.concurrent('steps at the same time', () => {
  test.each<readonly Step[]>([
    ['open', 'close'],
    ['close', 'close'],
    ['open', 'close', 'close'],
  ])('leave the account as one order of them would: %s, %s, %s', async (...given) => {
    const steps = given.filter((step) => step !== undefined);
    await using preview = await startPreview();
    if (steps[0] === 'close') {
      await preview.run('open');
    }
    const results = await Promise.all(steps.map((step) => preview.run(step)));
    const outcomes = results.map(({ outputs }) => outputs['outcome']);
    const { simulator } = preview.simulated;
    const deletions = simulator.deletionsOf(GROUP_KEY).length;
    expect(hasGroup(preview)).toBe(simulator.createdCount(GROUP_KEY) > deletions);
    expect(results.map(({ exitCode }) => exitCode)).toEqual(steps.map(() => 0));
    // Two deletes that saw the group may both report it deleted: the second one got a 404.
    expect(outcomes.filter((outcome) => outcome === 'deleted').length).toBeGreaterThanOrEqual(
      deletions,
    );
    expect(deletions === 0 && outcomes.includes('deleted')).toBe(false);
  });
});
