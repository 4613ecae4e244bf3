import type { FaultyConnection } from '../../simulator/network/faulty-server.ts';
import { CUTS, type RunOutcome, type Scenario, STAGES, UNCLEAR } from './scenario.ts';

/** What happens to an existing group, and the outcome when no fault lasts. */
const POLICIES: readonly (Pick<Scenario, 'existing' | 'inputs'> & {
  readonly title: string;
  readonly outcome: RunOutcome;
})[] = [
  {
    title: 'a group that is equal is kept',
    existing: {},
    inputs: { 'if-exists': 'keep' },
    outcome: 'unchanged',
  },
  {
    title: 'a group that differs is kept',
    existing: { name: 'Another name' },
    inputs: { 'if-exists': 'keep' },
    outcome: 'kept',
  },
  {
    title: 'a group that differs is a conflict',
    existing: { name: 'Another name' },
    inputs: {},
    outcome: 'conflict',
  },
  {
    title: 'a group is updated',
    existing: { name: 'Another name' },
    inputs: { 'if-exists': 'update' },
    outcome: 'updated',
  },
  {
    title: 'the applications of a group are updated',
    existing: { applicationKeys: ['billing-service'] },
    inputs: { 'if-exists': 'update', applications: 'billing-service, inventory-service' },
    outcome: 'updated',
  },
];

/** Every cut of the connection, at every stage, while a group is read or updated. */
function listCuts(): Scenario[] {
  return POLICIES.flatMap(({ title, outcome, ...policy }) => {
    const methods = outcome === 'updated' ? ['GET', 'PATCH'] : ['GET'];
    return methods.flatMap((method) =>
      Object.entries(CUTS).flatMap(([how, cut]) =>
        Object.keys(STAGES)
          // A cut on accept happens before there is a method.
          .filter((where) => where !== 'on accept')
          .flatMap((where) => listCut({ title, outcome, policy, method, how, where, cut })),
      ),
    );
  });
}

function listCut(options: {
  readonly title: string;
  readonly outcome: RunOutcome;
  readonly policy: Pick<Scenario, 'existing' | 'inputs'>;
  readonly method: string;
  readonly how: string;
  readonly where: string;
  readonly cut: (connection: FaultyConnection) => void;
}): Scenario[] {
  const { title, outcome, policy, method, how, where, cut } = options;
  const stage = STAGES[where];
  if (stage === undefined) {
    return [];
  }
  const { isProcessed, ...fault } = stage(cut);
  const name = `${title}, and the connection ${how} ${where} of ${method}`;
  const stalls = how === 'stalls';
  // The next read shows an update that was processed, whatever happened to its response.
  const isSeen = method === 'PATCH' && isProcessed && !stalls;
  const once: Scenario = {
    ...policy,
    name: `${name}, once`,
    fault: () => ({ ...fault, method, isOnce: true }),
    allowedOutcomes: [outcome],
    creations: 0,
  };
  const always: Scenario = {
    ...policy,
    name: `${name}, each time`,
    fault: () => ({ ...fault, method }),
    allowedOutcomes: isSeen ? [outcome] : UNCLEAR,
    creations: 0,
    usesUpTime: !isSeen,
  };
  // One attempt that stalls takes all the time of the run.
  return stalls ? [always] : [once, always];
}

/** A server that stores different values than it was sent, without any network fault. */
function listStorageRules(): Scenario[] {
  const update = { 'if-exists': 'update' };
  const cases: readonly Omit<Scenario, 'fault' | 'allowedOutcomes' | 'creations'>[] = [
    {
      name: 'blanks in the name are squeezed',
      inputs: { name: 'Production -  All   Apps' },
      behaviour: { storeAs: ['squeeze-blanks'] },
    },
    {
      name: 'the name is stored in NFC',
      inputs: { name: 'Cafe\u0301' },
      behaviour: { storeAs: ['nfc'] },
    },
    {
      name: 'an unknown application is dropped',
      inputs: { applications: 'billing-service, no-such-application' },
      behaviour: { storeAs: ['drop-unknown-applications'] },
    },
    {
      name: 'the name is cut',
      behaviour: { storeAs: [(group) => ({ ...group, name: group.name.slice(0, 10) })] },
    },
    {
      name: 'the applications are sorted',
      inputs: { applications: 'inventory-service, billing-service' },
      behaviour: { storeAs: ['sort-applications'] },
    },
  ];
  return cases.flatMap(({ name, inputs, behaviour = {} }): Scenario[] => {
    const base = { creations: 0, fault: () => ({}), behaviour } as const;
    return [
      {
        ...base,
        name: `${name} by a create`,
        inputs: inputs ?? {},
        allowedOutcomes: ['created'],
        creations: 1,
      },
      {
        ...base,
        name: `${name} by an update`,
        inputs: { ...inputs, ...update },
        existing: { name: 'Another name' },
        // Changed, but not as requested: a failed update or a success with a warning.
        allowedOutcomes: ['updated', 'unexpected-response'],
      },
      {
        ...base,
        name: `${name} by an update, and its answer is lost`,
        inputs: { ...inputs, ...update },
        existing: { name: 'Another name' },
        fault: () => ({
          method: 'PATCH',
          isOnce: true,
          onRequest: (received) => {
            received.process();
            received.connection.reset();
          },
        }),
        allowedOutcomes: ['updated', 'unexpected-response', 'conflict'],
      },
    ];
  });
}

/** Faults while a group exists, and servers that store different values than they were sent. */
export const EXISTING_GROUP_SCENARIOS: readonly Scenario[] = [...listCuts(), ...listStorageRules()];
