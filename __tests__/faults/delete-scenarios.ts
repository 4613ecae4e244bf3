import type { ReceivedRequest } from '../../simulator/network/faulty-server.ts';
import { renderHead, renderResponse } from '../../simulator/network/faulty-server.ts';
import { CUTS, type Scenario, STAGES, UNCLEAR } from './scenario.ts';

const DELETE = { main: 'delete.js', creations: 0 } as const;

/** A delete of a group that is there. */
const PRESENT = { ...DELETE, existing: {} } as const;

/** Every cut of the connection, at every stage, while a group is read or deleted. */
function listCuts(): Scenario[] {
  return ['GET', 'DELETE'].flatMap((method) =>
    Object.entries(CUTS).flatMap(([how, cut]) =>
      Object.entries(STAGES)
        // A cut on accept happens before there is a method.
        .filter(([where]) => where !== 'on accept')
        .flatMap(([where, cutAt]): Scenario[] => {
          const { isProcessed, ...fault } = cutAt(cut);
          const name = `a group is deleted, and the connection ${how} ${where} of ${method}`;
          const stalls = how === 'stalls';
          // The next read shows a delete that was processed. A 204 has no body that could be cut.
          const isSeen = method === 'DELETE' && isProcessed && !stalls;
          const once: Scenario = {
            ...PRESENT,
            name: `${name}, once`,
            fault: () => ({ ...fault, method, isOnce: true }),
            allowedOutcomes: ['deleted'],
          };
          const always: Scenario = {
            ...PRESENT,
            name: `${name}, each time`,
            fault: () => ({ ...fault, method }),
            allowedOutcomes: isSeen ? ['deleted'] : UNCLEAR,
            usesUpTime: !isSeen,
          };
          // One attempt that stalls takes all the time of the run.
          return stalls ? [always] : [once, always];
        }),
    ),
  );
}

/** Responses to the delete that say nothing, or something else than what happened. */
function listResponses(): Scenario[] {
  const responses: readonly (readonly [name: string, response: string])[] = [
    [
      '500 without a body',
      renderResponse({ status: 500, headers: { 'content-length': '0' }, body: '' }),
    ],
    ['502 with the page of a gateway', respond(502, '<html>Bad gateway</html>', 'text/html')],
    ['503 with JSON', respond(503, '{"code":"unavailable","message":"Try later"}')],
    ['200 with the login page of a proxy', respond(200, '<html>Sign in</html>', 'text/html')],
    ['200 with JSON', respond(200, '{}')],
    ['202', respond(202, '')],
    [
      'a redirect',
      renderHead({ status: 302, headers: { location: '/login', 'content-length': '0' } }),
    ],
    ['408', respond(408, '')],
    ['garbage', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['nothing', ''],
  ];
  return responses.flatMap(([name, response]) =>
    [false, true].map(
      (isProcessed): Scenario => ({
        ...PRESENT,
        name: `a delete that was ${isProcessed ? '' : 'not '}processed is answered with ${name}`,
        fault: () => ({
          method: 'DELETE',
          isOnce: true,
          onRequest: async (received: ReceivedRequest) => {
            if (isProcessed) {
              received.process();
            }
            await received.connection.send(response);
            received.connection.halfClose();
          },
        }),
        allowedOutcomes: ['deleted'],
      }),
    ),
  );
}

function respond(status: number, body: string, type = 'application/json'): string {
  const headers = { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) };
  return renderResponse({ status, headers, body });
}

/** A network without faults, and servers that can't be trusted. */
function listOthers(): Scenario[] {
  return [
    { ...PRESENT, name: 'a group is deleted', fault: () => ({}), allowedOutcomes: ['deleted'] },
    {
      ...DELETE,
      name: 'a group that is not there is deleted',
      fault: () => ({}),
      allowedOutcomes: ['absent'],
    },
    {
      ...PRESENT,
      name: 'a group of another environment is not deleted',
      existing: { environmentKey: 'staging' },
      fault: () => ({}),
      allowedOutcomes: ['conflict'],
    },
    {
      ...PRESENT,
      name: 'a group is deleted over TLS, and the answer is lost',
      certificate: 'trusted',
      fault: () => ({
        method: 'DELETE',
        isOnce: true,
        onRequest: (received) => {
          received.process();
          received.connection.reset();
        },
      }),
      allowedOutcomes: ['deleted'],
    },
    {
      ...PRESENT,
      name: 'a group is deleted, and the certificate has expired',
      certificate: 'expired',
      fault: () => ({}),
      allowedOutcomes: ['network'],
    },
    {
      ...PRESENT,
      name: 'every request of a delete is answered with the 404 of something else',
      fault: () => ({
        onRequest: (received) =>
          received.connection.send(respond(404, '<h1>Not found</h1>', 'text/html')),
      }),
      allowedOutcomes: ['not-found'],
    },
  ];
}

/** Faults while a group is deleted. */
export const DELETE_SCENARIOS: readonly Scenario[] = [
  ...listCuts(),
  ...listResponses(),
  ...listOthers(),
];
