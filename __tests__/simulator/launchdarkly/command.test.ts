import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startSimulator } from '../../../simulator/launchdarkly/simulator.ts';

const main = fileURLToPath(new URL('../../../simulator/main.ts', import.meta.url));

async function runCommand(args: readonly string[]): Promise<{
  code: number | null;
  stdout: string;
  stderr: string;
}> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

test.each([['--help'], ['-h']])('%s prints the usage and succeeds', async (option) => {
  const { code, stdout, stderr } = await runCommand([option]);
  expect(stdout).toMatch(/^Usage: npm run simulator -- /);
  expect(stdout).toContain('--port <number>');
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

test.each([
  [['--prot', '8787'], "Unknown option '--prot'"],
  [['8787'], "Unexpected argument '8787'"],
  [['--port'], "Option '--port <value>' argument missing"],
  [['--port', 'http'], '--port must be a number from 0 to 65535, not "http"'],
  [['--port', '65536'], '--port must be a number from 0 to 65535, not "65536"'],
  [['--port='], '--port must be a number from 0 to 65535, not ""'],
])('%j is a mistake that one sentence explains', async (args, mistake) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect(stderr).toBe(`${mistake}; run "npm run simulator -- --help" to see the options.\n`);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

test('a port that is in use is explained by one sentence', async () => {
  await using other = await startSimulator();
  const { port } = new URL(other.origin);
  const { code, stdout, stderr } = await runCommand(['--port', port]);
  expect(stderr).toBe(
    `Port ${port} is in use: stop the other process, or choose another port with --port.\n`,
  );
  expect(stdout).toBe('');
  expect(code).toBe(1);
});

test.skipIf(process.platform === 'win32')(
  'the simulator introduces itself, serves, and ends with success when it is stopped',
  async () => {
    const child = spawn(process.execPath, [main, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    const introduced = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('Stop it with Ctrl+C.')) {
          resolve();
        }
      });
    });
    const closed = once(child, 'close');
    await introduced;
    const [origin = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
    expect((await fetch(`${origin}/api/v2/projects`)).status).toBe(401);
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
  },
);
