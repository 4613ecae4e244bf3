import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ERROR_TITLES } from '../../src/errors.ts';
import { checkNodeVersion, type NodeProcess, OLDEST_NODE } from '../../src/node-version.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-version-'));
  writeFileSync(join(folder, 'output'), 'earlier=1\n');
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Checks a version and returns what was printed. */
function check(node: string, outputFile = join(folder, 'output')) {
  const printed: string[] = [];
  const host: NodeProcess = {
    versions: { node },
    env: { GITHUB_OUTPUT: outputFile },
    stdout: { write: (text: string) => printed.push(text) },
  };
  return {
    isSupported: checkNodeVersion(host, { created: 'false', drift: '[]' }),
    printed,
    exitCode: host.exitCode,
  };
}

const readOutputs = () => readFileSync(join(folder, 'output'), 'utf8');

describe('checkNodeVersion', () => {
  test.each([OLDEST_NODE, '20.10.1', '20.11.0', '21.0.0', '24.0.0-nightly', '100.0.0'])(
    'accepts Node.js %s silently',
    (version) => {
      expect(check(version)).toEqual({ isSupported: true, printed: [], exitCode: undefined });
      expect(readOutputs()).toBe('earlier=1\n');
    },
  );

  test.each(['20.9.9', '20.9.0', '20.0.100', '19.99.99', '18.20.8', '9.0.0', '0.12.0'])(
    'rejects Node.js %s with an annotation, outputs and an exit code',
    (version) => {
      expect(check(version)).toEqual({
        isSupported: false,
        printed: [
          `::error title=${ERROR_TITLES['unsupported-node']}::This runner starts the action with Node.js ${version}, but the action needs Node.js ${OLDEST_NODE} or later: update the runner, or the image that its Node.js comes from.\n`,
        ],
        exitCode: 1,
      });
      expect(readOutputs()).toBe(
        'earlier=1\noutcome=failed\nerror-code=unsupported-node\ncreated=false\ndrift=[]\n',
      );
    },
  );

  test.each(['', '/nowhere/at/all'])(
    'rejects an old Node.js even when the outputs cannot be written to "%s"',
    (outputFile) => {
      expect(check('18.20.8', outputFile)).toMatchObject({ isSupported: false, exitCode: 1 });
    },
  );
});
