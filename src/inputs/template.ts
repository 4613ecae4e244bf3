import { findClosest } from '../did-you-mean.ts';
import {
  explainInvalid,
  findNameProblem,
  invalid,
  isKey,
  KEY_RULE,
  parseKey,
  type Ruling,
  valid,
} from './rules.ts';

/** What the words in braces stand for: the keys of a project and its environment, and their display names. */
export type Placeholder = 'project' | 'environment' | 'project-name' | 'environment-name';

/** A text with placeholders, in order. */
export type Template = readonly TemplatePart[];

export type TemplatePart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'placeholder'; readonly name: Placeholder };

/** What placeholders are replaced by. Only those that a template uses are needed. */
export type PlaceholderValues = { readonly [P in Placeholder]?: string | undefined };

const KEY_PLACEHOLDERS: readonly Placeholder[] = ['project', 'environment'];
const NAME_PLACEHOLDERS: readonly Placeholder[] = [
  ...KEY_PLACEHOLDERS,
  'project-name',
  'environment-name',
];

/** Reads the key of a group, which may hold {project} and {environment}. */
export function parseKeyTemplate(text: string): Ruling<Template> {
  if (!/[{}]/.test(text)) {
    const ruling = parseKey(text);
    return ruling.kind === 'valid' ? valid(literal(text)) : ruling;
  }
  const template = parseTemplate(text, KEY_PLACEHOLDERS);
  // Any key serves as a stand-in: what it is made of is right at each place of a key.
  if (template.kind === 'valid' && !isKey(renderTemplate(template.value, STAND_INS))) {
    return invalid(explainInvalid(text, `apart from {project} and {environment}, ${KEY_RULE}`));
  }
  return template;
}

const STAND_INS: PlaceholderValues = {
  project: 'p',
  environment: 'e',
  'project-name': 'P',
  'environment-name': 'E',
};

/** Reads the display name of a group, which may hold any placeholder. */
export function parseNameTemplate(text: string): Ruling<Template> {
  const problem = findNameProblem(text);
  if (problem !== undefined) {
    return invalid(problem);
  }
  return /[{}]/.test(text) ? parseTemplate(text, NAME_PLACEHOLDERS) : valid(literal(text));
}

/** Tells whether the template needs the value of a placeholder. */
export function uses(template: Template, name: Placeholder): boolean {
  return template.some((part) => part.kind === 'placeholder' && part.name === name);
}

/**
 * Replaces the placeholders.
 *
 * @throws {Error} when the value of one is undefined: the caller has not read what the template needs
 */
export function renderTemplate(template: Template, values: PlaceholderValues): string {
  return template.map((part) => renderPart(part, values)).join('');
}

function renderPart(part: TemplatePart, values: PlaceholderValues): string {
  if (part.kind === 'literal') {
    return part.text;
  }
  const value = values[part.name];
  if (value === undefined) {
    throw new Error(`The template needs a value for {${part.name}}`);
  }
  return value;
}

function parseTemplate(text: string, allowed: readonly Placeholder[]): Ruling<Template> {
  // Odd pieces stand between braces.
  const pieces = text.split(/\{([^{}]*)\}/);
  if (pieces.some((piece, index) => index % 2 === 0 && /[{}]/.test(piece))) {
    return invalid(`"${text}" has a brace without its counterpart; ${listPlaceholders(allowed)}`);
  }
  const parts: TemplatePart[] = [];
  const problems = new Set<string>();
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 0) {
      if (piece !== '') {
        parts.push({ kind: 'literal', text: piece });
      }
      continue;
    }
    const name = allowed.find((each) => each === piece);
    if (name === undefined) {
      problems.add(describeUnknown(piece, allowed));
    } else {
      parts.push({ kind: 'placeholder', name });
    }
  }
  return problems.size > 0
    ? { kind: 'invalid', problems: [...problems].map((message) => ({ message })) }
    : valid(parts);
}

function describeUnknown(name: string, allowed: readonly Placeholder[]): string {
  const elsewhere = NAME_PLACEHOLDERS.find((each) => each === name);
  if (elsewhere !== undefined) {
    return `{${name}} can't be used in a key, because a display name is rarely a valid key; use {${name.replace('-name', '')}}`;
  }
  const typed = name.trim().toLowerCase();
  // An abbreviation is further away than a slip.
  const closest =
    findClosest(typed, allowed) ??
    (typed === '' ? undefined : allowed.find((each) => each.startsWith(typed)));
  return closest === undefined
    ? `{${name}} is not a placeholder; ${listPlaceholders(allowed)}`
    : `{${name}} is not a placeholder; did you mean {${closest}}?`;
}

function listPlaceholders(allowed: readonly Placeholder[]): string {
  const words = allowed.map((name) => `{${name}}`);
  return `expected ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function literal(text: string): Template {
  return [{ kind: 'literal', text }];
}
