import { describe, expect, test } from 'vitest';
import type {
  HttpClient,
  HttpExchange,
  HttpRequest,
  HttpResponse,
  NoResponse,
} from '../../../src/http/http-client.ts';
import { createGitHubFetch, GitHubRequestError } from '../../../src/report/github-fetch.ts';
import { Secrets } from '../../../src/secrets.ts';

const ORIGIN = 'https://api.github.com';
const URL_OF_COMMENTS = `${ORIGIN}/repos/octo-org/shop/issues/7/comments?page=2`;
const PATH = '/repos/octo-org/shop/issues/7/comments';

const answer = (status: number, parts: Partial<HttpResponse> = {}): HttpResponse => ({
  kind: 'response',
  status,
  headers: {},
  body: { kind: 'text', text: '{}' },
  startedAt: 1_000,
  receivedAt: 1_250,
  ...parts,
});

const noAnswer = (code: string, mayHaveBeenProcessed: boolean, parts = {}): NoResponse => ({
  kind: 'no-response',
  code,
  mayHaveBeenProcessed,
  cause: undefined,
  startedAt: 1_000,
  receivedAt: 1_250,
  ...parts,
});

const unreadable = { kind: 'unreadable', why: 'it broke off' } as const;

interface Fetched {
  /** Of the response; undefined after an error. */
  readonly status: number | undefined;
  readonly error: unknown;
  readonly sent: readonly HttpRequest[];
  readonly waits: readonly string[];
  readonly seen: readonly unknown[];
  readonly response: Response | undefined;
}

/** Fetches once from a server that answers as scripted; its last answer repeats. */
async function fetchOnce(
  exchanges: readonly HttpExchange[],
  {
    method = 'GET',
    url = URL_OF_COMMENTS,
    body,
    remainingMs = 20_000,
    abortedDuring,
  }: {
    readonly method?: string | undefined;
    readonly url?: string;
    readonly body?: unknown;
    readonly remainingMs?: number;
    /** Aborts while the request, or the wait, with this number goes on; both are counted together. */
    readonly abortedDuring?: number;
  } = {},
): Promise<Fetched> {
  const controller = new AbortController();
  const sent: HttpRequest[] = [];
  const waits: string[] = [];
  const seen: unknown[] = [];
  let leftMs = remainingMs;
  const pass = () => {
    if (sent.length + waits.length === abortedDuring) {
      controller.abort();
    }
  };
  const client: HttpClient = {
    async send(request) {
      sent.push(request);
      leftMs -= 250;
      pass();
      const exchange = exchanges[sent.length - 1] ?? exchanges.at(-1);
      if (exchange === undefined) {
        throw new Error('nothing is scripted');
      }
      return exchange;
    },
    close: async () => {},
  };
  const fetch = createGitHubFetch({
    origin: ORIGIN,
    client,
    secrets: new Secrets(() => {}),
    signal: controller.signal,
    remainingMs: () => leftMs,
    sleep: async (ms) => {
      leftMs -= ms;
      pass();
    },
    random: () => 0.5,
    observe: (attempt) => seen.push(attempt),
    announceWait: ({ ms, why }) => waits.push(`${ms}: ${why}`),
  });
  try {
    const response = await fetch(url, { method, body, headers: { authorization: 'token x' } });
    return { status: response.status, error: undefined, sent, waits, seen, response };
  } catch (error) {
    return { status: undefined, error, sent, waits, seen, response: undefined };
  }
}

describe('a request to GitHub', () => {
  test('is sent with its method, path, query, headers and body, and observed without the query', async () => {
    const { status, sent, waits, seen } = await fetchOnce([answer(201)], {
      method: 'POST',
      body: '{"body":"Hello"}',
    });
    expect(status).toBe(201);
    expect(sent).toEqual([
      {
        method: 'POST',
        path: `${PATH}?page=2`,
        headers: { authorization: 'token x' },
        body: '{"body":"Hello"}',
      },
    ]);
    expect(waits).toEqual([]);
    expect(seen).toEqual([{ method: 'POST', path: PATH, result: 201, elapsedMs: 250 }]);
  });

  test('is a GET without a body unless it says something else', async () => {
    const { sent } = await fetchOnce([answer(200)], { method: undefined, body: { a: 1 } });
    expect(sent).toMatchObject([{ method: 'GET', body: undefined }]);
  });

  test('to another host is refused and not sent', async () => {
    const { error, sent } = await fetchOnce([answer(200)], { url: 'https://attacker.example/' });
    expect(error).toBeInstanceOf(GitHubRequestError);
    expect(error).toMatchObject({
      name: 'GitHubRequestError',
      message: 'The request was not for the GitHub API.',
      mayHaveBeenProcessed: false,
    });
    expect(sent).toEqual([]);
  });

  test('with a method that nothing here uses is refused and not sent', async () => {
    const { error, sent } = await fetchOnce([answer(200)], { method: 'TRACE' });
    expect(error).toMatchObject({
      message: 'The method TRACE is not supported.',
      mayHaveBeenProcessed: false,
    });
    expect(sent).toEqual([]);
  });
});

