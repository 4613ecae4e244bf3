import type { GitHubRequest, Holder, SimulatedComment } from './simulator.ts';

/** What is sent back; a `body` that is a string goes out as HTML, like the page of a proxy. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A request of a token that is known, its path without the base path. */
export interface Asked extends GitHubRequest {
  readonly holder: Holder;
  readonly apiUrl: string;
  readonly repository: string;
}

/** The comments that the operations work on. */
export interface CommentStore {
  readonly comments: readonly SimulatedComment[];
  addComment(comment: Omit<SimulatedComment, 'id'>): SimulatedComment;
}

/** "Body is too long (maximum is 65536 characters)" is what GitHub says beyond it. */
const MAX_BODY_LENGTH = 65_536;

/** The page sizes of https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
const DEFAULT_PAGE_SIZE = 30;
const MAX_PAGE_SIZE = 100;

/**
 * Lists, creates and updates the comments of pull requests.
 *
 * @see https://docs.github.com/rest/issues/comments
 */
export function commentOperations(asked: Asked, store: CommentStore): Answer {
  const prefix = `/repos/${asked.repository}/issues/`;
  const place = asked.path.startsWith(prefix) ? asked.path.slice(prefix.length) : '';
  const thread = /^(\d+)\/comments$/.exec(place)?.[1];
  const comment = /^comments\/(\d+)$/.exec(place)?.[1];
  // GitHub hides what a token may not see.
  if (asked.holder.permission === 'none') {
    return refuse(404, 'Not Found');
  }
  if (asked.method === 'GET' && thread !== undefined) {
    return listComments(asked, Number(thread), store);
  }
  if (asked.method === 'POST' && thread !== undefined) {
    return createComment(asked, Number(thread), store);
  }
  if (asked.method === 'PATCH' && comment !== undefined) {
    return updateComment(asked, Number(comment), store);
  }
  return refuse(404, 'Not Found');
}

/** GitHub's error body. */
export function refuse(status: number, message: string): Answer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}

/** Reads a JSON object; undefined when the text is none. */
export function readJson(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null
      ? Object.fromEntries(Object.entries(json))
      : undefined;
  } catch {
    return undefined;
  }
}

function listComments(asked: Asked, number: number, store: CommentStore): Answer {
  const size = Math.min(readCount(asked.query, 'per_page', DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
  const page = readCount(asked.query, 'page', 1);
  const all = store.comments.filter((comment) => comment.number === number);
  const link = describeLinks(asked, { page, last: Math.max(1, Math.ceil(all.length / size)) });
  return {
    status: 200,
    headers: link === '' ? {} : { Link: link },
    body: all.slice((page - 1) * size, page * size).map((comment) => show(comment, asked)),
  };
}

function createComment(asked: Asked, number: number, store: CommentStore): Answer {
  const body = readBody(asked);
  if (typeof body !== 'string') {
    return body;
  }
  const comment = store.addComment({ number, author: asked.holder.login, body });
  return { status: 201, body: show(comment, asked) };
}

function updateComment(asked: Asked, id: number, store: CommentStore): Answer {
  const body = readBody(asked);
  if (typeof body !== 'string') {
    return body;
  }
  const comment = store.comments.find((candidate) => candidate.id === id);
  if (comment === undefined) {
    return refuse(404, 'Not Found');
  }
  comment.body = body;
  return { status: 200, body: show(comment, asked) };
}

/** The new text of a comment, or why it can't be written. */
function readBody({ holder, body }: Asked): string | Answer {
  if (holder.permission !== 'write') {
    return refuse(403, 'Resource not accessible by integration');
  }
  const text = readJson(body)?.['body'];
  if (typeof text !== 'string' || text.trim() === '') {
    return refuse(422, 'Validation Failed');
  }
  return text.length > MAX_BODY_LENGTH
    ? refuse(422, `Body is too long (maximum is ${MAX_BODY_LENGTH} characters)`)
    : text;
}

function readCount(query: URLSearchParams, name: string, otherwise: number): number {
  const number = Number(query.get(name) ?? otherwise);
  return Number.isInteger(number) && number > 0 ? number : otherwise;
}

function describeLinks(
  { apiUrl, path, query }: Asked,
  { page, last }: { readonly page: number; readonly last: number },
): string {
  const link = (to: number, relation: string) => {
    const search = new URLSearchParams(query);
    search.set('page', String(to));
    return `<${apiUrl}${path}?${search}>; rel="${relation}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
  ];
  return links.join(', ');
}

function show({ id, number, author, body }: SimulatedComment, { repository }: Asked): unknown {
  const type = author.endsWith('[bot]') ? 'Bot' : 'User';
  return {
    id,
    html_url: `https://github.example/${repository}/pull/${number}#issuecomment-${id}`,
    user: { login: author, type },
    body,
  };
}
