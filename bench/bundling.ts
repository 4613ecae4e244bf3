import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ncc from '@vercel/ncc';

const scripts = path.join(import.meta.dirname, 'alternatives');

/** Bundles scripts as an action is bundled, each into its own folder. */
export class Bundler {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bundles one of the alternatives; returns the file to start. */
  async bundle(script: string): Promise<string> {
    const { code, assets } = await ncc(path.join(scripts, script), {
      cache: false,
      minify: false,
      quiet: true,
    });
    const folder = path.join(this.#folder, script);
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
