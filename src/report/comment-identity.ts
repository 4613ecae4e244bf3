/** By what a later run finds a comment again: any value of JSON. It is hashed before it is written anywhere. */
export type CommentIdentity = readonly unknown[];

/**
 * Identifies the comment of one group: by the LaunchDarkly server as well, because the same keys may stand
 * for another group on another instance. Letter case counts in keys as little as it does for LaunchDarkly.
 */
export function identifyGroupComment(
  origin: string,
  { projectKey, key }: { readonly projectKey: string; readonly key: string },
): CommentIdentity {
  // Named, because a project may be called anything, also like the word that another identity starts with.
  return [origin, { project: projectKey.toLowerCase(), key: key.toLowerCase() }];
}
