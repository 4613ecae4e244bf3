import { getEventListeners, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  findUnusedPort,
  listen,
  shutDown,
  trackSockets,
} from '../../../simulator/network/loopback.ts';
import { startConnectProxy } from '../../../simulator/network/proxy.ts';
import { type HttpRequest, openHttpClient } from '../../../src/http/http-client.ts';

const NO_PROXIES = { httpProxy: '', httpsProxy: '', noProxy: '' };
const NEVER = new AbortController().signal;

function get(path: string): HttpRequest {
  return { method: 'GET', path, headers: {} };
}

type Limits = { readonly connectTimeoutMs?: number; readonly attemptTimeoutMs?: number };

/** A server with the given behaviour, and a client for it. */
async function open(listener: RequestListener, limits: Limits = {}) {
  const server = createServer(listener);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listen(server);
  const client = openHttpClient({
    origin: `http://127.0.0.1:${port}`,
    proxies: NO_PROXIES,
    ...limits,
  });
  return {
    client,
    sockets,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await shutDown(server, sockets);
    },
  };
}

describe('concurrent requests', () => {
  test('a request that times out leaves a concurrent request and its socket alone', async () => {
    const released = Promise.withResolvers<void>();
    const listener: RequestListener = (request, response) => {
      if (request.url === '/patient') {
        released.promise.then(
          () => response.end('patient'),
          () => {},
        );
      }
    };
    await using server = await open(listener);
    const abort = new AbortController();
    const patient = server.client.send(get('/patient'), NEVER);
    const hasty = server.client.send(get('/hasty'), abort.signal);
    await expect.poll(() => server.sockets.size).toBe(2);
    abort.abort(new Error('enough'));
    expect(await hasty).toMatchObject({ code: 'ABORTED', mayHaveBeenProcessed: true });
    await expect.poll(() => server.sockets.size).toBe(1);
    released.resolve();
    expect(await patient).toMatchObject({ status: 200, body: { text: 'patient' } });
    // The remaining connection serves the next request.
    expect(await server.client.send(get('/patient'), NEVER)).toMatchObject({ status: 200 });
    expect(server.connections).toBe(2);
  });

  test('a request aborted while its tunnel opens counts as never sent, and a concurrent request continues', async () => {
    const tunnels: Socket[] = [];
    const proxy = createTcpServer((socket) => {
      tunnels.push(socket);
      socket.on('error', () => {}).resume();
    });
    const port = await listen(proxy);
    const client = openHttpClient({
      origin: 'https://app.launchdarkly.com',
      proxies: { ...NO_PROXIES, httpsProxy: `http://127.0.0.1:${port}` },
    });
    const first = new AbortController();
    const second = new AbortController();
    const aborted = client.send(get('/first'), first.signal);
    await expect.poll(() => tunnels.length).toBe(1);
    const other = client.send(get('/second'), second.signal);
    await expect.poll(() => tunnels.length).toBe(2);
    first.abort();
    expect(await aborted).toMatchObject({ code: 'ABORTED', mayHaveBeenProcessed: false });
    await expect.poll(() => tunnels[0]?.readableEnded || tunnels[0]?.destroyed).toBe(true);
    expect(tunnels[1]?.destroyed).toBe(false);
    second.abort();
    expect(await other).toMatchObject({ code: 'ABORTED', mayHaveBeenProcessed: false });
    await client.close();
    await shutDown(proxy, tunnels);
  });

  test('a request aborted during the TLS handshake counts as never sent', async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
    });
    const origin = `https://127.0.0.1:${await listen(server)}`;
    const client = openHttpClient({ origin, proxies: NO_PROXIES });
    const abort = new AbortController();
    const exchange = client.send(get('/'), abort.signal);
    await expect.poll(() => sockets.length).toBe(1);
    abort.abort();
    expect(await exchange).toMatchObject({ code: 'ABORTED', mayHaveBeenProcessed: false });
    await client.close();
    await shutDown(server, sockets);
  });
});

