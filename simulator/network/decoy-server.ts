import { createServer, type Socket } from 'node:net';
import { listen, shutDown } from './loopback.ts';

/** A server that no client has a reason to connect to. */
export interface DecoyServer extends AsyncDisposable {
  readonly port: number;
  /** How many connections were accepted. */
  readonly connections: number;
}

/** Starts a decoy server on 127.0.0.1; resolves once it is listening. */
export async function startDecoyServer(): Promise<DecoyServer> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
  });
  const port = await listen(server);
  return {
    port,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: () => shutDown(server, sockets),
  };
}
