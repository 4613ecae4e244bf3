import type { Fault } from './faults.ts';

/** A request as it arrived, and what became of it. */
export interface RecordedRequest {
  /** Counts from 1, in order of arrival. */
  readonly number: number;
  readonly method: string;
  /** The path without the query, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Name and value of every header in order, repeated ones too, in the client's spelling. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** When it had arrived whole, on the simulator's unskewed clock; epoch milliseconds. */
  readonly atMs: number;
  /** The kind of the fault that was injected. */
  readonly fault?: Fault['kind'];
  /** The status that processing came to, even if the client never saw it; absent when not processed. */
  processedStatus?: number;
  /** The status that was sent; absent while, and if, none was. */
  status?: number;
}

/** Lists the values of a header in order, one for each time that it was sent. */
export function headerValues(request: RecordedRequest, name: string): string[] {
  return request.headers
    .filter(([other]) => other.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}

/** Pairs up node's flat list of raw header names and values. */
export function pairHeaders(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    pairs.push([raw[index] ?? '', raw[index + 1] ?? '']);
  }
  return pairs;
}
