import type { Drift } from '../insight-group/diff.ts';
import type { GroupTarget } from '../reconcile/group-result.ts';
import type { Secrets } from '../secrets.ts';
import { type DriftTense, describeDrift, listApplications } from './describe.ts';
import { Markdown } from './markdown.ts';
import type { RunReport } from './run-report.ts';

/** Names longer than this are cut in headings, in characters. */
const MAX_HEADING_NAME_LENGTH = 80;

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
    return `“${this.text(name)}”`;
  }

  /** The name of a group for a heading, or its key where it has no name. */
  heading({ name, key }: GroupTarget): string {
    const words = [...(name ?? key)];
    const cut = words.length > MAX_HEADING_NAME_LENGTH;
    return this.text(cut ? `${words.slice(0, MAX_HEADING_NAME_LENGTH).join('')}…` : words.join(''));
  }

  /** The file that the groups come from; undefined when the inputs name them. */
  file(): string | undefined {
    return this.#file === undefined ? undefined : this.code(this.#file);
  }

  /** The server that the run spoke to; undefined when none was chosen. */
  server(): string | undefined {
    return this.#origin === undefined ? undefined : `LaunchDarkly at ${this.text(this.#origin)}`;
  }

  /** A project's key, linked to the project in LaunchDarkly. */
  project(projectKey: string): string {
    const code = this.code(projectKey);
    return this.#origin === undefined
      ? code
      : `<a href="${this.#origin}/projects/${encodeURIComponent(projectKey)}">${code}</a>`;
  }

  /** Where a group belongs: its project and environment. */
  place({ projectKey, environmentKey }: GroupTarget): string {
    const project = `project ${this.project(projectKey)}`;
    return environmentKey === '' ? project : `${project}, environment ${this.code(environmentKey)}`;
  }

  /** A group in a list: its key and where it belongs. */
  item(target: GroupTarget): string {
    const place = this.place(target);
    return target.key === '' ? place : `${this.code(target.key)} (${place})`;
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

/** One of GitHub's alerts. `lines` are paragraphs of Markdown. */
export function alert(kind: 'NOTE' | 'WARNING' | 'CAUTION', ...lines: readonly string[]): string {
  return [
    `> [!${kind}]`,
    ...lines
      .map((line) => `> ${line}`)
      .join('\n>\n')
      .split('\n'),
  ].join('\n');
}
