import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { describe, expect, test } from 'vitest';
import { type ExchangeObserver, openTransport } from '../../../src/launchdarkly/transport.ts';
import { Secrets } from '../../../src/secrets.ts';
import { ACTION_NAME, VERSION } from '../../../src/version.ts';

const TOKEN = 'api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7';
const NO_PROXIES = { httpProxy: '', httpsProxy: '', noProxy: '' };
const request = { method: 'GET', path: '/api/v2/x' } as const;

function readPort(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : Number.NaN;
}

/** A server with the given behaviour, and a transport for it. */
async function open(listener: RequestListener, options: { attemptTimeoutMs?: number } = {}) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const masked: string[] = [];
  const seen: Parameters<ExchangeObserver>[0][] = [];
  const transport = openTransport({
    origin: `http://127.0.0.1:${readPort(server)}`,
    token: TOKEN,
    proxies: NO_PROXIES,
    secrets: new Secrets((value) => masked.push(value)),
    observe: (exchange) => seen.push(exchange),
    ...options,
  });
  const controller = new AbortController();
  return {
    transport,
    masked,
    seen,
    controller,
    send: () => transport.send(request, controller.signal),
    async [Symbol.asyncDispose]() {
      await transport.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

test('a request names the action, the beta API and what it accepts, and has no body unless one is sent', async () => {
  const received: IncomingMessage[] = [];
  await using server = await open((incoming, response) => {
    received.push(incoming);
    response.end('{}');
  });
  await server.send();
  await server.transport.send(
    { ...request, method: 'POST', body: { a: 1 } },
    server.controller.signal,
  );
  expect(received.map(({ headers }) => headers)).toMatchObject([
    {
      authorization: TOKEN,
      'ld-api-version': 'beta',
      'user-agent': `${ACTION_NAME}/${VERSION}`,
      accept: 'application/json',
    },
    { 'content-type': 'application/json', 'content-length': '7' },
  ]);
  expect(received[0]?.headers).not.toHaveProperty('content-type');
});

test('a transport that was closed sends nothing', async () => {
  await using server = await open((_request, response) => response.end('{}'));
  await server.transport.close();
  expect(await server.send()).toMatchObject({ kind: 'no-response', mayHaveBeenProcessed: false });
});

describe('response bodies', () => {
  test('a JSON body is returned as text and as JSON', async () => {
    await using server = await open((_request, response) => response.end('{"a":[1]}'));
    expect(await server.send()).toMatchObject({
      kind: 'response',
      status: 200,
      body: { kind: 'json', text: '{"a":[1]}', json: { a: [1] } },
    });
  });

  test.each(['', '<p>', '{"a":'])(
    'a body that is not JSON is returned as text: %j',
    async (text) => {
      await using server = await open((_request, response) => response.end(text));
      expect(await server.send()).toMatchObject({ body: { kind: 'text', text } });
    },
  );

  test('masks the secrets of a body before returning it', async () => {
    const key = 'sdk-1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b';
    await using server = await open((_request, response) => response.end(`{"x":"${key}"}`));
    await server.send();
    expect(server.masked).toEqual([key]);
  });

  test('does not hand on a body with more secrets than can be redacted', async () => {
    const items = Array.from({ length: 1_001 }, (_, number) => ({
      token: `a-secret-${String(number).padStart(12, '0')}`,
    }));
    await using server = await open((_request, response) => response.end(JSON.stringify(items)));
    expect(await server.send()).toMatchObject({
      body: { kind: 'unreadable', why: 'it holds more secrets than can be redacted' },
    });
  });

  test('cuts off an endless body at four MiB', async () => {
    await using server = await open((_request, response) => {
      const pour = () => {
        while (response.write('x'.repeat(65_536))) {
          // For as long as the other end reads.
        }
      };
      response.on('drain', pour);
      pour();
    });
    expect(await server.send()).toMatchObject({
      body: { kind: 'unreadable', why: 'it is longer than 4194304 bytes' },
    });
  });

  test('does not trust a truncated body', async () => {
    await using server = await open((_request, response) => {
      response.writeHead(201, { 'Content-Length': '100' });
      response.write('{"key":"k"}', () => response.destroy());
    });
    expect(await server.send()).toMatchObject({
      status: 201,
      body: { kind: 'unreadable', why: expect.stringMatching(/^it broke off \([A-Z_]+\)$/) },
    });
  });
});

test('header names are lower case, and repeated headers are joined', async () => {
  await using server = await open((_request, response) => {
    response.setHeader('X-Two', ['a', 'b']).setHeader('Retry-After', '3').end();
  });
  const exchange = await server.send();
  expect(exchange).toMatchObject({ headers: { 'x-two': 'a, b', 'retry-after': '3' } });
});

describe('timeouts', () => {
  test('the attempt timeout also applies to a response that drips', async () => {
    const drip: RequestListener = (_request, response) => {
      response.write(' ');
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    };
    await using server = await open(drip, { attemptTimeoutMs: 200 });
    expect(await server.send()).toMatchObject({ body: { kind: 'unreadable' } });
  });

  test('an attempt without a response fails with ATTEMPT_TIMEOUT and may have been processed', async () => {
    await using server = await open(() => {}, { attemptTimeoutMs: 100 });
    expect(await server.send()).toMatchObject({
      kind: 'no-response',
      mayHaveBeenProcessed: true,
      code: 'ATTEMPT_TIMEOUT',
    });
  });

  test('a request aborted by the run fails with ABORTED and may have been processed', async () => {
    await using server = await open(() => server.controller.abort());
    expect(await server.send()).toMatchObject({
      kind: 'no-response',
      mayHaveBeenProcessed: true,
      code: 'ABORTED',
    });
  });

  test('a run that is already aborted sends nothing', async () => {
    await using server = await open((_request, response) => response.end());
    server.controller.abort();
    expect(await server.send()).toMatchObject({ kind: 'no-response', code: 'ABORTED' });
    expect(server.seen).toEqual([]);
  });
});

/** Sends one request through a new transport. */
async function sendTo(
  origin: string,
  options: { readonly token?: string; readonly httpsProxy?: string } = {},
) {
  const transport = openTransport({
    origin,
    token: options.token ?? TOKEN,
    proxies: { ...NO_PROXIES, httpsProxy: options.httpsProxy ?? '' },
    secrets: new Secrets(() => {}),
    observe: () => {},
  });
  const exchange = await transport.send(request, new AbortController().signal);
  await transport.close();
  return exchange;
}

describe('failed requests', () => {
  test.each(['http://127.0.0.1:1', 'http://localhost:1'])(
    'a request to %s, where nothing listens, was not sent',
    async (origin) => {
      const exchange = await sendTo(origin);
      expect(exchange).toMatchObject({
        kind: 'no-response',
        mayHaveBeenProcessed: false,
        code: 'ECONNREFUSED',
      });
    },
  );

  test('a request to a host that does not exist was not sent', async () => {
    const exchange = await sendTo('https://no-such-host.invalid');
    const code = expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/);
    expect(exchange).toMatchObject({ kind: 'no-response', mayHaveBeenProcessed: false, code });
  });

  test.each([403, 407, 502])(
    'a request to which the proxy answers %i was not sent',
    async (status) => {
      const proxy = createServer().listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      proxy.on('connect', (_request, socket) => {
        socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      });
      const exchange = await sendTo('https://app.launchdarkly.com', {
        httpsProxy: `http://127.0.0.1:${readPort(proxy)}`,
      });
      proxy.close();
      const code = `PROXY_REFUSED_${status}`;
      expect(exchange).toMatchObject({ kind: 'no-response', mayHaveBeenProcessed: false, code });
    },
  );

  test('a request whose connection closes after it was sent may have been processed', async () => {
    await using server = await open((message) => message.socket.destroy());
    expect(await server.send()).toMatchObject({
      kind: 'no-response',
      mayHaveBeenProcessed: true,
      code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/),
    });
  });

  test('a token with a line break is not sent and does not appear in the error', async () => {
    const exchange = await sendTo('http://127.0.0.1:1', { token: `${TOKEN}\r\nX-Injected: yes` });
    expect(exchange).toMatchObject({ kind: 'no-response', code: 'UND_ERR_INVALID_ARG' });
    expect(JSON.stringify(exchange)).not.toContain(TOKEN);
  });
});

test('reports each attempt to the observer, counting from one', async () => {
  await using server = await open((_request, response) => response.end('{}'));
  await server.send();
  await server.send();
  expect(server.seen.map(({ attempt, request: { path } }) => [attempt, path])).toEqual([
    [1, '/api/v2/x'],
    [2, '/api/v2/x'],
  ]);
});
