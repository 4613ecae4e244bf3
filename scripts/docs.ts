/**
 * `npm run docs` writes the tables of the README that are made from action.yml and src/, and the JSON
 * Schema of the groups file;
 * `npm run docs:check` (the option --check) fails when one of them is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { ERROR_CODES, ERROR_TITLES } from '../src/errors.ts';
import { renderGroupsFileSchema } from './groups-file-json-schema.ts';

interface Manifest {
  readonly inputs: Record<string, { description: string; required?: boolean; default?: string }>;
  readonly outputs: Record<string, { description: string }>;
}

const root = path.join(import.meta.dirname, '..');
const readme = path.join(root, 'README.md');

const manifest: Manifest = parse(readFileSync(path.join(root, 'action.yml'), 'utf8'));
const current = readFileSync(readme, 'utf8');
const tables: Readonly<Record<string, string>> = {
  inputs: table(
    ['input', 'required', 'default', 'meaning'],
    Object.entries(manifest.inputs).map(([name, input]) => [
      `\`${name}\``,
      input.required === true ? 'yes' : '',
      input.default ? `\`${input.default}\`` : '',
      input.description,
    ]),
  ),
  outputs: table(
    ['output', 'value'],
    Object.entries(manifest.outputs).map(([name, { description }]) => [`\`${name}\``, description]),
  ),
  errors: table(
    ['`error-code`', 'what the log says'],
    ERROR_CODES.map((code) => [`\`${code}\``, link(ERROR_TITLES[code])]),
  ),
};
const fresh = Object.entries(tables).reduce(replaceTable, current);

writeOrCheckSchema();
if (!process.argv.includes('--check')) {
  writeFileSync(readme, fresh);
} else if (fresh !== current) {
  console.error('The tables in README.md are stale. Run npm run docs.');
  process.exitCode = 1;
} else {
  console.log('The tables in README.md are what action.yml and src/ say.');
}

function writeOrCheckSchema(): void {
  const name = 'insight-groups.schema.json';
  const file = path.join(root, name);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, renderGroupsFileSchema());
  } else if (readFileSync(file, 'utf8') !== renderGroupsFileSchema()) {
    console.error(`${name} is stale. Run npm run docs.`);
    process.exitCode = 1;
  }
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.trim().replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Links to a heading of the README by its words, as GitHub makes anchors. */
function link(heading: string): string {
  const anchor = heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
  return `[${heading}](#${anchor})`;
}

function replaceTable(text: string, [name, content]: readonly [string, string]): string {
  const [begin, end] = [`<!-- ${name}: made by npm run docs -->`, `<!-- ${name}: end -->`];
  const [before, rest, ...more] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined || more.length > 0) {
    throw new Error(`README.md needs one pair of ${begin} and ${end}`);
  }
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}
