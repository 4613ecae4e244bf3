import { Account } from './account.ts';

/** A service token of the sample account with the Writer role. Only the simulator accepts it. */
export const sampleWriterToken = 'api-00000000-0000-4000-8000-000000000001';

/** A personal token of the sample account with the Reader role. Only the simulator accepts it. */
export const sampleReaderToken = 'api-00000000-0000-4000-8000-000000000002';

/** The project of the sample account; its environments are `production`, `staging` and `test`. */
export const sampleProjectKey = 'default';

/** The environments of the sample project. */
export const sampleEnvironmentKeys = ['production', 'staging', 'test'] as const;

/** The applications of the sample account. */
export const sampleApplicationKeys = ['billing-service', 'inventory-service'] as const;

/** Builds a new sample account, without insight groups. */
export function createSampleAccount(): Account {
  const account = new Account();
  account.tokens.set(sampleWriterToken, { kind: 'service', role: 'writer', name: 'CI' });
  account.tokens.set(sampleReaderToken, { kind: 'personal', role: 'reader', name: 'Ariel' });
  account.addProject(sampleProjectKey, sampleEnvironmentKeys);
  for (const key of sampleApplicationKeys) {
    account.addApplication(key);
  }
  return account;
}
