import { ActionError } from '../../../src/errors.ts';
import type { InputSource } from '../../../src/inputs/common-inputs.ts';
import type { WorkflowRun } from '../../../src/inputs/github-context.ts';
import { Secrets } from '../../../src/secrets.ts';

/** A token of the right shape. */
export const TOKEN = 'api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7';

const PUSH: WorkflowRun = { withheldSecrets: undefined };

/** What a step gives to an action, and where it runs. */
export interface Step {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Variables that keep their name. */
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: WorkflowRun;
}

/** Reads the inputs of a step as the runner would hand them over, and tells what was masked. */
export function readActionInputs<Inputs>(
  readInputs: (source: InputSource) => Inputs,
  { inputs = {}, env = {}, run = PUSH }: Step,
) {
  const masked: string[] = [];
  const secrets = new Secrets((value) => masked.push(value));
  const variables = Object.entries({ token: TOKEN, ...inputs }).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ]);
  const source = { env: { ...Object.fromEntries(variables), ...env }, run, secrets };
  return { inputs: readInputs(source), masked, secrets };
}

/** Reads inputs that are not valid, and returns the error. */
export function readInputProblem(...given: Parameters<typeof readActionInputs>): ActionError {
  try {
    readActionInputs(...given);
  } catch (error) {
    if (error instanceof ActionError) {
      return error;
    }
    throw error;
  }
  throw new Error('The inputs were accepted');
}
