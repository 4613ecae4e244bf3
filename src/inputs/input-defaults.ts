/*
 * What stands in for a blank input, by the names of the inputs as the manifests spell them. A test holds
 * these against the manifests.
 */

/** The inputs that every action has. */
export const COMMON_DEFAULTS = {
  token: '',
  'base-uri': 'https://app.launchdarkly.com',
  'timeout-seconds': '',
  'dry-run': 'false',
  'pr-comment': 'false',
  'github-token': '',
  'pr-number': '',
} as const;

/** The further inputs of the action that creates groups. */
export const CREATE_DEFAULTS = {
  name: '',
  key: '',
  project: '',
  environment: '',
  applications: '',
  'if-exists': 'fail',
} as const;

/** The further inputs of the action that deletes a group. */
export const DELETE_DEFAULTS = { key: '', project: '', environment: '' } as const;

/** The further inputs of the action that applies a groups file. */
export const SYNC_DEFAULTS = {
  file: '.github/insight-groups.yml',
  'on-drift': 'report',
  'max-deletes': '10',
} as const;
