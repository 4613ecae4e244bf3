import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameDerivedForms } from '../../simulator/runner/leak-detector.ts';
import { Secrets } from '../../src/secrets.ts';

const TOKEN = 'api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7';
const ID = '1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b';
const SDK_KEY = `sdk-${ID}`;

function setUp() {
  const masked: string[] = [];
  return { secrets: new Secrets((value) => masked.push(value)), masked };
}

/** A key of a documented shape, different for each number. */
function makeKey(number: number): string {
  return `sdk-${number.toString(16).padStart(8, '0')}-5f60-4718-8a9b-0c1d2e3f4a5b`;
}

/** A secret of no documented shape, different for each number. */
function makeWord(number: number): string {
  return `a-secret-${number.toString(36).padStart(12, '0')}`;
}

describe('credentials of the run', () => {
  test('masks a credential immediately, and once', () => {
    const { secrets, masked } = setUp();
    secrets.add(TOKEN);
    secrets.add(TOKEN);
    expect(masked).toEqual([TOKEN]);
  });

  test.each(['', ' ', '\n', ' '.repeat(20)])('ignores a blank credential: %j', (blank) => {
    const { secrets, masked } = setUp();
    secrets.add(blank);
    expect(masked).toEqual([]);
    expect(secrets.redact(`a${blank}b`)).toBe(`a${blank}b`);
  });

  test('neither masks nor redacts a credential shorter than eight characters', () => {
    const { secrets, masked } = setUp();
    secrets.add('seven-7');
    secrets.add('eight--8');
    expect(masked).toEqual(['eight--8']);
    expect(secrets.redact('seven-7 eight--8')).toBe('seven-7 ***');
  });

  test('masks a multi-line credential line by line, except for short lines', () => {
    const { secrets, masked } = setUp();
    secrets.add('first-line-of-it\nprod\r\nlast-line-of-it');
    expect(masked).toEqual(['first-line-of-it', 'last-line-of-it']);
    expect(secrets.redact('prod: last-line-of-it')).toBe('prod: ***');
  });

  test('redacts a credential anywhere in a text, in any letter case', () => {
    const { secrets } = setUp();
    secrets.add(TOKEN);
    expect(secrets.redact(`a ${TOKEN}, b=${TOKEN.toUpperCase()}.`)).toBe('a ***, b=***.');
  });

  // The last one is too short for its halves to count, so only the form itself is found.
  describe.each([
    TOKEN,
    'pa$$w0rd/with+odd=chars&"quotes"',
    "it's-<b>-`x`/-100%&!$HOME",
    `k9"it's-<b>&$x!7`,
    'pässwörd-42\ud800',
  ])('%s', (secret) => {
    test.each([...nameDerivedForms(secret)].map(([form, name]) => [name, form] as const))(
      'redacts a credential in the encoding %s',
      (_name, form) => {
        const { secrets } = setUp();
        secrets.add(secret);
        expect(secrets.redact(`before ${form} after`)).toBe('before *** after');
      },
    );
  });

  test('redacts a credential with every reserved character percent-encoded', () => {
    const { secrets } = setUp();
    secrets.add("pass(word)*it's!");
    expect(secrets.redact('pass%28word%29%2Ait%27s%21')).toBe('***');
  });

  test.each([33, 34, 35])(
    'redacts a credential of %i bytes in base64 of a longer text, at each offset, in both alphabets',
    (length) => {
      const secret = 'k7?mQ~>x2V?~bT9>~nW?c4~Rz>Y8?p~Ld3>H'.slice(0, length);
      const { secrets } = setUp();
      secrets.add(secret);
      for (const prefix of ['', 'x', 'xy', 'xyz', 'user:']) {
        // What remains are the neighbours, and the characters that they share with the secret.
        const start = Math.ceil((prefix.length * 4) / 3);
        const end = Math.floor(((prefix.length + length) * 4) / 3);
        for (const alphabet of ['base64', 'base64url'] as const) {
          const encoded = Buffer.from(`${prefix}${secret}@host`).toString(alphabet);
          expect(secrets.redact(encoded)).toBe(
            `${encoded.slice(0, start)}***${encoded.slice(end)}`,
          );
        }
      }
    },
  );

  test('redacts a credential as a whole when another one is its prefix', () => {
    for (const order of [
      ['password-one', 'password-one-and-more'],
      ['password-one-and-more', 'password-one'],
    ]) {
      const { secrets } = setUp();
      for (const secret of order) {
        secrets.add(secret);
      }
      expect(secrets.redact('password-one-and-more, password-one')).toBe('***, ***');
    }
  });

  test('merges adjacent secrets into one mask', () => {
    const { secrets } = setUp();
    secrets.add(TOKEN);
    expect(secrets.redact(`${TOKEN}${SDK_KEY}`)).toBe('***');
  });

  test('redacts a credential of which a server shows only the beginning or the end', () => {
    const { secrets } = setUp();
    secrets.add(TOKEN);
    expect(secrets.redact(`token ${TOKEN.slice(0, 20)}…`)).toBe(`token ***${TOKEN.slice(16, 20)}…`);
    expect(secrets.redact(`token …${TOKEN.slice(-16)}`)).toBe('token …***');
  });

  test('redacts a credential with any characters in any text', () => {
    const printable = fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' });
    fc.assert(
      fc.property(printable, fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(secret.trim().length >= 8);
        const { secrets } = setUp();
        secrets.add(secret);
        expect(secrets.redact(`${before}${secret}${after}`)).not.toContain(secret);
      }),
    );
  });
});

