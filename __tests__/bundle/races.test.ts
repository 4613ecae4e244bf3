import { afterAll, expect, test } from 'vitest';
import { openScene, type Scene, spoilCreate, WISH } from './scene.ts';

/** As many processes as a large matrix has jobs, all of them at once. */
const CROWD = 32;

const OTHER_NAME = 'Production - Web Only';

const numbers: string[] = [];
afterAll(() => console.log(['Races of real processes:', ...numbers].join('\n  ')));

/** Starts a crowd at once, each with the inputs that its number gets, and returns all endings. */
async function race(
  scene: Scene,
  title: string,
  inputsOf: (runner: number) => Readonly<Record<string, string>>,
) {
  const startedAt = performance.now();
  const runners = Array.from({ length: CROWD }, (_, runner) => runner);
  const results = await Promise.all(
    runners.map((runner) => scene.run({ 'timeout-seconds': '120', ...inputsOf(runner) })),
  );
  const endings = results.map(({ outputs }) => outputs['error-code'] || outputs['outcome'] || '');
  const counts = Object.fromEntries(
    [...new Set(endings)].sort().map((ending) => [ending, countOf(endings, ending)]),
  );
  const tally = Object.entries(counts).map(([ending, count]) => `${count} ${ending}`);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  numbers.push(
    `${title}: ${CROWD} processes, ${tally.join(', ')}; ${scene.simulator.requests.length} requests in ${seconds} s`,
  );
  expect(scene.simulator.createdCount(WISH.key)).toBe(1);
  expect(scene.simulator.account.groups.size).toBe(1);
  return { results, endings, counts };
}

function countOf(endings: readonly string[], ending: string): number {
  return endings.filter((each) => each === ending).length;
}

/** Every other runner wants another name. */
const twoWishes = (runner: number) => ({ name: runner % 2 === 0 ? WISH.name : OTHER_NAME });

test('one wish, keep: one creates the group, all others find it unchanged', async () => {
  await using scene = await openScene();
  const { counts } = await race(scene, 'one wish, keep', () => ({ 'if-exists': 'keep' }));
  expect(counts).toEqual({ created: 1, unchanged: CROWD - 1 });
});

test('one wish, fail: one creates the group, all others fail with a conflict', async () => {
  await using scene = await openScene();
  const { counts } = await race(scene, 'one wish, fail', () => ({}));
  expect(counts).toEqual({ created: 1, conflict: CROWD - 1 });
});

test('one wish, keep, with lag and lock collisions: still one creates it', async () => {
  await using scene = await openScene({ behaviour: { visibilityLagMs: 700 } });
  spoilCreate(scene.simulator, { kind: 'lock-collision' }, CROWD / 4);
  const title = 'one wish, keep, lag and lock collisions';
  const { counts } = await race(scene, title, () => ({ 'if-exists': 'keep' }));
  expect(counts).toEqual({ created: 1, unchanged: CROWD - 1 });
});

test('one wish, keep, and the one that creates it never hears of it', async () => {
  await using scene = await openScene();
  spoilCreate(scene.simulator, { kind: 'process-then-reset' });
  const title = 'one wish, keep, the confirmation lost';
  const { counts } = await race(scene, title, () => ({ 'if-exists': 'keep' }));
  expect(counts).toEqual({ created: 1, unchanged: CROWD - 1 });
});

test('two wishes, keep: the winner is kept, and nobody is told that it is otherwise', async () => {
  await using scene = await openScene();
  const { results, counts } = await race(scene, 'two wishes, keep', (runner) => ({
    ...twoWishes(runner),
    'if-exists': 'keep',
  }));
  expect(counts).toEqual({ created: 1, unchanged: CROWD / 2 - 1, kept: CROWD / 2 });
  const winner = scene.simulator.account.groups.get(WISH.key)?.name;
  for (const [runner, { outputs }] of results.entries()) {
    expect(outputs['name']).toBe(winner);
    expect(outputs['outcome'] === 'kept').toBe(twoWishes(runner).name !== winner);
  }
});

test('two wishes, update, with lag: all succeed, and the last write stands', async () => {
  await using scene = await openScene({ behaviour: { visibilityLagMs: 200 } });
  const { results, counts } = await race(scene, 'two wishes, update, lag', (runner) => ({
    ...twoWishes(runner),
    'if-exists': 'update',
  }));
  const { created, unchanged = 0, updated = 0, ...others } = counts;
  expect(others).toEqual({});
  expect(created).toBe(1);
  expect(unchanged + updated).toBe(CROWD - 1);
  for (const [runner, { outputs }] of results.entries()) {
    // What a run reports is what it asked for, as LaunchDarkly had it when the run last looked.
    expect(outputs['name']).toBe(twoWishes(runner).name);
  }
  const patches = scene.simulator.requests.filter(({ method }) => method === 'PATCH');
  const last = patches.at(-1);
  const stored = scene.simulator.account.groups.get(WISH.key)?.name;
  expect(JSON.parse(last?.body ?? 'null')).toEqual([
    { op: 'replace', path: '/name', value: stored },
  ]);
});
