import type { Selector } from './selector.ts';
import { renderTemplate, type Template } from './template.ts';

/**
 * What stands for one group, or for one group in each project and environment that the selectors match.
 * No application keys means all applications.
 */
export interface GroupTemplate {
  readonly project: Selector;
  readonly environment: Selector;
  readonly key: Template;
  readonly name: Template;
  readonly applicationKeys: readonly string[];
}

/** Tells whether the template may stand for several groups, also when it happens to match just one. */
export function mayBeSeveral({ project, environment }: GroupTemplate): boolean {
  return project.kind === 'patterns' || environment.kind === 'patterns';
}

/** The key of the group for one project and environment. */
export function renderKey(
  { key }: Pick<GroupTemplate, 'key'>,
  project: string,
  environment: string,
): string {
  return renderTemplate(key, { project, environment });
}
