/** Renders reports as GitHub shows them: its Markdown, alerts included, in its style and in a frame. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Marked } from 'marked';

/** GitHub's colours: fixed, or as the reader's system has them. */
export type ColorScheme = 'light' | 'dark' | 'system';

const STYLE_SHEETS: Readonly<Record<ColorScheme, string>> = {
  light: 'github-markdown-light.css',
  dark: 'github-markdown-dark.css',
  system: 'github-markdown.css',
};

/** @see https://primer.style/octicons: info, alert and stop */
const ICONS = {
  note: 'M0 8a8 8 0 1 1 16 0A8 8 0 0 1 0 8Zm8-6.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM6.5 7.75A.75.75 0 0 1 7.25 7h1a.75.75 0 0 1 .75.75v2.75h.25a.75.75 0 0 1 0 1.5h-2a.75.75 0 0 1 0-1.5h.25v-2h-.25a.75.75 0 0 1-.75-.75ZM8 6a1 1 0 1 1 0-2 1 1 0 0 1 0 2Z',
  warning:
    'M6.457 1.047c.659-1.234 2.427-1.234 3.086 0l6.082 11.378A1.75 1.75 0 0 1 14.082 15H1.918a1.75 1.75 0 0 1-1.543-2.575Zm1.763.707a.25.25 0 0 0-.44 0L1.698 13.132a.25.25 0 0 0 .22.368h12.164a.25.25 0 0 0 .22-.368Zm.53 3.996v2.5a.75.75 0 0 1-1.5 0v-2.5a.75.75 0 0 1 1.5 0ZM9 11a1 1 0 1 1-2 0 1 1 0 0 1 2 0Z',
  caution:
    'M4.47.22A.749.749 0 0 1 5 0h6c.199 0 .389.079.53.22l4.25 4.25c.141.14.22.331.22.53v6a.749.749 0 0 1-.22.53l-4.25 4.25A.749.749 0 0 1 11 16H5a.749.749 0 0 1-.53-.22L.22 11.53A.749.749 0 0 1 0 11V5c0-.199.079-.389.22-.53Zm.84 1.28L1.5 5.31v5.38l3.81 3.81h5.38l3.81-3.81V5.31L10.69 1.5ZM8 4a.75.75 0 0 1 .75.75v3.5a.75.75 0 0 1-1.5 0v-3.5A.75.75 0 0 1 8 4Zm0 8a1 1 0 1 1 0-2 1 1 0 0 1 0 2Z',
} as const;

/** `light-dark()` needs a `color-scheme`, which GitHub's style sheets set for the body of the text only. */
const FRAME_STYLE = `
  body { margin: 0; background: light-dark(#fff, #0d1117); }
  .frame { max-width: 900px; box-sizing: border-box; margin: auto; padding: 16px; }
  .box { border: 1px solid light-dark(#d1d9e0, #3d444d); border-radius: 6px; padding: 24px; }
  .title { font: 14px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif;
    color: light-dark(#59636e, #9198a1); margin: 0 0 8px; }
  .markdown-alert-title .octicon { margin-right: 8px; }
`;

const github = new Marked({
  gfm: true,
  renderer: {
    blockquote({ tokens }) {
      const body = this.parser.parse(tokens);
      const [marker, word = ''] = /^<p>\[!(NOTE|WARNING|CAUTION)\]\n*/.exec(body) ?? [];
      const kind = word.toLowerCase();
      return marker === undefined || !isAlert(kind)
        ? `<blockquote>${body}</blockquote>`
        : renderAlert(kind, `<p>${body.slice(marker.length)}`.replace(/^<p><\/p>/, ''));
    },
  },
});

function isAlert(kind: string): kind is keyof typeof ICONS {
  return Object.hasOwn(ICONS, kind);
}

function renderAlert(kind: keyof typeof ICONS, body: string): string {
  const icon = `<svg class="octicon" viewBox="0 0 16 16" width="16" height="16"><path d="${ICONS[kind]}"></path></svg>`;
  const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  return `<div class="markdown-alert markdown-alert-${kind}"><p class="markdown-alert-title">${icon}${title}</p>${body}</div>`;
}

/** Renders Markdown as GitHub does, without a frame. */
export function renderGitHubMarkdown(markdown: string): string {
  return github.parse(markdown, { async: false });
}

/** The frame of a job summary, below a title that may be missing. */
export function frameSummary(markdown: string, title = ''): string {
  const heading = title === '' ? '' : `<p class="title">${title}</p>`;
  return `<div class="frame">${heading}<div class="box markdown-body">${renderGitHubMarkdown(markdown)}</div></div>`;
}

/** Renders a whole page that needs nothing else: no script, no font, no network. */
export function renderPage(body: string, scheme: ColorScheme): string {
  const sheet = createRequire(import.meta.url).resolve(
    `github-markdown-css/${STYLE_SHEETS[scheme]}`,
  );
  const colors = `:root { color-scheme: ${scheme === 'system' ? 'light dark' : scheme}; }`;
  const head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">';
  return `<!doctype html><html lang="en">${head}<style>${readFileSync(sheet, 'utf8')}${colors}${FRAME_STYLE}</style>${body}</html>\n`;
}
