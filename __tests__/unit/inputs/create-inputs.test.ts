import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActionError } from '../../../src/errors.ts';
import { readCreateInputs } from '../../../src/inputs/create-inputs.ts';
import { formatSelector } from '../../../src/inputs/selector.ts';
import { renderTemplate } from '../../../src/inputs/template.ts';
import { readActionInputs, readInputProblem, type Step } from './read-action-inputs.ts';

type Inputs = NonNullable<Step['inputs']>;

const COMPLETE: Inputs = { name: 'N', key: 'k', project: 'p', environment: 'e' };

function read(inputs: Inputs = {}) {
  return readActionInputs(readCreateInputs, { inputs: { ...COMPLETE, ...inputs } });
}

function readProblem(inputs: Inputs): ActionError {
  return readInputProblem(readCreateInputs, { inputs: { ...COMPLETE, ...inputs } });
}

test('the inputs of one group are read as a template without placeholders', () => {
  expect(read().inputs).toMatchObject({
    template: {
      project: { kind: 'exact', key: 'p' },
      environment: { kind: 'exact', key: 'e' },
      key: [{ kind: 'literal', text: 'k' }],
      name: [{ kind: 'literal', text: 'N' }],
      applicationKeys: [],
    },
    ifExists: 'fail',
    isDryRun: false,
    timeoutMs: undefined,
    warnings: [],
  });
});

test('the inputs of several groups are read as patterns and placeholders', () => {
  const { template, ifExists } = read({
    project: 'web, mobile',
    environment: '*\n!production',
    key: '{project}-{environment}-all-apps',
    name: '{environment-name} - All Apps',
    'if-exists': 'update',
  }).inputs;
  const values = { project: 'p', environment: 'e', 'environment-name': 'E' };
  expect(formatSelector(template.project)).toBe('web, mobile');
  expect(formatSelector(template.environment)).toBe('*, !production');
  expect(renderTemplate(template.key, values)).toBe('p-e-all-apps');
  expect(renderTemplate(template.name, values)).toBe('E - All Apps');
  expect(ifExists).toBe('update');
});

test.each([
  { environment: '*' },
  { project: 'p?' },
  { environment: 'a, b' },
  { project: 'a\nb', 'if-exists': 'fail' },
])('if-exists: fail is rejected for several groups: %j', (inputs) => {
  const error = readProblem(inputs);
  expect(error.message).toBe('The input if-exists is not valid. No request was made.');
  expect(error.reasons).toEqual([
    {
      attribute: 'if-exists',
      reason:
        'fail can never pass twice for several groups; set it to keep or update where project or environment is a pattern or a list',
    },
  ]);
});

test('if-exists: fail for several groups is reported beside all other problems', () => {
  const { reasons } = readProblem({ environment: '*', key: '', applications: 'a b' });
  expect(reasons.map(({ attribute }) => attribute)).toEqual(['key', 'applications', 'if-exists']);
});

test.each(['keep', 'update'])('if-exists: %s is accepted for several groups', (ifExists) => {
  expect(read({ environment: '*', 'if-exists': ifExists }).inputs.ifExists).toBe(ifExists);
});

describe('applications', () => {
  test.each([
    ['', []],
    [' \n, ,\r\n', []],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    [' b ,a, b,\n c ', ['b', 'a', 'c']],
    ['_x,.y,-z', ['_x', '.y', '-z']],
    ['[]', []],
    ['["a","b"]', ['a', 'b']],
    [' [ "b",\n  "a", "b"\n]\n', ['b', 'a']],
    ['[" a "]', ['a']],
  ])('are read from a list or from a JSON array: %j', (applications, keys) => {
    expect(read({ applications }).inputs.template.applicationKeys).toEqual(keys);
  });
});

test('the name keeps what stands inside it, and loses the white space around it', () => {
  const { inputs } = read({ name: '  Production – “All”  Apps 🚀\n' });
  expect(inputs.template.name).toEqual([{ kind: 'literal', text: 'Production – “All”  Apps 🚀' }]);
});

test('the names and keys that the workflow gives are no secrets, even if they look like one', () => {
  const key = 'sdk-1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b';
  const { secrets } = read({ key });
  expect(secrets.redact(key)).toBe(key);
});

