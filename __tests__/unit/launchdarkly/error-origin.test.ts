import { describe, expect, test } from 'vitest';
import type { ApiError, ApiResult } from '../../../src/launchdarkly/api-result.ts';
import {
  isForeignError,
  isOwnError,
  saysNotFound,
} from '../../../src/launchdarkly/error-origin.ts';

function refuse(status: number, parts: Partial<ApiError> = {}): ApiError {
  return { status, errors: [], text: '', ...parts };
}

const own = { code: 'not_found', message: 'No.', text: '{"code":"not_found","message":"No."}' };

describe('an error with a code', () => {
  test.each([401, 403, 404, 422])("is LaunchDarkly's with %i", (status) => {
    expect(isOwnError(refuse(status, own))).toBe(true);
    expect(isForeignError(refuse(status, own))).toBe(false);
  });

  test("is LaunchDarkly's though its text looks like a page", () => {
    expect(isForeignError(refuse(400, { code: 'no', text: '<html>' }))).toBe(false);
  });
});

describe('an error without a code', () => {
  test.each([
    ['an empty body', {}],
    ['plain text', { text: 'Forbidden' }],
    ['a message in JSON', { message: 'Forbidden', text: '{"message":"Forbidden"}' }],
    ['a body that can not be read', { unreadable: 'it is cut off' }],
  ])("may be LaunchDarkly's with 403 and %s", (_title, parts) => {
    expect(isOwnError(refuse(403, parts))).toBe(false);
    expect(isForeignError(refuse(403, parts))).toBe(false);
  });

  test.each([400, 401, 403, 404, 405])("is not LaunchDarkly's with %i and a page", (status) => {
    expect(isForeignError(refuse(status, { text: '\n <!DOCTYPE html>' }))).toBe(true);
  });

  test.each([
    [false, 'an empty body', {}],
    [false, 'a blank body', { text: ' \n' }],
    [true, 'plain text', { text: '404 page not found' }],
    [true, 'a message in JSON', { message: 'no Route', text: '{"message":"no Route"}' }],
    [true, 'a body that can not be read', { unreadable: 'it is cut off' }],
  ])('with 404 is foreign: %j for %s', (isForeign, _title, parts) => {
    expect(isForeignError(refuse(404, parts))).toBe(isForeign);
  });
});

describe('that there is no such thing', () => {
  const timing = {
    startedAt: 0,
    receivedAt: 0,
    heldMs: 0,
    serverClock: undefined,
    retryAfterMs: undefined,
  };
  const rejected = (error: ApiError): ApiResult<unknown> => ({
    ...timing,
    kind: 'rejected',
    error,
  });

  test.each([
    [true, refuse(404, own)],
    [true, refuse(404)],
    [false, refuse(404, { text: '<h1>Not found</h1>' })],
    [false, refuse(403, own)],
    [false, refuse(410, own)],
  ])('is said: %j by %j', (isSaid, error) => {
    expect(saysNotFound(rejected(error))).toBe(isSaid);
  });

  test('is not said by a success', () => {
    expect(saysNotFound({ ...timing, kind: 'ok', value: undefined })).toBe(false);
  });
});
