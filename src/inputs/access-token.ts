import * as z from 'zod/mini';
import type { WorkflowRun } from './github-context.ts';

/** Shorter than anything that LaunchDarkly hands out, in characters. */
const MIN_TOKEN_LENGTH = 8;

/** Longer than any token, in characters: what is longer is a file or an answer that was stored by mistake. */
const MAX_TOKEN_LENGTH = 2_048;

const TOO_LONG = `it has more than ${MAX_TOKEN_LENGTH} characters, which no token has; store the secret again`;

/** How the reason for a credential that is not given begins. */
export const IS_BLANK = 'is blank';

/** Shapes of other credentials than an access token, each with the sentence that helps. */
const WRONG_CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  [
    /^sdk-/i,
    'this is an SDK key, which the REST API does not accept; expected an access token (api-…)',
  ],
  [
    /^mob-/i,
    'this is a mobile key, which the REST API does not accept; expected an access token (api-…)',
  ],
  [/^rel-/i, 'this is a Relay Proxy key; expected an access token (api-…)'],
  [
    /^[0-9a-f]{24}$/i,
    'this is a client-side ID, which is no credential; expected an access token (api-…)',
  ],
  [
    /^(?:gh[pousr]_|github_pat_)/i,
    'this is a GitHub token; expected a LaunchDarkly access token (api-…). Are token and github-token swapped?',
  ],
  [/^bearer\b/i, 'leave the word Bearer out: LaunchDarkly expects the token alone'],
  [/^["'`]|["'`]$/, 'it is in quotes; store the secret without them'],
  [/^\$/, 'it is the name of a variable, not its value; use the secrets context'],
  [/\s/, 'it has white space in it; store the secret again, in one piece'],
  [/[^\x21-\x7e]/, 'it has characters that no access token has; store the secret again'],
];

/** The rule for the input `token`. No message quotes the token, and an issue's own `input` is never shown. */
export function createTokenSchema(run: WorkflowRun) {
  return z
    .string()
    .check(
      z.minLength(1, { message: explainBlank(run), abort: true }),
      z.maxLength(MAX_TOKEN_LENGTH, { message: TOO_LONG, abort: true }),
      ...WRONG_CREDENTIALS.map(([shape, message]) =>
        z.refine((token) => !shape.test(String(token)), { message, abort: true }),
      ),
      z.minLength(MIN_TOKEN_LENGTH, 'it is too short for an access token (api-…)'),
    );
}

/** The credentials of LaunchDarkly, by how they begin. No token of GitHub's does. */
const LAUNCHDARKLY_CREDENTIAL = /^(?:api|sdk|mob|rel)-/i;

/**
 * The rule for the input `github-token`: `token`, or another credential of LaunchDarkly, must never be sent
 * to GitHub. The rest is GitHub's to say, and only where a comment is written.
 */
export function createGitHubTokenSchema(token: string) {
  const isLaunchDarkly = (text: string) => text === token || LAUNCHDARKLY_CREDENTIAL.test(text);
  return z.string().check(
    z.maxLength(MAX_TOKEN_LENGTH, { message: TOO_LONG, abort: true }),
    z.refine(
      (text) => text === '' || !isLaunchDarkly(String(text)),
      'this is a credential of LaunchDarkly; expected a GitHub token, as the default is. Are token and github-token swapped?',
    ),
  );
}

function explainBlank({ withheldSecrets }: WorkflowRun): string {
  switch (withheldSecrets) {
    case 'fork':
      return `${IS_BLANK}: GitHub gives no secrets to workflows of pull requests from forks`;
    case 'dependabot':
      return `${IS_BLANK}: workflows started by Dependabot see Dependabot secrets only`;
    case undefined:
      return `${IS_BLANK}; expected a LaunchDarkly access token. Is the secret's name spelt right, and is it set for this repository, organization or environment?`;
  }
}

/** Says where a token that is not valid is corrected. */
export function explainTokenCorrection({ withheldSecrets }: WorkflowRun): string {
  switch (withheldSecrets) {
    case 'fork':
      return 'Run this step for pull requests of the repository itself only, or after the merge.';
    case 'dependabot':
      return 'Add the secret under Settings, Secrets and variables, Dependabot.';
    case undefined:
      return 'Correct the secret that token is read from, under Settings, Secrets and variables, Actions.';
  }
}
