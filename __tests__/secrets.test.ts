import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameDerivedForms } from '../simulator/runner/canaries.ts';
import { Secrets } from '../src/secrets.ts';

const TOKEN = 'api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7';
const SDK_KEY = 'sdk-1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b';

function setUp() {
  const masked: string[] = [];
  return { secrets: new Secrets((value) => masked.push(value)), masked };
}

describe('a credential that is added', () => {
  test('is told to the masker at once, and once', () => {
    const { secrets, masked } = setUp();
    secrets.add(TOKEN);
    secrets.add(TOKEN);
    expect(masked).toEqual([TOKEN]);
  });

  test.each(['', ' ', '\n'])('is ignored when it is blank: %j', (blank) => {
    const { secrets, masked } = setUp();
    secrets.add(blank);
    expect(masked).toEqual([]);
    expect(secrets.redact('a b')).toBe('a b');
  });

  test('is masked when it is short, but not torn out of every text', () => {
    const { secrets, masked } = setUp();
    secrets.add('cat');
    expect(masked).toEqual(['cat']);
    expect(secrets.redact('concatenate')).toBe('concatenate');
  });

  test('is taken out from eight characters on', () => {
    const { secrets } = setUp();
    secrets.add('seven-7');
    secrets.add('eight--8');
    expect(secrets.redact('seven-7 eight--8 8--thgie')).toBe('seven-7 *** ***');
  });

  test('is taken out of a text wherever it stands', () => {
    const { secrets } = setUp();
    secrets.add(TOKEN);
    expect(secrets.redact(`a ${TOKEN}, b=${TOKEN}.`)).toBe('a ***, b=***.');
  });

  // The last one is too short for its halves to be looked for, so nothing but the form itself is found.
  describe.each([
    TOKEN,
    'pa$$w0rd/with+odd=chars&"quotes"',
    "it's-<b>-`x`/-100%&!$HOME",
    `k9"it's-<b>&$x!7`,
  ])('%s', (secret) => {
    test.each([...nameDerivedForms(secret)].map(([form, name]) => [name, form] as const))(
      'is taken out in a form that a server may give it: %s',
      (_name, form) => {
        const { secrets } = setUp();
        secrets.add(secret);
        expect(secrets.redact(`before ${form} after`)).not.toContain(form);
      },
    );
  });

  test.each([33, 34, 35])(
    'of %i bytes is taken out of base64 of a longer text, at each shift, in both alphabets',
    (length) => {
      const secret = 'k7?mQ~>x2V?~bT9>~nW?c4~Rz>Y8?p~Ld3>H'.slice(0, length);
      const { secrets } = setUp();
      secrets.add(secret);
      for (const prefix of ['', 'x', 'xy', 'xyz', 'user:']) {
        // What is left are the neighbours, and the characters that they share with the secret.
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

  test('is taken out of wrapped base64 that has lost its padding', () => {
    const { secrets } = setUp();
    secrets.add('sixteen-bytes-42');
    expect(secrets.redact('c2l4dGVlbi1i\neXRlcy00Mg')).toBe('***');
  });

  test('is taken out of quoted-printable, also with letters of several bytes', () => {
    const { secrets } = setUp();
    secrets.add('pässwörd-42');
    expect(secrets.redact('p=C3=A4ssw=C3=B6rd=2D42')).toBe('***');
  });

  test('is taken out as it is, though it has white space and both kinds of quotes', () => {
    const { secrets } = setUp();
    secrets.add(`it's "white" & 42`);
    expect(secrets.redact(`(it's "white" & 42)`)).toBe('(***)');
  });

  test('is taken out as a whole when another one is its beginning', () => {
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

  test('is taken out when a server shows the beginning of it only', () => {
    const { secrets } = setUp();
    secrets.add(TOKEN);
    expect(secrets.redact(`token ${TOKEN.slice(0, 20)}…`)).not.toContain(TOKEN.slice(0, 16));
  });

  test('is taken out by halves from 24 characters on, and as a whole only below that', () => {
    const { secrets } = setUp();
    secrets.add('a-passphrase-of-23-char');
    secrets.add('another-one-of-24-chars!');
    expect(secrets.redact('a-passphrase-of- another-one-of-2 -one-of-24-chars!')).toBe(
      'a-passphrase-of- *** -***',
    );
  });

  test('is taken out whatever characters it has, in any text', () => {
    const printable = fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' });
    fc.assert(
      fc.property(printable, fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(secret.trim() !== '');
        const { secrets } = setUp();
        secrets.add(secret);
        expect(secrets.redact(`${before}${secret}${after}`)).not.toContain(secret);
      }),
    );
  });
});

describe('a body', () => {
  test('is searched for keys by their shape, at any depth and in any text', () => {
    const { secrets, masked } = setUp();
    secrets.discover(`<p>${SDK_KEY}</p>`, undefined);
    expect(masked).toEqual([SDK_KEY]);
    expect(secrets.redact(SDK_KEY)).toBe('***');
  });

  test.each(['apiKey', 'mobileKey', 'sdkKey', 'token', 'accessToken', 'secret'])(
    'is searched for the member %s',
    (member) => {
      const { secrets, masked } = setUp();
      const json = { items: [{ environment: { [member]: 'a-secret-of-no-known-shape' } }] };
      secrets.discover('', json);
      expect(masked).toEqual(['a-secret-of-no-known-shape']);
    },
  );

  test.each([
    '{"items":[{"apiKey":"a-secret-of-no-known-shape',
    '{"apiKey" : "a-secret-of-no-known-shape", "name": "',
    '{"APIKEY"\n:\n"a-secret-of-no-known-shape"',
  ])('that breaks off is searched all the same: %j', (text) => {
    const { secrets, masked } = setUp();
    secrets.discover(text, undefined);
    expect(masked).toEqual(['a-secret-of-no-known-shape']);
  });

  test('hides what is as long as a secret may be, and nothing shorter', () => {
    const { secrets, masked } = setUp();
    secrets.discover('', { token: 'x'.repeat(15), secret: 'y'.repeat(16) });
    expect(masked).toEqual(['y'.repeat(16)]);
  });

  test('hides nothing that is short, of several lines, or no text', () => {
    const { secrets, masked } = setUp();
    const json = {
      token: 'short',
      secret: `two\nlines ${'x'.repeat(20)}`,
      apiKey: 42,
      sdkKey: null,
    };
    secrets.discover(JSON.stringify({ token: 'short' }), json);
    expect(masked).toEqual([]);
  });

  test('of a hundred thousand levels is searched without a stack to overflow', () => {
    const { secrets, masked } = setUp();
    let json: unknown = { token: 'a-secret-of-no-known-shape' };
    for (let depth = 0; depth < 100_000; depth += 1) {
      json = [json];
    }
    secrets.discover('', json);
    expect(masked).toHaveLength(1);
  });

  test('yields every key-shaped secret that it holds, wherever it stands', () => {
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

describe('a text', () => {
  const ID = '1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b';
  const LETTERS = 'K7mQx2VbT9nWc4RzY8pLd3HfJ6sGaE5uN1oi';

  test.each([
    ...['sdk', 'mob', 'api', 'rel', 'API'].map((kind) => `${kind}-${ID}`),
    ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'].map((kind) => `${kind}${LETTERS}`),
    `github_pat_11ABCDEFG0abcdefghijkl_${LETTERS}`,
  ])('loses what has the shape of a credential, though nobody added it: %s', (credential) => {
    const { secrets } = setUp();
    expect(secrets.redact(`(${credential})`)).toBe('(***)');
  });

  test.each([
    ID,
    'api-web',
    `app-${ID}`,
    `api-${ID}0`,
    'ghp_short',
    `ghx_${LETTERS}`,
    'github_pat_short',
    `mygithub_pat_${LETTERS}`,
  ])('keeps what only resembles one: %s', (text) => {
    const { secrets } = setUp();
    expect(secrets.redact(`(${text})`)).toBe(`(${text})`);
  });
});

describe('a value that is spared', () => {
  test('is neither found nor taken out, though it looks like a key', () => {
    const { secrets, masked } = setUp();
    secrets.spare([SDK_KEY, 'the-name-of-a-token-member']);
    secrets.discover(SDK_KEY, { token: 'the-name-of-a-token-member' });
    expect(masked).toEqual([]);
    expect(secrets.redact(`group ${SDK_KEY}`)).toBe(`group ${SDK_KEY}`);
  });
});

test('a text without a secret stays as it is', () => {
  const { secrets } = setUp();
  secrets.add(TOKEN);
  const text = 'Created insight group "default-production-all-apps".';
  expect(secrets.redact(text)).toBe(text);
});
