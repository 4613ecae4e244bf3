import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleScores, scoreMetadata } from '../../../simulator/launchdarkly/scores.ts';
import { METRICS } from '../../../src/insight-group/insight-group.ts';
import {
  parseCallerIdentity,
  parseErrorBody,
  parseGroupPage,
  parseInsightGroup,
  parseNamedKey,
  parseNamedKeyPage,
} from '../../../src/launchdarkly/schemas.ts';

const group = {
  key: 'k',
  name: 'N',
  projectKey: 'p',
  environmentKey: 'e',
  applicationKeys: ['a', 'b'],
  createdAt: 1_769_860_800_000,
};

describe('parseInsightGroup', () => {
  test('reads a group with everything that the API documents', () => {
    const scores = sampleScores();
    const parsed = parseInsightGroup({
      ...group,
      scores,
      scoreMetadata: scoreMetadata(1_769_860_800_000),
    });
    expect(parsed).toMatchObject({ ...group, scoreMetadata: scoreMetadata(1_769_860_800_000) });
    expect(new Set(Object.keys(parsed?.scores ?? {}))).toEqual(new Set(METRICS));
    expect(parsed?.scores?.overall).toEqual({
      score: 72,
      indicator: 'good',
      indicatorRange: { min: 70, max: 89 },
      aggregateOf: ['velocity', 'risk', 'efficiency'],
      diffVsLastPeriod: 4,
      // Its own range is not reported anywhere.
      lastPeriod: { score: 68, indicator: 'fair' },
    });
  });

  test('drops the environment and all unknown members of a group', () => {
    const parsed = parseInsightGroup({ ...group, environment: { apiKey: 'sdk-1' }, _links: {} });
    expect(parsed).toEqual(group);
  });

  test.each([
    ['1769860800000', 1_769_860_800_000],
    [0, 0],
    ['0', 0],
    [8.64e15, 8.64e15],
  ])('accepts createdAt as a number or as digits: %j', (createdAt, expected) => {
    expect(parseInsightGroup({ ...group, createdAt })?.createdAt).toBe(expected);
  });

  test.each([undefined, null, '', '2026-01-31', -1, 8.64e15 + 1, 1.5, {}, true])(
    'reads an invalid createdAt as undefined: %j',
    (createdAt) => {
      const parsed = parseInsightGroup({ ...group, createdAt });
      expect(parsed).toEqual({ ...group, createdAt: undefined });
    },
  );

  test.each([undefined, null])(
    'reads a group without applications when they are %s',
    (applicationKeys) => {
      expect(parseInsightGroup({ ...group, applicationKeys })?.applicationKeys).toEqual([]);
    },
  );

  test.each([
    ['no object', 'k'],
    ['null', null],
    ['a list', [group]],
    ['no key', { ...group, key: undefined }],
    ['an empty key', { ...group, key: '' }],
    ['a name that is no text', { ...group, name: 1 }],
    ['no project', { ...group, projectKey: null }],
    ['no environment', { ...group, environmentKey: undefined }],
    ['applications that are no list', { ...group, applicationKeys: 'a' }],
  ])('rejects a group with %s', (_title, json) => {
    expect(parseInsightGroup(json)).toBeUndefined();
  });

  test.each([
    ['null', null, undefined],
    ['a text', 'many', undefined],
    ['none of the metrics', { latency: { score: 1 } }, {}],
    ['a metric without a score', { overall: { indicator: 'good' } }, {}],
    [
      'a metric of null',
      { overall: null, risk: { score: 5, indicator: 'new' } },
      {
        risk: { score: 5, indicator: 'new' },
      },
    ],
    [
      'an indicator that is no text',
      { risk: { score: 5, indicator: 7 } },
      {
        risk: { score: 5, indicator: 'unknown' },
      },
    ],
    [
      'parts of another shape',
      {
        risk: {
          score: 5,
          indicator: 'fair',
          indicatorRange: 'low',
          diffVsLastPeriod: '3',
          lastPeriod: 3,
        },
      },
      { risk: { score: 5, indicator: 'fair' } },
    ],
  ])('reads partial scores: %s', (_title, scores, expected) => {
    const parsed = parseInsightGroup({ ...group, scores });
    expect(JSON.parse(JSON.stringify(parsed?.scores ?? null))).toEqual(expected ?? null);
  });

  test('reads a period only when it is complete', () => {
    const scoreMetadata = { period: { startTime: 1 }, lastPeriod: { startTime: '1', endTime: 2 } };
    expect(parseInsightGroup({ ...group, scoreMetadata })?.scoreMetadata).toEqual({
      lastPeriod: { startTime: 1, endTime: 2 },
    });
  });
});

