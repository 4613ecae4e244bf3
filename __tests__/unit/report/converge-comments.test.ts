import { describe, expect, test } from 'vitest';
import { convergeComments } from '../../../src/report/converge-comments.ts';
import type { Comment, PullRequestComments } from '../../../src/report/github-comments.ts';
import { GitHubRequestError } from '../../../src/report/github-fetch.ts';

const MARKER = '<!-- marker -->';
const BODY = `${MARKER}\ncreated`;
const OTHER_BODY = `${MARKER}\nunchanged`;
const BOT = 'github-actions[bot]';

const ours = (id: number, body = BODY, author: string | undefined = BOT): Comment => ({
  id,
  body,
  author,
  url: `https://github.example/${id}`,
});

/** An error as octokit throws it for an answer of that status. */
const answered = (status: number) =>
  Object.assign(new Error(`answered ${status}`), { status, response: { status } });

const noAnswer = (mayHaveBeenProcessed: boolean) =>
  new GitHubRequestError('no answer', mayHaveBeenProcessed);

interface Script {
  /** What the list shows, call by call; the last one repeats. */
  readonly lists: readonly (readonly Comment[])[];
  /** The comment that a create makes, or its error, call by call. */
  readonly creates?: readonly (Comment | Error)[];
  readonly updates?: readonly (Error | undefined)[];
  readonly deletes?: readonly (Error | undefined)[];
  /** Aborts during the call with this number, which are counted from 1. */
  readonly abortedDuring?: number;
}

/** Converges against scripted answers, and tells what was done. */
async function converge({
  lists,
  creates = [],
  updates = [],
  deletes = [],
  abortedDuring,
}: Script) {
  const calls: string[] = [];
  const controller = new AbortController();
  const note = (call: string) => {
    calls.push(call);
    if (calls.length === abortedDuring) {
      controller.abort();
    }
    return calls.filter((each) => each.split(' ')[0] === call.split(' ')[0]).length - 1;
  };
  const comments: PullRequestComments = {
    list: async () => [...(lists[note('list')] ?? lists.at(-1) ?? [])],
    findOurLogin: async () => BOT,
    async create(body) {
      const created = creates[note(`create ${body.slice(MARKER.length + 1)}`)] ?? answered(422);
      if (created instanceof Error) {
        throw created;
      }
      return created;
    },
    async update(id, body) {
      const error = updates[note(`update ${id} ${body.slice(MARKER.length + 1)}`)];
      if (error !== undefined) {
        throw error;
      }
      return ours(id, body);
    },
    async delete(id) {
      const error = deletes[note(`delete ${id}`)];
      if (error !== undefined) {
        throw error;
      }
    },
    close: async () => {},
  };
  const sleep = async (ms: number) => {
    note(`sleep ${ms}`);
  };
  const deps = { comments, sleep, signal: controller.signal };
  const result = await convergeComments({ marker: MARKER, body: BODY }, deps).catch(
    (error: unknown) => error,
  );
  return { result, calls };
}

describe('a comment that is there already', () => {
  test('is left alone when it differs in line ends and blanks at its ends only', async () => {
    const body = `${BODY.replaceAll('\n', '\r\n')}\r\n `;
    const { result, calls } = await converge({ lists: [[ours(1, body)]] });
    expect(result).toEqual({ kind: 'unchanged', url: 'https://github.example/1' });
    expect(calls).toEqual(['list']);
  });

  test('makes way for the next one of ours when it was deleted since it was listed', async () => {
    const { result, calls } = await converge({
      lists: [[ours(1, OTHER_BODY), ours(2, OTHER_BODY)]],
      updates: [answered(404)],
    });
    expect(result).toEqual({ kind: 'updated', url: 'https://github.example/2' });
    expect(calls).toEqual(['list', 'update 1 created', 'update 2 created']);
  });

  test.each([answered(403), answered(500), noAnswer(true)])(
    'does not make way for another one when its update fails: %s',
    async (error) => {
      const { result, calls } = await converge({
        lists: [[ours(1, OTHER_BODY), ours(2)]],
        updates: [error],
      });
      expect(result).toBe(error);
      expect(calls).toEqual(['list', 'update 1 created']);
    },
  );

  test('counts as updated when only duplicates of it were deleted', async () => {
    const { result, calls } = await converge({ lists: [[ours(1), ours(2), ours(3)]] });
    expect(result).toEqual({ kind: 'updated', url: 'https://github.example/1' });
    expect(calls).toEqual(['list', 'delete 2', 'delete 3']);
  });
});

