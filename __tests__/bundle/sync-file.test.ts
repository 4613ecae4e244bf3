import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { DEFAULT_FILE, listAnnotations, type SyncRun, startSyncRun } from './sync-run.ts';

/** Expects that the file was refused before any request, and returns the annotations. */
function readRefusal(sync: SyncRun, result: StepResult): string[] {
  expect(result.exitCode).toBe(1);
  expect(result.outputs).toMatchObject({
    outcome: 'failed',
    drift: '',
    groups: '[]',
    'error-code': 'invalid-file',
  });
  expect(result.stderr).toBe('');
  expect(result.log).toContain('No request was made.');
  expect(sync.simulator.requests).toEqual([]);
  return listAnnotations(result);
}

/** An entry with everything it needs, on line 2 of a file. */
const ENTRY = '  - {key: a, name: A, project: default, environment: production}';

describe('a file with a problem is refused before any request, with an annotation at its place', () => {
  test.each([
    {
      what: 'a misspelt key',
      content: `groups:\n  - key: a\n    nmae: A\n    project: default\n    environment: production`,
      expected: [
        '2:5 groups[0].name: is required, in the entry or under defaults (line 2, column 5)',
        '3:5 groups[0].nmae: is not known here; did you mean "name"? (line 3, column 5)',
      ],
    },
    {
      what: 'an input of the main action',
      content: `groups:\n  - {key: a, name: A, project: default, environment: production, if-exists: keep}`,
      expected: [
        '2:66 groups[0].if-exists: has no place in a file: a group that exists is always updated to what the file says (line 2, column 66)',
      ],
    },
    {
      what: 'a value of the wrong type',
      content: `groups:\n  - key: a\n    name:\n      - A\n    project: default\n    environment: test`,
      expected: ['4:7 groups[0].name: is a list; expected text (line 4, column 7)'],
    },
    {
      what: 'a list that is none',
      content: 'groups: all',
      expected: [
        '1:9 groups: "all" is not valid; expected a list of entries, each of which starts with "- " (line 1, column 9)',
      ],
    },
    {
      what: 'equal keys',
      content: `groups:\n${ENTRY}\n${ENTRY}`,
      expected: [
        '2:6 groups[0].key: gives "a" for project "default", environment "production", and so does the entry on line 3; the keys of groups must be unique (line 2, column 6)',
        '3:6 groups[1].key: gives "a" for project "default", environment "production", and so does the entry on line 2; the keys of groups must be unique (line 3, column 6)',
      ],
    },
    {
      what: 'an exclusion without quotes',
      content:
        'groups:\n  - key: a\n    name: A\n    project: default\n    environment: !production',
      expected: [
        '5:18 groups[0].environment: quote it: ! is a tag in YAML, and tags are not supported here (line 5, column 18)',
      ],
    },
    {
      what: 'a wildcard without quotes',
      content: 'groups:\n  - key: a\n    name: A\n    project: default\n    environment: *',
      expected: ['5:18 groups[0].environment: quote it: * is an alias in YAML'],
    },
    {
      what: 'a placeholder without quotes',
      content:
        'groups:\n  - key: {environment}\n    name: A\n    project: default\n    environment: production',
      expected: ['2:10 groups[0].key: quote it: { starts a map in YAML (line 2, column 10)'],
    },
    {
      what: 'an anchor and a merge key',
      content: `defaults: &d\n  project: default\ngroups:\n  - <<: *d\n    key: a\n    name: A\n    project: default\n    environment: test`,
      expected: [
        '1:11 defaults: quote it: & is an anchor in YAML',
        '4:5 groups[0].<<: merge keys are not supported here; use defaults, or write the values out (line 4, column 5)',
      ],
    },
    {
      what: 'a second document',
      content: `groups:\n${ENTRY}\n---\ngroups: []`,
      expected: [
        '3:1 a second document starts here; the file must have only one (line 3, column 1)',
      ],
    },
    {
      what: 'a tab',
      content: 'groups:\n  - key: a\n\tname: A',
      expected: ['tabs are not allowed as indentation in YAML; use spaces'],
    },
    {
      what: 'a pattern for a group that is to be absent',
      content: `groups:\n  - {key: a, project: default, environment: 'pr-*', state: absent}`,
      expected: [
        '2:6 groups[0].environment: "pr-*" may mean several; state: absent needs one exact key (line 2, column 6)',
      ],
    },
    {
      what: 'a state that is none',
      content: `groups:\n  - {key: a, project: default, environment: test, state: abscent}`,
      expected: [
        'groups[0].state: "abscent" is not valid; expected present or absent; did you mean "absent"?',
      ],
    },
    {
      what: 'an unknown placeholder',
      content: `groups:\n  - {key: '{env}-x', name: A, project: default, environment: test}`,
      expected: ['2:11 groups[0].key: '],
    },
    {
      what: 'only exclusions',
      content: `groups:\n  - {key: '{environment}', name: A, project: default, environment: ['!test']}`,
      expected: ['groups[0].environment'],
    },
    {
      what: 'more than 1,000 groups',
      content: [
        'groups:',
        ...Array.from({ length: 1_001 }, (_, i) => ENTRY.replace('a,', `a${i},`)),
      ].join('\n'),
      expected: [
        'groups: has more than 1000 entries; split the file, one step for each part (line 2, column 3)',
      ],
    },
    {
      what: 'more than 256 KiB',
      content: `groups:\n${ENTRY}\n# ${'x'.repeat(256 * 1024)}`,
      expected: [
        '1:1 the file is larger than 256 KiB; split it, one step for each part (line 1, column 1)',
      ],
    },
    {
      what: 'another encoding',
      content: Buffer.from(`groups:\n  - {key: a, name: "Caf\xe9"}`, 'latin1'),
      expected: ['2:24 this is not UTF-8; save the file as UTF-8 (line 2, column 24)'],
    },
    {
      what: 'UTF-16',
      content: Buffer.from(`\ufeffgroups: []`, 'utf16le'),
      expected: ['1:1 the file is UTF-16; save it as UTF-8 (line 1, column 1)'],
    },
  ])('$what', async ({ content, expected }) => {
    await using sync = await startSyncRun();
    await sync.write(content);
    const annotations = readRefusal(sync, await sync.run());
    expect(annotations).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) {
      expect(annotations[index]).toContain(`error ${DEFAULT_FILE}:`);
      expect(annotations[index]?.replace(' The groups file is not valid:', '')).toContain(text);
    }
  });
});

