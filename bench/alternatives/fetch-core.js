// An action as most are written: @actions/core and fetch, with simple checks.
import * as core from '@actions/core';

try {
  const token = core.getInput('token', { required: true });
  core.setSecret(token);
  const wanted = {
    name: core.getInput('name', { required: true }),
    key: core.getInput('key', { required: true }),
    projectKey: core.getInput('project', { required: true }),
    environmentKey: core.getInput('environment', { required: true }),
    applicationKeys: core.getInput('applications').split(',').filter(Boolean),
  };
  for (const key of [wanted.key, wanted.projectKey, wanted.environmentKey]) {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(key)) {
      throw new Error(`"${key}" is not a key`);
    }
  }
  const response = await fetch(
    `${core.getInput('base-uri')}/api/v2/engineering-insights/insights/group`,
    {
      method: 'POST',
      headers: {
        authorization: token,
        'ld-api-version': 'beta',
        'content-type': 'application/json',
      },
      body: JSON.stringify(wanted),
      signal: AbortSignal.timeout(120_000),
    },
  );
  if (response.status !== 201) {
    throw new Error(`LaunchDarkly answered ${response.status}: ${await response.text()}`);
  }
  const group = await response.json();
  core.setOutput('key', group.key);
  core.setOutput('name', group.name);
  core.setOutput('group', group);
  await core.summary
    .addHeading('Insight group')
    .addTable([
      ['Key', group.key],
      ['Name', group.name],
      ['Project', group.projectKey],
      ['Environment', group.environmentKey],
    ])
    .write();
  core.info(`Created ${group.key}`);
} catch (error) {
  core.setFailed(error.message);
}
