import fc from 'fast-check';
import { marked } from 'marked';
import { expect, test } from 'vitest';
import { type Block, renderDocument, row } from '../../../src/report/document.ts';

const table: Block = { head: [row('a'), row('---')], rows: [row('1'), row('2')] };

test('separates blocks of all kinds by blank lines and puts the end last', () => {
  const blocks: Block[] = [
    '## Title',
    { items: ['one', 'two'] },
    { summary: 'More', blocks: ['inside', table] },
  ];
  expect(renderDocument(blocks, 'end\n', 1_000)).toBe(`## Title

- one
- two

<details><summary>More</summary>

inside

| a |
| --- |
| 1 |
| 2 |

</details>

end
`);
});

const anyBlock: fc.Arbitrary<Block> = fc.letrec<{ block: Block }>((tie) => ({
  block: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: fc.constantFrom('x', 'é', '😀'), minLength: 1, maxLength: 40 }),
    fc.record({ items: fc.array(fc.constantFrom('item', 'élan'), { minLength: 1 }) }),
    fc.record({
      head: fc.constant([row('a'), row('---')] as const),
      rows: fc.array(fc.constantFrom(row('1'), row('é')), { minLength: 1 }),
    }),
    fc.record({ summary: fc.constant('More'), blocks: fc.array(tie('block'), { maxLength: 4 }) }),
  ),
})).block;

test('a document never exceeds its size limit, keeps its end, says what is missing and closes what it opened', () => {
  fc.assert(
    fc.property(fc.array(anyBlock), fc.integer({ min: 150, max: 600 }), (blocks, maxBytes) => {
      const text = renderDocument(blocks, 'end\n', maxBytes);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes);
      expect(text.endsWith('end\n')).toBe(true);
      expect(text.split('<details>').length).toBe(text.split('</details>').length);
      const whole = renderDocument(blocks, 'end\n', Number.MAX_SAFE_INTEGER);
      expect(text.includes('**Cut here:**')).toBe(text !== whole);
    }),
  );
});

test('a truncated table or list does not swallow the line that says so', () => {
  const rows = Array.from({ length: 100 }, (_, index) => row(String(index)));
  const items = rows.map((_, index) => `item ${index}`);
  for (const block of [{ ...table, rows }, { items }]) {
    const text = renderDocument([{ summary: 'More', blocks: [block] }], 'end\n', 400);
    expect(marked.parse(text)).toMatch(
      /<\/details>\s*<p><strong>Cut here:<\/strong> \d+ more lines/,
    );
  }
});
