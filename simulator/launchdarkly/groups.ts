import type { Account, InsightGroup } from './account.ts';
import {
  type Call,
  conflict,
  type FailureReason,
  invalidBody,
  isJsonObject,
  notFound,
  patchFailed,
  pathParameter,
  type Reply,
  readJsonBody,
  validationFailed,
} from './exchange.ts';
import { applyJsonPatch } from './json-patch.ts';
import { cutPage } from './paging.ts';
import { findEnvironment, representEnvironment } from './projects.ts';
import { countByIndicator, scoreMetadata } from './scores.ts';
import { normalizeGroup, representCreatedAt, storedKey } from './storage.ts';

// "the canonical regex for LD resource keys" of LaunchDarkly's Terraform provider:
// https://github.com/launchdarkly/terraform-provider-launchdarkly
const keyAlphabet = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

const patchableAttributes = new Set(['name', 'applicationKeys']);

/** `POST /api/v2/engineering-insights/insights/group`: 201 with neither scores nor environment. */
export function createInsightGroup(call: Call): Reply {
  const attributes = readJsonBody(call);
  if (!isJsonObject(attributes)) {
    throw invalidBody({ attribute: 'body', reason: 'must be an object' });
  }
  const errors: FailureReason[] = [];

  const readText = (attribute: string): string => {
    const value = attributes[attribute];
    if (value === undefined || value === null) {
      errors.push({ attribute, reason: 'must be present' });
      return '';
    }
    if (typeof value !== 'string' || value.trim() === '') {
      errors.push({ attribute, reason: 'must be a non-empty string' });
      return '';
    }
    return value;
  };
  const name = readText('name');
  const key = readText('key');
  const projectKey = readText('projectKey');
  const environmentKey = readText('environmentKey');
  const applicationKeys = attributes['applicationKeys'] ?? undefined;

  if (key !== '' && !keyAlphabet.test(key)) {
    errors.push({
      attribute: 'key',
      reason:
        "must contain only letters, numbers, '.', '-', or '_' and must start with an alphanumeric",
    });
  }
  if (applicationKeys !== undefined && !isTextList(applicationKeys)) {
    errors.push({ attribute: 'applicationKeys', reason: 'must be a list of strings' });
  }
  if (errors.length > 0) {
    throw validationFailed(errors);
  }
  const { account, behaviour } = call;
  const lagMs = Math.max(behaviour.environmentLagMs, behaviour.createLagMs);
  if (findEnvironment(call, { projectKey, environmentKey }, lagMs) === undefined) {
    throw notFound();
  }
  const group = normalizeGroup(
    {
      key,
      name,
      projectKey,
      environmentKey,
      ...(isTextList(applicationKeys) ? { applicationKeys } : {}),
      createdAt: call.nowMs,
    },
    behaviour.storeAs,
    account,
  );
  if (account.groups.has(storedKey(group.key, behaviour.storeAs, account))) {
    throw conflict(behaviour.conflictCode);
  }
  account.write(group.key, group, writtenAt(call));
  call.recordWrite({ kind: 'create', key: group.key });
  return { status: 201, body: representGroup(call, group) };
}

/** `GET /api/v2/engineering-insights/insights/groups`: one page of at most twenty groups. */
export function getInsightGroups(call: Call): Reply {
  const expand = readExpand(call, ['scores', 'environment', 'metadata']);
  const searchText = (call.query.get('query') ?? '').toLowerCase();
  const groups = call.account
    .visibleGroups(call.nowMs)
    .filter(({ name }) => name.toLowerCase().includes(searchText));

  const sort = call.query.get('sort');
  if (sort !== null) {
    if (sort !== 'name' && sort !== '-name') {
      throw validationFailed([{ attribute: 'sort', reason: 'must be one of: name, -name' }]);
    }
    const direction = sort === 'name' ? 1 : -1;
    groups.sort((a, b) => direction * a.name.localeCompare(b.name, 'en'));
  }
  const page = cutPage(call, groups, {
    defaultLimit: 20,
    documentedMaxLimit: 20,
    isTotalCountRequired: true,
  });
  return {
    status: 200,
    body: {
      ...page,
      items: page.items.map((group) => expandGroup(call, group, expand)),
      ...(expand.has('metadata')
        ? {
            metadata: {
              countByIndicator: countByIndicator(
                groups.map(({ key }) => call.account.scoresOf(key)),
              ),
            },
          }
        : {}),
      ...(expand.has('scores') ? { scoreMetadata: scoreMetadata(call.nowMs) } : {}),
    },
  };
}

