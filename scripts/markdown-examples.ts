/** A fenced YAML block of a Markdown page. */
export interface YamlExample {
  /** The line of the page that the block's text starts on, counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** Returns the YAML blocks of a Markdown page in order, also those in lists, without their indent. */
export function findYamlExamples(markdown: string): YamlExample[] {
  const fences = markdown.matchAll(/^(?<indent> *)```ya?ml\n(?<text>.*?)^\k<indent>```$/gms);
  return [...fences].map(({ index, groups }) => ({
    line: markdown.slice(0, index).split('\n').length + 1,
    text: (groups?.['text'] ?? '').replaceAll(new RegExp(`^${groups?.['indent'] ?? ''}`, 'gm'), ''),
  }));
}

/** True when the block is a whole workflow, not a part of one or something else. */
export function isWorkflow({ text }: YamlExample): boolean {
  return /^on:/m.test(text) && /^jobs:/m.test(text);
}
