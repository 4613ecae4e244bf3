import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ACTIONS } from '../../scripts/actions.ts';
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

describe.each(ACTIONS)('$types', ({ types: file, manifest }) => {
  const types = Types.parse(parse(readRepositoryFile(file)));
  const action = readActionMetadata(manifest);

  test('has a type for every input of the action and for no other', () => {
    expect(new Set(Object.keys(types.inputs))).toEqual(new Set(Object.keys(action.inputs)));
  });

  test('has a type for every output of the action and for no other', () => {
    expect(new Set(Object.keys(types.outputs))).toEqual(new Set(Object.keys(action.outputs)));
  });

  test('allows the error codes that the description names, in the same order', () => {
    const { description = '' } = action.outputs['error-code'] ?? {};
    const [, list = ''] = /^Why the step failed: ([^;.]*)/.exec(description) ?? [];
    expect(types.outputs['error-code']).toEqual({
      type: 'enum',
      'allowed-values': list.split(/, | or /),
    });
  });

  test('allows only outcomes that the description names', () => {
    const typing = types.outputs['outcome'];
    const { description = '' } = action.outputs['outcome'] ?? {};
    const words = new Set(description.match(/[a-z]+(?:-[a-z]+)*/g));
    expect(typing?.type).toBe('enum');
    for (const word of typing?.type === 'enum' ? typing['allowed-values'] : []) {
      expect(words).toContain(word);
    }
  });

  test('gives each default a type that fits it', () => {
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
