import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ERROR_CODES } from '../../src/errors.ts';
import { readActionMetadata, readRepositoryFile } from './workflow-files.ts';

const Primitive = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('string') }),
  z.strictObject({ type: z.literal('boolean') }),
  z.strictObject({ type: z.literal('integer') }),
  z.strictObject({ type: z.literal('float') }),
  z.strictObject({ type: z.literal('enum'), 'allowed-values': z.array(z.string()).min(1) }),
]);

/** See https://github.com/typesafegithub/github-actions-typing#available-types */
const Typing = z.union([
  Primitive,
  z.strictObject({ type: z.literal('list'), separator: z.string().min(1), 'list-item': Primitive }),
]);

const Types = z.strictObject({
  inputs: z.record(z.string(), Typing),
  outputs: z.record(z.string(), Typing),
});

const types = Types.parse(parse(readRepositoryFile('action-types.yml')));
const action = readActionMetadata();

describe('action-types.yml', () => {
  test('action-types.yml types every input of action.yml and no other', () => {
    expect(new Set(Object.keys(types.inputs))).toEqual(new Set(Object.keys(action.inputs)));
  });

  test('action-types.yml types every output of action.yml and no other', () => {
    expect(new Set(Object.keys(types.outputs))).toEqual(new Set(Object.keys(action.outputs)));
  });

  test('action-types.yml allows the existing error codes', () => {
    expect(types.outputs['error-code']).toEqual({ type: 'enum', 'allowed-values': ERROR_CODES });
  });

  test('action-types.yml gives each default a matching type', () => {
    for (const [name, { default: value }] of Object.entries(action.inputs)) {
      const typing = types.inputs[name];
      if (value === undefined || value === '') {
        continue;
      }
      if (typing?.type === 'integer') {
        expect(Number(value), name).toBeTypeOf('number');
        expect(String(value), name).toMatch(/^\d+$/);
      }
      if (typing?.type === 'boolean') {
        expect(['true', 'false'], name).toContain(String(value));
      }
      if (typing?.type === 'enum') {
        expect(typing['allowed-values'], name).toContain(value);
      }
    }
  });
});