describe('error bodies', () => {
  test('reads an error body with its list of reasons', () => {
    const body = {
      code: 'invalid_request',
      message: 'validation failed',
      id: '55bf',
      errors: [{ attribute: 'key', reason: 'must be present', hint: 'ignored' }],
    };
    expect(parseErrorBody(body)).toEqual({
      ...body,
      errors: [{ attribute: 'key', reason: 'must be present' }],
    });
  });

  test.each([
    [undefined],
    [null],
    ['Forbidden'],
    [[]],
    [{}],
    [{ code: 401, message: null, id: {}, errors: 'many' }],
    [{ errors: [{ attribute: 'key' }, 'x'] }],
  ])('reads nothing from an error body of another shape: %j', (json) => {
    expect(parseErrorBody(json)).toEqual({ errors: [] });
  });

  test('accepts reasons that lack an attribute or a text', () => {
    const errors = [{ attribute: 'key' }, { reason: 'must be present' }];
    expect(parseErrorBody({ errors }).errors).toEqual([
      { attribute: 'key', reason: '' },
      { attribute: '', reason: 'must be present' },
    ]);
  });
});

describe('pages of keys', () => {
  test('reads only the keys of a page, because its items contain SDK keys', () => {
    const items = [
      { key: 'a', apiKey: 'sdk-1' },
      null,
      { name: 'no key' },
      { key: '' },
      { key: 'b' },
    ];
    expect(parseNamedKeyPage({ items, totalCount: 9 })).toEqual({
      items: [
        { key: 'a', name: 'a' },
        { key: 'b', name: 'b' },
      ],
      length: items.length,
      totalCount: 9,
      hasNext: false,
    });
  });

  test('accepts a page without a total count', () => {
    expect(parseNamedKeyPage({ items: [] })).toMatchObject({ items: [], totalCount: undefined });
  });

  test.each([[{}], [null], [[]], [{ items: 'many' }]])('rejects a page that is %j', (json) => {
    expect(parseNamedKeyPage(json)).toBeUndefined();
  });
});

test('reads only the key and the name of an environment', () => {
  const environment = { key: 'production', name: 'Production', apiKey: 'sdk-1' };
  expect(parseNamedKey(environment)).toEqual({ key: 'production', name: 'Production' });
  expect(parseNamedKey({ name: 'Production', apiKey: 'sdk-1' })).toBeUndefined();
});

test('skips invalid items of a page of groups, and says whether there is a next page', () => {
  const _links = { next: { href: '/api/v2/…', type: 'application/json' } };
  const page = parseGroupPage({ items: [group, { key: 'x' }], totalCount: 40, _links });
  expect(page).toMatchObject({ items: [{ key: 'k' }], length: 2, totalCount: 40, hasNext: true });
});

test('accepts a caller identity in which everything is missing', () => {
  expect(parseCallerIdentity({})).toEqual({});
  expect(parseCallerIdentity({ tokenName: 'CI', serviceToken: true, accountId: 'x' })).toEqual({
    tokenName: 'CI',
    serviceToken: true,
  });
  expect(parseCallerIdentity('CI')).toBeUndefined();
});

test('no JSON value makes a parser throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      for (const parse of [
        parseInsightGroup,
        parseErrorBody,
        parseGroupPage,
        parseNamedKeyPage,
        parseNamedKey,
        parseCallerIdentity,
      ]) {
        expect(() => parse(json)).not.toThrow();
      }
    }),
  );
});
