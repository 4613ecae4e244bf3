import type { Fault } from './faults.ts';

/** A request as received, and what happened to it. */
export interface RecordedRequest {
  /** Counts from 1, in order of arrival. */
  readonly number: number;
  /** Counts the requests to this path alone: what a list shows must not depend on other lists. */
  readonly numberOnPath: number;
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /**
   * Name and value of every header in order, repeated ones too, spelled as the client sent them.
   */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** When it was received completely, by the simulator's unskewed clock; epoch milliseconds. */
  readonly atMs: number;
  /** The kind of the injected fault. */
  readonly fault?: Fault['kind'];
  /**
   * The status of the processed request, even if the client never saw it; absent when not
   * processed.
   */
  processedStatus?: number;
  /** The status that was sent; absent when there was no response, or not yet. */
  status?: number;
}

/** Lists the values of a header in order, one for each time it was sent. */
export function headerValues(request: RecordedRequest, name: string): string[] {
  return request.headers
    .filter(([other]) => other.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}

/** Pairs up Node's flat list of raw header names and values. */
export function pairHeaders(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    pairs.push([raw[index] ?? '', raw[index + 1] ?? '']);
  }
  return pairs;
}
