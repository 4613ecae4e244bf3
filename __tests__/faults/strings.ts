import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseCommand, splitLines } from '../../simulator/runner/commands.ts';
import { findLeaksIn, type Leak, nameDerivedForms } from '../../simulator/runner/leak-detector.ts';
import { SecretMasker } from '../../simulator/runner/masks.ts';
import { StepLog } from '../../simulator/runner/step-log.ts';
import { parseBaseUri } from '../../src/launchdarkly/base-uri.ts';
import { escapeWorkflowCommands, Log } from '../../src/report/log.ts';
import { describeOutputs } from '../../src/report/outputs.ts';
import { Secrets } from '../../src/secrets.ts';
import { reportOne } from '../unit/report/run-reports.ts';

/** White space in .NET, line ends for some readers, or characters of no width. */
const GAPS = [
  ...['\r', '\n', '\r\n', '\t', '\v', '\f', ' ', '\0', '\u0085', '\u00a0', '\u1680', '\u2003'],
  ...['\u2028', '\u2029', '\u202e', '\u200b', '\u200d', '\ufeff', '\u3000', '\ud800', '\udc00'],
  ...['\u00ad', '\u061c', '\u180e', '\u2066', '\u{e0001}', '\u001b[31m', '\u001b]8;;x\u0007'],
] as const;

const COMMANDS = [
  ...['stop-commands', 'add-mask', 'error', 'warning', 'notice', 'debug', 'group', 'endgroup'],
  ...['set-output name=key', 'save-state name=x', 'set-env name=PATH', 'add-path', 'echo'],
  ...['STOP-COMMANDS', 'Add-Mask', 'add-matcher', 'error title=x,file=a.js,line=1'],
] as const;

const MARKS = ['##[', '#', '##', '[', ']', '::', ':', '%0A', '%0D', '%25', '%3A', '%2C'] as const;

const TRICKS = [
  ...['<!--', '-->', '<img src=x>', '![x](http://x)', '[x](javascript:x)', '@octocat', '|', '***'],
  ...['```', '\\', '</details>', '&#96;', '&lt;', 'constructor', '__proto__', '$&', '$1'],
] as const;

/** Strings crafted to be read as a command, a new line or a link. */
export const adversarialText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...GAPS) },
      { weight: 3, arbitrary: fc.constantFrom(...MARKS) },
      { weight: 3, arbitrary: fc.constantFrom(...COMMANDS) },
      { weight: 1, arbitrary: fc.constantFrom(...TRICKS) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom(...GAPS, ...MARKS), fc.constantFrom(2, 3, 3_500))
          .map(([piece, times]) => piece.repeat(times)),
      },
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

/**
 * Secrets with the shapes that a run can have. A proxy's password may contain any printable
 * character but a backslash: escaped line breaks in a secret with a backslash are not searched for.
 */
export const secretText: fc.Arbitrary<string> = fc.oneof(
  fc.uuid().map((id) => `api-${id}`),
  fc.uuid().map((id) => `sdk-${id}`),
  fc.stringMatching(/^ghs_[A-Za-z0-9]{36}$/),
  fc.stringMatching(/^[!-[\]-~]{12,40}$/),
);

/** Registering a secret takes longer than searching for it, so the same ones are reused. */
const SECRETS = fc.sample(secretText, { numRuns: 300, seed: 5 });

/** A text that contains a secret in a form from which a person could restore it. */
export const leakyText = fc
  .tuple(fc.constantFrom(...SECRETS), fc.nat(), adversarialText, adversarialText)
  .map(([secret, choice, before, after]) => {
    const forms = [...nameDerivedForms(secret).keys()];
    const form = forms[choice % forms.length] ?? secret;
    return { secret, text: `${before}${form}${after}` };
  });

const resourceKey = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,40}$/),
  // It looks like an SDK key, but is what somebody named a group.
  fc.uuid().map((id) => `sdk-${id}`),
);

/** A desired group, and a server's body that contains a real secret among its members. */
const anyGroupAndBody = fc
  .record({
    desired: fc.record({
      key: resourceKey,
      name: adversarialText.map((text) => text.slice(0, 300)),
      projectKey: resourceKey,
      environmentKey: resourceKey,
      applicationKeys: fc.array(resourceKey, { maxLength: 3 }),
    }),
    embedded: fc.uuid().map((id) => `mob-${id}`),
    member: fc.constantFrom('apiKey', 'mobileKey', 'sdkKey', 'token', 'secret'),
  })
  // Half a secret is redacted as well, and random ids do not share theirs.
  .filter(({ desired, embedded }) => !JSON.stringify(desired).includes(embedded.slice(-16)))
  .map(({ desired, embedded, member }) => ({
    desired,
    embedded,
    // The user's values come back in members that otherwise hold secrets.
    body: {
      ...desired,
      [member]: desired.key,
      token: desired.name,
      deep: [{ [member]: embedded }],
    },
  }));

/**
 * A `base-uri` close to an allowed one: with a few characters more or less, or with parts of other
 * URLs.
 */
