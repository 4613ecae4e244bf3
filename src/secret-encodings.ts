/**
 * The forms in which a server may repeat a secret, raw included. Shortened secrets need no entry:
 * {@link SecretIndex} finds every form by its pieces.
 *
 * Each entry takes a text of any length and returns forms whose total length is at most a small multiple
 * of it.
 */
export const ENCODINGS: Readonly<Record<string, (secret: string) => readonly string[]>> = {
  raw: (secret) => [secret],
  JSON: (secret) => [JSON.stringify(secret).slice(1, -1)],
  'URL-encoded': encodeForUrls,
  base64: (secret) =>
    encodeBase64(secret).map((form) => form.replaceAll('-', '+').replaceAll('_', '/')),
  base64url: encodeBase64,
  hex: (secret) => [Buffer.from(secret).toString('hex')],
};

/** Lists every form of `secret` once, as {@link ENCODINGS} knows them. Letter case may differ in a text. */
export function deriveEncodings(secret: string): string[] {
  return [...new Set(Object.values(ENCODINGS).flatMap((encode) => encode(secret)))];
}

function encodeForUrls(secret: string): string[] {
  // Half of a surrogate pair is an error to the encoders, and no URL could carry it.
  const text = secret.toWellFormed();
  const component = encodeURIComponent(text);
  return [
    encodeURI(text),
    component,
    // RFC 3986 reserves five characters more.
    component.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`),
    new URLSearchParams({ '': text }).toString().slice(1),
  ];
}

/** The bytes in base64url wherever they stand in a longer text, without what their neighbors change. */
function encodeBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url');
    const isAligned = (shift + bytes.length) % 3 === 0;
    return shifted.slice(shift === 0 ? 0 : shift + 1, isAligned ? undefined : -1);
  });
}
