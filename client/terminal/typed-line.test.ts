import { expect, test } from 'vitest';
import { wrapTypedLine } from './typed-line.ts';

/** The rows of a line. A bar marks the cursor. */
function rows(line: string, width: number, height = 10): string[] {
  const cursor = line.indexOf('|');
  const typed = wrapTypedLine({ prompt: '>> ', text: line.replace('|', ''), cursor }, width, height);
  return typed.rows.map((row, index) => {
    const whole = row.prompt + row.text;
    if (index !== typed.cursor.row) return whole;
    const before = typed.cursor.before.prompt + typed.cursor.before.text;
    expect(whole.startsWith(before)).toBe(true);
    return `${before}|${whole.slice(before.length)}`;
  });
}

test.each([
  ['nothing typed', '|', 10, ['>> |']],
  ['in the middle', 'ab|cd', 10, ['>> ab|cd']],
  ['a full row', 'abcdefg|', 10, ['>> abcdefg|']],
  ['a row more', 'abcdefgh|', 10, ['>> abcdefg', 'h|']],
  ['between two rows', 'abcdefg|h', 10, ['>> abcdefg|', 'h']],
  ['wide characters, which are not cut', 'abc你你|', 8, ['>> abc你', '你|']],
  ['a family, as wide as it may be', 'a👩‍👩‍👧|', 9, ['>> a', '👩‍👩‍👧|']],
  ['an escape sequence', '\u001b[2J|', 20, ['>> \\e[2J|']],
  ['a terminal narrower than anything', 'a|', 1, ['>>', ' a|']],
])('%s', (_what, line, width, expected) => {
  expect(rows(line, width)).toEqual(expected);
});

test('of more rows than there is room for, those around the cursor', () => {
  const text = 'abcdefghijklmnopqrstuvwxyz';
  expect(rows(`|${text}`, 5, 2)).toEqual(['>> |ab', 'cdefg']);
  expect(rows('abcdefghij|klmnopqrstuvwxyz', 5, 2)).toEqual(['cdefg', 'hij|kl']);
  expect(rows(`${text}|`, 5, 2)).toEqual(['rstuv', 'wxyz|']);
});
