import { Socket } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';
import { HTTP_OPTIONS, NO_TIMEOUTS, TLS_OPTIONS } from './client-options.ts';
import type { HttpProxy } from './proxies.ts';

/**
 * How long one address of a host is tried before the next one, in milliseconds. Node's default of
 * 250 ms gives up on addresses that are merely far away.
 */
const ADDRESS_TIMEOUT_MS = 2_500;

/** Where connections go, and how long they may take to open. */
export interface ConnectionOptions {
  /** Scheme, host and port of the server. */
  readonly origin: string;
  /** The proxy on the way; undefined for a direct connection. */
  readonly proxy: HttpProxy | undefined;
  /** The limit for opening a connection, in milliseconds; through a proxy, for each of its stages. */
  readonly connectTimeoutMs: number;
}

/** The connections to one server. None is opened before the first request. */
export interface Connections {
  /** Whether {@link close} was called. From then on {@link acquire} throws. */
  readonly isClosed: boolean;
  /** Loads the code for a proxy, where there is one. Must be awaited before {@link acquire}. */
  load(): Promise<void>;
  /**
   * Returns a connection that nobody else uses until it is released or abandoned.
   *
   * @throws {Error} after the connections were closed: a new one would keep the process alive
   */
  acquire(): PooledConnection;
  /** Destroys every connection, idle or not. */
  close(): Promise<void>;
}

/**
 * A connection of its own for one request at a time. undici ignores an abort while it is connecting, so a
 * request is abandoned by destroying its sockets, so no other request may share them.
 */
export interface PooledConnection {
  readonly dispatcher: Dispatcher;
  /** False only when it is certain that no byte of the request has left this machine. */
  readonly mayHaveSent: boolean;
  /** The host and port that could not be connected to, if `error` came from an attempt to connect. */
  findFailedPeer(error: unknown): string | undefined;
  /** Makes the connection available to the next request. */
  release(): void;
  /** Ends the request that is under way, with `reason` as its error, and destroys its sockets. */
  abandon(reason: Error): void;
}

/** Prepares connections over HTTP/1.1 and verified TLS. */
export function openConnections(options: ConnectionOptions): Connections {
  const connections = new Set<ClientConnection>();
  const idle: ClientConnection[] = [];
  // Shared by all of them, so that a further one resumes the TLS session of an earlier one.
  const connect = buildConnector({
    ...TLS_OPTIONS,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
    timeout: options.connectTimeoutMs,
  });
  let isClosed = false;
  let proxyAgent: ProxyAgentModule | undefined;
  return {
    get isClosed() {
      return isClosed;
    },
    async load() {
      if (options.proxy !== undefined) {
        // Imported here, because runs without a proxy don't need undici's agents and pools.
        proxyAgent ??= await import('./proxy-agent.ts');
      }
    },
    acquire() {
      if (isClosed) {
        throw new Error(CLOSED);
      }
      // The one that was used last is the most likely to be still open.
      const connection =
        idle.pop() ??
        new ClientConnection(
          { ...options, connect, proxyAgent },
          {
            release: (released) => idle.push(released),
            abandon: (abandoned) => connections.delete(abandoned),
          },
        );
      connections.add(connection);
      connection.begin();
      return connection;
    },
    async close() {
      isClosed = true;
      idle.length = 0;
      const reason = new Error(CLOSED);
      await Promise.all([...connections].map((connection) => connection.destroy(reason)));
    },
  };
}

const CLOSED = 'the connections were closed';

type ProxyAgentModule = typeof import('./proxy-agent.ts');

/** What a connection is opened with. */
interface PooledConnectionOptions extends ConnectionOptions {
  readonly connect: buildConnector.connector;
  readonly proxyAgent: ProxyAgentModule | undefined;
}

/** Called when a connection was released or abandoned. */
interface ConnectionOwner {
  release(connection: ClientConnection): void;
  abandon(connection: ClientConnection): void;
}

class ClientConnection implements PooledConnection {
  readonly dispatcher: Dispatcher;
  readonly #owner: ConnectionOwner;
  readonly #sockets = new Set<Socket>();
  /** The host and port that could not be connected to, by the error that says so. */
  readonly #failures = new WeakMap<object, string>();
  #isConnected = false;
  #mayHaveSent = false;
  #isAbandoned = false;

  constructor(options: PooledConnectionOptions, owner: ConnectionOwner) {
    this.#owner = owner;
    this.dispatcher = this.#createDispatcher(options);
  }

  get mayHaveSent(): boolean {
    return this.#mayHaveSent;
  }

  begin(): void {
    this.#mayHaveSent = this.#isConnected;
  }

  findFailedPeer(error: unknown): string | undefined {
    return typeof error === 'object' && error !== null ? this.#failures.get(error) : undefined;
  }

  release(): void {
    if (!this.#isAbandoned) {
      this.#owner.release(this);
    }
  }

  abandon(reason: Error): void {
    this.#owner.abandon(this);
    // Pending requests fail with `reason`; nothing waits for the rest.
    this.destroy(reason).catch(() => {});
  }

  async destroy(reason: Error): Promise<void> {
    this.#isAbandoned = true;
    for (const socket of this.#sockets) {
      socket.destroy(reason);
    }
    await this.dispatcher.destroy(reason);
  }

  #createDispatcher({
    origin,
    proxy,
    connectTimeoutMs,
    connect,
    proxyAgent,
  }: PooledConnectionOptions) {
    if (proxy === undefined) {
      return new Client(origin, {
        ...HTTP_OPTIONS,
        ...NO_TIMEOUTS,
        connect: this.#watchServer(connect),
      });
    }
    if (proxyAgent === undefined) {
      throw new Error('the connections were not loaded');
    }
    return proxyAgent.createProxyAgent({
      proxy,
      connectTimeoutMs,
      connect,
      watchProxy: (connector) => this.#watch(connector),
      watchServer: (connector) => this.#watchServer(connector),
    });
  }

  /** Watches a connector whose connections carry the request itself. */
  #watchServer(connect: buildConnector.connector): buildConnector.connector {
    const watched = this.#watch(connect);
    return (options, callback) =>
      watched(options, (...result) => {
        const [error, socket] = result;
        if (error === null) {
          this.#isConnected = true;
          this.#mayHaveSent = true;
          socket.once('close', () => {
            this.#isConnected = false;
          });
        }
        callback(...result);
      });
  }

  /** Records the sockets that a connector opens, and which peer each of its errors belongs to. */
  #watch(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) => {
      // Whatever its type says, undici's connector returns the socket before it is connected.
      const socket: unknown = connect(options, (...result) => {
        const [error] = result;
        // An error of the connection to a proxy passes here a second time, as that of the tunnel.
        if (error !== null && !this.#failures.has(error)) {
          this.#failures.set(error, joinPeer(options));
        }
        callback(...result);
      });
      if (socket instanceof Socket) {
        this.#sockets.add(socket);
        socket.once('close', () => this.#sockets.delete(socket));
      }
    };
  }
}

/** Joins host and port as {@link PooledConnection.findFailedPeer} names them. */
export function joinPeer({
  hostname,
  port,
  protocol,
}: Pick<URL, 'hostname' | 'port' | 'protocol'>): string {
  const host = hostname.replace(/[[\]]/g, '');
  return `${host}:${port || (protocol === 'https:' ? '443' : '80')}`;
}
