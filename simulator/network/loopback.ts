import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/**
 * Listens on 127.0.0.1 and returns the port; `0` takes a free one. Rejects when the port is in use.
 */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The server does not listen on a TCP port.');
  }
  return address.port;
}

/** From here on, systems choose the port for whoever asks for any. Linux: ip_local_port_range. */
const FIRST_EPHEMERAL_PORT = 32_768;

/**
 * Finds a port of 127.0.0.1 at which nobody listens. It stays unused until somebody asks for this
 * very port: a free one that the system chose would soon go to another test's server.
 */
export async function findUnusedPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, FIRST_EPHEMERAL_PORT);
    const candidate = createServer();
    try {
      await listen(candidate, port);
      await shutDown(candidate, []);
      return port;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) {
        throw error;
      }
    }
  }
}

/** Returns the live set of the server's open connections. */
export function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Stops the server, whatever state its connections are in; resolves when the port is free. */
export async function shutDown(server: Server, sockets: Iterable<Socket>): Promise<void> {
  // The callback also runs when the server was closed before, unlike a listener for "close".
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  for (const socket of sockets) {
    socket.destroy();
  }
  await closed;
}
