import { type CommonInputs, type InputSource, readInputs } from './common-inputs.ts';
import type { AbsentGroup } from './desired-entry.ts';
import { ruled } from './input-schemas.ts';
import { parseKey } from './rules.ts';
import { parseKeyTemplate, renderTemplate } from './template.ts';

/** What the action that deletes a group is told, checked. */
export interface DeleteInputs extends CommonInputs {
  readonly group: AbsentGroup;
}

/** The inputs of the action's own, with what stands in for a blank one. */
export const DELETE_DEFAULTS = { key: '', project: '', environment: '' } as const;

const SHAPE = {
  key: ruled(parseKeyTemplate),
  project: ruled(parseKey),
  environment: ruled(parseKey),
};

/**
 * Reads the inputs of the action that deletes a group.
 *
 * @throws {ActionError} `invalid-input`, naming every problem, never a credential's value
 */
export function readDeleteInputs(source: InputSource): DeleteInputs {
  const { common, own } = readInputs(source, { defaults: DELETE_DEFAULTS, shape: SHAPE });
  const { project, environment } = own;
  const key = renderTemplate(own.key, { project, environment });
  return { ...common, group: { key, projectKey: project, environmentKey: environment } };
}