describe('a duplicate', () => {
  const lists = [[ours(1), ours(2), ours(3)]];

  test('that somebody else has deleted already does not keep the others alive', async () => {
    const { calls } = await converge({ lists, deletes: [answered(404)] });
    expect(calls).toEqual(['list', 'delete 2', 'delete 3']);
  });

  test('that can not be deleted is left to the next run, together with those after it', async () => {
    const { result, calls } = await converge({ lists, deletes: [answered(403)] });
    expect(result).toMatchObject({ kind: 'updated' });
    expect(calls).toEqual(['list', 'delete 2']);
  });
});

describe('a create without an answer', () => {
  test('made the comment that is found with the desired body', async () => {
    const { result, calls } = await converge({
      lists: [[], [ours(1)]],
      creates: [noAnswer(true)],
    });
    expect(result).toEqual({ kind: 'created', url: 'https://github.example/1' });
    expect(calls).toEqual(['list', 'create created', 'sleep 1000', 'list']);
  });

  test('did not make the comment that is found with another body', async () => {
    const { result } = await converge({
      lists: [[], [ours(1, OTHER_BODY)]],
      creates: [noAnswer(true)],
    });
    expect(result).toEqual({ kind: 'updated', url: 'https://github.example/1' });
  });

  test.each([noAnswer(true), answered(500), answered(502), answered(408)])(
    'is repeated twice and no more: %s',
    async (error) => {
      const { result, calls } = await converge({ lists: [[]], creates: [error, error, error] });
      expect(result).toBe(error);
      expect(calls.filter((call) => call === 'create created')).toHaveLength(3);
    },
  );

  test.each([noAnswer(false), answered(499), answered(422), answered(403), new Error('a bug')])(
    'is not repeated when it certainly made none: %s',
    async (error) => {
      const { result, calls } = await converge({ lists: [[]], creates: [error] });
      expect(result).toBe(error);
      expect(calls).toEqual(['list', 'create created']);
    },
  );

  test('is not repeated after the run was cancelled', async () => {
    const { calls } = await converge({
      lists: [[]],
      creates: [noAnswer(true), noAnswer(true)],
      abortedDuring: 2,
    });
    expect(calls).toEqual(['list', 'create created']);
  });
});