describe("GitHub's response", () => {
  test('is handed on with the two headers that octokit reads', async () => {
    const headers = { 'content-type': 'application/json', link: '<x>', 'set-cookie': 'a=b' };
    const { response } = await fetchOnce([answer(200, { headers })]);
    expect([...(response?.headers ?? [])]).toEqual([
      ['content-type', 'application/json'],
      ['link', '<x>'],
    ]);
    expect(await response?.text()).toBe('{}');
  });

  test('is handed on without the headers that it does not have', async () => {
    const { response } = await fetchOnce([answer(200, { headers: { link: '<x>' } })]);
    expect(response?.headers.has('link')).toBe(true);
    expect(response?.headers.get('content-type')).not.toBe('undefined');
  });

  test.each([204, 205])('of %i is handed on without a body', async (status) => {
    const { response } = await fetchOnce([answer(status, { body: { kind: 'text', text: '' } })]);
    expect(response?.body).toBeNull();
  });

  test.each([200, 201, 400, 401, 404, 422, 599])('of %i is handed on at once', async (status) => {
    const { status: handedOn, waits } = await fetchOnce([answer(status)]);
    expect(handedOn).toBe(status);
    expect(waits).toEqual([]);
  });

  test.each([
    ['INVALID_HTTP', 'GitHub answered with something that is not valid HTTP. Check that'],
    ['UND_ERR_HEADERS_OVERFLOW', 'GitHub answered with more than 16 KiB of headers. Check that'],
  ])('that can not be read as HTTP is told as what it is: %s', async (code, message) => {
    const { error } = await fetchOnce([noAnswer(code, true)], { method: 'POST' });
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
  });

  test.each([300, 301, 307, 399])(
    'of %i is an error, because a redirect is not followed',
    async (status) => {
      const { error, sent } = await fetchOnce([answer(status)]);
      expect(error).toMatchObject({
        message: expect.stringContaining(
          `GitHub answered ${status}, and a redirect is not followed. If the repository was renamed`,
        ),
        mayHaveBeenProcessed: false,
      });
      expect(sent).toHaveLength(1);
    },
  );

  test.each([199, 600])('of %i is an error, because it is no status', async (status) => {
    const { error } = await fetchOnce([answer(status)]);
    expect(error).toMatchObject({
      message: `GitHub answered ${status}, which is not a valid HTTP status.`,
      mayHaveBeenProcessed: true,
    });
  });
});

