/**
 * The few workflow expressions that the stand-in for a job understands: `steps.ID.outputs.NAME`,
 * `steps.ID.outcome`, `steps.ID.conclusion`, `github.*`, `env.NAME`, `secrets.NAME`, string literals,
 * `==`, `!=`, `&&`, `always()`, `success()` and `failure()`. Everything else throws: a workflow that is
 * misread would prove nothing.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
 */

/** What an expression may look at. */
export interface ExpressionContext {
  /** Values by path, for example `['steps', 'create', 'outcome']`; throws on what it does not know. */
  readonly resolve: (path: readonly string[]) => string;
  /** Whether a step before this one failed. */
  readonly hasFailed: boolean;
}

type Value = string | boolean;

const TOKEN =
  /\s*(?:(?<literal>'(?:[^']|'')*')|(?<call>always|success|failure)\(\)|(?<path>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+)|(?<operator>==|!=|&&))\s*/y;

interface Token {
  readonly kind: 'literal' | 'call' | 'path' | 'operator';
  readonly text: string;
}

/** Replaces each `${{ … }}` of a text by its value. */
export function interpolate(text: string, context: ExpressionContext): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    String(evaluate(tokenize(expression), context)),
  );
}

/** Whether a step's `if` holds; without a status function it also asks that no step failed before. */
export function evaluateCondition(condition: string, context: ExpressionContext): boolean {
  const expression = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition)?.[1] ?? condition;
  const tokens = tokenize(expression);
  const asksForStatus = tokens.some(({ kind }) => kind === 'call');
  return (asksForStatus || !context.hasFailed) && isTruthy(evaluate(tokens, context));
}

function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < expression.length) {
    const groups = pattern.exec(expression)?.groups;
    const found = Object.entries(groups ?? {}).find(([, text]) => text !== undefined);
    const kind = found?.[0];
    if (kind !== 'literal' && kind !== 'call' && kind !== 'path' && kind !== 'operator') {
      throw notUnderstood(expression);
    }
    tokens.push({ kind, text: found?.[1] ?? '' });
  }
  return tokens;
}

function evaluate(tokens: readonly Token[], context: ExpressionContext): Value {
  const and = tokens.findIndex(({ kind, text }) => kind === 'operator' && text === '&&');
  if (and >= 0) {
    const left = evaluate(tokens.slice(0, and), context);
    const right = evaluate(tokens.slice(and + 1), context);
    return isTruthy(left) ? right : left;
  }
  const [left, operator, right, ...rest] = tokens;
  if (left !== undefined && operator === undefined) {
    return evaluateOperand(left, context);
  }
  if (
    left === undefined ||
    right === undefined ||
    operator?.kind !== 'operator' ||
    rest.length > 0
  ) {
    throw notUnderstood(tokens.map(({ text }) => text).join(' '));
  }
  const [a, b] = [left, right].map((token) =>
    String(evaluateOperand(token, context)).toLowerCase(),
  );
  return operator.text === '==' ? a === b : a !== b;
}

function evaluateOperand(token: Token, context: ExpressionContext): Value {
  switch (token.kind) {
    case 'literal':
      return token.text.slice(1, -1).replaceAll("''", "'");
    case 'call':
      return token.text === 'always' || (token.text === 'failure') === context.hasFailed;
    case 'path':
      return context.resolve(token.text.split('.'));
    case 'operator':
      throw notUnderstood(token.text);
  }
}

function isTruthy(value: Value): boolean {
  return value !== '' && value !== false;
}

function notUnderstood(expression: string): Error {
  return new Error(`This runner does not understand the expression '${expression.trim()}'.`);
}
