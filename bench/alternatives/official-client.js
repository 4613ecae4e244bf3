// LaunchDarkly's own client for TypeScript, with outputs and a summary written by hand.
import { appendFileSync } from 'node:fs';
import { Configuration, InsightsScoresBetaApi } from 'launchdarkly-api-typescript';

const env = process.env;
console.log(`::add-mask::${env.INPUT_TOKEN}`);
const client = new InsightsScoresBetaApi(
  new Configuration({ apiKey: env.INPUT_TOKEN, basePath: env['INPUT_BASE-URI'] }),
);
const { data } = await client.createInsightGroup(
  {
    name: env.INPUT_NAME,
    key: env.INPUT_KEY,
    projectKey: env.INPUT_PROJECT,
    environmentKey: env.INPUT_ENVIRONMENT,
    applicationKeys: env.INPUT_APPLICATIONS.split(','),
  },
  { headers: { 'LD-API-Version': 'beta' } },
);
appendFileSync(env.GITHUB_OUTPUT, `key=${data.key}\nname=${data.name}\n`);
appendFileSync(env.GITHUB_STEP_SUMMARY, `## Insight group\n\n${data.key} created\n`);
console.log(`Created ${data.key}`);
