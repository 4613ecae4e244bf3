/**
 * An HTTP proxy as in a corporate network: it opens tunnels, and records every byte that it sees.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-connect
 */

import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { listen, shutDown } from './loopback.ts';

/** How to start a proxy. */
export interface ConnectProxyOptions {
  /** The local port for each `host:port`. Other targets are refused with 502. */
  readonly routes: Readonly<Record<string, number>>;
  /** Requires these credentials, with 407. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Refuses every request with this status. */
  readonly refusal?: number;
  /** How long it takes to open each tunnel, in milliseconds. */
  readonly delayMs?: number;
  /** Makes it an https proxy. */
  readonly tls?: TlsOptions;
}

/** A running proxy, and everything that it has seen. */
export interface ConnectProxy extends AsyncDisposable {
  /** The host and port, without a scheme. */
  readonly host: string;
  /** The first line of each request: `CONNECT host:port HTTP/1.1`. */
  readonly requests: readonly string[];
  /** Every byte that clients sent, including those through tunnels. */
  readonly seen: string;
  /** How many tunnels were opened. */
  readonly tunnels: number;
}

/** Starts a proxy on 127.0.0.1; resolves once it is listening. */
export async function startConnectProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const seen: Buffer[] = [];
  let tunnels = 0;

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  };

  function serve(socket: Socket): void {
    keep(socket);
    let head = '';
    socket.on('data', (chunk) => seen.push(chunk));
    socket.on('data', function read(chunk) {
      head += chunk.toString('latin1');
      if (!/^[A-Z]/.test(head)) {
        // A client that speaks TLS to a plain-http proxy.
        socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      if (!head.includes('\r\n\r\n')) {
        return;
      }
      socket.off('data', read);
      const [start = '', ...lines] = head.split('\r\n');
      requests.push(start);
      const [method = '', target = ''] = start.split(' ');
      const refusal = refuse(method, target, lines, options);
      if (refusal !== undefined) {
        socket.end(`HTTP/1.1 ${refusal} No\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      const far = connect({ host: '127.0.0.1', port: options.routes[target] ?? 0 });
      keep(far);
      far.once('connect', async () => {
        await sleep(options.delayMs ?? 0);
        tunnels += 1;
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        far.pipe(socket).pipe(far);
      });
      far.once('close', () => socket.destroy());
      socket.once('close', () => far.destroy());
    });
  }

  const server = options.tls ? createTlsServer(options.tls, serve) : createServer(serve);
  const port = await listen(server);
  return {
    host: `127.0.0.1:${port}`,
    requests,
    get seen() {
      return Buffer.concat(seen).toString('latin1');
    },
    get tunnels() {
      return tunnels;
    },
    [Symbol.asyncDispose]: () => shutDown(server, sockets),
  };
}

/** The status with which a request is refused; undefined when it is not. */
function refuse(
  method: string,
  target: string,
  lines: readonly string[],
  { credentials, refusal, routes }: ConnectProxyOptions,
): number | undefined {
  if (refusal !== undefined) {
    return refusal;
  }
  if (credentials !== undefined) {
    const { user, password } = credentials;
    const expected = `basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const given = lines
      .filter((line) => /^proxy-authorization:/i.test(line))
      .map((line) => line.replace(/^[^:]*:\s*basic/i, 'basic'));
    if (!given.includes(expected)) {
      return 407;
    }
  }
  if (method !== 'CONNECT') {
    return 405;
  }
  return target in routes ? undefined : 502;
}
