/**
 * Runs the bundle with every network and server fault, repeatedly with varying timing, and prints what was
 * lost, duplicated, misreported or leaked. With --strings, also tries adversarial strings on the code that
 * protects the log, the masks and the token. Exits with 1 on any violation, and prints it.
 *
 * Usage: node scripts/test-faults.ts [--repetitions 20] [--seed 1] [--jobs 4] [--strings 0]
 */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runScenario } from '../__tests__/faults/run-scenario.ts';
import { SCENARIOS } from '../__tests__/faults/scenarios.ts';
import { STRING_PROPERTIES } from '../__tests__/faults/strings.ts';
import {
  findViolations,
  MEANINGS,
  VIOLATION_KINDS,
  type ViolationKind,
} from '../__tests__/faults/violations.ts';

const { values } = parseArgs({
  options: {
    repetitions: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    /** Concurrent processes. They spend most of their time waiting. */
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
      // No two runs share their timing, and each can be reproduced.
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
    console.log('\nViolations, and how often each occurred:');
    for (const [line, times] of violations) {
      printCount(times, line);
    }
    process.exitCode = 1;
  }
}

function tryStrings(): void {
  const startedAt = Date.now();
  console.log('');
  for (const property of STRING_PROPERTIES) {
    const numRuns = Math.ceil(strings * property.share);
    try {
      property.assert({ numRuns, seed });
      printCount(numRuns, `strings: ${property.name}`);
    } catch (error) {
      printCount(numRuns, `strings, at least one of which failed: ${property.name}`);
      console.log(String(error));
      process.exitCode = 1;
    }
  }
  console.log(`\nSeed ${seed}, ${((Date.now() - startedAt) / 1_000).toFixed(0)} s.`);
}

function printCount(count: number, meaning: string): void {
  console.log(`${count.toLocaleString('en').padStart(12)}  ${meaning}`);
}
