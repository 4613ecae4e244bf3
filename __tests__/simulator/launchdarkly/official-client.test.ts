import { Configuration, InsightsScoresBetaApi } from 'launchdarkly-api-typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  sampleProjectKey,
  sampleWriterToken,
} from '../../../simulator/launchdarkly/sample-account.ts';
import { type Simulator, startSimulator } from '../../../simulator/launchdarkly/simulator.ts';

const beta = { headers: { 'LD-API-Version': 'beta' } };
const group = {
  name: 'Production - All Apps',
  key: 'default-production-all-apps',
  projectKey: sampleProjectKey,
  environmentKey: 'production',
  applicationKeys: ['billing-service'],
};

let simulator: Simulator;
let client: InsightsScoresBetaApi;

beforeAll(async () => {
  simulator = await startSimulator();
  client = new InsightsScoresBetaApi(
    new Configuration({ apiKey: sampleWriterToken, basePath: simulator.origin }),
  );
});

afterAll(async () => simulator.close());

test("LaunchDarkly's own client takes a group through its whole life", async () => {
  const created = await client.createInsightGroup(group, beta);
  expect(created.status).toBe(201);
  expect(created.data).toEqual({ ...group, createdAt: expect.any(Number) });

  const read = await client.getInsightGroup(group.key, 'scores', beta);
  expect(read.data.scores?.overall.indicator).toBe('notCalculated');

  const listed = await client.getInsightGroups(20, 0, '-name', 'production', undefined, beta);
  expect(listed.data.totalCount).toBe(1);
  expect(listed.data.items[0]?.key).toBe(group.key);

  const patched = await client.patchInsightGroup(
    group.key,
    [{ op: 'replace', path: '/name', value: 'Prod group' }],
    beta,
  );
  expect(patched.data.name).toBe('Prod group');

  const scores = await client.getInsightsScores(
    group.projectKey,
    group.environmentKey,
    group.applicationKeys.join(','),
    beta,
  );
  expect(scores.data.scores.overall.indicator).toBe('notCalculated');

  const deleted = await client.deleteInsightGroup(group.key, beta);
  expect(deleted.status).toBe(204);
  expect(simulator.account.groups.size).toBe(0);
  await expect(client.getInsightGroup(group.key, undefined, beta)).rejects.toMatchObject({
    response: { status: 404 },
  });
  expect(simulator.creationsOf(group.key)).toHaveLength(1);
  expect(simulator.updatesOf(group.key)).toHaveLength(1);
  expect(simulator.deletionsOf(group.key)).toHaveLength(1);
});

test("LaunchDarkly's own client without the beta header is answered 403", async () => {
  await expect(client.createInsightGroup({ ...group, key: 'no-beta' })).rejects.toMatchObject({
    response: { status: 403, data: { message: expect.stringContaining('LD-API-Version: beta') } },
  });
  expect(simulator.account.groups.has('no-beta')).toBe(false);
});
