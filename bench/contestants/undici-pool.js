// The POST and nothing else, by the part of undici that the action's bundle holds.
import { Pool } from 'undici';

const env = process.env;
const pool = new Pool(env['INPUT_BASE-URI']);
const { statusCode, body } = await pool.request({
  path: '/api/v2/engineering-insights/insights/group',
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
});
await body.json();
await pool.destroy();
process.exitCode = statusCode === 201 ? 0 : 1;
