/** Finds the headings of a Markdown page, of all levels, in order. Code blocks have none. */
export function findHeadings(markdown: string): string[] {
  const prose = markdown.replaceAll(/^( *)```.*?^\1```$/gms, '');
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text);
}

/** Makes the anchor by which GitHub links to a heading that is the first of its words on a page. */
export function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