describe('a comment that was just created', () => {
  test('is all there is: nothing more is done', async () => {
    const { result, calls } = await converge({ lists: [[], [ours(5)]], creates: [ours(5)] });
    expect(result).toEqual({ kind: 'created', url: 'https://github.example/5' });
    expect(calls).toEqual(['list', 'create created', 'list']);
  });

  test('gives its body to an older one of the same moment, and goes', async () => {
    const { result, calls } = await converge({
      lists: [[], [ours(4, OTHER_BODY), ours(5)], [ours(4)]],
      creates: [ours(5)],
    });
    expect(result).toEqual({ kind: 'updated', url: 'https://github.example/4' });
    expect(calls).toEqual([
      'list',
      'create created',
      'list',
      'update 4 created',
      'delete 5',
      'list',
    ]);
  });

  test('goes without an update when the older one says the same', async () => {
    const { calls } = await converge({
      lists: [[], [ours(4), ours(5)], [ours(4)]],
      creates: [ours(5)],
    });
    expect(calls).toEqual(['list', 'create created', 'list', 'delete 5', 'list']);
  });

  test('gets the body of a newer one of the same moment, which goes', async () => {
    const { result, calls } = await converge({
      lists: [[], [ours(5), ours(6, OTHER_BODY)], [ours(5, OTHER_BODY)]],
      creates: [ours(5)],
    });
    expect(result).toEqual({ kind: 'created', url: 'https://github.example/5' });
    expect(calls).toEqual([
      'list',
      'create created',
      'list',
      'update 5 unchanged',
      'delete 6',
      'list',
    ]);
  });

  test('is left alone once only the job of a newer one answers for its body', async () => {
    const { calls } = await converge({
      lists: [[], [ours(5), ours(6, OTHER_BODY)], [ours(5, `${MARKER}\nnewer still`)]],
      creates: [ours(5)],
    });
    expect(calls.filter((call) => call.startsWith('update'))).toEqual(['update 5 unchanged']);
  });

  test('has its body restored where an older one was given another since', async () => {
    const { calls } = await converge({
      lists: [[], [ours(4, OTHER_BODY), ours(5)], [ours(4, OTHER_BODY)], [ours(4)]],
      creates: [ours(5)],
    });
    expect(calls.filter((call) => call.startsWith('update'))).toEqual([
      'update 4 created',
      'update 4 created',
    ]);
  });

  test('stays the newest one when a later list shows older ones only', async () => {
    const { calls } = await converge({
      lists: [[], [ours(5)], [ours(1, OTHER_BODY), ours(3, OTHER_BODY)]],
      creates: [ours(5)],
    });
    expect(calls).toEqual(['list', 'create created', 'list']);
    const late = await converge({
      lists: [[], [ours(4), ours(5)], [ours(1, OTHER_BODY), ours(3, OTHER_BODY)], [ours(1)]],
      creates: [ours(5)],
    });
    expect(late.calls.slice(3)).toEqual([
      'delete 5',
      'list',
      'update 1 created',
      'delete 3',
      'list',
    ]);
  });

  test('looks for duplicates three times, and leaves further ones to the next run', async () => {
    const { calls } = await converge({
      lists: [[], [ours(4), ours(5)], [ours(4), ours(6)], [ours(4), ours(7)], [ours(4), ours(8)]],
      creates: [ours(5)],
    });
    expect(calls.filter((call) => call.startsWith('delete'))).toEqual([
      'delete 5',
      'delete 6',
      'delete 7',
    ]);
  });

  test('is created, whatever goes wrong with its duplicates', async () => {
    const { result } = await converge({
      lists: [[], [ours(5), ours(6, OTHER_BODY)]],
      creates: [ours(5)],
      updates: [answered(500)],
    });
    expect(result).toEqual({ kind: 'created', url: 'https://github.example/5' });
  });
});

describe('a list that lags behind a create', () => {
  test('is read again after a second, even if it shows another one of ours', async () => {
    const { calls } = await converge({
      lists: [[], [ours(4)], [ours(4), ours(5)], [ours(4)]],
      creates: [ours(5)],
    });
    expect(calls).toEqual([
      'list',
      'create created',
      'list',
      'sleep 1000',
      'list',
      'delete 5',
      'list',
    ]);
  });

  test('is completed by what was created, in the order of age', async () => {
    const older = await converge({
      lists: [[], [ours(7)], [ours(7)], [ours(5)]],
      creates: [ours(5)],
    });
    expect(older.calls.slice(4)).toEqual(['list', 'delete 7', 'list']);
    const newer = await converge({
      lists: [[], [ours(1)], [ours(1)], [ours(1)]],
      creates: [ours(5)],
    });
    expect(newer.calls.slice(4)).toEqual(['list', 'delete 5', 'list']);
  });

  test('is waited for once only', async () => {
    const { calls } = await converge({
      lists: [[], [], [], [ours(6)], [ours(6)]],
      creates: [ours(5)],
    });
    expect(calls.filter((call) => call.startsWith('sleep'))).toHaveLength(1);
  });
});

test('comments of others are never touched, whatever they say', async () => {
  const { result, calls } = await converge({
    lists: [[ours(1, OTHER_BODY, 'mallory')], [ours(1, OTHER_BODY, 'mallory'), ours(2)]],
    creates: [ours(2)],
  });
  expect(result).toEqual({ kind: 'created', url: 'https://github.example/2' });
  expect(calls).toEqual(['list', 'create created', 'list']);
});

test('a comment that does not begin with the marker is none of ours', async () => {
  const { calls } = await converge({
    lists: [[ours(1, `> ${BODY}`)], [ours(1, `> ${BODY}`), ours(2)]],
    creates: [ours(2)],
  });
  expect(calls).toEqual(['list', 'create created', 'list']);
});
