import {
  type CommonInputs,
  type InputProblem,
  type InputSource,
  readInputs,
} from './common-inputs.ts';
import type { GroupTemplate } from './group-template.ts';
import { IF_EXISTS, type IfExists } from './if-exists.ts';
import { CREATE_DEFAULTS } from './input-defaults.ts';
import { oneOf, ruled } from './input-schemas.ts';
import { parseApplications, warnOfKeyLength } from './rules.ts';
import { parseSelector, type Selector } from './selector.ts';
import { parseKeyTemplate, parseNameTemplate } from './template.ts';

/** What the action that creates groups is told, checked. */
export interface CreateInputs extends CommonInputs {
  readonly template: GroupTemplate;
  readonly ifExists: IfExists;
}

const SHAPE = {
  name: ruled(parseNameTemplate),
  key: ruled(parseKeyTemplate),
  project: ruled(parseSelector),
  environment: ruled(parseSelector),
  applications: ruled(parseApplications),
  'if-exists': oneOf(IF_EXISTS),
};

/**
 * Reads the inputs of the action that creates groups.
 *
 * @throws {ActionError} `invalid-input`, naming every problem, never a credential's value
 */
export function readCreateInputs(source: InputSource): CreateInputs {
  const { common, own } = readInputs(source, {
    defaults: CREATE_DEFAULTS,
    shape: SHAPE,
    listConflicts,
  });
  const template = {
    project: own.project,
    environment: own.environment,
    key: own.key,
    name: own.name,
    applicationKeys: own.applications,
  };
  const warnings = [...common.warnings, ...warnOfLengths(own)];
  return { ...common, template, ifExists: own['if-exists'], warnings };
}

function listConflicts(given: Readonly<Record<string, string>>): InputProblem[] {
  const isSeveral = ['project', 'environment'].some((input) => {
    const selector = parseSelector(given[input] ?? '');
    return selector.kind === 'valid' && selector.value.kind === 'patterns';
  });
  return isSeveral && given['if-exists'] === 'fail'
    ? [
        {
          input: 'if-exists',
          message:
            'fail can never pass twice for several groups; set it to keep or update where project or environment is a pattern or a list',
        },
      ]
    : [];
}

function warnOfLengths(inputs: {
  readonly key: GroupTemplate['key'];
  readonly project: Selector;
  readonly environment: Selector;
}): string[] {
  const [only, ...rest] = inputs.key;
  return [
    rest.length === 0 && only?.kind === 'literal' ? warnOfKeyLength('key', only.text) : undefined,
    ...(['project', 'environment'] as const).map((input) => {
      const selector = inputs[input];
      return selector.kind === 'exact' ? warnOfKeyLength(input, selector.key) : undefined;
    }),
  ].filter((warning) => warning !== undefined);
}
