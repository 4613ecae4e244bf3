/** What a redacted secret reads like. The runner's own mask looks the same. */
const REDACTED = '***';

/**
 * Shorter values are not treated as secrets found in a body: the runner drops every output that
 * contains a masked value, so a mask on a short word destroys more than it protects.
 */
const MIN_DISCOVERED_LENGTH = 16;

/** No credential is as short. Taking a shorter value out of every text would only tear the texts. */
const MIN_REDACTED_LENGTH = 8;

/** LaunchDarkly's SDK and mobile keys and API tokens, and GitHub's tokens, by their documented shapes. */
const KNOWN_SHAPES =
  /\b(?:sdk|mob|api|rel)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})\b/gi;

/** Members of LaunchDarkly's bodies that hold a credential, in lower case. */
const SECRET_MEMBERS = new Set(['apikey', 'mobilekey', 'sdkkey', 'token', 'accesstoken', 'secret']);

/** The same members in a text that is no (complete) JSON. */
const SECRET_MEMBER_IN_TEXT =
  /"(?:apiKey|mobileKey|sdkKey|token|accessToken|secret)"\s*:\s*"((?:[^"\\]|\\.)*)/gi;

/**
 * Knows every secret of the run and takes them out of texts. Secrets are told to `mask` (the runner's
 * masker) the moment they become known, so that each is masked before it can be used.
 */
export class Secrets {
  readonly #mask: (value: string) => void;
  readonly #spared = new Set<string>();
  readonly #known = new Set<string>();
  readonly #forms = new Set<string>();
  /** All forms in one pattern; made when it is needed after a form was added. */
  #pattern: RegExp | undefined;

  constructor(mask: (value: string) => void) {
    this.#mask = mask;
  }

  /** Names values that are no secrets though they may look like one: the names and keys that the workflow gave. */
  spare(values: Iterable<string>): void {
    for (const value of values) {
      this.#spared.add(value);
    }
  }

  /** Registers a credential. Blank values are ignored: the runner warns when it is asked to mask nothing. */
  add(value: string): void {
    if (value.trim() === '' || this.#known.has(value)) {
      return;
    }
    this.#known.add(value);
    this.#mask(value);
    if (value.length < MIN_REDACTED_LENGTH) {
      return;
    }
    for (const form of deriveForms(value)) {
      this.#forms.add(form);
    }
    this.#pattern = undefined;
  }

  /** Finds and registers the secrets that a response body carries, at any depth, whether or not it is valid JSON. */
  discover(text: string, json: unknown): void {
    for (const [shape] of text.matchAll(KNOWN_SHAPES)) {
      this.#addDiscovered(shape);
    }
    if (json !== undefined) {
      this.#discoverMembers(json);
      return;
    }
    // Only here: what stands in valid JSON is escaped, so a spared value would not be known again.
    for (const [, value = ''] of text.matchAll(SECRET_MEMBER_IN_TEXT)) {
      this.#addDiscovered(value);
    }
  }

