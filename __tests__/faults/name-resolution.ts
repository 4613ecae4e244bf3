import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a host name resolves in the process of the step. */
export interface NameResolution {
  /** How long after the start the name does not exist, in milliseconds. */
  readonly unknownForMs?: number;
  /** Its addresses after that. */
  readonly addresses: readonly { readonly address: string; readonly family: 4 | 6 }[];
}

/** A file to load with `NODE_OPTIONS=--require` that replaces the resolution of `localhost`. */
export async function replaceNameResolution({ unknownForMs = 0, addresses }: NameResolution) {
  const folder = await mkdtemp(join(tmpdir(), 'names-'));
  const file = join(folder, 'names.cjs');
  await writeFile(
    file,
    `const dns = require('node:dns');
const knownAt = Date.now() + ${unknownForMs};
const addresses = ${JSON.stringify(addresses)};
dns.lookup = (host, options, callback) => {
  if (Date.now() < knownAt) {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND ' + host), { code: 'ENOTFOUND' });
    process.nextTick(callback, error);
  } else if (options.all) {
    process.nextTick(callback, null, addresses);
  } else {
    process.nextTick(callback, null, addresses[0].address, addresses[0].family);
  }
};
`,
  );
  return {
    env: { NODE_OPTIONS: `--require=${file}` },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
