import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The part of package-lock.json that tells which packages are for production. */
interface LockFile {
  readonly packages: Readonly<
    Record<string, { version?: string; dev?: boolean; optional?: boolean; license?: string }>
  >;
}

/** What stands before the licences. */
const PREFACE = `This folder contains parts of the packages below. @actions/github with the packages it depends on, yaml and
zod are minified from their published files. All other packages are bundled from files that were not changed.`;

/**
 * Collects the licence of every production dependency below `root`, whether or not all of it ends up
 * in the bundle. (ncc's own list covers one chunk only.)
 *
 * @throws when a package has no licence file
 */
export function collectLicenses(root: string): string {
  const licenses = listProductionPackages(root).map(([folder, { version, license }]) => {
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return `${name} ${version} (${license})\n\n${readLicense(path.join(root, folder))}\n`;
  });
  return [`${PREFACE}\n`, ...licenses].join(`\n${'-'.repeat(80)}\n\n`);
}

/** The packages that are installed for production, each with its folder below `root`. */
export function listProductionPackages(
  root: string,
): (readonly [string, LockFile['packages'][string]])[] {
  const lock: LockFile = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages).filter(
    ([folder, entry]) => folder !== '' && !entry.dev && !entry.optional,
  );
}

function readLicense(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) {
    throw new Error(`${folder} has no licence file`);
  }
  return readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
}
