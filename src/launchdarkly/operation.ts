import type { DesiredGroup } from '../insight-group/insight-group.ts';
import type { Server } from './base-uri.ts';
import type { Placement } from './key-lookup.ts';

/** What was being done when it failed. */
export type Operation =
  | 'create'
  | 'read'
  | 'update'
  | 'delete'
  | 'check'
  | 'list-projects'
  | 'list-environments'
  | 'list-groups';

/** Whether the operation changes something. */
export function isWrite(operation: Operation): boolean {
  return operation === 'create' || operation === 'update' || operation === 'delete';
}

/** What a failure is described from. */
export interface DiagnosisContext {
  readonly operation: Operation;
  readonly desired: DesiredGroup;
  readonly server: Server;
  /** What is already known of project and environment, so that LaunchDarkly is not asked again. */
  readonly placement?: Placement | undefined;
}

/** Says what was tried, as a sentence. */
export function describeOperation({ operation, desired }: DiagnosisContext): string {
  const environment =
    desired.environmentKey === '' ? '' : `, environment "${desired.environmentKey}"`;
  const place = `project "${desired.projectKey}"${environment}`;
  switch (operation) {
    case 'create':
      return `Tried to create insight group "${desired.key}" for ${place}.`;
    case 'read':
      return `Tried to read insight group "${desired.key}".`;
    case 'update':
      return `Tried to update insight group "${desired.key}".`;
    case 'delete':
      return `Tried to delete insight group "${desired.key}".`;
    case 'list-projects':
      return 'Tried to list the projects.';
    case 'list-environments':
      return `Tried to list the environments of project "${desired.projectKey}".`;
    case 'list-groups':
      return 'Tried to list the insight groups.';
    case 'check':
      return desired.key === ''
        ? `Tried to read ${place}.`
        : `Tried to check ${place} for insight group "${desired.key}".`;
  }
}
