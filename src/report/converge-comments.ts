import {
  type Comment,
  findRequestError,
  type PullRequestComments,
  readStatus,
} from './github-comments.ts';

/** The comment that a pull request is to have. */
export interface DesiredComment {
  /** The first line of the body, by which the comment is found again. */
  readonly marker: string;
  /** The whole text, marker included. */
  readonly body: string;
}

/** What {@link convergeComments} works with. */
export interface ConvergeDeps {
  readonly comments: PullRequestComments;
  /** Resolves after so many milliseconds, or as soon as `signal` aborts. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What was done, and where the comment is. */
export interface PublishedComment {
  readonly kind: 'created' | 'updated' | 'unchanged';
  readonly url: string;
}

/** How long a list may lag behind a comment that was just created, in milliseconds. */
const LIST_LAG_MS = 1_000;

/** How often a comment is created when no answer says whether it was. */
const MAX_CREATES = 3;

/** How often the list is read again after a create. Each round but the last one can find new duplicates. */
const MAX_ROUNDS = 3;

/**
 * Sees to it that the pull request has exactly one comment of ours with the marker, and that it has the
 * desired body. Comments of other authors are never touched, whatever they say.
 *
 * GitHub has no create that fails when a comment exists, so two jobs may create one each in the same moment.
 * Each of them reads the list again afterwards and keeps the oldest comment, so both keep the same one.
 */
export async function convergeComments(
  desired: DesiredComment,
  deps: ConvergeDeps,
): Promise<PublishedComment> {
  const { comments, sleep, signal } = deps;
  for (let creates = 0; ; ) {
    const ours = await findOurs(desired.marker, comments);
    const kept = await updateOldest(ours, desired.body, comments);
    if (kept !== undefined) {
      // What was created without an answer is not somebody's comment that was found unchanged.
      return kept.kind === 'unchanged' && creates > 0 ? { ...kept, kind: 'created' } : kept;
    }
    let created: Comment;
    try {
      creates += 1;
      created = await comments.create(desired.body);
    } catch (error) {
      if (!mayHaveBeenCreated(error) || creates >= MAX_CREATES || signal.aborted) {
        throw error;
      }
      await sleep(LIST_LAG_MS);
      continue;
    }
    return await removeDuplicates(created, desired.marker, deps);
  }
}

/** Lists our comments with the marker, oldest first. Anybody can write the marker, so the author has to be ours. */
async function findOurs(
  marker: string,
  comments: PullRequestComments,
  knownLogin?: string,
): Promise<Comment[]> {
  const marked = (await comments.list()).filter(({ body }) => body.startsWith(marker));
  if (marked.length === 0) {
    return [];
  }
  const login = knownLogin ?? (await comments.findOurLogin());
  return marked.filter(({ author }) => author === login);
}

/** Gives the oldest comment the body and deletes the others. Undefined when there is none any more. */
async function updateOldest(
  [oldest, ...others]: readonly Comment[],
  body: string,
  comments: PullRequestComments,
): Promise<PublishedComment | undefined> {
  if (oldest === undefined) {
    return undefined;
  }
  let { url } = oldest;
  const isDifferent = normalize(oldest.body) !== normalize(body);
  if (isDifferent) {
    try {
      ({ url } = await comments.update(oldest.id, body));
    } catch (error) {
      // Somebody deleted it since it was listed.
      if (readStatus(error) === 404) {
        return updateOldest(others, body, comments);
      }
      throw error;
    }
  }
  try {
    await deleteAll(others, comments);
  } catch {
    // The comment is up to date, and the next run finds what is left over.
  }
  return { kind: isDifferent || others.length > 0 ? 'updated' : 'unchanged', url };
}

/**
 * Looks for comments that other jobs created in the same moment: keeps the oldest, with the body of the
 * newest. Never rejects: the comment is there, and what is left over is found by the next run.
 */
async function removeDuplicates(
  created: Comment,
  marker: string,
  deps: ConvergeDeps,
): Promise<PublishedComment> {
  const { comments } = deps;
  let kept = created;
  let newest = created;
  try {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const listed = await listAfterCreate(created, marker, { deps, isFirst: round === 0 });
      const [oldest = created, ...others] = listed;
      kept = oldest;
      newest = [newest, ...others].reduce((a, b) => (b.id > a.id ? b : a));
      // The newest comment's own job answers for its body: anybody else's view of it may be out of date.
      const isOurs = newest.id === created.id;
      const isStale =
        (isOurs || others.length > 0) && normalize(kept.body) !== normalize(newest.body);
      if (!isStale && others.length === 0) {
        break;
      }
      if (isStale) {
        kept = await comments.update(kept.id, newest.body);
      }
      await deleteAll(others, comments);
    }
  } catch {
    // Told as what it is: a comment that was created.
  }
  return { kind: kept.id === created.id ? 'created' : 'updated', url: kept.url };
}

/** Lists our comments. Directly after a create, the one that was created is among them even if the list lags. */
async function listAfterCreate(
  created: Comment,
  marker: string,
  { deps, isFirst }: { readonly deps: ConvergeDeps; readonly isFirst: boolean },
): Promise<Comment[]> {
  const find = () => findOurs(marker, deps.comments, created.author);
  const listed = await find();
  const isComplete = (list: readonly Comment[]) => list.some(({ id }) => id === created.id);
  if (!isFirst || isComplete(listed)) {
    return listed;
  }
  await deps.sleep(LIST_LAG_MS);
  const again = await find();
  return isComplete(again) ? again : [...again, created].sort((a, b) => a.id - b.id);
}

async function deleteAll(list: readonly Comment[], comments: PullRequestComments): Promise<void> {
  for (const { id } of list) {
    try {
      await comments.delete(id);
    } catch (error) {
      // Another job, with the same duplicates before it, was faster.
      if (readStatus(error) !== 404) {
        throw error;
      }
    }
  }
}

/** Whether GitHub may have created the comment although there was no answer that says it. */
function mayHaveBeenCreated(error: unknown): boolean {
  const requestError = findRequestError(error);
  const status = readStatus(error) ?? 0;
  return requestError?.mayHaveBeenProcessed ?? (status >= 500 || status === 408);
}

/** GitHub's editor writes CRLF. */
function normalize(body: string): string {
  return body.replaceAll('\r\n', '\n').trim();
}
