/**
 * Runs `.github/workflows/e2e.yml` in nektos/act, a workflow engine that is not ours, on this
 * machine and without Docker. Skips with a message where Go, which builds and starts act, is
 * missing.
 *
 * What act does not cover: it logs a job summary instead of rendering it and enforces no limit on
 * its size, it makes no annotations, and it uses the first Node in PATH for every action.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { GO_TOOLS, hasGo, repositoryRoot, runVisibly } from './external-tools.ts';

const workflow = '.github/workflows/e2e.yml';

if (hasGo()) {
  process.exitCode = runInAct();
} else {
  console.log('e2e:act: skipped, act is built with Go and Go is not installed here');
}

/** Runs the workflow; returns the exit code of act, which is not 0 when the job failed. */
function runInAct(): number {
  const scratch = mkdtempSync(join(tmpdir(), 'e2e-act-'));
  try {
    const standIns = listRemoteActions().map((action) => ({
      action,
      directory: writeStandIn(join(scratch, 'stand-ins', action.replaceAll(/[/@]/g, '-')), action),
    }));
    for (const { action } of standIns) {
      console.log(`Not fetched, a stand-in that does nothing takes its place: ${action}`);
    }
    console.log('act copies the working tree itself, and only logs job summaries.\n');

    const args = [
      'run',
      GO_TOOLS.act,
      'workflow_dispatch',
      '--workflows',
      workflow,
      '--matrix',
      'os:ubuntu-latest',
    ];
    args.push('--platform', 'ubuntu-latest=-self-hosted', '--rm', '--no-cache-server');
    args.push('--action-cache-path', join(scratch, 'cache'));
    args.push(
      ...standIns.flatMap(({ action, directory }) => [
        '--local-repository',
        `${action}=${directory}`,
      ]),
    );
    return runVisibly('go', args, {
      env: {
        ...process.env,
        PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
        // act would read flags from its user's own configuration.
        XDG_CONFIG_HOME: join(scratch, 'config'),
      },
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * The actions of other repositories that the workflow uses, as `owner/name@commit`, without
 * duplicates.
 */
function listRemoteActions(): string[] {
  const text = readFileSync(join(repositoryRoot, workflow), 'utf8');
  const references = text.matchAll(/^\s*(?:- )?uses: (?<action>[\w-]+\/[\w-]+@[0-9a-f]{40})/gm);
  return [...new Set([...references].map(({ groups }) => groups?.['action'] ?? ''))];
}

/** Writes an action that does nothing, and returns its directory. */
function writeStandIn(directory: string, action: string): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'action.yml'),
    `name: A stand-in for ${action}
description: Does nothing.
runs:
  using: composite
  steps:
    - run: exit 0
      shell: bash
`,
  );
  return directory;
}