export const nearlyAllowedUri = fc
  .tuple(
    fc.constantFrom(
      'https://app.launchdarkly.com',
      'https://app.launchdarkly.us',
      'https://app.eu.launchdarkly.com',
      'http://localhost:8787',
      'http://127.0.0.1:8787',
      'http://[::1]:8787',
    ),
    fc.array(
      fc.record({
        at: fc.nat({ max: 40 }),
        removed: fc.nat({ max: 3 }),
        added: fc.oneof(
          fc.constantFrom('@', '.', ':', '/', '\\', '#', '?', '%2e', '%', '\t', '\n', '\0', '-'),
          fc.constantFrom(
            'evil.example',
            'user:pw@',
            ':443',
            ':8443',
            '//',
            '／',
            '。',
            'ａ',
            '\u200b',
          ),
          fc.constantFrom('launchdarkly.com', '.launchdarkly.com', 'http:', 'app.', 'xn--', 'K'),
          fc.string({ unit: 'binary', maxLength: 3 }),
          fc.constant(''),
        ),
      }),
      { maxLength: 3 },
    ),
  )
  .map(([uri, edits]) =>
    edits.reduce<string>(
      (text, { at, removed, added }) =>
        text.slice(0, at) + added + text.slice(Math.min(text.length, at + removed)),
      uri,
    ),
  );

/** A property that holds for every generated string. */
export interface StringProperty {
  readonly name: string;
  /** Which share of the strings to try: less than 1 where each takes long. */
  readonly share: number;
  /** Tries `numRuns` strings; throws with the smallest one that fails. */
  readonly assert: (parameters: { readonly numRuns: number; readonly seed?: number }) => void;
}

function property<T>(
  name: string,
  strings: fc.Arbitrary<T>,
  check: (value: T) => void,
  share = 1,
): StringProperty {
  return {
    name,
    share,
    assert: (parameters) => fc.assert(fc.property(strings, check), parameters),
  };
}

/** Properties that hold for every string. */
export const STRING_PROPERTIES: readonly StringProperty[] = [
  property('no text is a command or more than one line by itself', adversarialText, (text) => {
    const inert = escapeWorkflowCommands(text);
    assert(splitLines(inert).length <= 1, 'it is more than one line');
    assert.equal(parseCommand(inert), undefined);
    assert(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(inert), 'it has a control character');
  }),

  property('no text adds a command, a line or a title to the log', adversarialText, (text) => {
    const { lines, annotations } = readBack((log) => printEverywhere(log, text));
    assert.deepEqual(
      lines.map(({ command }) => command?.name),
      [undefined, 'warning', 'error', 'group', undefined, 'endgroup'],
    );
    assert(annotations.every(({ title }) => title === 'A title'));
  }),

  property('no form of a secret is left in the log', leakyText, ({ secret, text }) => {
    assert.deepEqual(
      findLeaksInLog((log) => log.info(`Text: ${text}`), secret),
      [],
    );
  }),

  property(
    'no output is lost to the masks',
    anyGroupAndBody,
    ({ desired, embedded, body }) => {
      const masker = new SecretMasker();
      const masked: string[] = [];
      const secrets = new Secrets((value) => {
        masked.push(value);
        masker.addLines(value);
      });
      secrets.exempt(Object.values(desired).flat());
      secrets.discover(JSON.stringify(body), body);
      assert(masked.includes(embedded), 'the key in the body was not found');
      assert.equal(secrets.redact(desired.key), desired.key);
      assert(!masked.some((value) => Object.values(desired).flat().includes(value)));
      const group = { ...desired, createdAt: 0 };
      const report = reportOne({ kind: 'created', group, drift: [] }, { target: desired });
      for (const value of Object.values(describeOutputs(report, (text) => secrets.redact(text)))) {
        // The runner drops an output in which it finds something to mask.
        assert.equal(masker.mask(value), value);
      }
    },
    0.2,
  ),

  property('no host but LaunchDarkly and this machine gets the token', nearlyAllowedUri, (uri) => {
    const server = parseBaseUri(uri);
    if ('problem' in server) {
      assert(!server.problem.includes('pw@'), 'the problem echoes the value');
      return;
    }
    const url = new URL(server.origin);
    assert.equal(url.username + url.password + url.search + url.hash, '');
    assert.equal(url.pathname, '/');
    assert(
      isLaunchDarkly(url) || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname),
      `${url.origin} is somebody else's`,
    );
  }),
];

function isLaunchDarkly(url: URL): boolean {
  const domain = url.hostname.split('.').slice(-2).join('.');
  const isOurs = domain === 'launchdarkly.com' || domain === 'launchdarkly.us';
  return isOurs && url.protocol === 'https:' && url.port === '';
}

/** Prints a text through every method of the log. */
function printEverywhere(log: Log, text: string): void {
  log.info(`Text: ${text}`);
  log.warning('A title', text);
  log.failure('A title', [text, text]);
  log.group(`Group: ${text}`, [text]);
}

/** Parses what a log prints as the runner would. */
export function readBack(print: (log: Log) => void, secret?: string): StepLog {
  const printed: string[] = [];
  const { exitCode } = process;
  const write = process.stdout.write;
  process.stdout.write = (chunk: unknown) => {
    printed.push(String(chunk));
    return true;
  };
  try {
    print(new Log(knowSecret(secret)));
  } finally {
    process.stdout.write = write;
    process.exitCode = exitCode;
  }
  const log = new StepLog({ masker: new SecretMasker() });
  for (const line of splitLines(printed.join(''))) {
    log.read(line, 'stdout');
  }
  return log;
}

const known = new Map<string | undefined, Secrets>();

function knowSecret(secret: string | undefined): Secrets {
  const secrets = known.get(secret) ?? new Secrets(() => {});
  known.set(secret, secrets);
  if (secret !== undefined) {
    secrets.add(secret);
  }
  return secrets;
}

/** The forms of a secret that remain in the log although the log knows the secret. */
export function findLeaksInLog(print: (log: Log) => void, secret: string): Leak[] {
  const { lines } = readBack(print, secret);
  return findLeaksIn(
    lines.map(({ text }) => ({ name: 'log', text })),
    [secret],
  );
}
