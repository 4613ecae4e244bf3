import type { DesiredEntry } from '../../../src/inputs/desired-entry.ts';
import type { Ruling } from '../../../src/inputs/rules.ts';
import { parseSelector } from '../../../src/inputs/selector.ts';
import { parseKeyTemplate, parseNameTemplate } from '../../../src/inputs/template.ts';

function accept<T>(ruling: Ruling<T>): T {
  if (ruling.kind === 'invalid') {
    throw new Error(ruling.problems.map(({ message }) => message).join('\n'));
  }
  return ruling.value;
}

interface Inputs {
  readonly project?: string;
  readonly environment?: string;
  readonly key?: string;
  readonly name?: string;
  readonly line?: number;
}

export function present({
  project = 'web',
  environment = '*',
  key = '{project}-{environment}',
  name = 'N',
  line,
}: Inputs = {}): DesiredEntry {
  return {
    kind: 'present',
    template: {
      project: accept(parseSelector(project)),
      environment: accept(parseSelector(environment)),
      key: accept(parseKeyTemplate(key)),
      name: accept(parseNameTemplate(name)),
      applicationKeys: ['api'],
    },
    source: line === undefined ? undefined : { line, column: 5, path: `groups[${line}]` },
  };
}

export function absent(key: string, line: number): DesiredEntry {
  return {
    kind: 'absent',
    group: { key, projectKey: 'web', environmentKey: 'dev' },
    source: { line, column: 5, path: `groups[${line}]` },
  };
}