describe('secrets in a response body', () => {
  test('finds a secret by its shape in any text', () => {
    const { secrets, masked } = setUp();
    expect(secrets.discover(`<p>${SDK_KEY}</p>`, undefined)).toBe(true);
    expect(masked).toEqual([SDK_KEY]);
    const base64 = Buffer.from(SDK_KEY).toString('base64');
    expect(secrets.redact(`${SDK_KEY} ${base64}`)).toMatch(/^\*{3} \*{3}.{0,3}$/);
  });

  test.each([
    ...['apiKey', 'mobileKey', 'sdkKey', 'token', 'accessToken', 'secret', 'password'],
    ...['api_key', 'access_token', 'refresh-token', 'client_secret', 'clientSecret', 'ID_TOKEN'],
  ])('finds a secret by the name of its member: %s', (member) => {
    const value = 'a-secret-of-no-known-shape';
    const json = { items: [{ environment: { [member]: value } }, { [member]: [value] }] };
    for (const [text, parsed] of [
      ['', json],
      [JSON.stringify(json), undefined],
      [JSON.stringify({ message: JSON.stringify(json) }), { message: JSON.stringify(json) }],
    ] as const) {
      const { secrets, masked } = setUp();
      secrets.discover(text, parsed);
      expect(masked).toEqual([value]);
    }
  });

  test.each([
    '{"items":[{"apiKey":"a-secret-of-no-known-shape',
    '{"apiKey" : "a-secret-of-no-known-shape", "name": "',
    '{"APIKEY"\n:\n"a-secret-of-no-known-shape"',
    String.raw`{"token":"a-secret\u002dof-no-known-shape"`,
    '{"token":"a-secret-of-no-known-shape","token":"x"}',
  ])('finds a secret in truncated or repeated JSON: %j', (text) => {
    const { secrets, masked } = setUp();
    secrets.discover(text, undefined);
    expect(masked).toEqual(['a-secret-of-no-known-shape']);
  });

  test('a secret ends at its own quote, not at an escaped one', () => {
    const { secrets, masked } = setUp();
    secrets.discover(
      String.raw`{"token":"a-\"quoted\"-secret\\", "name": "not-a-secret-at-all"`,
      undefined,
    );
    expect(masked).toEqual(['a-"quoted"-secret\\']);
  });

  test('a member counts as a secret from sixteen characters on', () => {
    const { secrets, masked } = setUp();
    secrets.discover('', {
      token: 'x'.repeat(15),
      secret: 'y'.repeat(16),
      apiKey: 42,
      sdkKey: null,
    });
    expect(masked).toEqual(['y'.repeat(16)]);
  });

  test('redacts a multi-line secret line by line without masking it', () => {
    const { secrets, masked } = setUp();
    const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC';
    secrets.discover('', { secret: `-----BEGIN-----\n  ${line}\n-----END-----` });
    expect(masked).toEqual([]);
    expect(secrets.redact(`so: ${line}`)).toBe('so: ***');
  });

  test('finds a secret a hundred thousand levels deep without overflowing the stack', () => {
    const { secrets, masked } = setUp();
    let json: unknown = { token: 'a-secret-of-no-known-shape' };
    for (let depth = 0; depth < 100_000; depth += 1) {
      json = [json];
    }
    secrets.discover('', json);
    expect(masked).toHaveLength(1);
  });

  test('finds a secret at any position', () => {
    const uuid = fc.uuid().map((id) => `mob-${id}`);
    fc.assert(
      fc.property(fc.jsonValue(), uuid, fc.string(), (json, key, text) => {
        const { secrets, masked } = setUp();
        const body = JSON.stringify([json, { [text]: key }]);
        secrets.discover(body, JSON.parse(body));
        expect(masked).toContain(key);
      }),
    );
  });
});

