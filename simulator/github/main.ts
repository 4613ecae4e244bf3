/**
 * Starts the GitHub simulator for pull request comments: `node simulator/github/main.ts [--port
 * 8788]`. It has one repository, one token that may comment, and no TLS, so it needs no installed
 * packages.
 */
import { parseArgs } from 'node:util';
import { startGitHub } from './simulator.ts';

/** The token that may comment. It is made up and works nowhere else. */
const TOKEN = 'ghs_00000000000000000000000000000000sample';
const REPOSITORY = 'octo-org/octo-repo';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8788' } } });

const simulator = await startGitHub({
  port: Number(values.port),
  repository: REPOSITORY,
  tokens: { [TOKEN]: { login: 'github-actions[bot]', permission: 'write' } },
});

console.log(`GitHub simulator at ${simulator.apiUrl}

  repository  ${REPOSITORY}
  token       ${TOKEN}

Stop it with Ctrl+C.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void simulator.close();
  });
}
