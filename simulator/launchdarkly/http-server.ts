import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { MadeUpAnswer } from './faults.ts';

/** Sets status and headers of an answer and returns its body, which is still to be sent. */
export function prepareResponse(
  response: ServerResponse,
  reply: MadeUpAnswer,
  date: Date | undefined,
): Buffer {
  const { status, headers = {}, body } = reply;
  const bytes = encodeBody(body);
  response.statusCode = status;
  response.sendDate = false;
  if (date !== undefined) {
    response.setHeader('Date', date.toUTCString());
  }
  if (body !== undefined) {
    response.setHeader(
      'Content-Type',
      typeof body === 'string' ? 'text/plain' : 'application/json',
    );
  }
  if (status !== 204 && status !== 304) {
    response.setHeader('Content-Length', bytes.length);
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) {
      response.removeHeader(name);
    } else {
      response.setHeader(name, typeof value === 'string' ? value : [...value]);
    }
  }
  return bytes;
}

function encodeBody(body: unknown): Buffer {
  if (body === undefined) {
    return Buffer.alloc(0);
  }
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Breaks a connection, with TCP's RST where that is possible. */
export function resetConnection(socket: Socket): void {
  if ('encrypted' in socket) {
    // A TLS socket cannot send TCP's RST itself.
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}

/** Returns the open connections of a server, at any time. */
export function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Listens on 127.0.0.1 and returns the port; rejects when the port is taken. `0` takes a free one. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The simulator does not listen on a TCP port');
  }
  return address.port;
}
