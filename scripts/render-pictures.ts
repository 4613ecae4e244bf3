/**
 * `npm run pictures` renders the pictures of the documentation as GitHub shows the reports, in light and
 * dark, in headless Chromium. With `--gallery <folder>` it renders reports of every kind instead, also as
 * narrow as a telephone, to look at after a change; `--only <text>` those whose name holds the text.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import UPNG from 'upng-js';
import {
  createdReport,
  failedReport,
  updatedReport,
} from '../__tests__/unit/report/run-reports.ts';
import { renderSummary } from '../src/report/summary.ts';
import { Secrets } from '../src/secrets.ts';
import { type ColorScheme, frameSummary, renderPage } from './github-page.ts';
import { GALLERY } from './report-gallery.ts';

/** Debian's package `chromium`, unless the variable names another one. */
const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const picturesFolder = join(import.meta.dirname, '../docs/pictures');

/** The width of a comment on a large screen, and the width of a telephone; CSS pixels. */
const WIDE_PX = 900;
const NARROW_PX = 400;

/** The colours of a picture's palette. With fewer the emoji look poor, with more the files grow by half. */
const PALETTE_COLORS = 16;

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

/** One picture: a file, and what it shows. */
interface Picture {
  readonly file: string;
  readonly body: string;
  readonly scheme: Exclude<ColorScheme, 'system'>;
  readonly widthPx: number;
}

const secrets = new Secrets(() => {});
const { values } = parseArgs({
  options: { gallery: { type: 'string' }, only: { type: 'string', default: '' } },
});

if (existsSync(chromiumPath)) {
  await (values.gallery === undefined
    ? renderPictures(listDocumentation(), picturesFolder)
    : renderPictures(listGallery(), resolve(values.gallery)));
} else {
  console.error(
    `No Chromium at ${chromiumPath}: apt-get install chromium fonts-noto-color-emoji, or set CHROMIUM_PATH.`,
  );
  process.exitCode = 1;
}

function listDocumentation(): Picture[] {
  const bodies = {
    created: frameSummary(renderSummary(createdReport, secrets)),
    updated: openDetails(frameSummary(renderSummary(updatedReport, secrets))),
    failed: frameSummary(renderSummary(failedReport, secrets)),
  };
  return Object.entries(bodies).flatMap(([name, body]) =>
    (['light', 'dark'] as const).map((scheme) => ({
      file: scheme === 'light' ? `${name}.png` : `${name}-dark.png`,
      body,
      scheme,
      widthPx: WIDE_PX,
    })),
  );
}

function listGallery(): Picture[] {
  const found = Object.entries(GALLERY).filter(([name]) => name.includes(values.only));
  return found.flatMap(([name, report]): Picture[] => {
    const body = frameSummary(renderSummary(report, secrets));
    const open = openDetails(body);
    return [
      { file: `${name}-light.png`, body, scheme: 'light', widthPx: WIDE_PX },
      { file: `${name}-dark.png`, body: open, scheme: 'dark', widthPx: WIDE_PX },
      { file: `${name}-narrow.png`, body: open, scheme: 'light', widthPx: NARROW_PX },
    ];
  });
}

/** Unfolds everything. */
function openDetails(body: string): string {
  return body.replaceAll('<details>', '<details open>');
}

async function renderPictures(pictures: readonly Picture[], folder: string): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'pictures-'));
  await mkdir(folder, { recursive: true });
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    args: chromiumArguments,
    deviceScaleFactor: 1.25,
  });
  try {
    const page = await browser.newPage();
    for (const picture of pictures) {
      const file = join(folder, picture.file);
      const png = await renderPicture(picture, page);
      await writeFile(file, png);
      console.log(`${file} ${png.length} bytes`);
    }
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}

async function renderPicture(
  { body, scheme, widthPx, file }: Picture,
  page: Page,
): Promise<Buffer> {
  await page.setViewportSize({ width: widthPx, height: 400 });
  await page.setContent(renderPage(body, scheme));
  const overflowPx = await page.evaluate(
    `Math.max(...Array.from(document.querySelectorAll('html, table'), (e) => e.scrollWidth - e.clientWidth))`,
  );
  if (overflowPx !== 0) {
    console.warn(`${file} is ${overflowPx} px wider than the screen`);
  }
  return shrink(await page.locator('.frame').screenshot());
}

/** Saves the same picture with a palette: a third of the bytes, and hardly a difference to see. */
function shrink(png: Buffer): Buffer {
  const image = UPNG.decode(new Uint8Array(png).buffer);
  const frames = UPNG.toRGBA8(image);
  return Buffer.from(UPNG.encode(frames, image.width, image.height, PALETTE_COLORS));
}