describe('more secrets than a run can track', () => {
  test('redacts any number of secrets of a known shape with few masks', () => {
    const { secrets, masked } = setUp();
    const keys = Array.from({ length: 10_000 }, (_, number) => makeKey(number));
    const json = keys.map((apiKey) => ({ apiKey }));
    expect(secrets.discover(JSON.stringify(json), json)).toBe(true);
    expect(masked).toHaveLength(32);
    expect(secrets.redact(keys.join(' '))).toBe(keys.map(() => '***').join(' '));
  });

  test('secrets of a known shape leave room for secrets of another shape', () => {
    const { secrets } = setUp();
    const keys = Array.from({ length: 10_000 }, (_, number) => ({ apiKey: makeKey(number) }));
    const json = [...keys, { token: makeWord(1) }];
    expect(secrets.discover(JSON.stringify(json), json)).toBe(true);
    expect(secrets.redact(makeWord(1))).toBe('***');
  });

  test('redacts the longest secret that can be registered', () => {
    const { secrets } = setUp();
    const token = 'x'.repeat(128 * 1024);
    expect(secrets.discover('', { token })).toBe(true);
    expect(secrets.redact(token)).toBe('***');
  });

  test('what the workflow named does not count', () => {
    const { secrets } = setUp();
    secrets.exempt(['the-name-of-a-token-member']);
    const json = Array.from({ length: 1_000 }, (_, number) => ({ token: makeWord(number) }));
    expect(secrets.discover('', json)).toBe(true);
    expect(secrets.discover('', { token: 'the-name-of-a-token-member' })).toBe(true);
    expect(secrets.discover('', { token: makeWord(1_000) })).toBe(false);
  });

  test.each([
    ['too many', Array.from({ length: 1_001 }, (_, number) => ({ token: makeWord(number) }))],
    ['too long', [{ token: 'x'.repeat(128 * 1024 + 1) }]],
  ])('reports too many secrets, so that nothing of the body is shown: %s', (_why, json) => {
    const { secrets, masked } = setUp();
    expect(secrets.discover('', json.slice(0, 1_000))).toBe(json.length > 1);
    expect(secrets.discover('', json)).toBe(false);
    expect(secrets.discover(JSON.stringify(json), undefined)).toBe(false);
    expect(masked.length).toBeLessThanOrEqual(32);
    // Registered secrets stay registered, and no other body is affected.
    expect(secrets.discover('{"message":"x"}', { message: 'x' })).toBe(true);
  });
});

