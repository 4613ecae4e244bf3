import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findUnusedPort, listen } from '../../../simulator/network/loopback.ts';
import {
  type Connections,
  joinPeer,
  openConnections,
  type PooledConnection,
} from '../../../src/http/connections.ts';

let server: Server;
let port: number;
/** The sockets that the server has accepted, in that order. */
let sockets: Socket[];
let connections: Connections;

beforeEach(async () => {
  sockets = [];
  server = createServer((request, response) => {
    // Anything else never gets an answer.
    if (request.url === '/answers') {
      response.end('hello');
    }
  });
  server.on('connection', (socket) => sockets.push(socket));
  port = await listen(server);
  connections = open();
});

afterEach(async () => {
  await connections.close();
  server.close();
});

/** Longer than any test: what has ended did not end because of it. */
const NEVER_MS = 1_000_000;

function open(origin = `http://127.0.0.1:${port}`, connectTimeoutMs = NEVER_MS): Connections {
  return openConnections({ origin, proxy: undefined, connectTimeoutMs });
}

async function request(
  { dispatcher }: PooledConnection,
  path = '/answers',
  origin = `http://127.0.0.1:${port}`,
): Promise<string> {
  const { body } = await dispatcher.request({ origin, method: 'GET', path });
  return text(body);
}

/** Resolves once the server has seen the end of a connection. */
async function ended(socket: Socket | undefined): Promise<void> {
  if (socket !== undefined && !socket.closed) {
    await once(socket, 'close');
  }
}

describe('a connection', () => {
  test('is opened by the first request and kept for the next one', async () => {
    const first = connections.acquire();
    expect(sockets).toHaveLength(0);
    expect(await request(first)).toBe('hello');
    first.release();
    const second = connections.acquire();
    expect(await request(second)).toBe('hello');
    expect(second).toBe(first);
    expect(sockets).toHaveLength(1);
  });

  test('belongs to one request at a time', async () => {
    const all = [connections.acquire(), connections.acquire()];
    await Promise.all(all.map((each) => request(each)));
    expect(sockets).toHaveLength(2);
  });

  test('is the one that was used last', () => {
    const [older, newer] = [connections.acquire(), connections.acquire()];
    older.release();
    newer.release();
    expect(connections.acquire()).toBe(newer);
    expect(connections.acquire()).toBe(older);
  });

  test('may have sent something only once it was connected', async () => {
    const connection = connections.acquire();
    expect(connection.mayHaveSent).toBe(false);
    await request(connection);
    expect(connection.mayHaveSent).toBe(true);
    connection.release();
    expect(connections.acquire().mayHaveSent).toBe(true);
  });

  test('has sent nothing of the next request after the server has closed it', async () => {
    const connection = connections.acquire();
    await request(connection);
    const closed = new Promise((resolve) => {
      connection.dispatcher.once('disconnect', resolve);
    });
    sockets[0]?.destroy();
    await closed;
    connection.release();
    expect(connections.acquire().mayHaveSent).toBe(false);
  });
});

test('a connection fails that takes longer to open than it may', async () => {
  // Nobody answers the TLS handshake.
  server.on('clientError', () => {});
  const silent = open(`https://127.0.0.1:${port}`, 50);
  const connection = silent.acquire();
  const error = await request(connection).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' });
  expect(connection.mayHaveSent).toBe(false);
  await silent.close();
});

describe('an abandoned connection', () => {
  test('ends its request with the reason, and leaves the others alone', async () => {
    const [abandoned, other] = [connections.acquire(), connections.acquire()];
    const reason = new Error('too slow');
    const refused = expect(request(abandoned, '/stalls')).rejects.toBe(reason);
    await once(server, 'request');
    const answered = request(other);
    abandoned.abandon(reason);
    await refused;
    expect(await answered).toBe('hello');
    await ended(sockets[0]);
    expect(sockets[1]?.closed).toBe(false);
  });

  test('is not used again', async () => {
    const abandoned = connections.acquire();
    await request(abandoned);
    abandoned.abandon(new Error('too slow'));
    abandoned.release();
    const next = connections.acquire();
    expect(next).not.toBe(abandoned);
    expect(await request(next)).toBe('hello');
    expect(sockets).toHaveLength(2);
  });

  test('ends while it is still being opened', async () => {
    // Nobody answers the TLS handshake.
    server.on('clientError', () => {});
    const silent = open(`https://127.0.0.1:${port}`);
    const abandoned = silent.acquire();
    const reason = new Error('too slow');
    const refused = expect(request(abandoned)).rejects.toBe(reason);
    await once(server, 'connection');
    abandoned.abandon(reason);
    await refused;
    expect(abandoned.mayHaveSent).toBe(false);
    await ended(sockets[0]);
    await silent.close();
  });
});