describe('many problems', () => {
  const fileWith = (count: number) =>
    [
      'groups:',
      ...Array.from({ length: count }, (_, index) => ENTRY.replace('key: a', `key: -${index}`)),
    ].join('\n');

  test('ten are ten annotations', async () => {
    await using sync = await startSyncRun(fileWith(10));
    const annotations = readRefusal(sync, await sync.run());
    expect(annotations).toHaveLength(10);
    expect(annotations.at(-1)).toContain(`${DEFAULT_FILE}:11:`);
  });

  test('more are nine annotations and a tenth that counts the rest, all in the log and the summary', async () => {
    await using sync = await startSyncRun(fileWith(25));
    const result = await sync.run();
    const annotations = readRefusal(sync, result);
    expect(annotations).toHaveLength(10);
    expect(annotations.at(-1)).toBe(
      'error More failures: 16 more are in the log and in the job summary.',
    );
    for (let index = 0; index < 25; index += 1) {
      expect(result.log).toContain(`groups[${index}].key: `);
      expect(result.summary).toContain(`>${index + 2}:11</code>`);
    }
    expect(result.log).toContain(`The groups file ${DEFAULT_FILE} has 25 problems.`);
  });

  const manyKeys = Array.from({ length: 30_000 }, (_, index) => `k${index}:\n`).join('');

  test('of a hostile file a thousand are listed, and the others counted', async () => {
    await using sync = await startSyncRun(manyKeys);
    const result = await sync.run();
    readRefusal(sync, result);
    expect(result.lines.length).toBeLessThan(1_100);
    expect(result.log).toMatch(/has 30000 problems, of which 1000 are listed/);
  });

  test('deep nesting is refused', async () => {
    await using sync = await startSyncRun('['.repeat(100_000));
    expect(readRefusal(sync, await sync.run()).length).toBeGreaterThan(0);
  });
});

