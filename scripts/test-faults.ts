/**
 * Runs the bundle with every fault of network and server, again and again with other timing, and prints
 * what was lost, duplicated, misreported or leaked. Then, if asked to, tries hostile strings on what guards
 * the log, the masks and the token. Exits with 1 when anything is wrong, and prints what.
 *
 * Usage: node scripts/test-faults.ts [--repetitions 20] [--seed 1] [--jobs 4] [--strings 0]
 */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runScenario } from '../__tests__/faults/run-scenario.ts';
import { SCENARIOS } from '../__tests__/faults/scenarios.ts';
import { STRING_PROMISES } from '../__tests__/faults/strings.ts';
import {
  findViolations,
  MEANINGS,
  VIOLATION_KINDS,
  type ViolationKind,
} from '../__tests__/faults/verdict.ts';

const { values } = parseArgs({
  options: {
    repetitions: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    /** How many processes at a time. Most of them wait most of the time. */
    jobs: { type: 'string', default: String(2 * availableParallelism()) },
    strings: { type: 'string', default: '0' },
  },
});
const repetitions = Number(values.repetitions);
const seed = Number(values.seed);
const strings = Number(values.strings);

if (repetitions > 0) {
  await runScenarios();
}
if (strings > 0) {
  tryStrings();
}

async function runScenarios(): Promise<void> {
  const startedAt = Date.now();
  const totals: Record<ViolationKind, number> = {
    lost: 0,
    duplicated: 0,
    misreported: 0,
    leaked: 0,
  };
  const violations = new Map<string, number>();
  let passed = 0;

  const queue = Array.from({ length: repetitions }, (_, repetition) =>
    SCENARIOS.map((scenario, index) => ({
      scenario,
      // No two runs share their timing, and each can be had again.
      seed: seed * 1_000_003 + repetition * SCENARIOS.length + index,
    })),
  ).flat();
  const total = queue.length;

  async function work(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const found = findViolations(await runScenario(next.scenario, next.seed));
      passed += found.length === 0 ? 1 : 0;
      for (const kind of new Set(found.map((violation) => violation.kind))) {
        totals[kind] += 1;
      }
      for (const { what, kind } of found) {
        const line = `${kind}: ${next.scenario.name}: ${what}`;
        violations.set(line, (violations.get(line) ?? 0) + 1);
      }
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));

  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(0);
  printCount(total, `runs of dist/index.js: ${SCENARIOS.length} scenarios × ${repetitions}`);
  printCount(passed, 'passed');
  for (const kind of VIOLATION_KINDS) {
    printCount(totals[kind], `${kind}: ${MEANINGS[kind]}`);
  }
  console.log(`\nSeed ${seed}, ${values.jobs} at a time, ${seconds} s.`);
  if (violations.size > 0) {
    console.log('\nWhat is wrong, and how often:');
    for (const [line, times] of violations) {
      printCount(times, line);
    }
    process.exitCode = 1;
  }
}

function tryStrings(): void {
  const startedAt = Date.now();
  console.log('');
  for (const promise of STRING_PROMISES) {
    const numRuns = Math.ceil(strings * promise.share);
    try {
      promise.assert({ numRuns, seed });
      printCount(numRuns, `strings: ${promise.name}`);
    } catch (error) {
      printCount(numRuns, `strings, and one of them broke it: ${promise.name}`);
      console.log(String(error));
      process.exitCode = 1;
    }
  }
  console.log(`\nSeed ${seed}, ${((Date.now() - startedAt) / 1_000).toFixed(0)} s.`);
}

function printCount(count: number, meaning: string): void {
  console.log(`${count.toLocaleString('en').padStart(12)}  ${meaning}`);
}
