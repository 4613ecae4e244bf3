/** Parses JSON; undefined for what is none. The parser's own error quotes the text, so it goes nowhere. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