test('redacts secrets of any length, however many keys surround them', () => {
  const length = fc.oneof(
    fc.integer({ min: 1, max: 64 }),
    fc.integer({ min: 1, max: 64 * 1024 }),
    fc.constantFrom(7, 8, 15, 16, 17, 2_048, 64 * 1024),
  );
  const alphabet = fc.constantFrom('a', 'ab', 'k7?mQ~>x2V', 'pä$-🔑');
  const count = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(length, alphabet, count, fc.boolean(), (units, letters, keys, isGiven) => {
      const { secrets, masked } = setUp();
      const secret = letters.repeat(units).slice(0, units);
      const list = Array.from({ length: keys }, (_, number) => makeKey(number)).join(' ');
      const body = { message: `${secret} ${list}`, token: secret };
      if (isGiven) {
        secrets.add(secret);
      }
      const isComplete = secrets.discover(JSON.stringify(body), body);
      const redacted = secrets.redact(`[${body.message}]`);
      expect(isComplete).toBe(true);
      expect(redacted).not.toMatch(/sdk-/);
      expect(redacted.includes(secret)).toBe(units < (isGiven ? 8 : 16));
      expect(masked.length).toBeLessThanOrEqual(33);
      expect(masked.every((mask) => mask.length >= 8)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

describe('redact', () => {
  const LETTERS = 'K7mQx2VbT9nWc4RzY8pLd3HfJ6sGaE5uN1oi';

  test.each([
    ...['sdk', 'mob', 'api', 'rel', 'API'].map((kind) => `${kind}-${ID}`),
    ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'].map((kind) => `${kind}${LETTERS}`),
    `github_pat_11ABCDEFG0abcdefghijkl_${LETTERS}`,
  ])(
    'redacts a text with the shape of a credential that was never registered: %s',
    (credential) => {
      const { secrets } = setUp();
      expect(secrets.redact(`(${credential})`)).toBe('(***)');
      expect(secrets.redact(`%22${credential}%22`)).toBe('%22***%22');
      expect(secrets.redact(String.raw`\n${credential}\n`)).toBe(String.raw`\n***\n`);
    },
  );

  test.each([
    ID,
    'api-web',
    `app-${ID}`,
    `api-${ID}0`,
    'ghp_short',
    `ghx_${LETTERS}`,
    'github_pat_short',
  ])('keeps a text that only resembles a credential: %s', (text) => {
    const { secrets } = setUp();
    expect(secrets.redact(`(${text})`)).toBe(`(${text})`);
  });

  test('returns a text without secrets unchanged', () => {
    const { secrets } = setUp();
    secrets.add(TOKEN);
    const text = 'Created insight group "default-production-all-apps".';
    expect(secrets.redact(text)).toBe(text);
  });

  test('truncates a text where no sink would show the rest', () => {
    const { secrets } = setUp();
    const longest = '. '.repeat(512 * 1024);
    expect(secrets.redact(longest)).toBe(longest);
    expect(secrets.redact(`${longest}.`)).toBe(`${longest.slice(0, -64)}…`);
  });

  test('searches a text of any length, and leaves no part of a key where it truncates', () => {
    const { secrets } = setUp();
    secrets.add(TOKEN);
    for (let offset = 0; offset < 80; offset += 1) {
      const start = '. '.repeat(600_000).slice(0, 1024 * 1024 - offset);
      const redacted = secrets.redact(`${TOKEN} ${start.slice(41)}${SDK_KEY}${start}`);
      expect(redacted.startsWith('*** ')).toBe(true);
      expect(redacted.endsWith('…')).toBe(true);
      expect(redacted).not.toMatch(/sdk-|4718|4a5b/);
    }
  });

  test('replaces a text that cannot be searched with a constant', () => {
    const { secrets } = setUp();
    // Only a defect can make the search fail; this simulates one.
    const text = Object.assign(Object.create(null), { length: 1 });
    expect(secrets.redact(text)).toBe('[withheld: the text could not be searched for secrets]');
  });
});

describe('values that the workflow named', () => {
  test('a value from the workflow is neither found nor redacted, even if it looks like a key', () => {
    const { secrets, masked } = setUp();
    secrets.exempt([SDK_KEY, 'the-name-of-a-token-member']);
    secrets.discover(SDK_KEY, { token: 'the-name-of-a-token-member' });
    expect(masked).toEqual([]);
    expect(secrets.redact(`group ${SDK_KEY}`)).toBe(`group ${SDK_KEY}`);
  });

  test.each([
    `pr-api-${ID}`,
    `default-pr-api-${ID}-all-apps`,
    `api-${ID}`,
    `PR-API-${ID.toUpperCase()}`,
  ])('a value from the workflow that contains a key is neither found nor redacted: %s', (named) => {
    const { secrets, masked } = setUp();
    secrets.exempt([named]);
    const body = { key: named, token: named.slice(1), apiKey: `api-${ID}` };
    secrets.discover(JSON.stringify(body), body);
    expect(masked).toEqual([]);
    expect(secrets.redact(`group "${named}"`)).toBe(`group "${named}"`);
  });

  test('a value from the workflow stays whole beside a key that overlaps with it', () => {
    const { secrets, masked } = setUp();
    secrets.exempt([`pr-api-${ID}`]);
    secrets.discover('', { apiKey: SDK_KEY, token: `production-pr-api-${ID}` });
    expect(masked).toEqual([`production-pr-api-${ID}`, SDK_KEY]);
    expect(secrets.redact(`pr-api-${ID} ${SDK_KEY}`)).toBe(`pr-api-${ID} ***`);
  });

  test('a value from the workflow does not reveal a key that contains it', () => {
    const { secrets, masked } = setUp();
    secrets.exempt([ID]);
    secrets.discover(SDK_KEY, undefined);
    expect(masked).toEqual([SDK_KEY]);
    expect(secrets.redact(`${SDK_KEY} of ${ID}`)).toBe(`*** of ${ID}`);
  });

  test('a value from the workflow does not reveal a credential of the run', () => {
    for (const order of ['name first', 'credential first']) {
      const { secrets, masked } = setUp();
      const steps = [() => secrets.exempt([`All of ${TOKEN}`]), () => secrets.add(TOKEN)];
      for (const step of order === 'name first' ? steps : steps.reverse()) {
        step();
      }
      expect(masked).toEqual([TOKEN]);
      expect(secrets.redact(`All of ${TOKEN}`)).toBe('All of ***');
    }
  });
});
