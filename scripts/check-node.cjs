/**
 * Explains in one sentence what is missing on this machine, and fails, instead of leaving only a
 * stack trace. CommonJS, because it must run where nothing else here would.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** The version in action.yml, with which a runner starts the action. */
const NODE_MAJOR = 24;

function findProblem() {
  if (!fs.existsSync(path.join(__dirname, '..', 'node_modules', 'vitest'))) {
    return 'The packages of this project are not installed: run npm ci first.';
  }
  if (parseInt(process.versions.node, 10) !== NODE_MAJOR) {
    return `Node.js ${NODE_MAJOR} is needed, and this is Node.js ${process.versions.node}: npm ci brings the right one along on Linux and Windows unless told to leave out optional packages; elsewhere, install it.`;
  }
  return undefined;
}

const problem = findProblem();
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
