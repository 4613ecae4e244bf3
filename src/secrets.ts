import { deriveEncodings } from './secret-encodings.ts';
import { foldCase, mergeSpans, SecretIndex, type Span } from './secret-index.ts';
import { findSecretMembers, findSecretMembersInText } from './secret-members.ts';

/** What a redacted secret reads like. The runner's own mask looks the same. */
const REDACTED = '***';

/** Stands in for a text that could not be redacted. */
const WITHHELD = '[withheld: the text could not be searched for secrets]';

/**
 * The runner drops every output that contains a masked value, and no credential is as short, so a
 * shorter value is neither masked nor redacted. In characters.
 */
const MIN_SECRET_LENGTH = 8;

/** A shorter value is not taken for a secret because of the name that it has in a body, in characters. */
const MIN_DISCOVERED_LENGTH = 16;

/** More masks for secrets in bodies would be noise in the log. The reports are redacted without them. */
const MAX_DISCOVERED_MASKS = 32;

/** Secrets from bodies that are redacted in all their encodings. */
const MAX_DISCOVERED = 1_000;

/** The part of {@link MAX_DISCOVERED} for keys of a known shape, which are redacted without being known. */
const MAX_DISCOVERED_BY_SHAPE = 200;

/** The total length of the secrets from bodies that are redacted, in characters. */
const MAX_DISCOVERED_LENGTH = 128 * 1024;

/** Longer texts are cut here, in characters. No sink shows as much. */
const MAX_TEXT_LENGTH = 1024 * 1024;

/** What is left out at a cut, in characters: longer than the part of a known shape that is not recognized. */
const CUT_LENGTH = 64;

/**
 * LaunchDarkly's SDK and mobile keys and API tokens, and GitHub's tokens, by their documented shapes. What
 * stands in front does not matter: it may be the end of an escape, as in `%22sdk-…` and `\nsdk-…`.
 */
const KNOWN_SHAPES =
  /(?:sdk|mob|api|rel)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])|gh[pousr]_[a-z0-9]{30,}|github_pat_[a-z0-9_]{30,}/gi;

/** Separates the values. No environment variable can hold it. */
const SEPARATOR = '\0';

/**
 * Knows every secret of the run and redacts them. Each secret is passed to `mask` (the runner's masker) as
 * soon as it is known, before anything can use it. The cost of every method is linear in its arguments.
 */
export class Secrets {
  readonly #mask: (value: string) => void;
  readonly #index = new SecretIndex();
  readonly #known = new Set<string>();
  /** All forms of the secrets that the run was given. */
  readonly #given = new Set<string>();
  readonly #named = new Set<string>();
  /** The named values that hold no given secret, in one text that is searched as a whole. */
  #exempt = '';
  #discovered = 0;
  #discoveredLength = 0;
  #discoveredMasks = 0;

  constructor(mask: (value: string) => void) {
    this.#mask = mask;
  }

  /**
   * Names values that are no secrets though they, or parts of them, may look like one: the names and keys
   * that the workflow gave. A value that holds a secret that was added is no exception.
   */
  exempt(values: Iterable<string>): void {
    for (const value of values) {
      this.#named.add(foldCase(value));
    }
    this.#updateExempt();
  }

  /**
   * Registers a credential that the run was given, whatever it looks like. Values of fewer than eight
   * characters are ignored, and so are such lines: the runner masks each line of a value by itself.
   */
  add(value: string): void {
    const lines = value.split(/[\r\n]/).filter((line) => isLongEnough(line));
    for (const line of lines) {
      if (!this.#known.has(line)) {
        this.#mask(line);
      }
    }
    for (const part of [value, ...lines].filter(isLongEnough)) {
      for (const form of this.#register(part)) {
        this.#given.add(foldCase(form));
      }
    }
    this.#updateExempt();
  }

  /**
   * Finds and registers the secrets that a response body carries, at any depth, whether or not it is valid
   * JSON. Returns false when it carries more than can be registered: then nothing of it may be shown.
   */
  discover(text: string, json: unknown): boolean {
    for (const values of [findSecretMembers(json), findSecretMembersInText(text)]) {
      for (const value of values) {
        if (!this.#addDiscovered(value)) {
          return false;
        }
      }
    }
    for (const [shape] of text.matchAll(KNOWN_SHAPES)) {
      if (this.#discovered >= MAX_DISCOVERED_BY_SHAPE) {
        break;
      }
      this.#addDiscovered(shape);
    }
    return true;
  }

  /**
   * Returns `text` without any secret, raw, encoded or shortened. Redact first, escape afterwards. Never
   * throws: a text that can't be redacted becomes a constant.
   */
  redact(text: string): string {
    try {
      return text.length > MAX_TEXT_LENGTH
        ? `${this.#replace(text.slice(0, MAX_TEXT_LENGTH)).slice(0, -CUT_LENGTH)}…`
        : this.#replace(text);
    } catch {
      return WITHHELD;
    }
  }

  #replace(text: string): string {
    const shapes = [...text.matchAll(KNOWN_SHAPES)].map(
      ({ 0: shape, index }): Span => ({ start: index, end: index + shape.length }),
    );
    const pieces: string[] = [];
    let position = 0;
    for (const { start, end } of mergeSpans([...this.#index.find(text), ...shapes])) {
      if (!this.#isExempt(text.slice(start, end))) {
        pieces.push(text.slice(position, start), REDACTED);
        position = end;
      }
    }
    return [...pieces, text.slice(position)].join('');
  }

  #register(value: string): string[] {
    if (this.#known.has(value)) {
      return [];
    }
    this.#known.add(value);
    const forms = deriveEncodings(value);
    for (const form of forms) {
      this.#index.add(form);
    }
    return forms;
  }

  /** Returns false when the value would have to be redacted, but can't be registered. */
  #addDiscovered(value: string): boolean {
    const lines = value.split(/[\r\n]/).map((line) => line.trim());
    return lines
      .filter((line) => line.length >= MIN_DISCOVERED_LENGTH && !this.#known.has(line))
      .every((line) => this.#addDiscoveredLine(line, lines.length === 1));
  }

  #addDiscoveredLine(secret: string, isMaskable: boolean): boolean {
    const isKnownShape = secret.replace(KNOWN_SHAPES, '') === '';
    const limit = isKnownShape ? MAX_DISCOVERED_BY_SHAPE : MAX_DISCOVERED;
    const total = this.#discoveredLength + secret.length;
    const isWithinLimits = this.#discovered < limit && total <= MAX_DISCOVERED_LENGTH;
    if (!isWithinLimits && isKnownShape) {
      return true;
    }
    if (this.#isExempt(secret)) {
      return true;
    }
    if (!isWithinLimits) {
      return false;
    }
    this.#discovered += 1;
    this.#discoveredLength = total;
    if (isMaskable && this.#discoveredMasks < MAX_DISCOVERED_MASKS) {
      this.#discoveredMasks += 1;
      this.#mask(secret);
    }
    this.#register(secret);
    return true;
  }

  #isExempt(text: string): boolean {
    return this.#exempt.includes(foldCase(text));
  }

  #updateExempt(): void {
    this.#exempt = [...this.#named]
      .filter((value) => ![...this.#given].some((form) => value.includes(form)))
      .join(SEPARATOR);
  }
}

function isLongEnough(value: string): boolean {
  return value.trim().length >= MIN_SECRET_LENGTH;
}
