import type {
  AuthorizedRequest,
  CommentStore,
  GitHubResponse,
  SimulatedComment,
} from './protocol.ts';

/** Beyond this length GitHub answers "Body is too long (maximum is 65536 characters)". */
const MAX_BODY_LENGTH = 65_536;

/** The page sizes of https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
const DEFAULT_PAGE_SIZE = 30;
const MAX_PAGE_SIZE = 100;

/**
 * Lists, creates, updates and deletes the comments of pull requests.
 *
 * @see https://docs.github.com/rest/issues/comments
 */
export function commentOperations(request: AuthorizedRequest, store: CommentStore): GitHubResponse {
  const prefix = `/repos/${request.repository}/issues/`;
  const place = request.path.startsWith(prefix) ? request.path.slice(prefix.length) : '';
  const thread = /^(\d+)\/comments$/.exec(place)?.[1];
  const comment = /^comments\/(\d+)$/.exec(place)?.[1];
  // GitHub answers 404 for what a token may not see.
  if (request.holder.permission === 'none') {
    return refuse(404, 'Not Found');
  }
  if (request.method === 'GET' && thread !== undefined) {
    return listComments(request, Number(thread), store);
  }
  if (request.method === 'POST' && thread !== undefined) {
    return createComment(request, Number(thread), store);
  }
  if (request.method === 'PATCH' && comment !== undefined) {
    return updateComment(request, Number(comment), store);
  }
  if (request.method === 'DELETE' && comment !== undefined) {
    return deleteComment(request, Number(comment), store);
  }
  return refuse(404, 'Not Found');
}

/** GitHub's error body. */
export function refuse(status: number, message: string): GitHubResponse {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}

/** Parses a JSON object; undefined when the text is not one. */
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

function listComments(
  request: AuthorizedRequest,
  number: number,
  store: CommentStore,
): GitHubResponse {
  const size = Math.min(readCount(request.query, 'per_page', DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
  const page = readCount(request.query, 'page', 1);
  const all = store.listComments().filter((comment) => comment.number === number);
  const link = describeLinks(request, { page, last: Math.max(1, Math.ceil(all.length / size)) });
  return {
    status: 200,
    headers: link === '' ? {} : { Link: link },
    body: all.slice((page - 1) * size, page * size).map((comment) => show(comment, request)),
  };
}

function createComment(
  request: AuthorizedRequest,
  number: number,
  store: CommentStore,
): GitHubResponse {
  const body = readBody(request);
  if (typeof body !== 'string') {
    return body;
  }
  const comment = store.addComment({ number, author: request.holder.login, body });
  return { status: 201, body: show(comment, request) };
}

function updateComment(
  request: AuthorizedRequest,
  id: number,
  store: CommentStore,
): GitHubResponse {
  const body = readBody(request);
  if (typeof body !== 'string') {
    return body;
  }
  const comment = store.comments.find((candidate) => candidate.id === id);
  if (comment === undefined) {
    return refuse(404, 'Not Found');
  }
  comment.body = body;
  return { status: 200, body: show(comment, request) };
}

function deleteComment(
  { holder }: AuthorizedRequest,
  id: number,
  store: CommentStore,
): GitHubResponse {
  if (holder.permission !== 'write') {
    return refuse(403, 'Resource not accessible by integration');
  }
  if (!store.comments.some((comment) => comment.id === id)) {
    return refuse(404, 'Not Found');
  }
  store.deleteComment(id);
  return { status: 204, body: undefined };
}

/** The new text of a comment, or the reason why it is rejected. */
function readBody({ holder, body }: AuthorizedRequest): string | GitHubResponse {
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
  { apiUrl, path, query }: AuthorizedRequest,
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

function show(
  { id, number, author, body }: SimulatedComment,
  { repository }: AuthorizedRequest,
): unknown {
  const type = author.endsWith('[bot]') ? 'Bot' : 'User';
  return {
    id,
    html_url: `https://github.example/${repository}/pull/${number}#issuecomment-${id}`,
    user: { login: author, type },
    body,
  };
}
