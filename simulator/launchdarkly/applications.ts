import type { Application } from './account.ts';
import { type Call, invalidRequest, type Reply } from './exchange.ts';
import { cutPage, linkTo } from './paging.ts';

/**
 * `GET /api/v2/applications` (beta), in pages of ten by default. Supports the filters `key anyOf
 * ["a","b"]` and `key equals "a"`: https://launchdarkly.com/docs/api/applications-beta
 */
export function getApplications(call: Call): Reply {
  const keys = readFilter(call.query.get('filter'));
  const applications = [...call.account.applications.values()].filter(
    ({ key }) => keys?.has(key) ?? true,
  );
  const page = cutPage(call, applications, { defaultLimit: 10 });
  return { status: 200, body: { ...page, items: page.items.map(representApplication) } };
}

function readFilter(filter: string | null): ReadonlySet<string> | undefined {
  if (filter === null || filter === '') {
    return undefined;
  }
  const [, operator, operand] = /^key (anyOf|equals) (.+)$/.exec(filter) ?? [];
  const keys = operand === undefined ? undefined : parseOperand(operand);
  if (operator === 'anyOf' && Array.isArray(keys)) {
    return new Set(keys.filter((key) => typeof key === 'string'));
  }
  if (operator === 'equals' && typeof keys === 'string') {
    return new Set([keys]);
  }
  throw invalidRequest('Invalid filter');
}

function parseOperand(operand: string): unknown {
  try {
    return JSON.parse(operand);
  } catch {
    throw invalidRequest('Invalid filter');
  }
}

function representApplication(application: Application): unknown {
  return {
    _links: { self: linkTo(`/api/v2/applications/${application.key}`) },
    _version: 1,
    autoAdded: false,
    creationDate: 1_706_701_522_000,
    key: application.key,
    kind: application.kind,
    name: application.name,
  };
}
