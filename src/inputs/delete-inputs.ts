import type { GroupReference } from '../insight-group/insight-group.ts';
import { type CommonInputs, type InputSource, readInputs } from './common-inputs.ts';
import { DELETE_DEFAULTS } from './input-defaults.ts';
import { ruled } from './input-schemas.ts';
import { invalid, parseKey, type Ruling } from './rules.ts';
import { parseKeyTemplate, renderTemplate } from './template.ts';

/** What the action that deletes a group is told, checked. */
export interface DeleteInputs extends CommonInputs {
  /** Project and environment are the second factor, for the key is account-wide. */
  readonly group: GroupReference;
}

const SHAPE = {
  key: ruled(parseKeyTemplate),
  project: ruled(parseExactKey),
  environment: ruled(parseExactKey),
};

/** Reads one key, and explains that patterns and lists, which the main action takes, delete nothing. */
function parseExactKey(text: string): Ruling<string> {
  if (/[*?!,\n]/.test(text)) {
    return invalid(
      `"${text}" is not valid; expected one exact key, because nothing is deleted by a pattern or a list`,
    );
  }
  return parseKey(text);
}

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
