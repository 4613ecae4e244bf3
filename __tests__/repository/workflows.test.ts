import { spawnSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  findStep,
  readRepositoryFile,
  readWorkflow,
  readWorkflows,
  repositoryRoot,
} from './workflow-files.ts';

const workflows = readWorkflows();
const jobs = workflows.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ place: `${file}: ${id}`, job })),
);
const steps = jobs.flatMap(({ place, job }) =>
  (job.steps ?? []).map((step) => ({ place: `${place}: ${step.name}`, step })),
);
const packageJson = z
  .object({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    scripts: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readRepositoryFile('package.json')));

// What actionlint and zizmor check, by npm run lint:workflows, is not checked here again.

describe('jobs', () => {
  test.each(jobs.filter(({ job }) => !job.uses))('$place has a time limit', ({ job }) => {
    expect(job['timeout-minutes']).toBeGreaterThan(0);
    expect(job['timeout-minutes']).toBeLessThanOrEqual(20);
  });
});

describe('steps', () => {
  test('steps that install packages do not run their scripts', () => {
    const installs = steps.filter(({ step }) => /npm (?:ci|i|install)\b/.test(step.run ?? ''));
    expect(installs.length).toBeGreaterThan(0);
    expect(installs.filter(({ step }) => step.run !== 'npm ci --ignore-scripts')).toEqual([]);
  });

  test('steps that run an npm script are named after it, and the script exists', () => {
    const npmRuns = steps.flatMap(({ step }) => {
      const script = /^npm run ([\w:-]+)/.exec(step.run ?? '')?.[1];
      return script ? [{ name: step.name, script }] : [];
    });
    expect(npmRuns.length).toBeGreaterThan(0);
    for (const { name, script } of npmRuns) {
      expect(name).toBe(script);
      expect(Object.keys(packageJson.scripts)).toContain(script);
    }
  });
});

describe('the required check', () => {
  const { jobs: ciJobs } = readWorkflow('ci.yml').workflow;
  const allGreen = ciJobs['all-green'];
  const script = findStep(allGreen, 'Every job succeeded').run ?? '';

  test('the required check waits for every other job of CI', () => {
    const others = Object.keys(ciJobs).filter((id) => id !== 'all-green');
    expect(new Set(allGreen?.needs)).toEqual(new Set(others));
  });

  test("the required check runs whatever the other jobs' results", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
    expect(allGreen?.if).toBe('${{ always() }}');
  });

  test.runIf(hasBashAnd('jq')).each([
    { results: ['success', 'success'], exitCode: 0 },
    { results: ['success', 'failure'], exitCode: 1 },
    { results: ['success', 'cancelled'], exitCode: 1 },
    { results: ['skipped', 'success'], exitCode: 1 },
    { results: [], exitCode: 1 },
  ])('the required check ends with $exitCode after $results', ({ results, exitCode }) => {
    const needs = Object.fromEntries(results.map((result, index) => [`job${index}`, { result }]));
    expect(runBash(script, { NEEDS: JSON.stringify(needs) }).exitCode).toBe(exitCode);
  });
});

describe("the rebuild of Dependabot's pull requests", () => {
  const build = readWorkflow('dependabot-build.yml').workflow;
  const commit = readWorkflow('dependabot-commit.yml').workflow;

  test('builds the bumped code with a read-only token', () => {
    expect(build.jobs['build']?.permissions).toEqual({ contents: 'read' });
  });

  test('runs nothing from the pull request with a token that can write', () => {
    const job = commit.jobs['commit'];
    expect(job?.permissions?.['contents']).toBe('write');
    expect(job?.steps?.filter(({ uses }) => uses?.startsWith('actions/'))).toEqual([]);
    for (const { run } of job?.steps ?? []) {
      expect(run ?? '').not.toMatch(/\b(?:npm|npx|node|git)(?:\s|$)/m);
    }
  });

  test('is triggered by the build workflow, by its name', () => {
    expect(commit.on['workflow_run']).toMatchObject({ workflows: [build.name] });
  });

  describe.runIf(process.platform === 'linux')('files that may be pushed', () => {
    const check = findStep(commit.jobs['commit'], 'Let only the files of a build through').run;
    let temp: string;
    let dist: string;

    beforeEach(() => {
      temp = mkdtempSync(join(tmpdir(), 'dist-'));
      dist = join(temp, 'dist');
      mkdirSync(dist);
      for (const file of readdirSync(join(repositoryRoot, 'dist'))) {
        writeFileSync(join(dist, file), 'built');
      }
    });
    afterEach(() => rmSync(temp, { recursive: true }));

    const runCheck = () => runBash(check ?? '', { RUNNER_TEMP: temp });

    test('pushes what a build generates', () => {
      expect(runCheck()).toMatchObject({ exitCode: 0 });
    });

    test.each([
      { what: 'a file of another name', make: () => writeFileSync(join(dist, 'evil.js'), '') },
      { what: 'a hidden file', make: () => writeFileSync(join(dist, '.npmrc'), '') },
      { what: 'a name with a new line', make: () => writeFileSync(join(dist, 'a\nindex.js'), '') },
      { what: 'a folder', make: () => mkdirSync(join(dist, 'workflows')) },
      {
        what: 'a symbolic link',
        make: () => {
          rmSync(join(dist, 'yaml.js'));
          symlinkSync('/etc/passwd', join(dist, 'yaml.js'));
        },
      },
      { what: 'a hard link', make: () => linkSync(join(dist, 'index.js'), join(temp, 'other')) },
      { what: 'a huge file', make: () => writeFileSync(join(dist, 'index.js'), huge()) },
      { what: 'an empty entry', make: () => writeFileSync(join(dist, 'index.js'), '') },
      { what: 'an empty bundle', make: () => writeFileSync(join(dist, 'run.js'), '') },
    ])('never pushes $what', ({ make }) => {
      make();
      expect(runCheck().exitCode).toBe(1);
    });
  });
});

