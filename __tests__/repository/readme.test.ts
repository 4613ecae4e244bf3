import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERROR_TITLES, SPECIAL_TITLES } from '../../src/errors.ts';
import { IF_EXISTS } from '../../src/reconcile/plan.ts';

const root = path.join(import.meta.dirname, '..', '..');
const pages = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/evidence.md',
  'docs/performance.md',
].map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
const readme = pages[0]?.text ?? '';

/** Headings outside code fences, as GitHub turns them into anchors. */
function findAnchors(markdown: string): string[] {
  const headings = markdown.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the README', () => {
  test('the README explains every failure under the title of its annotation', () => {
    const headings = [...readme.matchAll(/^### (.*)$/gm)].map(([, text]) => text);
    expect(headings).toEqual(
      expect.arrayContaining([...Object.values(ERROR_TITLES), ...Object.values(SPECIAL_TITLES)]),
    );
  });

  test('the README has a row in its truth table for every value of if-exists', () => {
    for (const word of IF_EXISTS) {
      expect(readme).toMatch(new RegExp(`^\\| \`${word}\``, 'm'));
    }
  });

  test('the README names the test command that CI runs', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    for (const [, script = ''] of readme.matchAll(/npm (?:run )?(test|[\w:-]+)$/gm)) {
      expect(script === 'ci' || script in scripts, script).toBe(true);
    }
  });
});

describe.each(pages)('$file', ({ file, text }) => {
  const links = [...text.replaceAll(/^```.*?^```$/gms, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, target = '']) => target,
  );
  const local = links.filter((target) => !/^[a-z]+:/.test(target));

  test('links in $file lead to existing pages and headings', () => {
    for (const target of new Set(local)) {
      const [name = '', anchor] = target.split('#');
      const place = name === '' ? path.join(root, file) : path.join(root, path.dirname(file), name);
      expect(existsSync(place), target).toBe(true);
      if (anchor !== undefined) {
        expect(findAnchors(readFileSync(place, 'utf8')), target).toContain(anchor);
      }
    }
  });
});
