import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marked } from 'marked';
import { chromium } from 'playwright-core';
import {
  createdStory,
  desired,
  failedStory,
  updatedStory,
} from '../__tests__/unit/report/stories.ts';
import { markComment, renderComment } from '../src/report/comment.ts';
import { renderSummary } from '../src/report/summary.ts';
import { Secrets } from '../src/secrets.ts';

/*
 * Renders the pictures of the documentation as GitHub shows the reports: GitHub's Markdown in
 * GitHub's style, in headless Chromium.
 */

/** Debian's package `chromium`, unless the variable names another one. */
const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const picturesFolder = join(import.meta.dirname, '../docs/pictures');
const widthPx = 900;

/** The browser needs no connections of its own. */
const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Letters without coloured edges: for every screen, and smaller files.
  '--disable-lcd-text',
  '--font-render-hinting=none',
];

const frameStyle = `
  body { margin: 0; background: #fff; }
  .frame { width: ${widthPx}px; box-sizing: border-box; padding: 16px; background: #fff; }
  .box { border: 1px solid #d1d9e0; border-radius: 6px; padding: 24px; }
  .box.below { border-top: 0; border-radius: 0 0 6px 6px; padding: 16px; font-size: 14px; }
  .author { border: 1px solid #d1d9e0; border-radius: 6px 6px 0 0; padding: 8px 16px; background: #f6f8fa;
    font: 14px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; color: #59636e; }
  .author b { color: #1f2328; }
  .bot { border: 1px solid #d1d9e0; border-radius: 2em; padding: 0 6px; font-size: 12px; }
`;

const secrets = new Secrets(() => {});
const pictures = {
  created: frameSummary(renderSummary(createdStory, secrets)),
  updated: frameSummary(renderSummary(updatedStory, secrets)),
  failed: frameSummary(renderSummary(failedStory, secrets)),
  comment: frameComment(
    renderComment(markComment([desired.projectKey, desired.key]), createdStory, secrets),
  ),
};

if (existsSync(chromiumPath)) {
  await renderPictures();
} else {
  console.error(
    `No Chromium at ${chromiumPath}: apt-get install chromium fonts-noto-color-emoji, or set CHROMIUM_PATH.`,
  );
  process.exitCode = 1;
}

async function renderPictures(): Promise<void> {
  const style = await readFile(
    createRequire(import.meta.url).resolve('github-markdown-css/github-markdown-light.css'),
    'utf8',
  );
  const profile = await mkdtemp(join(tmpdir(), 'pictures-'));
  await mkdir(picturesFolder, { recursive: true });
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    args: chromiumArguments,
    viewport: { width: widthPx, height: 400 },
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
  });
  try {
    const page = await browser.newPage();
    for (const [name, body] of Object.entries(pictures)) {
      await page.setContent(`<!doctype html><style>${style}${frameStyle}</style>${body}`);
      const path = join(picturesFolder, `${name}.png`);
      await page.locator('.frame').screenshot({ path });
      console.log(path);
    }
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}

function toHtml(markdown: string): string {
  return marked.parse(markdown, { gfm: true, async: false });
}

/** The frame of a job summary. */
function frameSummary(markdown: string): string {
  return `<div class="frame"><div class="box markdown-body">${toHtml(markdown)}</div></div>`;
}

/** The frame of a comment, below its author. */
function frameComment(markdown: string): string {
  const author = '<b>github-actions</b> <span class="bot">bot</span> commented now';
  return `<div class="frame"><div class="author">${author}</div><div class="box below markdown-body">${toHtml(markdown)}</div></div>`;
}
