import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stageCore, stageGitHubToolkit, verifyStaged } from '../../scripts/staging.ts';
import { listReachableFiles, readSource, stageUndici } from '../../scripts/undici.ts';

describe('the staged packages', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'staging-'));
    stageCore(folder);
    stageGitHubToolkit(folder);
    stageUndici(folder);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test('have the bytes of the published packages', () => {
    expect(() => verifyStaged(folder)).not.toThrow();
  });

  test('fail the build when a file of a library was edited', () => {
    const file = join(folder, 'undici', 'lib', 'core', 'connect.js');
    appendFileSync(file, '\n');
    expect(() => verifyStaged(folder)).toThrow(/undici.lib.core.connect\.js was changed/);
  });

  test('fail the build when a file is not in the package', () => {
    writeFileSync(join(folder, '@actions', 'core', 'lib', 'extra.js'), '');
    expect(() => verifyStaged(folder)).toThrow(/extra\.js/);
  });
});

describe('the files of undici that are bundled', () => {
  /** Lists them as if `file` had `replacement` where it has `original`. */
  const listWith = (file: string, original: string, replacement: string) =>
    listReachableFiles((name) => {
      const source = readSource(name);
      if (name !== file) {
        return source;
      }
      expect(source).toContain(original);
      return source.replace(original, replacement);
    });

  test('include HTTP/1.1, HTTP/2 and the proxy agent', () => {
    expect(listReachableFiles(readSource)).toEqual(
      expect.arrayContaining([
        'lib/dispatcher/client-h1.js',
        'lib/dispatcher/client-h2.js',
        'lib/dispatcher/proxy-agent.js',
        'lib/dispatcher/socks5-proxy-agent.js',
        'lib/llhttp/llhttp-wasm.js',
        'lib/llhttp/llhttp_simd-wasm.js',
      ]),
    );
  });

  test('do not include the parser Milo and the sources of fetch', () => {
    const unneeded = /parser-h1|milo|lib\/web/;
    expect(listReachableFiles(readSource).filter((file) => unneeded.test(file))).toEqual([]);
  });

  test.each([
    {
      change: 'loads Milo under another condition',
      file: 'lib/dispatcher/client-h1.js',
      original: "typeof esbuildDetection === 'undefined'\n",
      replacement: 'true\n',
    },
    {
      change: 'turns Milo on by default',
      file: 'lib/dispatcher/client-h1.js',
      original: '(client[kUseMilo] ?? getMiloEnabled())',
      replacement: '(client[kUseMilo] ?? true)',
    },
    {
      change: 'loads Milo in a second place',
      file: 'lib/dispatcher/client-h1.js',
      original: 'let extractBody\n',
      replacement: "let extractBody\nrequire('./parser-h1.js')\n",
    },
    {
      change: 'needs the sources of fetch for every body over HTTP/1.1',
      file: 'lib/dispatcher/client-h1.js',
      original: 'if (util.isFormDataLike(body)) {\n    if (!extractBody)',
      replacement: 'if (body) {\n    if (!extractBody)',
    },
    {
      change: 'needs the sources of fetch for every body over HTTP/2',
      file: 'lib/dispatcher/client-h2.js',
      original: 'if (util.isFormDataLike(body)) {\n    extractBody',
      replacement: 'if (body) {\n    extractBody',
    },
    {
      change: 'checks whether a body is form data in a second place',
      file: 'lib/core/request.js',
      original: 'let isFormData\n',
      replacement: 'let isFormData\nconst check = (body) => isUndiciFormData(body)\n',
    },
  ])('fail the build when undici $change', ({ file, original, replacement }) => {
    expect(() => listWith(file, original, replacement)).toThrow(/^undici's /);
  });

  test('fail the build when another file of undici loads the sources of fetch', () => {
    const list = listReachableFiles((name) =>
      name === 'lib/core/util.js' ? "require('../web/webidl')" : readSource(name),
    );
    expect(list).toContain('lib/web/webidl/index.js');
  });
});
