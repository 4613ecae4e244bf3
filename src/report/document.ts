/** One block of a Markdown document. All text in it is Markdown already. */
export type Block =
  /** A paragraph, or anything else that stays whole. */
  | string
  /** A bulleted list, which may be cut after any item. */
  | { readonly items: readonly string[] }
  /** A table, which may be cut after any row. */
  | {
      readonly head: readonly [names: string, alignments: string];
      readonly rows: readonly string[];
    }
  /** Blocks that are folded below a line of HTML. */
  | { readonly summary: string; readonly blocks: readonly Block[] };

/** Renders one row of a table. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Makes a bulleted list. A list without items is no block. */
export function listOf(items: readonly string[]): Block[] {
  return items.length === 0 ? [] : [{ items }];
}

/** Lines that are shown together or not at all, and what has to follow if the document ends with them. */
interface Piece {
  readonly text: string;
  readonly closing: string;
  /** What the piece counts as when it is left out: lines that hold content. */
  readonly lines: number;
}

/**
 * Joins the blocks and the end to a document of at most `maxBytes` bytes of UTF-8. What is too much is
 * left out from the first line on that does not fit, folded sections are closed, and a line says how much
 * is missing.
 */
export function renderDocument(blocks: readonly Block[], end: string, maxBytes: number): string {
  const pieces = blocks.flatMap((block) => toPieces(block, ''));
  const whole = join(pieces, end);
  if (Buffer.byteLength(whole) <= maxBytes) {
    return whole;
  }
  const total = pieces.reduce((sum, { lines }) => sum + lines, 0);
  const note = Buffer.byteLength(describeCut(total, end));
  let size = 0;
  let shown = 0;
  for (const [index, { text, closing }] of pieces.entries()) {
    size += Buffer.byteLength(text);
    if (size + note + Buffer.byteLength(closing) > maxBytes) {
      break;
    }
    shown = index + 1;
  }
  const kept = pieces.slice(0, shown);
  const missing = pieces.slice(shown).reduce((sum, { lines }) => sum + lines, 0);
  const closing = kept.at(-1)?.closing ?? '';
  return `${kept.map(({ text }) => text).join('')}${closing}${describeCut(missing, end)}`;
}

function join(pieces: readonly Piece[], end: string): string {
  return `${pieces.map(({ text }) => text).join('')}${end}`;
}

function describeCut(lines: number, end: string): string {
  const count = `${lines} more ${lines === 1 ? 'line' : 'lines'}`;
  return `**Cut here:** ${count} would exceed the size that GitHub shows.\n\n${end}`;
}

/** Every block ends with a blank line, so that blocks of all kinds can follow each other. */
function toPieces(block: Block, closing: string): Piece[] {
  if (typeof block === 'string') {
    return [{ text: `${block}\n\n`, closing, lines: 1 }];
  }
  if ('items' in block) {
    return toLines(
      block.items.map((item) => `- ${item}`),
      closing,
    );
  }
  if ('rows' in block) {
    // A table without a row is none, so its head and its first row are one.
    const [first = '', ...rest] = block.rows;
    return toLines([[...block.head, first].join('\n'), ...rest], closing);
  }
  const inner = `</details>\n\n${closing}`;
  return [
    { text: `<details><summary>${block.summary}</summary>\n\n`, closing: inner, lines: 1 },
    ...block.blocks.flatMap((child) => toPieces(child, inner)),
    { text: '</details>\n\n', closing, lines: 0 },
  ];
}

function toLines(lines: readonly string[], closing: string): Piece[] {
  return lines.map((line, index) => {
    const isLast = index === lines.length - 1;
    return {
      text: isLast ? `${line}\n\n` : `${line}\n`,
      closing: isLast ? closing : `\n${closing}`,
      lines: 1,
    };
  });
}