describe('timeouts', () => {
  test('a request that times out while waiting for the response may have been processed', async () => {
    await using server = await open(() => {}, { attemptTimeoutMs: 50 });
    const exchange = await server.client.send(get('/'), NEVER);
    expect(exchange).toMatchObject({ code: 'ATTEMPT_TIMEOUT', mayHaveBeenProcessed: true });
  });

  test('a response body that drips past the timeout is unreadable', async () => {
    const drip: RequestListener = (_request, response) => {
      const timer = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(timer));
    };
    await using server = await open(drip, { attemptTimeoutMs: 300 });
    expect(await server.client.send(get('/'), NEVER)).toMatchObject({
      body: { kind: 'unreadable', why: 'it broke off (ATTEMPT_TIMEOUT)' },
    });
  });

  test('a proxy that never responds is reported as unreachable', async () => {
    const sockets: Socket[] = [];
    const proxy = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
    });
    const client = openHttpClient({
      origin: 'https://app.launchdarkly.com',
      proxies: { ...NO_PROXIES, httpsProxy: `127.0.0.1:${await listen(proxy)}` },
      connectTimeoutMs: 100,
    });
    const exchange = await client.send(get('/'), NEVER);
    expect(exchange).toMatchObject({
      code: 'UND_ERR_HEADERS_TIMEOUT',
      mayHaveBeenProcessed: false,
      isDirect: false,
    });
    await client.close();
    await shutDown(proxy, sockets);
  });
});

test('consecutive requests reuse one connection', async () => {
  await using server = await open((_request, response) => response.end('{}'));
  for (const path of ['/1', '/2', '/3']) {
    expect(await server.client.send(get(path), NEVER)).toMatchObject({ status: 200 });
  }
  expect(server.connections).toBe(1);
});

test('a request that cannot be written counts as never sent', async () => {
  await using server = await open((_request, response) => response.end());
  const request = { ...get('/'), headers: { authorization: 'a secret\r\nx: y' } };
  const exchange = await server.client.send(request, NEVER);
  expect(exchange).toMatchObject({ code: 'UND_ERR_INVALID_ARG', mayHaveBeenProcessed: false });
  expect(String(exchange.kind === 'no-response' && exchange.cause)).not.toContain('a secret');
});

test.each([
  [4_194_304, 'text'],
  [4_194_305, 'unreadable'],
])('a body of %i bytes is %s', async (length, kind) => {
  await using server = await open((_request, response) => response.end('x'.repeat(length)));
  expect(await server.client.send(get('/'), NEVER)).toMatchObject({ body: { kind } });
});

test('a redirect is returned as a response and not followed', async () => {
  const paths: (string | undefined)[] = [];
  await using server = await open((request, response) => {
    paths.push(request.url);
    response.writeHead(307, { location: '/other' }).end();
  });
  expect(await server.client.send(get('/'), NEVER)).toMatchObject({
    status: 307,
    headers: { location: '/other' },
  });
  expect(paths).toEqual(['/']);
});

test('rejects a header block of more than 16 KiB', async () => {
  await using server = await open((_request, response) => {
    response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end();
  });
  expect(await server.client.send(get('/'), NEVER)).toMatchObject({
    code: 'UND_ERR_HEADERS_OVERFLOW',
  });
});

test.each([
  'SSH-2.0-OpenSSH_9.9\r\n',
  'HTTP/1.1 abc OK\r\n\r\n',
  'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
])('names an answer that is not valid HTTP: %j', async (answer) => {
  const server = createTcpServer((socket) => socket.end(answer));
  const origin = `http://127.0.0.1:${await listen(server)}`;
  const client = openHttpClient({ origin, proxies: NO_PROXIES });
  expect(await client.send(get('/'), NEVER)).toMatchObject({
    code: 'INVALID_HTTP',
    mayHaveBeenProcessed: true,
  });
  await client.close();
  server.close();
});

test('an invalid proxy fails every request without opening a connection', async () => {
  const client = openHttpClient({
    origin: 'https://app.launchdarkly.com',
    proxies: { ...NO_PROXIES, httpsProxy: 'socks5://user:password@127.0.0.1:1' },
  });
  expect(await client.send(get('/'), NEVER)).toMatchObject({
    code: 'PROXY_NOT_VALID',
    mayHaveBeenProcessed: false,
    cause: new Error('expected the URL of an http or https proxy; SOCKS is not supported'),
  });
});

