import * as core from '@actions/core';
import {
  type InsightGroup,
  isWithoutScore,
  type MetricScore,
} from '../insight-group/insight-group.ts';
import type { Secrets } from '../secrets.ts';
import type { Ending } from './story.ts';

/** The one table of outputs: each output of `action.yml`, and its value for the way the run ended. */
const OUTPUTS: Readonly<Record<string, (facts: Facts) => string>> = {
  outcome: ({ ending }) => (ending.kind === 'success' ? ending.outcome.kind : 'failed'),
  created: ({ ending }) => describeCreated(ending),
  key: ({ group }) => group?.key ?? '',
  name: ({ group }) => group?.name ?? '',
  project: ({ group }) => group?.projectKey ?? '',
  environment: ({ group }) => group?.environmentKey ?? '',
  applications: ({ group }) => (group ? JSON.stringify(group.applicationKeys) : ''),
  'created-at': ({ group }) => formatTime(group?.createdAt) ?? '',
  group: ({ group }) => (group ? JSON.stringify(pickPublicFields(group)) : ''),
  'overall-score': ({ group }) => describeScore(group?.scores?.overall),
  'overall-indicator': ({ group }) => group?.scores?.overall?.indicator ?? '',
  drift: ({ ending }) => JSON.stringify(findDriftOf(ending)),
  'error-code': ({ ending }) => (ending.kind === 'failure' ? ending.error.code : ''),
};

/** The names of all outputs, for the tests that hold them against `action.yml` and the README. */
export const OUTPUT_NAMES = Object.keys(OUTPUTS);

interface Facts {
  readonly ending: Ending;
  /** The group as it is on the server, as far as the run has seen it. */
  readonly group: InsightGroup | undefined;
}

/** Describes the outputs of a run: every name, with an empty string where there is nothing to say. */
export function describeOutputs(ending: Ending): Record<string, string> {
  const group = ending.kind === 'success' ? ending.outcome.group : ending.error.existing?.group;
  return Object.fromEntries(
    Object.entries(OUTPUTS).map(([name, describe]) => [name, describe({ ending, group })]),
  );
}

/** Hands the outputs to the runner. A value that holds a secret would be dropped whole, so it is redacted first. */
export function writeOutputs(ending: Ending, secrets: Secrets): void {
  for (const [name, value] of Object.entries(describeOutputs(ending))) {
    core.setOutput(name, secrets.redact(value));
  }
}

/** Empty where it is not known: a create got no answer, and nothing tells whether it made the group. */
function describeCreated(ending: Ending): string {
  if (ending.kind === 'success' && ending.outcome.mayHaveBeenCreated) {
    return '';
  }
  return String(ending.kind === 'success' && ending.outcome.kind === 'created');
}

function formatTime(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs).toISOString();
}

/** LaunchDarkly gives a metric that it has not calculated the score 0, which would read as the worst of all. */
function describeScore(overall: MetricScore | undefined): string {
  return overall === undefined || isWithoutScore(overall) ? '' : String(overall.score);
}

function findDriftOf(ending: Ending) {
  return ending.kind === 'success' ? ending.outcome.drift : (ending.error.existing?.drift ?? []);
}

/** The members are named one by one: what else a group may come to hold is not published by accident. */
function pickPublicFields(group: InsightGroup) {
  const { key, name, projectKey, environmentKey, applicationKeys } = group;
  const createdAt = formatTime(group.createdAt);
  return { key, name, projectKey, environmentKey, applicationKeys, createdAt };
}
