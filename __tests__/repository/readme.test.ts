import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ACTIONS } from '../../scripts/actions.ts';
import { findHeadings, toAnchor } from '../../scripts/markdown-headings.ts';
import { ERROR_TITLES, SPECIAL_TITLES } from '../../src/errors.ts';
import { IF_EXISTS } from '../../src/inputs/if-exists.ts';
import { repositoryRoot } from './workflow-files.ts';

const read = (file: string) => readFileSync(path.join(repositoryRoot, file), 'utf8');
const readme = read('README.md');
const pages = [
  ...ACTIONS.map((action) => action.readme),
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync('docs/*.md', { cwd: repositoryRoot }).sort(),
].map((file) => ({ file, text: read(file) }));

describe('the README', () => {
  test('has a row in its table for every value of if-exists', () => {
    for (const word of IF_EXISTS) {
      expect(readme).toMatch(new RegExp(`^\\| \`${word}\``, 'm'));
    }
  });

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...readme.matchAll(/npm (?:run )?([\w:-]+)$/gm)].map(([, script]) => script);
    expect(named).toEqual(expect.arrayContaining(['demo', 'test']));
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  test('is short enough to be read', () => {
    expect(readme.split('\n').length).toBeLessThan(270);
  });
});

test('the troubleshooting page explains every failure under the title of its annotation', () => {
  expect(findHeadings(read('docs/troubleshooting.md'))).toEqual(
    expect.arrayContaining([...Object.values(ERROR_TITLES), ...Object.values(SPECIAL_TITLES)]),
  );
});

describe.each(pages)('$file', ({ file, text }) => {
  const links = [...text.replaceAll(/^( *)```.*?^\1```$/gms, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, target = '']) => target,
  );
  const local = links.filter((target) => !/^[a-z]+:/.test(target));

  test('links only to pages and headings that exist', () => {
    for (const target of new Set(local)) {
      const [name = '', anchor] = target.split('#');
      const place =
        name === ''
          ? path.join(repositoryRoot, file)
          : path.join(repositoryRoot, path.dirname(file), name);
      expect(existsSync(place), target).toBe(true);
      if (anchor !== undefined) {
        const anchors = findHeadings(readFileSync(place, 'utf8')).map(toAnchor);
        expect(anchors, target).toContain(anchor);
      }
    }
  });

  test('shows only pictures that exist', () => {
    for (const [, source = ''] of text.matchAll(/(?:src|srcset)="([^"]+)"/g)) {
      expect(existsSync(path.join(repositoryRoot, path.dirname(file), source)), source).toBe(true);
    }
  });

  test('has no two headings with the same anchor', () => {
    const anchors = findHeadings(text).map(toAnchor);
    const ofSections = file === 'CHANGELOG.md' ? [] : anchors;
    expect(new Set(ofSections).size).toBe(ofSections.length);
  });
});