test.each([
  ['', 'PROXY_REFUSED_407'],
  ['user:password@', 'PROXY_REFUSED_CREDENTIALS'],
])('a 407 says whether credentials were refused: "%s"', async (userinfo, code) => {
  await using proxy = await startConnectProxy({ routes: {}, refusal: 407 });
  const client = openHttpClient({
    origin: 'https://app.launchdarkly.com',
    proxies: { ...NO_PROXIES, httpsProxy: `http://${userinfo}${proxy.host}` },
  });
  expect(await client.send(get('/'), NEVER)).toMatchObject({ code, mayHaveBeenProcessed: false });
  await client.close();
});

test('plain http is forwarded through a proxy as a whole request', async () => {
  const seen: (string | undefined)[] = [];
  const proxy = createServer((request, response) => {
    seen.push(request.url, request.headers['proxy-authorization']);
    response.end('from the proxy');
  });
  const port = await listen(proxy);
  const client = openHttpClient({
    origin: 'http://github.test',
    proxies: { ...NO_PROXIES, httpProxy: `http://u:p@127.0.0.1:${port}` },
  });
  expect(await client.send(get('/api'), NEVER)).toMatchObject({ body: { text: 'from the proxy' } });
  expect(seen).toEqual([
    'http://github.test/api',
    `Basic ${Buffer.from('u:p').toString('base64')}`,
  ]);
  await client.close();
  proxy.close();
  await once(proxy, 'close');
});