/** `GET /api/v2/engineering-insights/insights/groups/{insightGroupKey}`. */
export function getInsightGroup(call: Call): Reply {
  const expand = readExpand(call, ['scores', 'environment']);
  const group = call.account.visibleGroup(groupKeyOf(call), call.nowMs);
  if (group === undefined) {
    throw notFound();
  }
  return {
    status: 200,
    body: {
      ...expandGroup(call, group, expand),
      ...(expand.has('scores') ? { scoreMetadata: scoreMetadata(call.nowMs) } : {}),
    },
  };
}

/**
 * `PATCH /api/v2/engineering-insights/insights/groups/{insightGroupKey}`: JSON Patch of `/name` and
 * `/applicationKeys`. Only `/name` is documented; every other attribute is refused with 422.
 */
export function patchInsightGroup(call: Call): Reply {
  const key = groupKeyOf(call);
  const group = call.account.groups.get(key);
  if (group === undefined) {
    throw notFound();
  }
  const patched = applyJsonPatch({ ...group }, readJsonBody(call), patchableAttributes);
  const { name, applicationKeys } = patched;
  if (typeof name !== 'string' || name.trim() === '') {
    throw patchFailed();
  }
  if (applicationKeys !== undefined && !isTextList(applicationKeys)) {
    throw patchFailed();
  }
  const { applicationKeys: _before, ...unchanged } = group;
  const next = {
    ...normalizeGroup(
      { ...unchanged, name, ...(applicationKeys === undefined ? {} : { applicationKeys }) },
      call.behaviour.storeAs,
      call.account,
    ),
    key,
  };
  call.account.write(key, next, writtenAt(call));
  call.recordWrite({ kind: 'update', key });
  return { status: 200, body: representGroup(call, next) };
}

/** `DELETE /api/v2/engineering-insights/insights/groups/{insightGroupKey}`: 204 without a body. */
export function deleteInsightGroup(call: Call): Reply {
  const key = groupKeyOf(call);
  if (!call.account.groups.has(key)) {
    throw notFound();
  }
  call.account.write(key, undefined, writtenAt(call));
  call.recordWrite({ kind: 'delete', key });
  return { status: 204 };
}

function groupKeyOf(call: Call): string {
  return storedKey(pathParameter(call, 'insightGroupKey'), call.behaviour.storeAs, call.account);
}

function writtenAt(call: Call): Parameters<Account['write']>[2] {
  const { visibilityLagMs, listLagMs } = call.behaviour;
  return {
    nowMs: call.nowMs,
    lagMs: { single: visibilityLagMs, list: Math.max(visibilityLagMs, listLagMs) },
  };
}

function readExpand(call: Call, allowed: readonly string[]): ReadonlySet<string> {
  const options = (call.query.get('expand') ?? '').split(',').filter((option) => option !== '');
  if (options.some((option) => !allowed.includes(option))) {
    throw validationFailed([
      { attribute: 'expand', reason: `must be among: ${allowed.join(', ')}` },
    ]);
  }
  return new Set(options);
}

function representGroup(call: Call, group: InsightGroup): Record<string, unknown> {
  const { createdAt, ...attributes } = group;
  return { ...attributes, ...representCreatedAt(createdAt, call.behaviour.createdAtAs) };
}

function expandGroup(
  call: Call,
  group: InsightGroup,
  expand: ReadonlySet<string>,
): Record<string, unknown> {
  const found = findEnvironment(call, group);
  return {
    ...representGroup(call, group),
    ...(expand.has('scores') ? { scores: call.account.scoresOf(group.key) } : {}),
    ...(expand.has('environment') && found !== undefined
      ? { environment: representEnvironment(found.project, found.environment) }
      : {}),
  };
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
