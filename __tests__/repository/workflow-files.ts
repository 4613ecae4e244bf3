import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** The root of the repository. */
export const repositoryRoot = join(import.meta.dirname, '..', '..');

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Values = z.record(z.string(), Scalar);
/**
 * Permissions one by one: `read-all` and `write-all` are not supported, so a workflow with them
 * fails the tests.
 */
const Permissions = z.record(z.string(), z.enum(['read', 'write']));

const Step = z.strictObject({
  id: z.string().optional(),
  name: z.string(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: Values.optional(),
  run: z.string().optional(),
  env: Values.optional(),
  'continue-on-error': z.boolean().optional(),
});

const Job = z.object({
  if: z.string().optional(),
  needs: z
    .union([z.string().transform((job) => [job]), z.array(z.string())])
    .optional()
    .transform((jobs) => jobs ?? []),
  permissions: Permissions.optional(),
  uses: z.string().optional(),
  env: Values.optional(),
  environment: z.string().optional(),
  'timeout-minutes': z.number().optional(),
  steps: z.array(Step).optional(),
});

const Workflow = z.object({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: Permissions.optional(),
  concurrency: z.object({ group: z.string() }).optional(),
  jobs: z.record(z.string(), Job),
});

const ActionMetadata = z.object({
  inputs: z.record(
    z.string(),
    z.object({ required: z.boolean().optional(), default: Scalar.optional() }),
  ),
  outputs: z.record(z.string(), z.object({ description: z.string() })),
  runs: z.object({ using: z.string(), main: z.string() }),
});

export type WorkflowStep = z.output<typeof Step>;
export type WorkflowJob = z.output<typeof Job>;
export type Workflow = z.output<typeof Workflow>;

/** A workflow of this repository, with its file name and text. */
export interface WorkflowFile {
  readonly file: string;
  readonly text: string;
  readonly workflow: Workflow;
}

/** Reads a file of the repository. */
export function readRepositoryFile(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}

/** Parses one workflow; throws when it has a shape that our workflows do not use. */
export function readWorkflow(file: string): WorkflowFile {
  const text = readRepositoryFile(`.github/workflows/${file}`);
  return { file, text, workflow: Workflow.parse(parse(text)) };
}

/** Reads all workflows. */
export function readWorkflows(): WorkflowFile[] {
  return readdirSync(join(repositoryRoot, '.github', 'workflows'))
    .sort()
    .map(readWorkflow);
}

/** Reads the manifest of one of the actions. */
export function readActionMetadata(manifest: string): z.output<typeof ActionMetadata> {
  return ActionMetadata.parse(parse(readRepositoryFile(manifest)));
}

/** Returns the step with this name; throws when the job has none. */
export function findStep(job: WorkflowJob | undefined, name: string): WorkflowStep {
  const step = job?.steps?.find((candidate) => candidate.name === name);
  if (!step) {
    throw new Error(`no step "${name}"`);
  }
  return step;
}
