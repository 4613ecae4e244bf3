import { chunk } from '../chunk.ts';
import type { Drift } from '../insight-group/diff.ts';
import type { GroupTarget } from '../reconcile/group-result.ts';
import type { Secrets } from '../secrets.ts';
import { type DriftTense, describeDrift, listApplications } from './describe.ts';
import { Markdown } from './markdown.ts';
import type { RunReport } from './run-report.ts';

/** Names longer than this are cut in headings, in characters. */
const MAX_HEADING_NAME_LENGTH = 80;

/** The servers that have pages for people, and not only an API. */
const HAS_PAGES = /^https:\/\/[a-z0-9.-]+\.launchdarkly\.(?:com|us)$/;

/** The letters of Hebrew, Arabic and their neighbours. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** How many keys stand in one line of a long list: what is cut is cut between two lines. */
const KEYS_IN_LINE = 25;

/** Writes what reports say of groups as Markdown that is safe to show. */
export class GroupMarkdown extends Markdown {
  readonly #origin: string | undefined;
  readonly #file: string | undefined;

  constructor({ origin, file }: Pick<RunReport, 'origin' | 'file'>, secrets: Secrets) {
    super(secrets);
    this.#origin = origin;
    this.#file = file;
  }

  /** A display name, in quotes. */
  quoted(name: string): string {
    const text = this.text(name);
    // Two such names with an arrow between them would change places.
    return `“${RIGHT_TO_LEFT.test(text) ? `<span dir="auto">${text}</span>` : text}”`;
  }

  /** The name of a group for a heading, or its key where it has no name. */
  heading({ name, key }: GroupTarget): string {
    const characters = [...(name ?? key)];
    const shown =
      characters.length > MAX_HEADING_NAME_LENGTH
        ? `${characters.slice(0, MAX_HEADING_NAME_LENGTH).join('')}…`
        : characters.join('');
    return name === undefined ? this.code(shown) : this.text(shown);
  }

  /** The file that the groups come from; undefined when the inputs name them. */
  file(): string | undefined {
    return this.#file === undefined ? undefined : this.code(this.#file);
  }

  /** The server that the run spoke to; undefined when none was chosen. */
  server(): string | undefined {
    return this.#origin === undefined
      ? undefined
      : `LaunchDarkly at ${this.text(this.#origin.replace('https://', ''))}`;
  }

  /** A project's key, linked to the project in LaunchDarkly. */
  project(projectKey: string): string {
    const code = this.code(projectKey);
    const hasPage = this.#origin !== undefined && HAS_PAGES.test(this.#origin);
    return hasPage && this.isPlainKey(projectKey)
      ? `<a href="${this.#origin}/projects/${projectKey}/flags">${code}</a>`
      : code;
  }

  /** Where a group belongs: its project and environment. */
  place({ projectKey, environmentKey }: GroupTarget): string {
    const project = `project ${this.project(projectKey)}`;
    return environmentKey === '' ? project : `${project}, environment ${this.code(environmentKey)}`;
  }

  /** A group in a list: its key and where it belongs, or only its environment where all share a project. */
  item(target: GroupTarget, hasOneProject: boolean): string {
    const { key, projectKey, environmentKey } = target;
    const keys = [hasOneProject ? '' : projectKey, environmentKey].filter((part) => part !== '');
    const place = keys.map((part) => this.code(part)).join(' / ');
    if (key === '') {
      return place === '' ? this.place(target) : place;
    }
    return place === '' ? this.code(key) : `${this.code(key)} · ${place}`;
  }

  /** All keys of a long list, many in a line. */
  keyLines(keys: readonly string[]): string[] {
    return chunk(keys, KEYS_IN_LINE).map((line) => line.map((key) => this.code(key)).join(', '));
  }

  /** The applications of a group. */
  applications(keys: readonly string[]): string {
    return listApplications(keys, { key: (key) => this.code(key) });
  }

  /** One item for each field that differs. */
  drift(drift: readonly Drift[], tense: DriftTense): string[] {
    const format = {
      name: (name: string) => this.quoted(name),
      key: (key: string) => this.code(key),
    };
    return describeDrift(drift, tense, format);
  }
}

/** One of GitHub's alerts: paragraphs of Markdown, and items below them. */
export function alert(
  kind: 'NOTE' | 'WARNING' | 'CAUTION',
  paragraphs: readonly string[],
  items: readonly string[] = [],
): string {
  const list = items.map((item) => `- ${item}`).join('\n');
  const text = [...paragraphs, ...(list === '' ? [] : [list])].join('\n\n');
  return [`[!${kind}]`, ...text.split('\n')]
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n');
}
