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

  test('is taken out of a text wherever it stands', () => {
    const { secrets } = setUp();
    secrets.add(TOKEN);
    expect(secrets.redact(`a ${TOKEN}, b=${TOKEN}.`)).toBe('a ***, b=***.');
  });

  describe.each([TOKEN, 'pa$$w0rd/with+odd=chars&"quotes"', "it's-<b>-`x`/-100%&!$HOME"])(
    '%s',
    (secret) => {
      test.each([...nameDerivedForms(secret)].map(([form, name]) => [name, form] as const))(
        'is taken out in a form that a server may give it: %s',
        (_name, form) => {
          const { secrets } = setUp();
          secrets.add(secret);
          expect(secrets.redact(`before ${form} after`)).not.toContain(form);
        },
      );
    },
  );

  test.each([33, 34, 35])(
    'of %i bytes is taken out of base64 of a longer text, at each shift',
    (length) => {
      const secret = 'k7mQx2VbT9nWc4RzY8pLd3HfJ6sGaE5uN1oi'.slice(0, length);
      const { secrets } = setUp();
      secrets.add(secret);
      for (const prefix of ['', 'x', 'xy', 'xyz', 'user:']) {
        const encoded = Buffer.from(`${prefix}${secret}@host`).toString('base64');
        const left = secrets.redact(encoded).replace('***', '');
        // What is left are the neighbours, and the characters that they share with the secret.
        expect(left.length).toBeLessThanOrEqual(18);
      }
    },
  );

  test('is taken out when a server shows the beginning of it only', () => {
    const { secrets } = setUp();
    secrets.add(TOKEN);
    expect(secrets.redact(`token ${TOKEN.slice(0, 20)}…`)).not.toContain(TOKEN.slice(0, 16));
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

  test('that breaks off is searched all the same', () => {
    const { secrets, masked } = setUp();
    secrets.discover('{"items":[{"apiKey":"a-secret-of-no-known-shape', undefined);
    expect(masked).toEqual(['a-secret-of-no-known-shape']);
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
