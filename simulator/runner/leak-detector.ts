/**
 * Finds secrets in what a step left behind: raw, or in a form from which a person could restore them.
 *
 * The runner's masker knows only a few of these forms, so a test that looks for the raw value alone
 * would call a log clean from which the token can be copied.
 */

import { AssertionError } from 'node:assert';
import type { StepResult } from './runner.ts';

/** Shorter forms would be found in harmless text. */
const MIN_FORM_CHARACTERS = 8;

/** So much of a secret gives it away even when the rest was cut off. */
const TRUNCATED_CHARACTERS = 16;

/** A secret that turned up where it must not. */
export interface Leak {
  readonly secret: string;
  /** The form it had, for example `base64` or `JSON`. */
  readonly form: string;
  /** Where it was, for example `stderr` or `GITHUB_OUTPUT`. */
  readonly sink: string;
  /** What stood around it. */
  readonly excerpt: string;
}

/** A text that must hold no secret. */
export interface Sink {
  readonly name: string;
  readonly text: string;
}

/** All forms of a secret that are looked for, without names; see {@link nameDerivedForms}. */
export function derivedForms(secret: string): string[] {
  return [...nameDerivedForms(secret).keys()];
}

/** The forms of a secret that are looked for, each with its name, without forms below eight characters. */
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

/** Looks for all forms of all secrets in all sinks, without regard to case. One leak for each secret, form and sink. */
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
 * Looks for the secrets in everything a step left behind. Only the lines in which the step asked the
 * runner to mask a value are exempt; what the runner's masker would have hidden is not.
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

/** Throws an `AssertionError` that lists the leaks, if there are any. */
export function assertNoLeaks(leaks: readonly Leak[]): void {
  if (leaks.length > 0) {
    const list = leaks.map(
      ({ secret, form, sink, excerpt }) =>
        `  ${sink}: ${JSON.stringify(secret.slice(0, 8))}… as ${form}: ${JSON.stringify(excerpt)}`,
    );
    throw new AssertionError({ message: `A secret leaked:\n${list.join('\n')}` });
  }
}

/** Base64 in both alphabets wherever the bytes may stand in a longer text: without what neighbours change. */
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
  // Of a shorter secret, half a dozen characters would be left out: that is no truncation.
  if (characters.length < TRUNCATED_CHARACTERS + MIN_FORM_CHARACTERS) {
    return [];
  }
  return [
    ['its beginning', characters.slice(0, TRUNCATED_CHARACTERS).join('')],
    ['its end', characters.slice(-TRUNCATED_CHARACTERS).join('')],
  ];
}
