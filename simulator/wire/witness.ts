import { createServer, type Socket } from 'node:net';
import { listen, shutDown } from './server.ts';

/** A server to which nobody has any business to connect. */
export interface Witness extends AsyncDisposable {
  readonly port: number;
  /** How many connections there were all the same. */
  readonly connections: number;
}

/** Starts a witness on 127.0.0.1; resolves when it listens. */
export async function startWitness(): Promise<Witness> {
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
