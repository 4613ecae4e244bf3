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
  /** The version of HTTP that was used: `1.1`, or `2.0` where TLS negotiated `h2`. */
  readonly httpVersion: string;
  /** The status that was answered; absent when there was no answer. */
  status?: number;
}

/** What is sent back; a `body` that is a string goes out as HTML, like the page of a proxy. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A request with a token that is known, its path without the base path. */
export interface AuthorizedRequest extends GitHubRequest {
  readonly holder: Holder;
  readonly apiUrl: string;
  readonly repository: string;
}

/** The comments that the operations work on. */
export interface CommentStore {
  /** All comments, in order of creation. */
  readonly comments: readonly SimulatedComment[];
  /** Those that a list shows at the moment: a list may lag behind. */
  listComments(): readonly SimulatedComment[];
  addComment(comment: Omit<SimulatedComment, 'id'>): SimulatedComment;
  deleteComment(id: number): void;
}

/** What happens to matching requests instead of the usual answer, or just before it. */
export interface Incident {
  readonly method: string;
  /** Restricts the incident to paths that match. */
  readonly path?: RegExp;
  /** How many requests it happens to; once when absent. */
  readonly times?: number;
  /** The answer; the request is carried out when absent. */
  readonly answer?: Answer;
  /** Carries the request out first, and then gives `answer` or breaks the connection. */
  readonly isProcessed?: boolean;
  /** Runs before the request is answered: what somebody else does meanwhile. The request waits for it. */
  readonly meanwhile?: () => void | Promise<void>;
  /** Never answers. */
  readonly stalls?: boolean;
  /** Breaks the connection instead of answering. */
  readonly resets?: boolean;
}
