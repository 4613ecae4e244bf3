import type { GroupReference } from '../insight-group/insight-group.ts';
import type { GroupTemplate } from './group-template.ts';

/** Where an entry of the groups file stands; lines and columns count from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
  /** The entry's place in the document, such as `groups[2]`. */
  readonly path: string;
}

/** What asks for groups: the inputs of a step, without a `source`, or an entry of the groups file. */
export interface PresentEntry {
  readonly kind: 'present';
  readonly template: GroupTemplate;
  readonly source?: SourcePosition | undefined;
}

/** What asks for a group to be gone. Project and environment are the second factor, for the key is account-wide. */
export interface AbsentEntry {
  readonly kind: 'absent';
  readonly group: GroupReference;
  readonly source?: SourcePosition | undefined;
}

export type DesiredEntry = PresentEntry | AbsentEntry;

/** One problem of the groups file. `message` is a sentence, or the rest of one that `path` begins where it is not blank. */
export interface FileProblem extends SourcePosition {
  readonly message: string;
}
