import type { AbsentEntry, DesiredEntry, PresentEntry } from '../inputs/desired-entry.ts';
import { type GroupTemplate, renderKey } from '../inputs/group-template.ts';
import { type KeyClaim, resolveKeyClaims } from '../inputs/key-claims.ts';
import { findNameProblem, isKey, KEY_RULE } from '../inputs/rules.ts';
import { renderTemplate } from '../inputs/template.ts';
import type { DesiredGroup } from '../insight-group/insight-group.ts';
import type { Catalog } from './catalog.ts';
import {
  type ExpandNotice,
  type ExpandProblem,
  findTargets,
  type MissingTarget,
  type Target,
} from './targets.ts';

/** A group, and the entry that asks for it. */
export interface ExpandedGroup {
  readonly desired: DesiredGroup;
  readonly entry: PresentEntry;
}

/** All that entries ask for. */
export interface ValidExpansion {
  readonly kind: 'expanded';
  readonly groups: readonly ExpandedGroup[];
  readonly absent: readonly AbsentEntry[];
  /** Each is the failure of one group, and of no other. */
  readonly missing: readonly MissingTarget[];
  readonly notices: readonly ExpandNotice[];
}

/** Either all that is asked for, or all reasons why nothing can be done. */
export type Expansion =
  | ValidExpansion
  | { readonly kind: 'invalid'; readonly problems: readonly ExpandProblem[] };

type Claim = KeyClaim &
  (
    | { readonly kind: 'present'; readonly group: ExpandedGroup }
    | { readonly kind: 'absent'; readonly entry: AbsentEntry }
  );

/**
 * Turns entries into groups by what the catalog shows, in the order of the entries. Where several ask
 * for one key, an entry without wildcards goes before those with some; two of a kind are a problem of both.
 */
export function expandEntries(entries: readonly DesiredEntry[], catalog: Catalog): Expansion {
  const claims: Claim[] = [];
  const missing: MissingTarget[] = [];
  const notices: ExpandNotice[] = [];
  const problems: ExpandProblem[] = [];
  for (const entry of entries) {
    if (entry.kind === 'absent') {
      claims.push({ kind: 'absent', ...entry.group, entry });
      continue;
    }
    const found = findTargets(entry, catalog);
    missing.push(...found.missing);
    notices.push(...found.notices);
    problems.push(...found.problems);
    for (const target of found.targets) {
      const desired = renderGroup(entry.template, target);
      problems.push(...checkRendered(desired, entry));
      const { key, projectKey, environmentKey } = desired;
      claims.push({
        kind: 'present',
        key,
        projectKey,
        environmentKey,
        entry,
        group: { desired, entry },
      });
    }
  }
  const { granted, clashes } = resolveKeyClaims(claims);
  problems.push(...clashes.map((clash) => ({ input: 'key' as const, ...clash })));
  if (problems.length > 0) {
    return { kind: 'invalid', problems };
  }
  return {
    kind: 'expanded',
    groups: granted.flatMap((claim) => (claim.kind === 'present' ? [claim.group] : [])),
    absent: granted.flatMap((claim) => (claim.kind === 'absent' ? [claim.entry] : [])),
    missing,
    notices,
  };
}

/** The keys that entries ask for by what the catalog shows, whether or not they can be had. */
export function listKeys(entries: readonly DesiredEntry[], catalog: Catalog): string[] {
  const keys = entries.flatMap((entry) =>
    entry.kind === 'absent'
      ? entry.group.key
      : findTargets(entry, catalog).targets.map(({ project, environment }) =>
          renderKey(entry.template, project.key, environment.key),
        ),
  );
  return [...new Set(keys)];
}

function renderGroup(template: GroupTemplate, { project, environment }: Target): DesiredGroup {
  const values = {
    project: project.key,
    environment: environment.key,
    'project-name': toOneLine(project.name),
    'environment-name': toOneLine(environment.name),
  };
  return {
    key: renderKey(template, project.key, environment.key),
    name: renderTemplate(template.name, values).trim(),
    projectKey: project.key,
    environmentKey: environment.key,
    applicationKeys: template.applicationKeys,
  };
}

/** LaunchDarkly does not promise that a display name is one line, and a group's name has to be. */
function toOneLine(name: string | undefined): string | undefined {
  return name?.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function checkRendered(desired: DesiredGroup, entry: PresentEntry): ExpandProblem[] {
  const where = `project "${desired.projectKey}", environment "${desired.environmentKey}"`;
  const problems: ExpandProblem[] = [];
  if (!isKey(desired.key)) {
    const message = `gives "${desired.key}" for ${where}, which is not valid; ${KEY_RULE}`;
    problems.push({ input: 'key', message, entry });
  }
  if (findNameProblem(desired.name) !== undefined) {
    problems.push({ input: 'name', message: `is blank for ${where}`, entry });
  }
  return problems;
}
