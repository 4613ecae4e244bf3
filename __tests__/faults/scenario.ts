import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import type { Behaviour } from '../../simulator/launchdarkly/behaviour.ts';
import {
  type FaultyConnection,
  type NetworkFault,
  type RawResponse,
  type ReceivedRequest,
  renderHead,
  renderResponse,
} from '../../simulator/network/faulty-server.ts';
import type { ErrorCode } from '../../src/errors.ts';

/** How a run can end: the error code of a failure, or the outcome of a success. */
export type RunOutcome =
  | ErrorCode
  | 'created'
  | 'unchanged'
  | 'kept'
  | 'updated'
  | 'deleted'
  | 'absent';

/** A misbehaving network or server, and the allowed outcomes. */
export interface Scenario {
  /** A clause that completes "… when". */
  readonly name: string;
  /** `elsewhere` is the origin of a server that no client has a reason to connect to. */
  readonly fault: (elsewhere: string) => NetworkFault;
  /**
   * How the run may end. A run that uses up its time may also end in `timeout`, because how far it
   * gets depends on the machine.
   */
  readonly allowedOutcomes: readonly RunOutcome[];
  /** Which action runs. Defaults to the one that creates. */
  readonly main?: 'delete.js';
  /** How many groups the run has created by its end. */
  readonly creations: 0 | 1;
  /** Whether the fault lasts, so that the run uses up its time, which is short then. */
  readonly usesUpTime?: boolean;
  /** The server's certificate. Defaults to plain http. */
  readonly certificate?: CertificateKind;
  /** Sets `NODE_TLS_REJECT_UNAUTHORIZED=0`. */
  readonly isTlsSwitchedOff?: boolean;
  /** How the existing group differs from {@link DESIRED}; absent when there is none. */
  readonly existing?: Partial<InsightGroup>;
  /** Inputs in addition to those of every run. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Where the server differs from the documentation. */
  readonly behaviour?: Partial<Behaviour>;
}

/** `trusted` is issued by the authority that the action is told of. */
export type CertificateKind =
  | 'trusted'
  | 'expired'
  | 'not yet valid'
  | 'for another host'
  | 'self-signed'
  | 'of an unknown authority';

/** The desired group of every run, unless its scenario overrides it. */
export const DESIRED = {
  key: 'default-production-all-apps',
  name: 'Production - All Apps',
  projectKey: 'default',
  environmentKey: 'production',
} as const;

/** A value with the shape of a real key, which some bodies contain. */
export const EMBEDDED_SDK_KEY = 'sdk-5ec2e7aa-0000-4000-8000-badc0ffee000';

/** The errors of a run that never got a readable response. */
export const UNCLEAR = ['network', 'timeout', 'unexpected-response'] as const;

/** How a connection breaks. */
export const CUTS = {
  'is reset': (connection: FaultyConnection) => connection.reset(),
  'is half-closed': (connection: FaultyConnection) => connection.halfClose(),
  stalls: () => {},
} as const;

/** When it breaks, each before or after the request was processed. */
export const STAGES: Readonly<
  Record<string, (cut: (connection: FaultyConnection) => void) => NetworkFault & Truth>
> = {
  'on accept': (cut) => ({ isProcessed: false, onConnection: cut }),
  'in the middle of the request': (cut) => ({ isProcessed: false, onFirstByte: cut }),
  'before the request was processed': (cut) => ({
    isProcessed: false,
    onRequest: async ({ connection }) => {
      await connection.pause();
      cut(connection);
    },
  }),
  'after the request was processed': (cut) => cutAfter(cut, () => ''),
  'in the status line': (cut) => cutAfter(cut, (answer) => renderResponse(answer).slice(0, 11)),
  'in the headers': (cut) => cutAfter(cut, (answer) => renderHead(answer).slice(0, -20)),
  'in the body': (cut) => cutAfter(cut, (answer) => renderResponse(answer).slice(0, -20)),
  'just before the last byte': (cut) =>
    cutAfter(cut, (answer) => renderResponse(answer).slice(0, -1)),
};

/** What is true on the server after a fault. */
interface Truth {
  readonly isProcessed: boolean;
}

function cutAfter(
  cut: (connection: FaultyConnection) => void,
  show: (answer: RawResponse) => string,
) {
  return {
    isProcessed: true,
    onRequest: async (received: ReceivedRequest) => {
      await received.connection.send(show(received.process()));
      await received.connection.pause();
      cut(received.connection);
    },
  };
}
