import { parseArgs } from 'node:util';
import {
  sampleApplicationKeys,
  sampleEnvironmentKeys,
  sampleProjectKey,
  sampleReaderToken,
  sampleWriterToken,
} from './launchdarkly/sample-account.ts';
import { startSimulator } from './launchdarkly/simulator.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8787' } } });

const simulator = await startSimulator({
  port: Number(values.port),
  onAnswer: ({ method, path, status }) => console.log(`${method} ${path} → ${status}`),
});

console.log(`LaunchDarkly simulator at ${simulator.origin}

  project       ${sampleProjectKey}
  environments  ${sampleEnvironmentKeys.join(', ')}
  applications  ${sampleApplicationKeys.join(', ')}
  writer token  ${sampleWriterToken}
  reader token  ${sampleReaderToken}

Create a group, then read it:

  curl -i ${simulator.origin}/api/v2/engineering-insights/insights/group \\
    -H 'Authorization: ${sampleWriterToken}' -H 'LD-API-Version: beta' -H 'Content-Type: application/json' \\
    -d '{"name":"Production - All Apps","key":"default-production-all-apps","projectKey":"default","environmentKey":"production"}'

  curl -i ${simulator.origin}/api/v2/engineering-insights/insights/groups/default-production-all-apps \\
    -H 'Authorization: ${sampleReaderToken}' -H 'LD-API-Version: beta'

Stop it with Ctrl+C.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void simulator.close();
  });
}