describe('response bodies', () => {
  const text = JSON.stringify({ message: 'x'.repeat(1_000) });

  async function receive(encoding: string | string[], body: Buffer | string, status = 200) {
    await using server = await open((_request, response) => {
      response.setHeader('content-encoding', encoding).writeHead(status).end(body);
    });
    return await server.client.send(get('/'), NEVER);
  }

  test.each(['identity', 'Identity', '', ' ', 'identity, identity', ', identity'])(
    'reads an uncompressed body: "%s"',
    async (encoding) => {
      expect(await receive(encoding, text)).toMatchObject({ body: { kind: 'text', text } });
    },
  );

  test.each([
    ['gzip', gzipSync(text)],
    ['GZip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity, gzip', gzipSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    [['deflate', 'gzip'], gzipSync(deflateSync(text))],
  ])('decompresses a body that a gateway compressed: %s', async (encoding, body) => {
    expect(await receive(encoding, body)).toMatchObject({ body: { kind: 'text', text } });
    expect(await receive(encoding, body, 403)).toMatchObject({
      status: 403,
      body: { kind: 'text', text },
    });
  });

  test.each(['gzip', 'br', 'deflate'])(
    'reads an empty body with content-encoding %s as empty',
    async (encoding) => {
      expect(await receive(encoding, '')).toMatchObject({ body: { kind: 'text', text: '' } });
    },
  );

  test.each(['zstd', 'compress', 'aws-chunked', 'gzip, gzip, gzip, gzip'])(
    'a body in an unsupported encoding is unreadable: %s',
    async (encoding) => {
      expect(await receive(encoding, text)).toMatchObject({
        body: { kind: 'unreadable', why: 'it is compressed in a way that is not supported' },
      });
    },
  );

  test.each([
    ['gzip', gzipSync(text).subarray(0, 20)],
    ['gzip', 'not compressed'],
    ['br', brotliCompressSync(text).subarray(0, 5)],
  ])('a corrupt body is unreadable: %s', async (encoding, body) => {
    expect(await receive(encoding, body)).toMatchObject({
      body: { kind: 'unreadable', why: `it can't be decompressed as ${encoding}` },
    });
  });

  const zeros = Buffer.alloc(64 * 1024 * 1024);
  test.each([
    ['gzip', gzipSync(zeros)],
    ['deflate', deflateSync(zeros)],
    ['br', brotliCompressSync(zeros)],
    ['gzip, gzip', gzipSync(gzipSync(zeros))],
  ])('rejects a decompression bomb: %s', async (encoding, body) => {
    expect(await receive(encoding, body)).toMatchObject({
      body: { kind: 'unreadable', why: 'it is longer than 4194304 bytes' },
    });
  });
});

describe('a peer that can not be connected to', () => {
  test('is the server itself, where there is no proxy', async () => {
    const origin = `http://127.0.0.1:${await findUnusedPort()}`;
    const client = openHttpClient({ origin, proxies: NO_PROXIES });
    expect(await client.send(get('/'), NEVER)).toMatchObject({
      code: 'ECONNREFUSED',
      isDirect: true,
      proxy: undefined,
      mayHaveBeenProcessed: false,
    });
    await client.close();
  });

  test('is named when it is the proxy', async () => {
    const proxy = `127.0.0.1:${await findUnusedPort()}`;
    const origin = 'https://app.launchdarkly.com';
    const httpsProxy = `http://user:password@${proxy}`;
    const client = openHttpClient({ origin, proxies: { ...NO_PROXIES, httpsProxy } });
    expect(await client.send(get('/'), NEVER)).toMatchObject({
      code: 'ECONNREFUSED',
      isDirect: false,
      proxy,
      mayHaveBeenProcessed: false,
    });
    await client.close();
  });

  test('is the server when it takes longer to connect than it may', async () => {
    const silent = createTcpServer();
    const sockets = trackSockets(silent);
    const origin = `https://127.0.0.1:${await listen(silent)}`;
    const client = openHttpClient({ origin, proxies: NO_PROXIES, connectTimeoutMs: 50 });
    expect(await client.send(get('/'), NEVER)).toMatchObject({
      code: 'UND_ERR_CONNECT_TIMEOUT',
      proxy: undefined,
      mayHaveBeenProcessed: false,
    });
    await client.close();
    await shutDown(silent, sockets);
  });

  test('is nobody when the connection breaks after the request was sent', async () => {
    await using server = await open((request) => request.socket.destroy());
    expect(await server.client.send(get('/'), NEVER)).toMatchObject({
      code: expect.stringMatching(/^(?:UND_ERR_SOCKET|ECONNRESET)$/),
      proxy: undefined,
      mayHaveBeenProcessed: true,
    });
  });
});

describe('a request that is over', () => {
  test('leaves no listener behind', async () => {
    await using server = await open((_request, response) => response.end('{}'));
    const controller = new AbortController();
    await server.client.send(get('/'), controller.signal);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('has given its connection up when its body was not read to the end', async () => {
    await using server = await open((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'unheard-of' }).end('x');
    });
    for (const path of ['/1', '/2']) {
      expect(await server.client.send(get(path), NEVER)).toMatchObject({
        body: {
          kind: 'unreadable',
          why: 'it is compressed in a way that is not supported',
        },
      });
    }
    expect(server.connections).toBe(2);
  });

  test('was never begun when it was aborted before, or the client was closed', async () => {
    await using server = await open((_request, response) => response.end('{}'));
    const reason = new Error('cancelled');
    const aborted = await server.client.send(get('/'), AbortSignal.abort(reason));
    expect(aborted).toMatchObject({ code: 'ABORTED', cause: reason, mayHaveBeenProcessed: false });
    await server.client.close();
    const closed = await server.client.send(get('/'), NEVER);
    expect(closed).toMatchObject({
      code: 'ABORTED',
      cause: undefined,
      mayHaveBeenProcessed: false,
    });
    expect(server.connections).toBe(0);
  });
});

test('an answer is asked for without compression, and its repeated headers are joined', async () => {
  let asked: string | undefined;
  await using server = await open((request, response) => {
    asked = request.headers['accept-encoding'];
    response.setHeader('x-ratelimit-reset', ['1', '2']);
    response.end('{}');
  });
  expect(await server.client.send(get('/'), NEVER)).toMatchObject({
    headers: { 'x-ratelimit-reset': '1, 2' },
  });
  expect(asked).toBe('identity');
});

test('a time limit is named as the cause of the end of an attempt', async () => {
  await using server = await open(() => {}, { attemptTimeoutMs: 50 });
  expect(await server.client.send(get('/'), NEVER)).toMatchObject({
    cause: new Error('no answer within 50 ms'),
  });
});
