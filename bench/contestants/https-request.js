// The floor of Node: the POST and nothing else, by node:https.
import { request } from 'node:https';

const env = process.env;
const body = JSON.stringify({
  name: env.INPUT_NAME,
  key: env.INPUT_KEY,
  projectKey: env.INPUT_PROJECT,
  environmentKey: env.INPUT_ENVIRONMENT,
  applicationKeys: env.INPUT_APPLICATIONS.split(','),
});
const post = request(
  `${env['INPUT_BASE-URI']}/api/v2/engineering-insights/insights/group`,
  {
    method: 'POST',
    headers: {
      authorization: env.INPUT_TOKEN,
      'ld-api-version': 'beta',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  },
  (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk) => {
      text += chunk;
    });
    response.on('end', () => {
      JSON.parse(text);
      process.exitCode = response.statusCode === 201 ? 0 : 1;
    });
  },
);
post.end(body);