describe('the release', () => {
  const { jobs: releaseJobs } = readWorkflow('release.yml').workflow;
  let temp: string;

  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'release-'));
  });
  afterEach(() => rmSync(temp, { recursive: true }));

  test('runs draft, checks, publish, verification and smoke test, and major tag in this order', () => {
    expect(releaseJobs['checks']?.needs).toEqual(['draft']);
    expect(releaseJobs['check-dist']?.needs).toEqual(['draft']);
    expect(releaseJobs['publish']?.needs).toEqual(['draft', 'checks', 'check-dist']);
    expect(releaseJobs['verify']?.needs).toEqual(['publish']);
    expect(releaseJobs['smoke-test']?.needs).toEqual(['publish']);
    expect(releaseJobs['move-major-tag']?.needs).toEqual(['publish', 'verify', 'smoke-test']);
    // A condition on a job could let it run although a job that it needs did not succeed.
    expect(Object.values(releaseJobs).filter((job) => job.if)).toEqual([]);
  });

  test('waits for approval before it publishes', () => {
    expect(releaseJobs['publish']?.environment).toBe('release');
  });

  test('runs no package in a job that can write', () => {
    for (const job of Object.values(releaseJobs)) {
      if (Object.values(job.permissions ?? {}).includes('write')) {
        const scripts = (job.steps ?? []).map(({ run }) => run ?? '');
        expect(scripts.filter((run) => /npm (?:ci|run|test|exec)|npx/.test(run))).toEqual([]);
      }
    }
  });

  test('uses no cache', () => {
    expect(readWorkflow('release.yml').text).not.toMatch(/actions\/cache|cache: npm/);
    const setups = Object.values(releaseJobs)
      .flatMap((job) => job.steps ?? [])
      .filter(({ uses }) => uses?.startsWith('actions/setup-node@'));
    expect(setups.filter((step) => step.with?.['package-manager-cache'] !== false)).toEqual([]);
  });

  test.runIf(hasBashAnd('jq'))('lists every bundled package and no tool', () => {
    const { run } = findStep(releaseJobs['publish'], 'List what is bundled');
    const result = runBash(run ?? '', { RUNNER_TEMP: temp, SBOM: 'sbom.json' }, repositoryRoot);
    expect(result.exitCode).toBe(0);

    const { metadata, components } = z
      .object({
        metadata: z.object({ component: z.object({ name: z.string() }) }),
        components: z.array(z.object({ name: z.string() })),
      })
      .parse(JSON.parse(readFileSync(join(temp, 'sbom.json'), 'utf8')));
    const names = components.map(({ name }) => name);
    expect(metadata.component.name).toBe('create-insight-group');
    expect(names).toEqual(expect.arrayContaining(Object.keys(packageJson.dependencies)));
    expect(names.filter((name) => name in packageJson.devDependencies)).toEqual([]);
  });

  describe.runIf(hasBashAnd('jq'))('questions to GitHub before the release', () => {
    const run = (script: string | undefined, tag: string, answer: unknown) => {
      const calls = join(temp, 'calls');
      writeFileSync(calls, '');
      // Answers reads with ANSWER through the --jq of the call, and records the writes.
      const gh = `#!/bin/bash
        filter=.
        for argument; do [ "$previous" = --jq ] && filter=$argument; previous=$argument; done
        case "$*" in
          *matching-refs* | *'release list'*) jq --raw-output "$filter" <<<"$ANSWER" ;;
          *) echo "$*" >>"${calls}" ;;
        esac`;
      writeFileSync(join(temp, 'gh'), gh, { mode: 0o755 });
      const { exitCode } = runBash(script ?? '', {
        PATH: `${temp}:${process.env['PATH']}`,
        GH_REPO: 'org/create-insight-group',
        GITHUB_SHA: 'c0ffee',
        RUNNER_TEMP: temp,
        TAG: tag,
        ANSWER: JSON.stringify(answer),
      });
      return { exitCode, call: readFileSync(calls, 'utf8') };
    };

    const moveMajorTag = findStep(releaseJobs['move-major-tag'], 'Move the major tag').run;
    const asRefs = (tags: string[]) => tags.map((tag) => ({ ref: `refs/tags/${tag}` }));

    test.each([
      { tag: 'v1.0.0', tags: ['v1.0.0'], call: /^api --method POST .*refs\/tags\/v1 .*sha=c0ffee/ },
      {
        tag: 'v1.10.0',
        tags: ['v1', 'v1.9.0', 'v1.10.0'],
        call: /^api --method PATCH .*tags\/v1 /,
      },
      { tag: 'v1.9.1', tags: ['v1', 'v1.9.1', 'v1.10.0'], call: /^$/ },
    ])('moves the major tag to $tag when there are $tags', ({ tag, tags, call }) => {
      expect(run(moveMajorTag, tag, asRefs(tags))).toEqual({
        exitCode: 0,
        call: expect.stringMatching(call),
      });
    });

    const draft = findStep(releaseJobs['draft'], 'Draft the release').run;

    test.each([
      { releases: [], exitCode: 0, call: /^release create v1\.2\.3 --draft --target c0ffee/ },
      { releases: [{ tagName: 'v1.2.3', isDraft: true }], exitCode: 0, call: /^release edit v1/ },
      { releases: [{ tagName: 'v1.2.3', isDraft: false }], exitCode: 1, call: /^$/ },
      { releases: [{ tagName: 'v1.2.2', isDraft: false }], exitCode: 0, call: /^release create/ },
    ])('drafts v1.2.3 when there is $releases', ({ releases, exitCode, call }) => {
      expect(run(draft, 'v1.2.3', releases)).toEqual({
        exitCode,
        call: expect.stringMatching(call),
      });
    });
  });

  describe.runIf(hasBashAnd('awk'))('release notes from the changelog', () => {
    const takeNotes = findStep(releaseJobs['draft'], 'Take the notes from the changelog').run ?? '';

    const changelog =
      '# Changelog\n\n## [1.10.0] - 2026-02-01\n\n- newer\n\n## [1.1.0] - 2026-01-01\n\n- older\n\n## [1.0.0] - 2026-01-01\n';
    const runTakeNotes = (version: string) => {
      writeFileSync(join(temp, 'CHANGELOG.md'), changelog);
      return runBash(takeNotes, { RUNNER_TEMP: temp, VERSION: version }, temp);
    };

    test('takes the section of the version and no other', () => {
      expect(runTakeNotes('1.1.0')).toEqual({ exitCode: 0, stdout: '\n- older\n\n' });
      expect(runTakeNotes('1.10.0').stdout).toBe('\n- newer\n\n');
    });

    test.each(['1.0.0', '2.0.0', 'v1.1.0', '1.1', '1.1.0-rc.1', '1.1.0; true'])(
      'takes no section for %s',
      (version) => {
        const { exitCode, stdout } = runTakeNotes(version);
        expect(exitCode).toBe(1);
        expect(stdout).toContain('::error title=');
      },
    );
  });

  test('the changelog has the format that the release reads', () => {
    expect(readRepositoryFile('CHANGELOG.md')).toMatch(/^## \[\d+\.\d+\.\d+\] - /m);
  });
});

function huge(): Buffer {
  return Buffer.alloc(9 * 1024 * 1024);
}

/** Runs a script as the runner does when a step names no shell. */
function runBash(
  script: string,
  env: Readonly<Record<string, string>>,
  cwd = tmpdir(),
): { exitCode: number | null; stdout: string } {
  const { status, stdout } = spawnSync('bash', ['--noprofile', '--norc', '-e', '-c', script], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  });
  return { exitCode: status, stdout };
}

function hasBashAnd(program: string): boolean {
  return (
    process.platform !== 'win32' && spawnSync('bash', ['-c', `command -v ${program}`]).status === 0
  );
}
