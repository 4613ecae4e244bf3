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
  const characters = [...secret];
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const units = secret.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  const candidates: [name: string, form: string][] = [
    ['raw', secret],
    ['upper case', secret.toUpperCase()],
    ['lower case', secret.toLowerCase()],
    ['reversed', characters.toReversed().join('')],
    ...nameBase64Forms('base64', bytes),
    ...nameBase64Forms('base64 of UTF-16', Buffer.from(secret, 'utf16le')),
    ...nameBase64Forms('base64 of base64', Buffer.from(bytes.toString('base64'))),
    ...nameBase64Forms('base64 of hex', Buffer.from(hex.join(''))),
    ['hex', hex.join('')],
    ['upper-case hex', hex.join('').toUpperCase()],
    ['hex with spaces', hex.join(' ')],
    ['hex with colons', hex.join(':')],
    ['hex with commas', hex.map((digits) => `0x${digits}`).join(', ')],
    ['\\x escapes', hex.map((digits) => `\\x${digits}`).join('')],
    ['decimal bytes', bytes.join(',')],
    ['decimal bytes with spaces', bytes.join(', ')],
    ['URL-encoded component', encodeURIComponent(secret.toWellFormed())],
    ['URL-encoded URL', encodeURI(secret.toWellFormed())],
    ['URL-encoded form', new URLSearchParams({ '': secret }).toString().slice(1)],
    ['URL-encoded punctuation', encodePunctuation(secret, (code) => `%${code}`)],
    ['URL-encoded twice', encodePunctuation(secret, (code) => `%25${code}`)],
    ['URL-encoded in full', hex.map((digits) => `%${digits}`).join('')],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['\\u escapes', units.map((unit) => `\\u${unit}`).join('')],
    ['\\u escapes of punctuation', encodePunctuation(secret, (code) => `\\u00${code}`)],
    ['named entities', escapeHtml(secret)],
    ['decimal entities', characters.map((c) => `&#${c.codePointAt(0)};`).join('')],
    [
      'hexadecimal entities',
      characters.map((c) => `&#x${c.codePointAt(0)?.toString(16)};`).join(''),
    ],
    ['decimal entities of punctuation', encodeCharacters(secret, (c) => `&#${c.codePointAt(0)};`)],
    ['hexadecimal entities of punctuation', encodePunctuation(secret, (code) => `&#x${code};`)],
    ['Markdown', encodeCharacters(secret, (c) => `\\${c}`)],
    ['shell, single quotes', secret.replaceAll("'", "'\\''")],
    ['shell, double quotes', secret.replace(/["$`\\!]/g, '\\$&')],
    ['SQL quotes', secret.replaceAll("'", "''")],
    ['quoted-printable', encodePunctuation(secret, (code) => `=${code}`)],
    ['quoted-printable in full', hex.map((digits) => `=${digits}`).join('')],
    ['spaced out', characters.join(' ')],
    ['wrapped at 8', wrap(secret, 8, '\n')],
    ['wrapped at 8 with CRLF', wrap(secret, 8, '\r\n')],
    ['wrapped at 76', wrap(secret, 76, '\n')],
    ['base64 wrapped at 8', wrap(bytes.toString('base64'), 8, '\n')],
    ['base64 wrapped at 76', wrap(bytes.toString('base64'), 76, '\n')],
    ['escaped line breaks', wrap(secret, 8, '\\n')],
    ...nameTruncatedForms(characters),
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
 * Looks for all forms of all secrets in all sinks, without regard to case, and once more with white
 * space and soft line breaks taken out of the sink. One leak for each secret, form and sink.
 */
export function findLeaksIn(sinks: readonly Sink[], secrets: readonly string[]): Leak[] {
  const leaks: Leak[] = [];
  const canaries = [...new Set(secrets)].map((secret) => ({
    secret,
    forms: [...nameDerivedForms(secret)],
  }));
  for (const sink of sinks) {
    const readings = [...new Set([sink.text, unwrap(sink.text)])].map((text) => ({
      text,
      lower: text.toLowerCase(),
    }));
    for (const { secret, forms } of canaries) {
      for (const [form, name] of forms) {
        const wanted = form.toLowerCase();
        const reading = readings.find(({ lower }) => lower.includes(wanted));
        if (reading !== undefined) {
          const at = reading.lower.indexOf(wanted);
          const excerpt = reading.text.slice(Math.max(0, at - 20), at + form.length + 20);
          leaks.push({ secret, form: name, sink: sink.name, excerpt });
        }
      }
    }
  }
  return leaks;
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
function nameBase64Forms(name: string, bytes: Buffer): [string, string][] {
  return [0, 1, 2].flatMap((shift): [string, string][] => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url');
    const isAligned = (shift + bytes.length) % 3 === 0;
    const stable = encoded.slice(shift === 0 ? 0 : shift + 1, isAligned ? undefined : -1);
    return [
      [`${name}, shifted by ${shift}`, stable.replaceAll('-', '+').replaceAll('_', '/')],
      [`${name} for URLs, shifted by ${shift}`, stable],
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

function encodeCharacters(text: string, encode: (character: string) => string): string {
  return text.replace(/[^A-Za-z0-9]/gu, encode);
}

function encodePunctuation(text: string, encode: (hexCode: string) => string): string {
  return encodeCharacters(text, (character) =>
    [...Buffer.from(character)].map((byte) => encode(byte.toString(16).padStart(2, '0'))).join(''),
  );
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function wrap(text: string, width: number, lineEnd: string): string {
  return (text.match(new RegExp(`[^]{1,${width}}`, 'g')) ?? []).join(lineEnd);
}

function unwrap(text: string): string {
  return text.replace(/=\r?\n|\\\r?\n|\s+/g, '');
}
