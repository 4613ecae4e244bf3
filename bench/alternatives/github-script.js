// What actions/github-script does for a script: it first creates a client for GitHub and the
// context, then compiles and runs the text of the script, which its users write.
import * as core from '@actions/core';
import { context, getOctokit } from '@actions/github';

const script = `
  core.setSecret(process.env.INPUT_TOKEN)
  const response = await fetch(process.env.BASE_URI + '/api/v2/engineering-insights/insights/group', {
    method: 'POST',
    headers: {
      Authorization: process.env.INPUT_TOKEN,
      'LD-API-Version': 'beta',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      name: process.env.INPUT_NAME,
      key: process.env.INPUT_KEY,
      projectKey: process.env.INPUT_PROJECT,
      environmentKey: process.env.INPUT_ENVIRONMENT,
      applicationKeys: process.env.INPUT_APPLICATIONS.split(','),
    }),
  })
  if (response.status !== 201) {
    return core.setFailed(await response.text())
  }
  const group = await response.json()
  core.setOutput('key', group.key)
  core.setOutput('name', group.name)
  await core.summary.addHeading('Insight group').addRaw(group.key + ' created').write()
  return group
`;

const github = getOctokit('ghs_0000000000000000000000000000000000');
const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
const run = new AsyncFunction('core', 'github', 'context', script);
core.setOutput('result', JSON.stringify(await run(core, github, context)));
