import * as z from 'zod/mini';
import { invalid, type Ruling, valid } from './rules.ts';

/** A schema for a text that a rule of `rules.ts` reads. */
export function ruled<T>(rule: (text: string) => Ruling<T>) {
  return z.pipe(
    z.string(),
    z.transform((text: string, context): T => {
      const ruling = rule(text);
      if (ruling.kind === 'valid') {
        return ruling.value;
      }
      for (const { message } of ruling.problems) {
        context.issues.push({ code: 'custom', message, input: undefined });
      }
      return z.NEVER;
    }),
  );
}

/** A schema for a text that is one of `words`. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return ruled((text): Ruling<Words[number]> => {
    const word = words.find((candidate) => candidate === text);
    return word === undefined
      ? quoteInvalid(text, `expected one of ${words.join(', ')}`)
      : valid(word);
  });
}

/** A schema for YAML's three spellings of each. `yes`, `on` and `1` are no booleans in a workflow either. */
export const boolean = ruled(
  (text): Ruling<boolean> =>
    /^(?:true|True|TRUE|false|False|FALSE)$/.test(text)
      ? valid(text.toLowerCase() === 'true')
      : quoteInvalid(text, 'expected true or false'),
);

/** The whole numbers that an input takes. `what` completes the sentence "expected …". */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly what: string;
}

/** A schema for a whole number, written without a sign and without leading zeros. */
export function wholeNumber({ min, max, what }: NumberRange) {
  return ruled((text): Ruling<number> => {
    const number = /^(?:0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN;
    return number >= min && number <= max ? valid(number) : quoteInvalid(text, `expected ${what}`);
  });
}

/** Makes a schema take a blank text as undefined. */
export function optional<T>(schema: z.ZodMiniType<T, string>) {
  return z.pipe(
    z.string(),
    z.transform((text: string, context): T | undefined => {
      if (text === '') {
        return undefined;
      }
      const parsed = z.safeParse(schema, text);
      for (const { message } of parsed.error?.issues ?? []) {
        context.issues.push({ code: 'custom', message, input: undefined });
      }
      return parsed.success ? parsed.data : z.NEVER;
    }),
  );
}

/** Quotes the value that breaks a rule. Never for a value that may hold a credential. */
function quoteInvalid(text: string, rule: string): Ruling<never> {
  return invalid(`"${text}" is not valid; ${rule}`);
}
