import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { ACTIONS } from '../../scripts/actions.ts';
import { ERROR_CODES, ERROR_TITLES, SPECIAL_TITLES } from '../../src/errors.ts';
import { IF_EXISTS } from '../../src/inputs/if-exists.ts';
import {
  COMMON_DEFAULTS,
  CREATE_DEFAULTS,
  DELETE_DEFAULTS,
  SYNC_DEFAULTS,
} from '../../src/inputs/input-defaults.ts';
import { ON_DRIFT } from '../../src/inputs/sync-inputs.ts';
import { describeOutputs, listOutputNames } from '../../src/report/outputs.ts';
import type { CommandName } from '../../src/report/run-report.ts';
import { VERSION } from '../../src/version.ts';
import { buildReport, createdReport } from '../unit/report/run-reports.ts';

/*
 * The manifests are what a workflow author sees, and the code is what runs. Whatever both state is
 * compared here.
 */

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const Manifest = z.object({
  description: z.string(),
  inputs: z.record(
    z.string(),
    z.object({
      description: z.string().check(z.minLength(1)),
      required: z.boolean(),
      default: z.optional(z.string()),
    }),
  ),
  outputs: z.record(z.string(), z.object({ description: z.string().check(z.minLength(1)) })),
  runs: z.strictObject({ using: z.string(), main: z.string() }),
});

type Manifest = z.infer<typeof Manifest>;

/** What the code says of one action. */
interface Contract {
  readonly folder: string;
  readonly command: CommandName;
  readonly defaults: Readonly<Record<string, string>>;
  /** What the manifest states as a default where the code leaves it to the number of groups. */
  readonly stated: Readonly<Record<string, string>>;
  readonly required: readonly string[];
  readonly main: string;
}

const CONTRACTS: readonly Contract[] = [
  {
    folder: '.',
    command: 'create',
    defaults: { ...CREATE_DEFAULTS, ...COMMON_DEFAULTS },
    stated: {},
    required: ['name', 'key', 'project', 'environment', 'token'],
    main: 'dist/index.js',
  },
  {
    folder: 'delete',
    command: 'delete',
    defaults: { ...DELETE_DEFAULTS, ...COMMON_DEFAULTS },
    stated: { 'timeout-seconds': '120' },
    required: ['key', 'project', 'environment', 'token'],
    main: '../dist/delete.js',
  },
  {
    folder: 'sync',
    command: 'sync',
    defaults: { ...SYNC_DEFAULTS, ...COMMON_DEFAULTS },
    stated: { 'timeout-seconds': '600' },
    required: ['token'],
    main: '../dist/sync.js',
  },
];

const actions = ACTIONS.map(({ manifest: file, folder }) => {
  const contract = CONTRACTS.find((each) => each.folder === folder);
  if (contract === undefined) {
    throw new Error(`${file} has no contract`);
  }
  return { file, ...contract, manifest: z.parse(Manifest, parse(read(file))) };
});

const [createAction] = actions;

/** The error codes that only a groups file can cause. */
const FILE_CODES = ['invalid-file', 'too-many-deletes', 'drift'];

test('each action of the code has a manifest', () => {
  expect(actions.map(({ folder }) => folder)).toEqual(CONTRACTS.map(({ folder }) => folder));
});

describe.each(actions)('$file', ({ file, command, manifest, defaults, stated, required, main }) => {
  test('starts a file of the bundle with Node.js 24', () => {
    expect(manifest.runs).toEqual({ using: 'node24', main });
    expect(existsSync(join(root, dirname(file), main))).toBe(true);
  });

  test('has a description that fits into the Marketplace', () => {
    expect(manifest.description.length).toBeLessThanOrEqual(125);
  });

  test('has exactly the inputs that the code reads', () => {
    expect(new Set(Object.keys(manifest.inputs))).toEqual(new Set(Object.keys(defaults)));
  });

  test("has the defaults of the code, apart from the job's token", () => {
    const declared = Object.fromEntries(
      Object.entries(manifest.inputs).map(([name, { default: value = '' }]) => [name, value]),
    );
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
    const jobToken = { 'github-token': '${{ github.token }}' };
    expect(declared).toEqual({ ...defaults, ...stated, ...jobToken });
  });

  test('requires the inputs without which there is nothing to do, and gives them no default', () => {
    const inputs = Object.entries(manifest.inputs).filter(([, input]) => input.required);
    expect(inputs.map(([name]) => name)).toEqual(required);
    expect(inputs.filter(([, input]) => input.default !== undefined)).toEqual([]);
  });

  test.each(['token', 'base-uri', 'github-token', 'pr-number'])(
    'describes the shared input %s in the same words as the other actions',
    (name) => {
      expect(manifest.inputs[name]).toEqual(createAction?.manifest.inputs[name]);
    },
  );

  test('has the outputs that the code writes, in the same order', () => {
    expect(Object.keys(manifest.outputs)).toEqual(listOutputNames(command));
  });

  test('names the error codes that the action can end with', () => {
    const codes = ERROR_CODES.filter((code) => command === 'sync' || !FILE_CODES.includes(code));
    expect(listWords(manifest, 'error-code')).toEqual(codes);
  });
});

describe.each(actions.filter(({ command }) => command !== 'delete'))(
  'the outputs of several groups in $file',
  ({ command, manifest }) => {
    test('name the members of counts that the code writes, in the same order', () => {
      const counts: unknown = JSON.parse(
        describeOutputs(buildReport({ command }))['counts'] ?? 'null',
      );
      expect(listWords(manifest, 'counts')).toEqual(Object.keys(counts ?? {}));
    });

    test('name the members of groups that the code writes, in the same order', () => {
      const { groups = '' } = describeOutputs({ ...createdReport, command });
      const [group]: unknown[] = JSON.parse(groups);
      expect(listWords(manifest, 'groups')).toEqual(Object.keys(group ?? {}));
    });
  },
);

test('the description of if-exists names its values', () => {
  expect([...new Set(listQuoted(0, 'if-exists'))]).toEqual(IF_EXISTS);
});

test('the description of on-drift names its values', () => {
  expect(listQuoted(2, 'on-drift')).toEqual(ON_DRIFT);
});

test('each error code has a title, and no two titles are the same', () => {
  const titles = [...Object.values(ERROR_TITLES), ...Object.values(SPECIAL_TITLES)];
  expect(Object.keys(ERROR_TITLES)).toEqual(ERROR_CODES);
  expect(new Set(titles).size).toBe(titles.length);
});

test('the version is that of the package', () => {
  expect(JSON.parse(read('package.json'))).toMatchObject({ version: VERSION });
});

/** The words that the description of an output lists: "… with a, b and c." or "Why the step failed: a, b or c; …". */
function listWords({ outputs }: Manifest, name: string): string[] {
  const description = outputs[name]?.description ?? '';
  const [, list = ''] = /(?:failed: | with )([^;.]*)/.exec(description) ?? [];
  return list.split(/, | or | and /);
}

function listQuoted(action: number, input: string): string[] {
  const description = actions[action]?.manifest.inputs[input]?.description ?? '';
  return [...description.matchAll(/"([a-z]+)"/g)].map(([, word = '']) => word);
}
