import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { sampleWriterToken } from '../simulator/launchdarkly/sample-account.ts';
import type { Started } from './server.ts';

/** The variables that a runner gives to a step, with its files in `folder` and trust in the server. */
export function prepareRunner({ origin, certificatePem }: Started, folder: string) {
  const authority = path.join(folder, 'authority.pem');
  writeFileSync(authority, certificatePem);
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    GITHUB_ACTIONS: 'true',
    GITHUB_OUTPUT: path.join(folder, 'output'),
    GITHUB_STEP_SUMMARY: path.join(folder, 'summary'),
    NODE_EXTRA_CA_CERTS: authority,
    'INPUT_BASE-URI': origin,
    INPUT_PROJECT: 'default',
    INPUT_TOKEN: sampleWriterToken,
  };
}