describe('closed connections', () => {
  test('end while they are still being opened', async () => {
    server.on('clientError', () => {});
    const silent = open(`https://127.0.0.1:${port}`);
    const refused = expect(request(silent.acquire())).rejects.toThrow(
      'the connections were closed',
    );
    await once(server, 'connection');
    await silent.close();
    await refused;
    await ended(sockets[0]);
  });

  test('end at the server, whether they are idle or in use', async () => {
    const [idle, busy] = [connections.acquire(), connections.acquire()];
    await Promise.all([request(idle), request(busy)]);
    idle.release();
    const refused = expect(request(busy, '/stalls')).rejects.toThrow('the connections were closed');
    await once(server, 'request');
    expect(connections.isClosed).toBe(false);
    await connections.close();
    await refused;
    await Promise.all(sockets.map(ended));
    expect(connections.isClosed).toBe(true);
  });

  test('can not be acquired', async () => {
    connections.acquire().release();
    await connections.close();
    expect(() => connections.acquire()).toThrow('the connections were closed');
  });
});

describe('the peer of a failure', () => {
  test('is the host and port that could not be connected to', async () => {
    const unused = await findUnusedPort();
    const refused = open(`http://127.0.0.1:${unused}`);
    const connection = refused.acquire();
    const error = await request(connection).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(connection.findFailedPeer(error)).toBe(`127.0.0.1:${unused}`);
    expect(connection.mayHaveSent).toBe(false);
    await refused.close();
  });

  test.each([new Error('another one'), undefined, null, 'text', 1])(
    'is unknown for what came from elsewhere: %s',
    (error) => {
      expect(connections.acquire().findFailedPeer(error)).toBeUndefined();
    },
  );

  test.each([
    ['https://app.launchdarkly.com', 'app.launchdarkly.com:443'],
    ['http://proxy.example.com', 'proxy.example.com:80'],
    ['http://proxy.example.com:8080', 'proxy.example.com:8080'],
    ['https://[::1]:8443', '::1:8443'],
    ['https://[fe80::1]', 'fe80::1:443'],
  ])('of %s is named %s', (url, peer) => {
    expect(joinPeer(new URL(url))).toBe(peer);
  });
});

describe('a proxy', () => {
  const SERVER = 'https://server.example.com';
  const openThrough = (proxyPort: number) =>
    openConnections({
      origin: SERVER,
      proxy: { origin: `http://127.0.0.1:${proxyPort}`, authorization: undefined },
      connectTimeoutMs: NEVER_MS,
    });

  test('has to be loaded before the first connection', async () => {
    const proxied = openThrough(port);
    expect(() => proxied.acquire()).toThrow('the connections were not loaded');
    await proxied.close();
  });

  test('is the peer of a failure that is its own', async () => {
    const unused = await findUnusedPort();
    const proxied = openThrough(unused);
    await proxied.load();
    const connection = proxied.acquire();
    const error = await request(connection, '/', SERVER).catch((reason: unknown) => reason);
    expect(connection.findFailedPeer(error)).toBe(`127.0.0.1:${unused}`);
    await proxied.close();
  });

  test('loses the connection to it when the request is abandoned before there is a tunnel', async () => {
    const asked = new Promise<void>((resolve) => {
      server.on('connect', (_request, socket) => {
        // Only who reads sees the end, and may then answer it.
        socket.resume();
        socket.once('end', () => socket.end());
        resolve();
      });
    });
    const proxied = openThrough(port);
    await proxied.load();
    const connection = proxied.acquire();
    const reason = new Error('too slow');
    const refused = expect(request(connection, '/', SERVER)).rejects.toThrow();
    await asked;
    connection.abandon(reason);
    await refused;
    expect(connection.mayHaveSent).toBe(false);
    await ended(sockets[0]);
    await proxied.close();
  });
});