describe('trouble that may pass', () => {
  test.each([408, 500, 502, 503, 504])('a %i is waited for, and asked again', async (status) => {
    const { status: last, sent, waits } = await fetchOnce([answer(status), answer(200)]);
    expect(last).toBe(200);
    expect(sent).toHaveLength(2);
    expect(waits).toEqual([`250: GitHub answered ${status}`]);
  });

  test('is waited for as long as GitHub asks', async () => {
    const headers = { 'retry-after': '3' };
    const { waits } = await fetchOnce([answer(503, { headers }), answer(200)]);
    expect(waits).toEqual(['3250: GitHub answered 503']);
  });

  test('is waited for longer each time', async () => {
    const { status, waits } = await fetchOnce([answer(502), answer(502), answer(502), answer(200)]);
    expect(status).toBe(200);
    expect(waits.map((wait) => Number.parseInt(wait, 10))).toEqual([250, 500, 1_000]);
  });

  test('is handed on when there is no time left', async () => {
    const { status, sent, waits } = await fetchOnce([answer(502)], { remainingMs: 600 });
    expect(status).toBe(502);
    expect(sent).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  test.each([
    ['a lost answer', noAnswer('ECONNRESET', true), 'GitHub gave no answer (ECONNRESET)'],
    ['no connection', noAnswer('ECONNREFUSED', false), 'GitHub gave no answer (ECONNREFUSED)'],
    ['an unreadable answer', answer(200, { body: unreadable }), 'GitHub answered 200'],
  ])('%s is asked again', async (_what, exchange, why) => {
    const { status, waits } = await fetchOnce([exchange, answer(200)]);
    expect(status).toBe(200);
    expect(waits).toEqual([`250: ${why}`]);
  });

  test.each([
    [1, 1, []],
    [2, 1, ['250: GitHub answered 502']],
  ])(
    'is not waited for once the run is cancelled, in step %i',
    async (abortedDuring, count, announced) => {
      const { status, sent, waits } = await fetchOnce([answer(502)], { abortedDuring });
      expect(status).toBe(502);
      expect(sent).toHaveLength(count);
      expect(waits).toEqual(announced);
    },
  );
});

describe('a request that creates something', () => {
  const post = { method: 'POST' };

  test.each([502, 408])('is not sent again after a %i', async (status) => {
    const { status: handedOn, sent } = await fetchOnce([answer(status)], post);
    expect(handedOn).toBe(status);
    expect(sent).toHaveLength(1);
  });

  test('is not sent again after a lost answer', async () => {
    const { error, sent } = await fetchOnce([noAnswer('ECONNRESET', true)], post);
    expect(error).toMatchObject({
      message: 'GitHub could not be reached (ECONNRESET).',
      mayHaveBeenProcessed: true,
    });
    expect(sent).toHaveLength(1);
  });

  test('is not sent again after an answer that breaks off', async () => {
    const { error, sent } = await fetchOnce([answer(201, { body: unreadable })], post);
    expect(error).toMatchObject({
      message: "GitHub answered 201, but the answer can't be read: it broke off.",
      mayHaveBeenProcessed: true,
    });
    expect(sent).toHaveLength(1);
  });

  test('is sent again when it certainly was not sent before', async () => {
    const { status, sent } = await fetchOnce([noAnswer('ECONNREFUSED', false), answer(201)], post);
    expect(status).toBe(201);
    expect(sent).toHaveLength(2);
  });

  test('is sent again when it is a query of GraphQL', async () => {
    // The API of GitHub Enterprise Server has a path in front.
    const query = { ...post, url: `${ORIGIN}/api/graphql` };
    const { status, sent } = await fetchOnce([answer(502), answer(200)], query);
    expect(status).toBe(200);
    expect(sent).toHaveLength(2);
  });
});

describe('failures that stay', () => {
  test.each([
    [
      'an untrusted certificate',
      noAnswer('CERT_HAS_EXPIRED', false),
      'is not trusted (CERT_HAS_EXPIRED)',
    ],
    ['a cancelled request', noAnswer('ABORTED', true), 'GitHub could not be reached (ABORTED).'],
  ])('%s is not tried again', async (_what, exchange, words) => {
    const { error, sent } = await fetchOnce([exchange]);
    expect(error).toMatchObject({ message: expect.stringContaining(words) });
    expect(sent).toHaveLength(1);
  });

  test('an unreadable answer is reported when there is no time left', async () => {
    const { error } = await fetchOnce([answer(200, { body: unreadable })], { remainingMs: 600 });
    expect(error).toMatchObject({
      message: "GitHub answered 200, but the answer can't be read: it broke off.",
      mayHaveBeenProcessed: true,
    });
  });

  test('no answer is reported with its cause and the way when there is no time left', async () => {
    const cause = new Error('refused');
    const exchange = noAnswer('ECONNREFUSED', false, { cause, proxy: 'proxy.example.com:8080' });
    const { error } = await fetchOnce([exchange], { remainingMs: 600 });
    expect(error).toMatchObject({
      message:
        'GitHub could not be reached through the proxy proxy.example.com:8080 (ECONNREFUSED). The proxy of HTTPS_PROXY could not be reached (ECONNREFUSED). Check its address, or list api.github.com in NO_PROXY.',
      mayHaveBeenProcessed: false,
      cause,
    });
  });

  test('a host that nobody knows is reported with the setting that names it', async () => {
    const exchange = noAnswer('ENOTFOUND', false, { isDirect: true });
    const { error } = await fetchOnce([exchange], { remainingMs: 600 });
    expect(error).toMatchObject({ message: expect.stringContaining('GITHUB_API_URL') });
  });

  test.each([
    [new Error('Invalid URL'), 'The proxy on the way to GitHub is not valid: Invalid URL.'],
    [undefined, 'The proxy on the way to GitHub is not valid.'],
  ])('a proxy that is not valid is reported with the reason: %s', async (cause, message) => {
    const exchange = noAnswer('PROXY_NOT_VALID', false, { cause });
    const { error } = await fetchOnce([exchange], { remainingMs: 600 });
    expect(error).toMatchObject({ message });
  });

  test('a rate limit is waited for, also by a request that creates something', async () => {
    const limited = answer(403, { headers: { 'retry-after': '2' } });
    const { status, waits } = await fetchOnce([limited, answer(201)], { method: 'POST' });
    expect(status).toBe(201);
    expect(waits).toEqual(['2250: GitHub answered 403']);
  });

  test('a rate limit that outlasts the time is reported', async () => {
    const limited = answer(429, { headers: { 'retry-after': '60' } });
    const { error, sent } = await fetchOnce([limited]);
    expect(error).toMatchObject({
      message:
        'GitHub answered 429: its rate limit lasts another 60 s, longer than a comment may take.',
      mayHaveBeenProcessed: false,
    });
    expect(sent).toHaveLength(1);
  });
});
