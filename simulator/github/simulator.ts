import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { text } from 'node:stream/consumers';
import type { KeyPair } from '../certificates.ts';
import { listen, shutDown, trackSockets } from '../network/loopback.ts';
import { commentOperations, readJson, refuse } from './comments.ts';
import type {
  AuthorizedRequest,
  GitHubFault,
  GitHubRequest,
  GitHubResponse,
  Holder,
  SimulatedComment,
} from './protocol.ts';

/** How to start a simulator. */
export interface GitHubOptions {
  /** Token holders by token. All other tokens get a 401. */
  readonly tokens: Readonly<Record<string, Holder>>;
  /** The `owner/repo` of the only repository. */
  readonly repository: string;
  /** `/api/v3` on GitHub Enterprise Server, empty on github.com and ghe.com. */
  readonly basePath?: '' | '/api/v3';
  /**
   * Serves https and offers HTTP/2 and HTTP/1.1, as api.github.com does. Defaults to plain http.
   */
  readonly tls?: KeyPair;
  /** Defaults to a free port. */
  readonly port?: number;
}

/** A running GitHub simulator for pull request comments. */
export interface GitHubSimulator extends AsyncDisposable {
  /** The value of `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** The port on this machine, for proxy routes. */
  readonly port: number;
  /** How many connections were accepted. */
  readonly connections: number;
  /** All comments in order of creation. */
  readonly comments: readonly SimulatedComment[];
  /** All requests in order of arrival. */
  readonly requests: readonly GitHubRequest[];
  /** Adds a comment as if it were written on github.com. */
  addComment(comment: Omit<SimulatedComment, 'id'>): SimulatedComment;
  /** Deletes a comment as if on github.com. */
  deleteComment(id: number): void;
  /** Injects a fault into later requests. */
  inject(fault: GitHubFault): void;
  /** Hides comments created from now on from the next `lists` lists. */
  lagLists(lists: number): void;
  /** Clears all comments, requests and faults. */
  reset(): void;
  /** Stops immediately. */
  close(): Promise<void>;
}

type Message = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** Starts a simulator on 127.0.0.1; resolves once it is listening. */
export async function startGitHub(options: GitHubOptions): Promise<GitHubSimulator> {
  const basePath = options.basePath ?? '';
  const comments: SimulatedComment[] = [];
  const requests: GitHubRequest[] = [];
  let faults: { readonly fault: GitHubFault; remaining: number }[] = [];
  let lag = { lists: 0, fromId: 0 };
  let ids = 0;
  let connections = 0;

  function addComment(comment: Omit<SimulatedComment, 'id'>): SimulatedComment {
    ids += 1;
    const added = { id: ids, ...comment };
    comments.push(added);
    return added;
  }

  function deleteComment(id: number): void {
    comments.splice(0, comments.length, ...comments.filter((comment) => comment.id !== id));
  }

  function listComments(): readonly SimulatedComment[] {
    if (lag.lists === 0) {
      return comments;
    }
    lag.lists -= 1;
    return comments.filter(({ id }) => id < lag.fromId);
  }

  function carryOut(request: GitHubRequest): GitHubResponse {
    const holder = options.tokens[request.authorization?.replace(/^(?:token|bearer) /i, '') ?? ''];
    if (holder === undefined) {
      return refuse(401, 'Bad credentials');
    }
    // The GraphQL path is not below the REST path:
    // https://docs.github.com/enterprise-server/graphql
    if (request.path === (basePath === '' ? '/graphql' : '/api/graphql')) {
      return answerViewer(request, holder);
    }
    const path = request.path.startsWith(basePath) ? request.path.slice(basePath.length) : '';
    const { repository } = options;
    const authorized: AuthorizedRequest = { ...request, path, holder, apiUrl, repository };
    return commentOperations(authorized, { comments, listComments, addComment, deleteComment });
  }

  function takeFault({ method, path }: GitHubRequest): GitHubFault | undefined {
    const due = faults.find(
      ({ fault }) => fault.method === method && (fault.path?.test(path) ?? true),
    );
    if (due !== undefined) {
      due.remaining -= 1;
      faults = faults.filter(({ remaining }) => remaining > 0);
    }
    return due?.fault;
  }

  async function serve(message: Message, response: Response): Promise<void> {
    const [path = '/', search = ''] = (message.url ?? '/').split('?', 2);
    const request: GitHubRequest = {
      method: message.method ?? 'GET',
      path,
      query: new URLSearchParams(search),
      authorization: message.headers.authorization,
      body: await text(message),
      httpVersion: message.httpVersion,
    };
    requests.push(request);
    const fault = takeFault(request);
    await fault?.meanwhile?.();
    const isReplaced = fault?.answer ?? fault?.stalls ?? fault?.resets ?? false;
    const usual = isReplaced === false || fault?.isProcessed ? carryOut(request) : undefined;
    if (fault?.stalls) {
      return;
    }
    const answer = fault?.answer ?? usual;
    if (fault?.resets || answer === undefined) {
      breakConnection(response);
      return;
    }
    request.status = answer.status;
    send(response, answer);
  }

  const listener = (message: Message, response: Response): void => {
    serve(message, response).catch(() => breakConnection(response));
  };
  const server = options.tls
    ? createSecureServer({ ...options.tls, allowHTTP1: true }, listener)
    : createServer(listener);
  const sockets = trackSockets(server);
  server.on('connection', () => {
    connections += 1;
  });
  const port = await listen(server, options.port ?? 0);
  const apiUrl = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}${basePath}`;

  async function close(): Promise<void> {
    await shutDown(server, sockets);
  }

  return {
    apiUrl,
    port,
    get connections() {
      return connections;
    },
    comments,
    requests,
    addComment,
    deleteComment,
    inject: (fault) => faults.push({ fault, remaining: fault.times ?? 1 }),
    lagLists(lists) {
      lag = { lists, fromId: ids + 1 };
    },
    reset() {
      comments.length = 0;
      requests.length = 0;
      faults = [];
      lag = { lists: 0, fromId: 0 };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function send(response: Response, { status, headers = {}, body }: GitHubResponse): void {
  const isText = typeof body === 'string';
  const contentType = isText ? 'text/html' : 'application/json; charset=utf-8';
  const all = body === undefined ? headers : { 'Content-Type': contentType, ...headers };
  const content = body === undefined ? '' : isText ? body : JSON.stringify(body);
  // Set one by one: the two response types share no signature that takes all headers.
  if (response instanceof Http2ServerResponse) {
    response.writeHead(status, all);
    response.end(content);
  } else {
    response.writeHead(status, all);
    response.end(content);
  }
}

function breakConnection(response: Response): void {
  if (response instanceof Http2ServerResponse) {
    response.stream.session?.destroy();
  } else {
    response.socket?.destroy();
  }
}

function answerViewer(request: GitHubRequest, holder: Holder): GitHubResponse {
  const query = readJson(request.body)?.['query'];
  if (request.method !== 'POST' || typeof query !== 'string' || !/viewer\s*{\s*login/.test(query)) {
    return refuse(400, 'Problems parsing JSON');
  }
  return holder.knowsItself === false
    ? {
        status: 200,
        body: {
          data: null,
          errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }],
        },
      }
    : { status: 200, body: { data: { viewer: { login: holder.login } } } };
}
