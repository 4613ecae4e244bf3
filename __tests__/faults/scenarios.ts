import { CREATE_SCENARIOS } from './create-scenarios.ts';
import { DELETE_SCENARIOS } from './delete-scenarios.ts';
import { EXISTING_GROUP_SCENARIOS } from './existing-group-scenarios.ts';
import type { Scenario } from './scenario.ts';

/** All network and server faults. */
export const SCENARIOS: readonly Scenario[] = [
  ...CREATE_SCENARIOS,
  ...EXISTING_GROUP_SCENARIOS,
  ...DELETE_SCENARIOS,
];
