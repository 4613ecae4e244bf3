import * as z from 'zod/mini';
import { groupsFileSchema } from '../src/inputs/groups-file-schema.ts';

/**
 * Renders insight-groups.schema.json, with which editors validate the groups file, from the schema
 * that the action uses.
 */
export function renderGroupsFileSchema(): string {
  const schema = z.toJSONSchema(groupsFileSchema, {
    target: 'draft-7',
    io: 'input',
    // Where the action takes text, an editor parses 007, 1.10 and true as another type.
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'string' && jsonSchema.enum === undefined) {
        Object.assign(jsonSchema, { type: ['string', 'number', 'boolean'] });
      }
    },
  });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
