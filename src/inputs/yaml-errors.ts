/** An error or a warning of the YAML parser. */
export interface YamlError {
  readonly code: string;
  readonly message: string;
}

/** Says what is wrong with the syntax in words that tell how to correct it, where the parser's own do not. */
export function describeSyntaxError({ code, message }: YamlError): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'tabs are not allowed as indentation in YAML; use spaces';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'quote the value: a colon followed by a space starts another key in YAML';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'a colon is missing after the key';
    case 'BAD_SCALAR_START':
      return `quote it: ${message.slice(-1)} cannot start a value in YAML`;
    case 'BAD_DQ_ESCAPE':
      return `${message.replace(/^I/, 'i')}; use single quotes to take a backslash as it is`;
    case 'NON_STRING_KEY':
      return 'a key must be text; if a value was meant, quote it';
    case 'RESOURCE_EXHAUSTION':
      return 'is nested too deeply';
    case 'BAD_DIRECTIVE':
      return `${message}; directives are not needed here`;
    case 'MISSING_CHAR':
      return describeMissing(message);
    case 'UNEXPECTED_TOKEN':
      return message.endsWith('at node end')
        ? 'unexpected text after the end of the value; quote the whole value'
        : message;
    case 'BAD_INDENT':
      return message.startsWith('Flow ')
        ? `a bracket is not closed, or its content is not indented: ${message.slice(-1)} is missing`
        : message;
    default:
      return message;
  }
}

function describeMissing(message: string): string {
  if (message.startsWith('Missing closing')) {
    return 'the quote that starts here is not closed';
  }
  if (message.startsWith('Implicit map keys')) {
    return 'a colon is missing after the key';
  }
  return message === 'Sequence item without - indicator'
    ? 'the indentation fits neither the list above nor its items; align the keys of an entry'
    : message;
}
