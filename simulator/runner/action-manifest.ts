/**
 * Reads `action.yml` as far as a JavaScript action needs it.
 *
 * Follows actions/runner: `src/Runner.Worker/ActionManifestManager.cs`, `ActionRunner.cs`.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What `action.yml` says about starting the action. */
export interface ActionManifest {
  readonly name: string;
  /** The Node.js version that the action requests, for example `node24`. */
  readonly using: string;
  /** The script, relative to the action. */
  readonly main: string;
  /** The declared inputs in order, with their defaults. */
  readonly inputs: ReadonlyMap<string, string>;
  /** The names of the declared outputs. */
  readonly outputs: readonly string[];
}

/**
 * Reads the manifest of an action. The only supported expression is `${{ github.token }}`; it
 * throws on any other, and on an action that the runner would not start with Node.js.
 */
export async function readActionManifest(
  actionPath: string,
  githubToken: string,
): Promise<ActionManifest> {
  const manifest = asRecord(parse(await readFile(join(actionPath, 'action.yml'), 'utf8')));
  const runs = asRecord(manifest['runs']);
  const using = asText(runs['using']);
  const main = asText(runs['main']);
  if (!/^node(?:20|24)$/.test(using) || main === '') {
    throw new Error(
      `The runner starts node20 and node24 actions with a main script, not '${using}'.`,
    );
  }
  const inputs = Object.entries(asRecord(manifest['inputs'])).map(
    ([name, input]): [string, string] => [
      name,
      evaluateDefault(asText(asRecord(input)['default']), githubToken),
    ],
  );
  return {
    name: asText(manifest['name']),
    using,
    main,
    inputs: new Map(inputs),
    outputs: Object.keys(asRecord(manifest['outputs'])),
  };
}

/**
 * The values of all inputs of a step by their declared names, in order of declaration. Undeclared
 * inputs are passed on, too: the runner only warns of them (see `unexpected`).
 */
export function resolveInputs(
  manifest: ActionManifest,
  given: Readonly<Record<string, string>>,
): { readonly values: ReadonlyMap<string, string>; readonly unexpected: readonly string[] } {
  const values = new Map(manifest.inputs);
  const declared = new Map([...manifest.inputs.keys()].map((name) => [name.toLowerCase(), name]));
  const unexpected: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const declaredName = declared.get(name.toLowerCase());
    if (declaredName === undefined) {
      unexpected.push(name);
    }
    values.set(declaredName ?? name, value);
  }
  return { values, unexpected };
}

function evaluateDefault(text: string, githubToken: string): string {
  if (/^\$\{\{\s*github\.token\s*\}\}$/.test(text)) {
    return githubToken;
  }
  if (text.includes('${{')) {
    throw new Error(`This runner cannot evaluate the default '${text}'.`);
  }
  return text;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function asText(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
