import { type HttpResponse, type NoResponse, openHttpClient } from '../http/http-client.ts';
import type { ProxySettings } from '../http/proxies.ts';
import type { HttpBody } from '../http/response-body.ts';
import { parseJson } from '../parse-json.ts';
import type { Secrets } from '../secrets.ts';
import { ACTION_NAME, VERSION } from '../version.ts';

/** One JSON request. `path` starts with a slash and is already encoded. */
export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The path before its parameters were filled in, by which LaunchDarkly counts calls; `path` when absent. */
  readonly route?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /**
   * How long the request may be held back before it is sent, in milliseconds. A request that would be sent
   * later is answered with {@link HELD} instead, because what it is based on may have changed meanwhile.
   */
  readonly maxHeldMs?: number;
}

/** The code of a request that was not sent because it was held back for too long. */
export const HELD = 'HELD';

/** What came of one attempt. Times are in epoch milliseconds of this machine. */
export type Exchange = (ResponseReceived | NoResponse) & {
  /** How long the request was held back before the attempt that this came of, in milliseconds; 0 when absent. */
  readonly heldMs?: number;
};

/** A response whose body has been read as JSON where it is JSON. */
export interface ResponseReceived extends Omit<HttpResponse, 'body'> {
  readonly body: ResponseBody;
}

/** The text of the body and its JSON, or why it can't be trusted. */
export type ResponseBody =
  | { readonly kind: 'json'; readonly text: string; readonly json: unknown }
  | HttpBody;

/** Told of every attempt when it has ended. `attempt` counts the requests of the run from 1. */
export type ExchangeObserver = (seen: {
  readonly request: JsonRequest;
  readonly exchange: Exchange;
  readonly attempt: number;
}) => void;

/** How to open a transport. */
export interface TransportOptions {
  readonly origin: string;
  readonly token: string;
  readonly proxies: ProxySettings;
  readonly secrets: Secrets;
  readonly observe: ExchangeObserver;
  readonly connectTimeoutMs?: number;
  readonly attemptTimeoutMs?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Sends JSON requests to one LaunchDarkly server. */
export interface Transport {
  /** Sends one request. Never throws, never retries. Ends early, as `ABORTED`, when `signal` aborts. */
  send(request: JsonRequest, signal: AbortSignal): Promise<Exchange>;
  /** Closes every connection at once, so that nothing keeps the process alive. */
  close(): Promise<void>;
}

/** Opens a transport to one LaunchDarkly server. No connection is made before the first request. */
export function openTransport(options: TransportOptions): Transport {
  const { token, secrets, observe, ...clientOptions } = options;
  const client = openHttpClient(clientOptions);
  const commonHeaders = {
    authorization: token,
    // The operation's page forgets this header; without it a beta resource answers 403.
    // More than one value breaks some endpoints. https://launchdarkly.com/docs/api#beta-resources
    'ld-api-version': 'beta',
    'user-agent': `${ACTION_NAME}/${VERSION}`,
    accept: 'application/json',
  };
  let attempts = 0;
  return {
    async send(request, signal) {
      const isAborted = signal.aborted;
      attempts += isAborted ? 0 : 1;
      const attempt = attempts;
      const { body, ...rest } = request;
      const content =
        body === undefined
          ? { headers: commonHeaders }
          : {
              headers: { ...commonHeaders, 'content-type': 'application/json' },
              body: JSON.stringify(body),
            };
      const exchange = await client.send({ ...rest, ...content }, signal);
      const result =
        exchange.kind === 'response'
          ? { ...exchange, body: readJson(exchange.body, secrets) }
          : exchange;
      if (!isAborted) {
        observe({ request, exchange: result, attempt });
      }
      return result;
    },
    close: () => client.close(),
  };
}

function readJson(body: HttpBody, secrets: Secrets): ResponseBody {
  if (body.kind === 'unreadable') {
    return body;
  }
  const { text } = body;
  const json = parseJson(text);
  // Before anybody can use what came, what is secret in it is known.
  if (!secrets.discover(text, json)) {
    return { kind: 'unreadable', why: 'it holds more secrets than can be redacted' };
  }
  return json === undefined ? body : { kind: 'json', text, json };
}
