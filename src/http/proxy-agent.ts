import { type buildConnector, Client, type Dispatcher, ProxyAgent } from 'undici';
import { HTTP_OPTIONS, NO_TIMEOUTS, TLS_OPTIONS } from './client-options.ts';
import type { HttpProxy } from './proxies.ts';

/** How to connect through a proxy. */
export interface ProxyAgentOptions {
  readonly proxy: HttpProxy;
  readonly connectTimeoutMs: number;
  readonly connect: buildConnector.connector;
  /** Wraps the connector of the connection to the proxy. */
  readonly watchProxy: ConnectorWrapper;
  /** Wraps the connector of the connection to the server, through the tunnel. */
  readonly watchServer: ConnectorWrapper;
}

type ConnectorWrapper = (connect: buildConnector.connector) => buildConnector.connector;

/** Creates a dispatcher that reaches its server through a tunnel of the proxy's (CONNECT). */
export function createProxyAgent(options: ProxyAgentOptions): Dispatcher {
  const { proxy, connectTimeoutMs, connect, watchProxy, watchServer } = options;
  return new ProxyAgent({
    uri: proxy.origin,
    ...(proxy.authorization !== undefined && { token: proxy.authorization }),
    ...HTTP_OPTIONS,
    ...NO_TIMEOUTS,
    connectTimeout: connectTimeoutMs,
    requestTls: TLS_OPTIONS,
    // The proxy answers CONNECT within the time of any other connection.
    clientFactory: (target) =>
      new Client(target, {
        ...HTTP_OPTIONS,
        headersTimeout: connectTimeoutMs,
        connect: watchProxy(connect),
      }),
    factory: (target, clientOptions) =>
      new Client(target, {
        ...clientOptions,
        ...HTTP_OPTIONS,
        ...NO_TIMEOUTS,
        connect: watchServer(readConnector(clientOptions) ?? connect),
      }),
  });
}

/** undici's own connector, which opens the tunnel. */
function readConnector(options: object): buildConnector.connector | undefined {
  const connect = 'connect' in options ? options.connect : undefined;
  return isConnector(connect) ? connect : undefined;
}

function isConnector(value: unknown): value is buildConnector.connector {
  return typeof value === 'function';
}
