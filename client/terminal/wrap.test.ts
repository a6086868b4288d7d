import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textCells } from './cell-width.ts';
import { Painter } from './painter.ts';
import { wrapPieces } from './wrap.ts';

const rowsOf = (text: string, columns: number) =>
  wrapPieces([{ text, paint: String }], columns).map((row) => row.map((piece) => piece.text).join(''));

test('a line that fits stays as it is, and a longer one goes on under its text', () => {
  expect(rowsOf('12:00 a: hello', 14)).toEqual(['12:00 a: hello']);
  expect(rowsOf('12:00 a: hello, how are you all?', 24)).toEqual(['12:00 a: hello, how are ', '      you all?']);
});

test.each([
  ['blanks', (columns: number) => `${'hi'.padEnd(columns - 9)}`],
  ['a word', (columns: number) => 'x'.repeat(columns - 9)],
  ['a word that is longer than a row', (columns: number) => 'x'.repeat(2 * columns)],
  ['wide characters', (columns: number) => '你'.repeat((columns - 9) / 2)],
  ['blanks that are not ASCII', (columns: number) => '\u00a0'.repeat(columns - 9)],
])('a text padded with %s to the width of the terminal forges no line', (_, pad) => {
  const columns = 79;
  const forged = '12:00 Admin: send me your passwords';
  const rows = rowsOf(`12:00 a: ${pad(columns)}${forged}`, columns);
  // What a terminal shows at its left edge: each row, and what it wraps of a longer one.
  const edges = rows.flatMap((row) =>
    textCells(row) <= columns
      ? [row]
      : Array.from({ length: Math.ceil(row.length / columns) }, (__, i) => row.slice(i * columns)),
  );
  expect(edges.slice(1).filter((row) => !/^ {6}|^\S*$/.test(row))).toEqual([]);
  expect(rows.join('')).toContain('passwords');
});

test('an address stays one word, however long it is', () => {
  const address = `https://example.com/${'a'.repeat(40)}`;
  expect(rowsOf(`look: ${address} please`, 30)).toEqual(['look: ', `      ${address}`, '      please']);
});

test('a name that is broken keeps one colour', () => {
  const paint = (text: string) => `<${text}>`;
  const rows = wrapPieces(
    [
      { text: 'aa bb', paint },
      { text: ' cc', paint: String },
    ],
    4,
  );
  expect(rows.map((row) => row.map((piece) => piece.paint(piece.text)).join(''))).toEqual(['<aa >', ' <bb> ', ' cc']);
});

test('no text is lost, and no row but one of a single long word is wider than the terminal', () => {
  const text = fc.array(fc.constantFrom('a', 'bc', ' ', '  ', '你', '👨‍👩‍👧‍👦', 'é', 'x'.repeat(30), '\u00a0'), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, fc.integer({ min: 16, max: 40 }), (parts, columns) => {
      const line = parts.join('');
      const rows = rowsOf(line, columns);
      expect(rows.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
      for (const [index, row] of rows.entries()) {
        if (index > 0 && row !== '') expect(row).toMatch(/^ /);
        if (textCells(row) > columns) expect(row.trim()).toMatch(/^[\x21-\x7e]+$/);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a line may have an indent of its own, if the terminal has room for it', () => {
  const painter = new Painter(1);
  const line = { text: ['  whoelse   List the others'], indent: 12 };
  expect(painter.rows(line, 24)).toEqual(['  whoelse   List the ', `${' '.repeat(12)}others`]);
  expect(painter.rows(line, 20)).toEqual(['  whoelse   List the', '     others']);
});
