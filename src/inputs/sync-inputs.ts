import { type CommonInputs, type InputSource, readInputs } from './common-inputs.ts';
import { SYNC_DEFAULTS } from './input-defaults.ts';
import { oneOf, ruled, wholeNumber } from './input-schemas.ts';
import { invalid, isOneLine, valid } from './rules.ts';

/** What a dry run does when LaunchDarkly differs from the file. The words of the input `on-drift`. */
export const ON_DRIFT = ['report', 'fail'] as const;

export type OnDrift = (typeof ON_DRIFT)[number];

/** What the action that applies a groups file is told, checked. */
export interface SyncInputs extends CommonInputs {
  /** Relative to the workspace, as the workflow wrote it. */
  readonly file: string;
  readonly onDrift: OnDrift;
  /** How many existing groups a run may delete. */
  readonly maxDeletes: number;
}

const SHAPE = {
  file: ruled((text) => (isOneLine(text) ? valid(text) : invalid('expected the path of one file'))),
  'on-drift': oneOf(ON_DRIFT),
  'max-deletes': wholeNumber({ min: 0, max: 1_000, what: 'a whole number from 0 to 1000' }),
};

/**
 * Reads the inputs of the action that applies a groups file.
 *
 * @throws {ActionError} `invalid-input`, naming every problem, never a credential's value
 */
export function readSyncInputs(source: InputSource): SyncInputs {
  const { common, own } = readInputs(source, { defaults: SYNC_DEFAULTS, shape: SHAPE });
  return { ...common, file: own.file, onDrift: own['on-drift'], maxDeletes: own['max-deletes'] };
}
