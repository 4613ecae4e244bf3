import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ncc from '@vercel/ncc';
import { stageActions, stageUndici } from '../scripts/staging.ts';

const root = path.join(import.meta.dirname, '..');
const scripts = path.join(import.meta.dirname, 'contestants');

/** Bundles scripts as an action is bundled, into a folder of their own each. */
export class Bundler {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** By ncc as it is. Returns the file to start. */
  async plain(script: string): Promise<string> {
    return this.#bundle(path.join(scripts, script), `${script}-plain`);
  }

  /** By ncc with the stand-ins that the action's own bundle is built with. Returns the file to start. */
  async lean(script: string): Promise<string> {
    // Where what has no stand-in is still found, and nobody else looks.
    const stage = path.join(root, 'node_modules', '.cache', `bench-${process.pid}`);
    try {
      stageActions(path.join(stage, 'node_modules'));
      stageUndici(path.join(stage, 'node_modules'));
      const entry = path.join(stage, script);
      copyFileSync(path.join(scripts, script), entry);
      writeFileSync(path.join(stage, 'package.json'), JSON.stringify({ type: 'module' }));
      return await this.#bundle(entry, `${script}-lean`);
    } finally {
      rmSync(stage, { recursive: true, force: true });
    }
  }

  async #bundle(entry: string, name: string): Promise<string> {
    const { code, assets } = await ncc(entry, { cache: false, minify: false, quiet: true });
    const folder = path.join(this.#folder, name);
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, 'index.js');
    writeFileSync(file, code);
    for (const [asset, { source }] of Object.entries(assets)) {
      writeFileSync(path.join(folder, asset), source);
    }
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    return file;
  }
}