  /** Returns `text` without any secret, raw or in a form derived from one. Redact first, escape afterwards. */
  redact(text: string): string {
    this.#pattern ??= createPattern(this.#forms);
    return text
      .replace(this.#pattern, REDACTED)
      .replace(KNOWN_SHAPES, (shape) => (this.#spared.has(shape) ? shape : REDACTED));
  }

  #addDiscovered(value: string): void {
    const isSecret =
      value.length >= MIN_DISCOVERED_LENGTH && !/[\r\n]/.test(value) && !this.#spared.has(value);
    if (isSecret) {
      this.add(value);
    }
  }

  #discoverMembers(json: unknown): void {
    // A list of work instead of recursion: the depth of a body is the server's choice.
    const pending: unknown[] = [json];
    while (pending.length > 0) {
      const value = pending.pop();
      if (typeof value !== 'object' || value === null) {
        continue;
      }
      for (const [member, child] of Object.entries(value)) {
        if (typeof child === 'string' && SECRET_MEMBERS.has(member.toLowerCase())) {
          this.#addDiscovered(child);
        } else {
          pending.push(child);
        }
      }
    }
  }
}

/**
 * Patterns of the forms in which a secret may come back from a server, beyond the few that the runner's
 * masker knows. Each is compared without regard to case.
 */
function deriveForms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const hex = bytes.toString('hex');
  const base64 = bytes.toString('base64');
  const literal = [
    ...WRITTEN_CODES.flatMap((write) => [
      listCodes(bytes).map(write).join(''),
      replacePunctuation(secret, (mark) => listCodes(Buffer.from(mark)).map(write).join('')),
    ]),
    ...WRITTEN_WHOLE.map((write) => write(secret.toWellFormed())),
    ...[bytes, Buffer.from(secret, 'utf16le'), Buffer.from(base64), Buffer.from(hex)].flatMap(
      deriveBase64,
    ),
    [...secret].toReversed().join(''),
    // A server that shows a credential shortened still shows most of it.
    ...(secret.length >= 24 ? [secret.slice(0, 16), secret.slice(-16)] : []),
  ];
  // A gap that could be a character of the secret as well would make the search slow beyond measure.
  const gap = /[\s\\]/.test(secret) ? '' : String.raw`(?:\s|\\[nr])*`;
  return [
    // White space between the characters, or a wrapped line, hides nothing from a person.
    [...secret].map(escapePattern).join(gap),
    [...base64.replace(/=+$/, '')].map(escapePattern).join(String.raw`\s*`),
    listCodes(bytes).join(String.raw`(?:[\s:,]|0x)*`),
    [...bytes].join(String.raw`,\s*`),
    ...literal.map(escapePattern),
  ];
}

/** How a byte is written by its code, two hexadecimal digits. */
const WRITTEN_CODES: readonly ((code: string) => string)[] = [
  (code) => `%${code}`,
  (code) => `%25${code}`,
  (code) => `=${code}`,
  (code) => `\\x${code}`,
  (code) => `\\u00${code}`,
  (code) => `&#${Number.parseInt(code, 16)};`,
  (code) => `&#x${code};`,
];

/** How a text is written in formats that treat some characters differently from others. */
const WRITTEN_WHOLE: readonly ((text: string) => string)[] = [
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  encodeURI,
  encodeURIComponent,
  (text) => new URLSearchParams({ '': text }).toString().slice(1),
  (text) => replacePunctuation(text, (mark) => `\\${mark}`),
  (text) => text.replace(/[&<>"']/g, (mark) => HTML_ENTITIES[mark] ?? mark),
  (text) => text.replace(/["$`\\!]/g, '\\$&'),
  (text) => text.replaceAll("'", "''"),
  (text) => text.replaceAll("'", String.raw`'\''`),
];

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function listCodes(bytes: Buffer): string[] {
  return bytes.toString('hex').match(/../g) ?? [];
}

function replacePunctuation(text: string, write: (mark: string) => string): string {
  return text.replace(/[^A-Za-z0-9]/gu, write);
}

/** Base64 of the bytes wherever they stand in a longer text: three shifts, in both alphabets. */
function deriveBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url');
    // The first and the last characters depend on what stands beside the bytes.
    const isAligned = (shift + bytes.length) % 3 === 0;
    const stable = shifted.slice(shift === 0 ? 0 : shift + 1, isAligned ? undefined : -1);
    return [stable, stable.replaceAll('-', '+').replaceAll('_', '/')];
  });
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/** Longer forms come first, so that none leaves the rest of a longer one behind. Without forms it never matches. */
function createPattern(forms: Iterable<string>): RegExp {
  const alternatives = [...forms].sort((a, b) => b.length - a.length);
  return new RegExp(alternatives.join('|') || '(?!)', 'gi');
}
