import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { InjectedResponse } from './faults.ts';

/** Sets the status and headers of a response and returns the body, which is still to be sent. */
export function prepareResponse(
  response: ServerResponse,
  reply: InjectedResponse,
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

/** Breaks a connection, with a TCP RST where possible. */
export function resetConnection(socket: Socket): void {
  if ('encrypted' in socket) {
    // A TLS socket cannot send a TCP RST itself.
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}
