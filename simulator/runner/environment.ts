/**
 * The folders, files and variables that the runner gives to a step.
 *
 * Follows actions/runner: `src/Runner.Worker/GitHubContext.cs` (the list of GITHUB_ variables),
 * `RunnerContext.cs`, `FileCommandManager.cs` and `Handlers/Handler.cs` (`AddInputsToEnvironment`).
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/variables
 */

import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** The files through which a step talks to the runner, by the variable that names each. */
const FILE_COMMANDS = {
  GITHUB_OUTPUT: 'set_output',
  GITHUB_STATE: 'save_state',
  GITHUB_ENV: 'set_env',
  GITHUB_PATH: 'add_path',
  GITHUB_STEP_SUMMARY: 'step_summary',
} as const;

/** The name of a variable with a file command's path. */
export type FileCommandName = keyof typeof FILE_COMMANDS;

/** The event that started the workflow. */
export interface WorkflowEvent {
  /** For example `pull_request`. */
  readonly name: string;
  /** The webhook payload. */
  readonly payload: unknown;
}

/** Variables for a process; `undefined` removes one. */
export type EnvironmentOverrides = Readonly<Record<string, string | undefined>>;

interface StepDirectoriesOptions {
  readonly event: WorkflowEvent;
  /** A persistent working directory. Defaults to a new temporary one. */
  readonly workspace?: string | undefined;
}

/** The folders of one step; removed when disposed of. */
export class StepDirectories implements AsyncDisposable {
  readonly #root: string;
  readonly home: string;
  readonly temp: string;
  readonly workspace: string;
  /** The step's `os.tmpdir()`, so that files left there are found, too. */
  readonly systemTemp: string;
  readonly toolCache: string;
  readonly eventPath: string;
  readonly #files: string;
  readonly #isOwnWorkspace: boolean;

  private constructor(root: string, options: StepDirectoriesOptions) {
    const { workspace } = options;
    this.#root = root;
    this.home = join(root, 'home');
    this.temp = join(root, 'work', '_temp');
    this.workspace = workspace ?? join(root, 'work', 'repository', 'repository');
    this.systemTemp = join(root, 'tmp');
    this.toolCache = join(root, 'toolcache');
    this.eventPath = join(this.temp, '_github_workflow', 'event.json');
    this.#files = join(this.temp, '_runner_file_commands', randomUUID());
    this.#isOwnWorkspace = workspace === undefined;
  }

  /** Creates the folders, the empty files for the file commands and the event file. */
  static async create(options: StepDirectoriesOptions): Promise<StepDirectories> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'runner-')));
    const directories = new StepDirectories(root, options);
    const { home, temp, workspace, systemTemp, toolCache, eventPath } = directories;
    const folders = [home, workspace, systemTemp, toolCache, join(temp, '_github_workflow')];
    for (const folder of [...folders, directories.#files]) {
      await mkdir(folder, { recursive: true });
    }
    await writeFile(eventPath, JSON.stringify(options.event.payload, undefined, 2));
    for (const name of fileCommandNames()) {
      await writeFile(directories.pathOf(name), '');
    }
    return directories;
  }

  /** The file of a file command. */
  pathOf(name: FileCommandName): string {
    return join(this.#files, FILE_COMMANDS[name]);
  }

  /** The content of a file command's file; empty when the step removed the file. */
  async readFileCommand(name: FileCommandName): Promise<Buffer> {
    try {
      return await readFile(this.pathOf(name));
    } catch {
      return Buffer.alloc(0);
    }
  }

  /** Every other file that the step left behind, by its path below the step's root. */
  async readLeftovers(): Promise<ReadonlyMap<string, Buffer>> {
    const places = [
      this.temp,
      this.systemTemp,
      this.home,
      ...(this.#isOwnWorkspace ? [this.workspace] : []),
    ];
    const leftovers = new Map<string, Buffer>();
    for (const place of places) {
      for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && path !== this.eventPath && !this.#isFileCommand(path)) {
          leftovers.set(relative(this.#root, path), await readFile(path));
        }
      }
    }
    return leftovers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#root, { recursive: true, force: true, maxRetries: 3 });
  }

  #isFileCommand(path: string): boolean {
    return fileCommandNames().some((name) => this.pathOf(name) === path);
  }
}

