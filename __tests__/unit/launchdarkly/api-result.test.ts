import { describe, expect, test } from 'vitest';
import type { NoResponse } from '../../../src/http/http-client.ts';
import { type Expectation, readApiResult } from '../../../src/launchdarkly/api-result.ts';
import type { Exchange, ResponseBody } from '../../../src/launchdarkly/transport.ts';

const STARTED_AT = 1_769_860_800_000;
const RECEIVED_AT = STARTED_AT + 250;

const created: Expectation<string> = {
  status: 201,
  parse: (json) => (typeof json === 'string' ? json : undefined),
};

function respond(
  status: number,
  body: ResponseBody = { kind: 'text', text: '' },
  headers: Readonly<Record<string, string>> = {},
): Exchange {
  return {
    kind: 'response',
    status,
    headers,
    body,
    startedAt: STARTED_AT,
    receivedAt: RECEIVED_AT,
  };
}

const json = (value: unknown): ResponseBody => ({
  kind: 'json',
  text: JSON.stringify(value),
  json: value,
});

function break_(code: string, sent: boolean): NoResponse {
  const cause = new Error('socket closed');
  return {
    kind: 'no-response',
    mayHaveBeenProcessed: sent,
    code,
    cause,
    startedAt: STARTED_AT,
    receivedAt: RECEIVED_AT,
  };
}

test('the expected status with the expected body is ok', () => {
  expect(readApiResult(respond(201, json('made')), created)).toEqual({
    heldMs: 0,
    kind: 'ok',
    value: 'made',
    startedAt: STARTED_AT,
    receivedAt: RECEIVED_AT,
    serverClock: undefined,
    retryAfterMs: undefined,
  });
});

describe('4xx responses', () => {
  test.each([400, 401, 403, 404, 405, 409, 413, 418, 422, 429, 451, 499])(
    'a %i is rejected, whatever its body says',
    (status) => {
      const body = json({ code: 'ok', message: 'Created!', key: 'k' });
      expect(readApiResult(respond(status, body), created)).toMatchObject({
        kind: 'rejected',
        error: { status, code: 'ok', message: 'Created!', errors: [] },
      });
    },
  );

  test('a 4xx is rejected even with an empty, plain-text or truncated body', () => {
    const texts = [
      { kind: 'text', text: '' },
      { kind: 'text', text: 'Forbidden' },
      { kind: 'unreadable', why: 'it broke off' },
    ] as const;
    const refusals = texts.map((body) => readApiResult(respond(403, body), created));
    expect(refusals).toMatchObject([
      { kind: 'rejected', error: { text: '' } },
      { kind: 'rejected', error: { text: 'Forbidden' } },
      { kind: 'rejected', error: { text: '', unreadable: 'it broke off' } },
    ]);
  });
});

describe('indeterminate responses', () => {
  test.each<[number, ResponseBody, string, string]>([
    [500, json({ message: 'Upset.' }), 'server-error', 'answered 500'],
    [599, { kind: 'text', text: '' }, 'server-error', 'answered 599'],
    [408, { kind: 'text', text: '' }, 'timeout', 'answered 408 (request timeout)'],
    [200, json('made'), 'unexpected-response', 'answered 200 where 201 was expected'],
    [204, { kind: 'text', text: '' }, 'unexpected-response', 'answered 204 where 201 was expected'],
    [201, json(1), 'unexpected-response', 'answered 201 with an unexpected body'],
    [201, { kind: 'text', text: '' }, 'unexpected-response', 'answered 201 with an empty body'],
    [
      201,
      { kind: 'text', text: '<' },
      'unexpected-response',
      'answered 201 with a body that is not JSON',
    ],
    [
      201,
      { kind: 'unreadable', why: 'it broke off (UND_ERR_SOCKET)' },
      'unexpected-response',
      "answered 201 with a body that can't be read: it broke off (UND_ERR_SOCKET)",
    ],
    [600, json('made'), 'unexpected-response', 'answered 600 where 201 was expected'],
  ])(
    'a %i without the expected body or status leaves open whether the request was processed',
    (status, body, code, what) => {
      expect(readApiResult(respond(status, body), created)).toMatchObject({
        kind: 'indeterminate',
        failure: {
          code,
          what,
          mayHaveBeenProcessed: true,
          isRetryable: true,
          causeCode: `HTTP ${status}`,
        },
      });
    },
  );

  test.each([300, 301, 302, 303, 304, 307, 308, 399])(
    'a redirect (%i) is indeterminate and not retryable',
    (status) => {
      const headers = { location: 'https://attacker.example/' };
      const answer = readApiResult(respond(status, undefined, headers), created);
      expect(answer).toMatchObject({
        kind: 'indeterminate',
        failure: {
          code: 'unexpected-response',
          isRetryable: false,
          mayHaveBeenProcessed: true,
          what: `answered ${status}, a redirect, which is never followed`,
        },
      });
      expect(JSON.stringify(answer)).not.toContain('attacker');
    },
  );

  test('keeps the message of a server error', () => {
    expect(readApiResult(respond(500, json({ message: 'Upset.' })), created)).toMatchObject({
      failure: { message: 'Upset.' },
    });
  });
});

