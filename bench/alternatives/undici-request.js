// The POST alone, through undici as it is usually imported.
import { request } from 'undici';

const env = process.env;
const { statusCode, body } = await request(
  `${env['INPUT_BASE-URI']}/api/v2/engineering-insights/insights/group`,
  {
    method: 'POST',
    headers: {
      authorization: env.INPUT_TOKEN,
      'ld-api-version': 'beta',
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      name: env.INPUT_NAME,
      key: env.INPUT_KEY,
      projectKey: env.INPUT_PROJECT,
      environmentKey: env.INPUT_ENVIRONMENT,
      applicationKeys: env.INPUT_APPLICATIONS.split(','),
    }),
  },
);
await body.json();
process.exitCode = statusCode === 201 ? 0 : 1;
