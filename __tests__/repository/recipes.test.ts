import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { findYamlExamples, isWorkflow } from '../../scripts/markdown-examples.ts';
import { sampleReaderToken } from '../../simulator/launchdarkly/sample-account.ts';
import { startSimulator } from '../../simulator/launchdarkly/simulator.ts';
import { parseGroupsFile } from '../../src/inputs/groups-file.ts';
import { readRepositoryFile } from './workflow-files.ts';

/*
 * The scripts of the recipes, run as they stand in the documentation. What uses the actions themselves is
 * tried by the end-to-end workflow.
 */

const page = readRepositoryFile('docs/recipes.md');

describe.runIf(hasPrograms('bash', 'jq', 'curl'))('the recipe', () => {
  let temp: string;

  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'recipes-'));
  });
  afterEach(() => rmSync(temp, { recursive: true }));

  test('that writes a file from an account lists every group, with its applications', async () => {
    await using simulator = await startSimulator();
    for (let index = 0; index < 45; index += 1) {
      simulator.account.groups.set(`group-${index}`, {
        key: `group-${index}`,
        name: `# "Group": ${index}`,
        projectKey: 'default',
        environmentKey: 'production',
        ...(index % 2 === 0 ? {} : { applicationKeys: ['billing-service', 'inventory-service'] }),
        createdAt: 0,
      });
    }
    const [, script = ''] = /```bash\n(.*?)```/s.exec(page) ?? [];
    const { exitCode, stdout } = await runScript(script, {
      BASE_URI: simulator.origin,
      LAUNCHDARKLY_ACCESS_TOKEN: sampleReaderToken,
    });

    expect(exitCode).toBe(0);
    expect(parseGroupsFile(new TextEncoder().encode(stdout))).toMatchObject({ kind: 'valid' });
    const { groups } = z
      .strictObject({ groups: z.array(z.record(z.string(), z.unknown())) })
      .parse(parse(stdout));
    expect(groups).toHaveLength(45);
    expect(groups).toContainEqual({
      key: 'group-7',
      name: '# "Group": 7',
      project: 'default',
      environment: 'production',
      applications: ['billing-service', 'inventory-service'],
    });
    expect(groups).toContainEqual({
      key: 'group-44',
      name: '# "Group": 44',
      project: 'default',
      environment: 'production',
    });
  });

  test('that writes a file from an empty account writes a file without groups', async () => {
    await using simulator = await startSimulator();
    const [, script = ''] = /```bash\n(.*?)```/s.exec(page) ?? [];
    const env = {
      BASE_URI: simulator.origin,
      LAUNCHDARKLY_ACCESS_TOKEN: sampleReaderToken,
    };
    expect(parse((await runScript(script, env)).stdout)).toEqual({ groups: null });
  });

  test('that writes a file from an account fails when LaunchDarkly does not answer with a list', async () => {
    await using simulator = await startSimulator();
    const [, script = ''] = /```bash\n(.*?)```/s.exec(page) ?? [];
    const env = { BASE_URI: simulator.origin, LAUNCHDARKLY_ACCESS_TOKEN: 'api-unknown' };
    expect((await runScript(script, env)).exitCode).toBe(1);
  });

  test.each([
    { what: 'passes at the minimum', scores: { risk: { score: 60 } }, exitCode: 0, stdout: '' },
    { what: 'ignores other metrics', scores: { velocity: { score: 1 } }, exitCode: 0, stdout: '' },
    { what: 'ignores missing scores', scores: { risk: { score: null } }, exitCode: 0, stdout: '' },
    { what: 'passes without any scores', scores: {}, exitCode: 0, stdout: '' },
    {
      what: 'fails below the minimum',
      scores: { risk: { score: 59 }, flagHealth: { score: 80 } },
      exitCode: 1,
      stdout: 'risk: 59, minimum 60\n',
    },
  ])('of a gate on the score $what', async ({ scores, exitCode, stdout }) => {
    const step = findStep('Fail below a minimum');
    const env = { ...step.env, SCORES: JSON.stringify(scores) };
    expect(await runScript(step.run, env)).toEqual({ exitCode, stdout });
  });

  test.each([
    { what: 'opens an issue', issues: [], call: /^issue create --title T --body / },
    {
      what: 'updates the issue that is open',
      issues: [
        { number: 3, title: 'T and more' },
        { number: 7, title: 'T' },
      ],
      call: /^issue edit 7 --body The plan of RUN is not empty: `\{"wouldUpdate":2\}`\./,
    },
  ])('for drift $what', async ({ issues, call }) => {
    const calls = fakeGh(issues);
    const { exitCode } = await runScript(findStep('Open or update the issue').run, {
      TITLE: 'T',
      COUNTS: '{"wouldUpdate":2}',
      RUN_URL: 'RUN',
    });
    expect(exitCode).toBe(0);
    expect(readFileSync(calls, 'utf8')).toMatch(call);
  });

  test('for a sweep names the group of each closed pull request as absent', async () => {
    fakeGh([{ number: 41 }, { number: 42 }]);
    const { exitCode } = await runScript(
      findStep('Name the groups of closed pull requests').run,
      {},
    );
    expect(exitCode).toBe(0);
    const entry = (number: number) => ({
      key: `default-pr-${number}-all-apps`,
      project: 'default',
      environment: `pr-${number}`,
      state: 'absent',
    });
    const content = readFileSync(join(temp, 'sweep.yml'));
    expect(parseGroupsFile(content)).toMatchObject({ kind: 'valid' });
    const file: unknown = parse(content.toString());
    expect(file).toEqual({ groups: [entry(41), entry(42)] });
  });

  /** Puts a `gh` first in PATH that answers lists with these items and writes down everything else. */
  function fakeGh(items: readonly unknown[]): string {
    const calls = join(temp, 'calls');
    writeFileSync(calls, '');
    writeFileSync(join(temp, 'items.json'), JSON.stringify(items));
    const gh = `#!/bin/bash
      for argument; do [ "$previous" = --jq ] && filter=$argument; previous=$argument; done
      case "$*" in
        *' list '*) jq --raw-output "$filter" "${join(temp, 'items.json')}" ;;
        *) echo "$*" >>"${calls}" ;;
      esac`;
    writeFileSync(join(temp, 'gh'), gh, { mode: 0o755 });
    return calls;
  }

  /** Runs a script as the runner does when a step names no shell. */
  function runScript(
    script: string,
    env: Readonly<Record<string, string>>,
  ): Promise<{ exitCode: number; stdout: string }> {
    return new Promise((resolve) => {
      const child = execFile(
        'bash',
        ['--noprofile', '--norc', '-e', '-c', script],
        { cwd: temp, env: { PATH: `${temp}:${process.env['PATH']}`, ...env } },
        (_, stdout) => resolve({ exitCode: child.exitCode ?? -1, stdout }),
      );
    });
  }
});

/** Finds a step of the documented workflows by its name. */
function findStep(name: string) {
  const Workflow = z.object({
    jobs: z.record(z.string(), z.object({ steps: z.array(z.looseObject({})).optional() })),
  });
  const Script = z.object({
    name: z.literal(name),
    run: z.string(),
    env: z.record(z.string(), z.string()).default({}),
  });
  const steps = findYamlExamples(page)
    .filter(isWorkflow)
    .flatMap(({ text }) => Object.values(Workflow.parse(parse(text)).jobs))
    .flatMap((job) => job.steps ?? []);
  return Script.parse(steps.find((step) => step['name'] === name));
}

function hasPrograms(...programs: readonly string[]): boolean {
  return (
    process.platform !== 'win32' &&
    programs.every((program) => spawnSync('bash', ['-c', `command -v ${program}`]).status === 0)
  );
}
