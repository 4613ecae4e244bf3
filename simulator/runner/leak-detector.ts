/**
 * Finds secrets in what a step left behind: raw, or in a form from which a person could restore
 * them.
 *
 * The runner's masker knows only a few of these forms, so a test that searches for the raw value
 * alone could pass on a log from which the token can be copied.
 */

import { AssertionError } from 'node:assert';
import type { StepResult } from './step-result.ts';

/** Shorter forms would be found in harmless text. */
const MIN_FORM_CHARACTERS = 8;

/** This much of a secret gives it away even when the rest was cut off. */
const TRUNCATED_CHARACTERS = 16;

/** A secret that was found where it must not be. */
export interface Leak {
  readonly secret: string;
  /** Its form, for example `base64` or `JSON`. */
  readonly form: string;
  /** Where it was found, for example `stderr` or `GITHUB_OUTPUT`. */
  readonly sink: string;
  /** The surrounding text. */
  readonly excerpt: string;
}

/** A text that must contain no secret. */
export interface Sink {
  readonly name: string;
  readonly text: string;
}

/** All forms of a secret to search for, without names; see {@link nameDerivedForms}. */
export function derivedForms(secret: string): string[] {
  return [...nameDerivedForms(secret).keys()];
}

/**
 * The forms of a secret to search for, each with its name; forms below eight characters are left
 * out.
 */
export function nameDerivedForms(secret: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(secret, 'utf8');
  const candidates: [name: string, form: string][] = [
    ['raw', secret],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['URL-encoded component', encodeURIComponent(secret.toWellFormed())],
    ['URL-encoded URL', encodeURI(secret.toWellFormed())],
    ['URL-encoded form', new URLSearchParams({ '': secret }).toString().slice(1)],
    ...nameBase64Forms(bytes),
    ['hex', bytes.toString('hex')],
    ...nameTruncatedForms([...secret]),
  ];
  const forms = new Map<string, string>();
  for (const [name, form] of candidates) {
    if (form.length >= MIN_FORM_CHARACTERS && !forms.has(form)) {
      forms.set(form, name);
    }
  }
  return forms;
}

/**
 * Searches all sinks for all forms of all secrets, case-insensitively. Returns one leak per secret,
 * form and sink.
 */
export function findLeaksIn(sinks: readonly Sink[], secrets: readonly string[]): Leak[] {
  const lookedFor = [...new Set(secrets)].map((secret) => ({
    secret,
    forms: [...nameDerivedForms(secret)].map(([form, name]) => [form.toLowerCase(), name] as const),
  }));
  return sinks.flatMap(({ name: sink, text }) => {
    const lower = text.toLowerCase();
    return lookedFor.flatMap(({ secret, forms }) =>
      forms.flatMap(([form, name]): Leak[] => {
        const at = lower.indexOf(form);
        return at < 0
          ? []
          : [
              {
                secret,
                form: name,
                sink,
                excerpt: text.slice(Math.max(0, at - 20), at + form.length + 20),
              },
            ];
      }),
    );
  });
}

/**
 * Searches everything a step left behind for the secrets. Only the lines in which the step asked
 * the runner to mask a value are exempt; what the runner's masker would have hidden is not.
 */
export function findLeaks(result: StepResult, secrets: readonly string[]): Leak[] {
  const printed = result.lines.filter(
    ({ stream, command }) => stream === 'stdout' && command?.name.toLowerCase() !== 'add-mask',
  );
  const annotated = result.annotations.flatMap(({ title = '', message, properties }) => [
    title,
    message,
    ...Object.values(properties),
  ]);
  const sinks: Sink[] = [
    { name: 'stdout', text: joinLines(printed.map(({ text }) => text)) },
    { name: 'stderr', text: result.stderr },
    { name: 'annotations', text: joinLines(annotated) },
    { name: 'outputs', text: joinLines(Object.entries(result.outputs).flat()) },
    { name: 'state', text: joinLines(Object.entries(result.state).flat()) },
    ...Object.entries(result.fileCommands).map(([name, text]) => ({ name, text })),
    ...[...result.tempFiles].flatMap(([path, bytes]) => [
      { name: `the file name ${path}`, text: path },
      { name: path, text: bytes.toString('utf8') },
    ]),
  ];
  return findLeaksIn(sinks, secrets);
}

function joinLines(lines: readonly string[]): string {
  return lines.join('\n');
}

/** Throws an `AssertionError` that lists the leaks, if any. */
export function assertNoLeaks(leaks: readonly Leak[]): void {
  if (leaks.length > 0) {
    const list = leaks.map(
      ({ secret, form, sink, excerpt }) =>
        `  ${sink}: ${JSON.stringify(secret.slice(0, 8))}… as ${form}: ${JSON.stringify(excerpt)}`,
    );
    throw new AssertionError({ message: `A secret leaked:\n${list.join('\n')}` });
  }
}

/**
 * Base64 in both alphabets at any offset in a longer text, without the characters that neighbours
 * change.
 */
function nameBase64Forms(bytes: Buffer): [string, string][] {
  return [0, 1, 2].flatMap((shift): [string, string][] => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url');
    const isAligned = (shift + bytes.length) % 3 === 0;
    const stable = encoded.slice(shift === 0 ? 0 : shift + 1, isAligned ? undefined : -1);
    return [
      [`base64, shifted by ${shift}`, stable.replaceAll('-', '+').replaceAll('_', '/')],
      [`base64url, shifted by ${shift}`, stable],
    ];
  });
}

function nameTruncatedForms(characters: readonly string[]): [string, string][] {
  // A shorter secret would lose only half a dozen characters, which is no truncation.
  if (characters.length < TRUNCATED_CHARACTERS + MIN_FORM_CHARACTERS) {
    return [];
  }
  return [
    ['its beginning', characters.slice(0, TRUNCATED_CHARACTERS).join('')],
    ['its end', characters.slice(-TRUNCATED_CHARACTERS).join('')],
  ];
}
