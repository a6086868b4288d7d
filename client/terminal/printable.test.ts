import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test.each([
  ['plain text', "It's me, facebook ~", "It's me, facebook ~"],
  ['other scripts', 'Grüße, 你好, שלום', 'Grüße, 你好, שלום'],
  ['combined emoji', '👩‍👩‍👧 ❤️', '👩‍👩‍👧 ❤️'],
  ['Persian with its joiners', 'می‌خواهم', 'می‌خواهم'],
  ['a new line', 'hi\nSystem(broadcast): "you" are poor', 'hi\\nSystem(broadcast): "you" are poor'],
  ['a carriage return', 'hi\rho', 'hi\\rho'],
  ['a tab', 'a\tb', 'a\\tb'],
  ['clearing the screen', '\u001b[2J', '\\e[2J'],
  ['the C1 form of the same', '\u009b2J', '\\u{9b}2J'],
  ['a bell, a backspace, DEL, NUL', '\u0007\b\u007f\0', '\\u{7}\\u{8}\\u{7f}\\u{0}'],
  ['a line and a paragraph separator', '\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['a right-to-left override', 'cod\u202egpj.exe', 'cod\\u{202e}gpj.exe'],
  ['an isolate and marks', '\u2066\u2069\u200e\u200f\u061c', '\\u{2066}\\u{2069}\\u{200e}\\u{200f}\\u{61c}'],
  ['invisible characters', 'face\u200bbook\ufeff\u00ad', 'face\\u{200b}book\\u{feff}\\u{ad}'],
  ['invisible tags', 'a\u{e0041}', 'a\\u{e0041}'],
  ['half a character', 'a\ud83d', 'a\\u{d83d}'],
])('%s', (_what, text, shown) => {
  expect(printable(text)).toBe(shown);
});
