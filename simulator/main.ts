/** `npm run simulator`: serves the LaunchDarkly simulator on this machine until it is stopped. */

import { parseArgs } from 'node:util';
import {
  sampleApplicationKeys,
  sampleEnvironmentKeys,
  sampleProjectKey,
  sampleReaderToken,
  sampleWriterToken,
} from './launchdarkly/sample-account.ts';
import { type Simulator, startSimulator } from './launchdarkly/simulator.ts';

const USAGE = `Usage: npm run simulator -- [--port <number>]

Serves a simulated LaunchDarkly API on 127.0.0.1, with a sample account, until Ctrl+C.

  --port <number>  the port to listen on, 0 for any free one (default: 8787)
  --help           print this text`;

/** An invalid command line. The message says what is wrong, without a full stop. */
class UsageError extends Error {}

/** Returns the port, or undefined for `--help`. Throws a {@link UsageError}. */
function readPort(args: readonly string[]): number | undefined {
  let values: { port: string; help: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8787' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    // The first sentence names the argument; the rest is general advice on passing arguments.
    const message = error instanceof Error ? error.message : `${error}`;
    throw new UsageError(message.split(/\.\s/)[0]);
  }
  if (values.help) {
    return undefined;
  }
  const port = /^\d+$/.test(values.port) ? Number(values.port) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new UsageError(`--port must be a number from 0 to 65535, not "${values.port}"`);
  }
  return port;
}

function describeStartFailure(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use: stop the other process, or choose another port with --port.`;
    case 'EACCES':
      return `Port ${port} needs privileges that this user does not have: choose another one with --port.`;
    default:
      return `The simulator could not start: ${error instanceof Error ? error.message : error}`;
  }
}

function printIntroduction({ origin }: Simulator): void {
  console.log(`LaunchDarkly simulator at ${origin}

  project       ${sampleProjectKey}
  environments  ${sampleEnvironmentKeys.join(', ')}
  applications  ${sampleApplicationKeys.join(', ')}
  writer token  ${sampleWriterToken}
  reader token  ${sampleReaderToken}

Create a group, then read it:

  curl -i ${origin}/api/v2/engineering-insights/insights/group \\
    -H 'Authorization: ${sampleWriterToken}' -H 'LD-API-Version: beta' -H 'Content-Type: application/json' \\
    -d '{"name":"Production - All Apps","key":"default-production-all-apps","projectKey":"default","environmentKey":"production"}'

  curl -i ${origin}/api/v2/engineering-insights/insights/groups/default-production-all-apps \\
    -H 'Authorization: ${sampleReaderToken}' -H 'LD-API-Version: beta'

Stop it with Ctrl+C.`);
}

async function serve(port: number): Promise<void> {
  let simulator: Simulator;
  try {
    simulator = await startSimulator({
      port,
      onResponse: ({ method, path, status }) => console.log(`${method} ${path} → ${status}`),
    });
  } catch (error) {
    console.error(describeStartFailure(error, port));
    process.exitCode = 1;
    return;
  }
  printIntroduction(simulator);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void simulator.close();
    });
  }
}

try {
  const port = readPort(process.argv.slice(2));
  if (port === undefined) {
    console.log(USAGE);
  } else {
    await serve(port);
  }
} catch (error) {
  if (!(error instanceof UsageError)) {
    throw error;
  }
  console.error(`${error.message}; run "npm run simulator -- --help" to see the options.`);
  process.exitCode = 2;
}