/** The names of all file commands. */
export function fileCommandNames(): readonly FileCommandName[] {
  return ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY'];
}

/** The variables of a made-up workflow run: a push to the main branch of `octo-org/octo-repo`. */
export const SAMPLE_WORKFLOW_RUN: Readonly<Record<string, string>> = {
  GITHUB_ACTION_REF: '',
  GITHUB_ACTION_REPOSITORY: '',
  GITHUB_ACTOR: 'octocat',
  GITHUB_ACTOR_ID: '583231',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_BASE_REF: '',
  GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
  GITHUB_HEAD_REF: '',
  GITHUB_JOB: 'deploy',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REF_NAME: 'main',
  GITHUB_REF_PROTECTED: 'false',
  GITHUB_REF_TYPE: 'branch',
  GITHUB_REPOSITORY: 'octo-org/octo-repo',
  GITHUB_REPOSITORY_ID: '1296269',
  GITHUB_REPOSITORY_OWNER: 'octo-org',
  GITHUB_REPOSITORY_OWNER_ID: '6811672',
  GITHUB_RETENTION_DAYS: '90',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_RUN_ID: '1658821493',
  GITHUB_RUN_NUMBER: '3',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
  GITHUB_TRIGGERING_ACTOR: 'octocat',
  GITHUB_WORKFLOW: 'deploy',
  GITHUB_WORKFLOW_REF: 'octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main',
  GITHUB_WORKFLOW_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
};

/**
 * The whole environment of a step. Of the caller's own environment it passes on `PATH` alone (and
 * what a process cannot start without on Windows), so that no proxy, token or NODE_OPTIONS slips
 * in.
 */
export function buildEnvironment(options: {
  readonly directories: StepDirectories;
  readonly event: WorkflowEvent;
  /** The step's own name. A non-composite action gets no `GITHUB_ACTION_PATH`. */
  readonly action: string;
  readonly overrides: EnvironmentOverrides;
  /** Input values by name; they take precedence over everything else. */
  readonly inputs: ReadonlyMap<string, string>;
}): Record<string, string> {
  const { directories, event } = options;
  const environment = new Map<string, string | undefined>(
    Object.entries({
      PATH: process.env['PATH'],
      SystemRoot: process.env['SystemRoot'],
      HOME: directories.home,
      TMPDIR: directories.systemTemp,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      ...SAMPLE_WORKFLOW_RUN,
      GITHUB_ACTION: options.action,
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: directories.eventPath,
      GITHUB_WORKSPACE: directories.workspace,
      RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
      RUNNER_ENVIRONMENT: 'github-hosted',
      RUNNER_NAME: 'GitHub Actions 1',
      RUNNER_OS: RUNNER_OS_NAMES.get(process.platform) ?? 'Linux',
      RUNNER_TEMP: directories.temp,
      RUNNER_TOOL_CACHE: directories.toolCache,
    }),
  );
  for (const name of fileCommandNames()) {
    environment.set(name, directories.pathOf(name));
  }
  for (const [name, value] of Object.entries(options.overrides)) {
    environment.set(name, value);
  }
  for (const [name, value] of options.inputs) {
    environment.set(inputVariable(name), value);
  }
  return Object.fromEntries(
    [...environment].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The variable of an input: upper case, with underscores for spaces; hyphens stay. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

const RUNNER_OS_NAMES: ReadonlyMap<string, string> = new Map([
  ['linux', 'Linux'],
  ['darwin', 'macOS'],
  ['win32', 'Windows'],
]);
