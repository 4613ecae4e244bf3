import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Answer, type Asked, commentOperations, readJson, refuse } from './comments.ts';

/** Who a token belongs to, and what it may do in the one repository. */
export interface Holder {
  /** As comments name their author, such as `github-actions[bot]`. */
  readonly login: string;
  readonly permission: 'write' | 'read' | 'none';
  /** Whether GraphQL tells the token whose it is. */
  readonly knowsItself?: boolean;
}

/** A comment on a pull request. */
export interface SimulatedComment {
  readonly id: number;
  /** The pull request. */
  readonly number: number;
  readonly author: string;
  body: string;
}

/** A request as it arrived. */
export interface GitHubRequest {
  readonly method: string;
  /** With the base path, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
  status?: number;
}

/** What happens once, instead of the next matching request's answer or just before it. */
export interface Incident {
  readonly method: string;
  /** The answer; the request is carried out when absent. */
  readonly answer?: Answer;
  /** Runs before the request is answered: what somebody else does meanwhile. */
  readonly meanwhile?: () => void;
  /** Never answers. */
  readonly stalls?: boolean;
}

/** How to start a simulator. */
export interface GitHubOptions {
  /** The holders by token. All other tokens get a 401. */
  readonly tokens: Readonly<Record<string, Holder>>;
  /** `owner/repo` of the one repository. */
  readonly repository: string;
  /** `/api/v3` on GitHub Enterprise Server, empty on github.com and ghe.com. */
  readonly basePath?: '' | '/api/v3';
}

/** A running GitHub look-alike for the comments of pull requests. */
export interface GitHubSimulator extends AsyncDisposable {
  /** The value of `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** All comments in order of creation. */
  readonly comments: readonly SimulatedComment[];
  /** All requests in order of arrival. */
  readonly requests: readonly GitHubRequest[];
  /** Adds a comment as if it had been written on the site. */
  addComment(comment: Omit<SimulatedComment, 'id'>): SimulatedComment;
  /** Deletes a comment as if it had been done on the site. */
  deleteComment(id: number): void;
  /** Makes something happen at a request to come. */
  inject(incident: Incident): void;
  /** Forgets all comments, requests and incidents. */
  reset(): void;
  /** Stops at once. */
  close(): Promise<void>;
}

/** Starts a simulator on a free port of 127.0.0.1; resolves when it listens. */
export async function startGitHub(options: GitHubOptions): Promise<GitHubSimulator> {
  const basePath = options.basePath ?? '';
  const comments: SimulatedComment[] = [];
  const requests: GitHubRequest[] = [];
  const incidents: Incident[] = [];
  let ids = 0;

  function addComment(comment: Omit<SimulatedComment, 'id'>): SimulatedComment {
    ids += 1;
    const added = { id: ids, ...comment };
    comments.push(added);
    return added;
  }

  function deleteComment(id: number): void {
    comments.splice(0, comments.length, ...comments.filter((comment) => comment.id !== id));
  }

  function carryOut(request: GitHubRequest): Answer {
    const holder = options.tokens[request.authorization?.replace(/^(?:token|bearer) /i, '') ?? ''];
    if (holder === undefined) {
      return refuse(401, 'Bad credentials');
    }
    // GraphQL's path does not stand below REST's: https://docs.github.com/enterprise-server/graphql
    if (request.path === (basePath === '' ? '/graphql' : '/api/graphql')) {
      return answerViewer(request, holder);
    }
    const path = request.path.startsWith(basePath) ? request.path.slice(basePath.length) : '';
    const asked: Asked = { ...request, path, holder, apiUrl, repository: options.repository };
    return commentOperations(asked, { comments, addComment });
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/', search = ''] = (message.url ?? '/').split('?', 2);
    const request: GitHubRequest = {
      method: message.method ?? 'GET',
      path,
      query: new URLSearchParams(search),
      authorization: message.headers.authorization,
      body: await text(message),
    };
    requests.push(request);
    const at = incidents.findIndex(({ method }) => method === request.method);
    const [incident] = at < 0 ? [] : incidents.splice(at, 1);
    incident?.meanwhile?.();
    if (incident?.stalls) {
      return;
    }
    const { status, headers = {}, body } = incident?.answer ?? carryOut(request);
    request.status = status;
    const isText = typeof body === 'string';
    response.writeHead(status, {
      'Content-Type': isText ? 'text/html' : 'application/json; charset=utf-8',
      ...headers,
    });
    response.end(isText ? body : JSON.stringify(body));
  }

  const server = createServer((message, response) => {
    serve(message, response).catch(() => message.socket.destroy());
  });
  const apiUrl = `http://127.0.0.1:${await listen(server)}${basePath}`;

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeAllConnections();
    await closed;
  }

  return {
    apiUrl,
    comments,
    requests,
    addComment,
    deleteComment,
    inject: (incident) => incidents.push(incident),
    reset() {
      for (const list of [comments, requests, incidents]) {
        list.length = 0;
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function answerViewer(request: GitHubRequest, holder: Holder): Answer {
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

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The simulator does not listen on a TCP port');
  }
  return address.port;
}
