/** Names of members that hold a credential, in bodies of LaunchDarkly's and of what stands before it. */
const SECRET_NAMES =
  '(?:api|mobile|sdk)[_-]?key|(?:(?:access|refresh|id|auth)[_-]?)?token|(?:client[_-]?)?secret|password';

const SECRET_MEMBER = new RegExp(`^(?:${SECRET_NAMES})$`, 'i');

/** The beginning of such a member in a text, up to its value. */
const SECRET_MEMBER_IN_TEXT = new RegExp(`"(?:${SECRET_NAMES})"\\s*:\\s*"`, 'gi');

/** Yields the strings under the name of a secret, and those in a text of JSON within the JSON. */
export function* findSecretMembers(json: unknown): Generator<string> {
  // A list of work instead of recursion: the depth of a body is the server's choice.
  const pending: { readonly value: unknown; readonly isSecret: boolean }[] = [
    { value: json, isSecret: false },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, isSecret } = next;
    if (typeof value === 'string') {
      yield* isSecret ? [value] : findSecretMembersInText(value);
    } else if (Array.isArray(value)) {
      for (const child of value) {
        pending.push({ value: child, isSecret });
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, child] of Object.entries(value)) {
        pending.push({ value: child, isSecret: SECRET_MEMBER.test(name) });
      }
    }
  }
}

/** Yields the values of members that hold a secret. The text may break off, and need not be JSON. */
export function* findSecretMembersInText(text: string): Generator<string> {
  for (const { 0: start, index } of text.matchAll(SECRET_MEMBER_IN_TEXT)) {
    yield unescapeJson(readString(text, index + start.length));
  }
}

/** Reads the rest of a JSON string, up to its closing quote or to the end of the text. */
function readString(text: string, start: number): string {
  const mark = /["\\]/g;
  mark.lastIndex = start;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    if (found[0] === '"') {
      return text.slice(start, found.index);
    }
    // Whatever stands behind a backslash ends nothing.
    mark.lastIndex += 1;
  }
  return text.slice(start);
}

function unescapeJson(written: string): string {
  try {
    return String(JSON.parse(`"${written}"`));
  } catch {
    return written;
  }
}