test('keys of unusual length are accepted with a warning each', () => {
  const long = 'x'.repeat(101);
  const { inputs } = read({ key: long, project: long, environment: 'x'.repeat(100) });
  expect(inputs.warnings).toEqual([
    'The input key has 101 characters; LaunchDarkly may refuse keys of more than 100.',
    'The input project has 101 characters; LaunchDarkly may refuse keys of more than 100.',
  ]);
});

const KEY_RULE = 'expected letters, digits, ".", "-" and "_", the first one a letter or a digit';
const APPLICATIONS_RULE =
  'expected application keys, one per line or separated by commas: letters, digits, ".", "-" and "_"';
const JSON_RULE = 'is not valid JSON; expected an array such as ["api", "web"]';
const ITEM_RULE = 'is not valid; expected a text in quotes';

describe('an input that is not valid', () => {
  test.each([
    ['name', '', "is required: the group's display name"],
    ['name', ' \t\n', "is required: the group's display name"],
    ['name', 'two\nlines', 'expected one line, without control characters'],
    ['name', 'in the\u2028middle', 'expected one line, without control characters'],
    ['name', 'in the\u2029middle', 'expected one line, without control characters'],
    ['key', ' ', 'is required'],
    ['key', '-k', `"-k" is not valid; ${KEY_RULE}`],
    ['key', 'has space', `"has space" is not valid; ${KEY_RULE}`],
    ['key', 'slash/../admin', `"slash/../admin" is not valid; ${KEY_RULE}`],
    ['key', 'ключ', `"ключ" is not valid; ${KEY_RULE}`],
    ['key', 'two\nlines', `"two\nlines" is not valid; ${KEY_RULE}`],
    ['project', '', 'is required'],
    ['project', '.p', `".p" is not valid; ${KEY_RULE}`],
    ['environment', '', 'is required'],
    ['environment', 'e%', `"e%" is not valid; ${KEY_RULE}`],
    ['applications', 'web, a b, tv', `"a b" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', 'billing;inventory', `"billing;inventory" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', '["a b"]', `"a b" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', '[""]', `"" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', '["a,b"]', `"a,b" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', '[a, b]', `"[a, b]" ${JSON_RULE}`],
    ['applications', "['a', 'b']", `"['a', 'b']" ${JSON_RULE}`],
    ['applications', '["a", 1]', `1 ${ITEM_RULE}`],
    ['applications', '["a", null]', `null ${ITEM_RULE}`],
    ['applications', '[["a"]]', `["a"] ${ITEM_RULE}`],
    ['applications', '[{"key":"a"}]', `{"key":"a"} ${ITEM_RULE}`],
    ['applications', '["a"', `"["a"" ${JSON_RULE}`],
    ['applications', '["a"], b', `"["a"], b" ${JSON_RULE}`],
    ['if-exists', 'Keep', '"Keep" is not valid; expected one of fail, keep, update'],
  ])('%s: %j says what is expected', (input, value, reason) => {
    const error = readProblem({ [input]: value });
    expect(error.code).toBe('invalid-input');
    const problem = value.trim() === '' ? 'blank' : 'not valid';
    expect(error.message).toBe(`The input ${input} is ${problem}. No request was made.`);
    expect(error.reasons).toEqual([{ attribute: input, reason }]);
    expect(error.nextStep).toBe('Correct the inputs under with: in the workflow.');
  });

  test('is one input, however many of its entries are not valid', () => {
    const { message, reasons } = readProblem({ applications: 'a b, c, d e' });
    expect(message).toBe('The input applications is not valid. No request was made.');
    expect(reasons).toEqual([
      { attribute: 'applications', reason: `"a b" is not valid; ${APPLICATIONS_RULE}` },
      { attribute: 'applications', reason: `"d e" is not valid; ${APPLICATIONS_RULE}` },
    ]);
  });
});

test('a key is accepted if and only if it is of the documented alphabet, apart from placeholders', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (key) => {
      fc.pre(key.trim() !== '' && !/[{}]/.test(key));
      const isKey = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(key.trim());
      if (isKey) {
        expect(read({ key }).inputs.template.key).toEqual([{ kind: 'literal', text: key.trim() }]);
      } else {
        expect(readProblem({ key }).reasons.map(({ attribute }) => attribute)).toEqual(['key']);
      }
    }),
  );
});
