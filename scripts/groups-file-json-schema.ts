import * as z from 'zod/mini';
import { groupsFileSchema } from '../src/inputs/groups-file-schema.ts';

/** Renders insight-groups.schema.json, by which editors help with the groups file, from the schema that checks it. */
export function renderGroupsFileSchema(): string {
  const schema = z.toJSONSchema(groupsFileSchema, {
    target: 'draft-7',
    io: 'input',
    // Wherever the action takes text, an editor reads 007, 1.10 and true as something else.
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'string' && jsonSchema.enum === undefined) {
        Object.assign(jsonSchema, { type: ['string', 'number', 'boolean'] });
      }
    },
  });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
