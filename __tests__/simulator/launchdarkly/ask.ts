import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { json } from 'node:stream/consumers';
import {
  sampleProjectKey,
  sampleWriterToken,
} from '../../../simulator/launchdarkly/sample-account.ts';
import type { Simulator } from '../../../simulator/launchdarkly/simulator.ts';
import { findDeviation } from './conformance.ts';

/** The path of creation. */
export const groupPath = '/api/v2/engineering-insights/insights/group';
/** The path of everything else. */
export const groupsPath = '/api/v2/engineering-insights/insights/groups';

/** The body of a valid creation, with changes. */
export function groupBody(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'Production - All Apps',
    key: 'default-production-all-apps',
    projectKey: sampleProjectKey,
    environmentKey: 'production',
    ...changes,
  };
}

/** One request; what is absent is a valid value, and `null` leaves a header out. */
export interface Question {
  readonly method?: string;
  readonly path: string;
  readonly token?: string | null;
  readonly apiVersion?: string | string[] | null;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly ca?: string;
  /** Whether the answer may differ from the OpenAPI document, because the behaviour says so. */
  readonly mayDeviate?: true;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The JSON body; undefined when there was none. */
  readonly body: unknown;
}

/**
 * Sends one request over a connection of its own; rejects when the connection breaks. Rejects as well when
 * the answer differs from LaunchDarkly's OpenAPI document, although no fault was injected into it.
 */
export async function ask(simulator: Simulator, question: Question): Promise<Answer> {
  const answer = await send(simulator, question);
  const { method = 'GET', path } = question;
  const deviation = findDeviation({
    method: question.headers?.['X-HTTP-Method-Override'] ?? method,
    path: path.split('?')[0] ?? '',
    ...answer,
  });
  const hasFault = simulator.requests.at(-1)?.fault !== undefined;
  if (deviation !== undefined && !hasFault && !question.mayDeviate) {
    throw new Error(deviation);
  }
  return answer;
}

async function send(simulator: Simulator, question: Question): Promise<Answer> {
  const { method = 'GET', path, token = sampleWriterToken, apiVersion = 'beta' } = question;
  const url = new URL(path, simulator.origin);
  const openRequest = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers: OutgoingHttpHeaders = {
    ...(token === null ? {} : { Authorization: token }),
    ...(apiVersion === null ? {} : { 'LD-API-Version': apiVersion }),
    ...(question.body === undefined
      ? {}
      : { 'Content-Type': question.contentType ?? 'application/json' }),
    ...question.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = openRequest(
      url,
      { method, agent: false, headers, ...(question.ca === undefined ? {} : { ca: question.ca }) },
      (incoming) => {
        const hasBody = incoming.headers['content-type'] !== undefined;
        const body = hasBody ? json(incoming) : Promise.resolve(incoming.resume()).then(() => {});
        body.then(
          (value) =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: value,
            }),
          reject,
        );
      },
    );
    outgoing.once('error', reject);
    outgoing.end(typeof question.body === 'string' ? question.body : JSON.stringify(question.body));
  });
}

/** Creates a group from {@link groupBody} with changes. */
export async function createGroup(
  simulator: Simulator,
  changes: Record<string, unknown> = {},
  options: Pick<Question, 'token' | 'mayDeviate'> = {},
): Promise<Answer> {
  return ask(simulator, { method: 'POST', path: groupPath, body: groupBody(changes), ...options });
}