describe('requests without a response', () => {
  test.each([
    ['ECONNRESET', true, 'network', false, 'was lost before it responded (ECONNRESET)'],
    ['UND_ERR_SOCKET', true, 'network', false, 'was lost before it responded (UND_ERR_SOCKET)'],
    ['ECONNREFUSED', false, 'network', false, 'could not be reached (ECONNREFUSED)'],
    ['EAI_AGAIN', false, 'network', false, 'could not be reached (EAI_AGAIN)'],
    [
      'UND_ERR_CONNECT_TIMEOUT',
      false,
      'network',
      false,
      'could not be reached (UND_ERR_CONNECT_TIMEOUT)',
    ],
    ['ENOTFOUND', false, 'network', false, 'could not be reached (ENOTFOUND)', 10_000],
    [
      'PROXY_REFUSED_CREDENTIALS',
      false,
      'network',
      true,
      'could not be reached (PROXY_REFUSED_CREDENTIALS)',
      undefined,
    ],
    ['CERT_HAS_EXPIRED', false, 'network', true, 'could not be reached (CERT_HAS_EXPIRED)'],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      false,
      'network',
      true,
      'could not be reached (DEPTH_ZERO_SELF_SIGNED_CERT)',
    ],
    ['PROXY_REFUSED_407', false, 'network', true, 'could not be reached (PROXY_REFUSED_407)'],
    ['PROXY_REFUSED_502', false, 'network', false, 'could not be reached (PROXY_REFUSED_502)'],
    ['ABORTED', true, 'timeout', false, 'did not respond before the time limit'],
    ['ATTEMPT_TIMEOUT', true, 'timeout', false, 'did not answer in time'],
    ['RETRY_AFTER', false, 'server-error', true, 'asked to wait longer than the time limit allows'],
    [
      'HELD',
      false,
      'timeout',
      false,
      'was not asked, because its rate limit did not allow a request within a second',
    ],
    // An error that is permanent before a request is sent leaves its result open afterwards.
    ['EPROTO', true, 'network', false, 'was lost before it responded (EPROTO)'],
  ])(
    '%s without a response, sent: %s',
    (causeCode, sent, code, isPermanent, what, retryLimitMs?: number) => {
      const exchange = break_(causeCode, sent);
      expect(readApiResult(exchange, created)).toEqual({
        kind: 'indeterminate',
        failure: {
          code,
          mayHaveBeenProcessed: sent,
          isRetryable: !isPermanent,
          retryLimitMs,
          what,
          causeCode,
          cause: new Error('socket closed'),
        },
        startedAt: STARTED_AT,
        receivedAt: RECEIVED_AT,
        heldMs: 0,
        serverClock: undefined,
        retryAfterMs: undefined,
      });
    },
  );
});

test('a request that could not be sent through a proxy names the proxy', () => {
  const exchange = { ...break_('ECONNREFUSED', false), proxy: 'proxy.example.com:8080' };
  expect(readApiResult(exchange, created)).toMatchObject({
    failure: {
      what: 'could not be reached through the proxy proxy.example.com:8080 (ECONNREFUSED)',
    },
  });
});

describe('a success without a body', () => {
  const deleted: Expectation<true> = { status: 204, parse: () => true };

  test('is ok when it was expected', () => {
    expect(readApiResult(respond(204), deleted)).toMatchObject({ kind: 'ok', value: true });
  });

  test('is not enough where a body was expected', () => {
    const anything: Expectation<true> = { status: 200, parse: () => true };
    expect(readApiResult(respond(200), anything)).toMatchObject({ kind: 'indeterminate' });
    expect(readApiResult(respond(200, json('x')), anything)).toMatchObject({ kind: 'ok' });
  });
});

describe('server time', () => {
  const date = new Date(RECEIVED_AT + 60_000).toUTCString();

  test("reads the server's time from Date", () => {
    const answer = readApiResult(respond(200, undefined, { date }), created);
    expect(answer.serverClock).toBe(Date.parse(date));
  });

  test.each([
    [429, 30_000],
    [200, undefined],
    [409, undefined],
    [503, undefined],
  ])('reads X-RateLimit headers only from a 429: %i', (status, retryAfterMs) => {
    const headers = { date, 'x-ratelimit-reset': String(Date.parse(date) + 30_000) };
    expect(readApiResult(respond(status, undefined, headers), created).retryAfterMs).toBe(
      retryAfterMs,
    );
  });

  test.each([429, 409, 503])('reads Retry-After from any status: %i', (status) => {
    const headers = { date, 'retry-after': '7' };
    expect(readApiResult(respond(status, undefined, headers), created).retryAfterMs).toBe(7_000);
  });
});
