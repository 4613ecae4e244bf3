/**
 * Lints the workflows, `action.yml` and the other files that GitHub reads, with linters written in
 * Go and Python. Where a language is missing, its linters are skipped with a message; with
 * `--require-all` that is a failure.
 */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ACTIONS } from './actions.ts';
import {
  GO_TOOLS,
  hasGo,
  hasPython,
  installPythonTools,
  repositoryRoot,
  runVisibly,
} from './external-tools.ts';
import { findYamlExamples, isWorkflow } from './markdown-examples.ts';

const { values: flags } = parseArgs({
  options: { 'require-all': { type: 'boolean', default: false } },
});

const issueForms = listFiles('.github/ISSUE_TEMPLATE/*.yml').filter(
  (file) => !file.endsWith('config.yml'),
);

/**
 * The schemas that check-jsonschema bundles, copies of SchemaStore's, and the files they describe.
 */
const schemas: readonly { schema: string; files: readonly string[] }[] = [
  { schema: 'vendor.github-actions', files: ACTIONS.map(({ manifest }) => manifest) },
  { schema: 'vendor.github-workflows', files: listFiles('.github/workflows/*.yml') },
  { schema: 'vendor.dependabot', files: ['.github/dependabot.yml'] },
  { schema: 'vendor.github-issue-forms', files: issueForms },
  { schema: 'vendor.github-issue-config', files: ['.github/ISSUE_TEMPLATE/config.yml'] },
];

const failures: string[] = [];
const pythonPrograms = hasPython() ? installPythonTools() : undefined;

if (hasGo()) {
  // An empty -shellcheck turns it off: without Python, the machine's own shellcheck of any version
  // stays out.
  const shellcheck = pythonPrograms === undefined ? '' : join(pythonPrograms, 'shellcheck');
  const actionlint = ['run', GO_TOOLS.actionlint, '-shellcheck', shellcheck];
  lint('actionlint', 'go', actionlint);
  for (const { place, text } of listDocumentedWorkflows()) {
    lint(`actionlint ${place}`, 'go', [...actionlint, '-stdin-filename', place, '-'], text);
  }
} else {
  leaveOut('actionlint', 'Go');
}

if (pythonPrograms !== undefined) {
  const zizmorArgs = [
    '--offline',
    '--quiet',
    '--no-progress',
    '--strict-collection',
    '--persona',
    'pedantic',
  ];
  lint('zizmor', join(pythonPrograms, 'zizmor'), [...zizmorArgs, '.']);
  for (const { schema, files } of schemas) {
    lint(schema, join(pythonPrograms, 'check-jsonschema'), ['--builtin-schema', schema, ...files]);
  }
} else {
  leaveOut('shellcheck, zizmor and the schema check', 'Python with its module venv');
}

if (failures.length > 0) {
  console.error(`\nlint:workflows failed: ${failures.join(', ')}`);
  process.exitCode = 1;
}

function listFiles(pattern: string): string[] {
  return globSync(pattern, { cwd: repositoryRoot }).sort();
}

/** The complete workflows in the documentation. */
function listDocumentedWorkflows(): { place: string; text: string }[] {
  const pages = [...ACTIONS.map(({ readme }) => readme), ...listFiles('docs/**/*.md')];
  return pages
    .map((page) => ({ page, path: join(repositoryRoot, page) }))
    .filter(({ path }) => existsSync(path))
    .flatMap(({ page, path }) =>
      findYamlExamples(readFileSync(path, 'utf8'))
        .filter(isWorkflow)
        .map(({ line, text }) => ({ place: `${page}:${line}`, text })),
    );
}

function lint(name: string, program: string, args: readonly string[], input?: string): void {
  console.log(`\n${name}`);
  if (runVisibly(program, args, input === undefined ? {} : { input }) === 0) {
    console.log(`${name}: no findings`);
  } else {
    failures.push(name);
  }
}

function leaveOut(name: string, missing: string): void {
  console.log(`\n${name}: left out, ${missing} is not installed here`);
  if (flags['require-all']) {
    failures.push(name);
  }
}