describe('a file that cannot be read', () => {
  test('that does not exist asks for actions/checkout', async () => {
    await using sync = await startSyncRun();
    expect(readRefusal(sync, await sync.run())).toEqual([
      `error The groups file is not valid: There is no file "${DEFAULT_FILE}" in the workspace. Is a step with actions/checkout missing before this one? No request was made.\nNext: Check the input file: it is a path relative to the workspace.`,
    ]);
  });

  test('that has the other extension of YAML is suggested', async () => {
    await using sync = await startSyncRun();
    await sync.write('groups: []', '.github/insight-groups.yaml');
    const [annotation] = readRefusal(sync, await sync.run());
    expect(annotation).toContain('Did you mean ".github/insight-groups.yaml"?');
  });

  test.each([
    { file: '.github', expected: '".github" is a folder; name a file in it.' },
    { file: '../groups.yml', expected: '"../groups.yml" is outside the workspace' },
    { file: '/etc/hostname', expected: '"/etc/hostname" is outside the workspace' },
    { file: 'link.yml', expected: '"link.yml" is a link that leads out of the workspace.' },
    { file: 'linked/file.yml', expected: 'a link that leads out of the workspace.' },
  ])('is refused: $file', async ({ file, expected }) => {
    await using sync = await startSyncRun('groups: []');
    await using other = await startSyncRun();
    await other.write('groups: []', 'file.yml');
    await symlink(join(other.workspace, 'file.yml'), join(sync.workspace, 'link.yml'));
    await symlink(other.workspace, join(sync.workspace, 'linked'));
    const [annotation] = readRefusal(sync, await sync.run({ file }));
    expect(annotation).toContain(expected);
  });

  test('never shows what a file outside the workspace holds', async () => {
    await using sync = await startSyncRun('groups: []');
    await using other = await startSyncRun();
    await other.write('password-of-another-file', 'file.yml');
    await symlink(join(other.workspace, 'file.yml'), join(sync.workspace, 'link.yml'));
    const result = await sync.run({ file: 'link.yml' });
    expect(result.log + result.summary).not.toContain('password-of-another-file');
  });
});

describe('the input file', () => {
  const content = `groups:\n${ENTRY}`;

  test('names a file by its path relative to the workspace, wherever the step runs', async () => {
    await using sync = await startSyncRun();
    await sync.write(content, 'insights/groups.yml');
    for (const file of [
      'insights/groups.yml',
      './insights/groups.yml',
      'insights/../insights/groups.yml',
    ]) {
      const result = await sync.run({ file, 'dry-run': 'true' });
      expect(result.outputs).toMatchObject({ outcome: 'drift' });
    }
  });

  test('may be an absolute path and a link inside the workspace', async () => {
    await using sync = await startSyncRun();
    await mkdir(join(sync.workspace, 'real'));
    await writeFile(join(sync.workspace, 'real/groups.yml'), content);
    await symlink('real/groups.yml', join(sync.workspace, 'link.yml'));
    for (const file of ['link.yml', join(sync.workspace, 'real/groups.yml')]) {
      const result = await sync.run({ file, 'dry-run': 'true' });
      expect(result.outputs).toMatchObject({ outcome: 'drift' });
    }
  });

  test('with Windows line endings and a byte order mark is read', async () => {
    await using sync = await startSyncRun(`\ufeff${content.replaceAll('\n', '\r\n')}`);
    const result = await sync.run({ 'dry-run': 'true' });
    expect(result.outputs).toMatchObject({ outcome: 'drift' });
  });
});

describe('problems that show only in the account are annotations at the entry, and nothing is written', () => {
  test.each([
    {
      what: 'two patterns that give the same key',
      content: `defaults: {project: default}
groups:
  - {key: '{environment}-x', name: X, environment: '*'}
  - {key: '{environment}-x', name: Y, environment: 't*'}
`,
      expected: [
        `${DEFAULT_FILE}:3:6 The groups file is not valid: groups[0].key: gives "test-x" for project "default", environment "test", and so does the entry on line 4;`,
        `${DEFAULT_FILE}:4:6 The groups file is not valid: groups[1].key: gives "test-x" for project "default", environment "test", and so does the entry on line 3;`,
      ],
    },
    {
      what: 'a pattern whose key does not differ between environments',
      content: `groups:
  - {key: same, name: X, project: default, environment: '*'}
`,
      expected: [
        `${DEFAULT_FILE}:2:6 The groups file is not valid: groups[0].key: gives "same" for project "default", environment "production" and project "default", environment "staging"`,
      ],
    },
    {
      what: 'an exclusion that leaves nothing',
      content: `groups:
  - {key: '{environment}', name: X, project: default, environment: ['t*', '!*t']}
`,
      expected: [`${DEFAULT_FILE}:2:6 The groups file is not valid: groups[0].environment: `],
    },
  ])('$what', async ({ content, expected }) => {
    await using sync = await startSyncRun(content);
    const result = await sync.run();
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'invalid-file' });
    expect(result.log).toContain('Nothing was written.');
    const annotations = listAnnotations(result);
    expect(annotations).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) {
      expect(annotations[index]).toContain(text);
    }
    expect(sync.writes()).toEqual([]);
  });
});
