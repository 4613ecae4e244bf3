import { expect } from 'vitest';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import { createSampleAccount } from '../../simulator/launchdarkly/sample-account.ts';
import { type RunActionOptions, runAction } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { DESIRED, type SimulatedRun } from './simulated-run.ts';

const { key, project, environment, token } = DESIRED;

/** The inputs that every simulated delete gets unless it overrides them: those of {@link DESIRED}. */
export const TARGET = { key, project, environment, token } as const;

/** What a failure says when the delete may have been processed. */
export const DELETE_UNKNOWN = `Outcome unknown: insight group "${key}" may or may not have been deleted.`;

/** Runs `dist/delete.js` as a runner does, with {@link TARGET} overridden by `inputs`. */
export function runDelete(
  { simulator }: SimulatedRun,
  inputs: Readonly<Record<string, string>> = {},
  options: Omit<RunActionOptions, 'inputs' | 'main'> = {},
): Promise<StepResult> {
  return runAction({
    ...options,
    main: 'delete.js',
    inputs: { ...TARGET, 'base-uri': simulator.origin, ...inputs },
  });
}

/** The only annotation of a failed delete as a person sees it: the title, then the message. */
export function readDeleteFailure(result: StepResult): string {
  expect(result).toMatchObject({ conclusion: 'failure', exitCode: 1, stderr: '' });
  const isInDoubt = result.annotations[0]?.message.includes(DELETE_UNKNOWN) ?? false;
  const deleted = isInDoubt ? '' : 'false';
  expect(result.outputs).toMatchObject({ outcome: 'failed', deleted });
  expect(result.annotations.map(({ kind }) => kind)).toEqual(['error']);
  return result.annotations.map(({ title, message }) => `${title}\n${message}`).join('\n');
}

/** A sample account in which somebody else creates `successor` as soon as its key is free. */
export function createContestedAccount(successor: InsightGroup) {
  const account = createSampleAccount();
  const write = account.write.bind(account);
  account.write = (writtenKey, group, when) => {
    write(writtenKey, group, when);
    if (group === undefined) {
      write(successor.key, successor, when);
    }
  };
  return account;
}
