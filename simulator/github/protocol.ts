/** Who a token belongs to, and what it may do in the repository. */
export interface Holder {
  /** The author name on comments, such as `github-actions[bot]`. */
  readonly login: string;
  readonly permission: 'write' | 'read' | 'none';
  /** Whether GraphQL tells the token whom it belongs to. */
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

/** A request as received. */
export interface GitHubRequest {
  readonly method: string;
  /** With the base path, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
  /** The HTTP version of the request: `1.1`, or `2.0` where TLS negotiated `h2`. */
  readonly httpVersion: string;
  /** The response status; absent when there was no response. */
  status?: number;
}

/** A response. A string `body` is sent as HTML, like the page of a proxy. */
export interface GitHubResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A request with a known token; its path is without the base path. */
export interface AuthorizedRequest extends GitHubRequest {
  readonly holder: Holder;
  readonly apiUrl: string;
  readonly repository: string;
}

/** The comments that the operations work on. */
export interface CommentStore {
  /** All comments, in order of creation. */
  readonly comments: readonly SimulatedComment[];
  /** The comments that a list currently shows: a list may lag behind. */
  listComments(): readonly SimulatedComment[];
  addComment(comment: Omit<SimulatedComment, 'id'>): SimulatedComment;
  deleteComment(id: number): void;
}

/** A fault: what happens to matching requests instead of, or just before, the usual response. */
export interface GitHubFault {
  readonly method: string;
  /** Restricts the fault to matching paths. */
  readonly path?: RegExp;
  /** How many requests it affects; defaults to one. */
  readonly times?: number;
  /** The response. When absent, the request is processed. */
  readonly answer?: GitHubResponse;
  /** Processes the request first, then sends `answer` or breaks the connection. */
  readonly isProcessed?: boolean;
  /**
   * Runs before the request is answered, to simulate what others do in the meantime. The request
   * waits for it.
   */
  readonly meanwhile?: () => void | Promise<void>;
  /** Never responds. */
  readonly stalls?: boolean;
  /** Breaks the connection instead of responding. */
  readonly resets?: boolean;
}
