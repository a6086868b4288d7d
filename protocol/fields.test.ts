import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteLength, foldName, isUserName, limits, reservedNames } from './index.ts';

describe('user names', () => {
  test.each(['a', '7', 'Columbia', 'csee4119', 'a.b-c_d', 'A'.repeat(limits.userLength)])('%s is valid', (name) => {
    expect(isUserName(name)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['too long', 'a'.repeat(limits.userLength + 1)],
    ['a blank', 'a b'],
    ['a line end', 'a\n'],
    ['a dot first', '.a'],
    ['a dash first', '-a'],
    ['an umlaut', 'Jörg'],
    ['another alphabet', 'аdmin'],
    ['an emoji', '🦁'],
    ['an escape sequence', 'a\u001b[2J'],
    ['a bidirectional override', 'a\u202eb'],
    ['a word of the prompt', 'quit'],
    ["the room's own voice, in any case", 'SyStEm'],
  ])('%s is none', (_, name) => {
    expect(isUserName(name)).toBe(false);
  });

  test('reserved words are in folded form', () => {
    for (const word of reservedNames) expect(foldName(word)).toBe(word);
  });

  test('two names are equal if and only if they differ only in case', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/);
    fc.assert(
      fc.property(name, (one) => {
        expect(foldName(one.toUpperCase())).toBe(foldName(one));
        expect(foldName(foldName(one))).toBe(foldName(one));
        expect(one.toLowerCase()).toBe(foldName(one));
      }),
    );
  });

  test('no invalid name folds to a valid one', () => {
    const pattern = /^[a-z0-9][a-z0-9._-]{0,31}$/;
    for (let point = 0x80; point <= 0x10ffff; point += 1) {
      if (pattern.test(foldName(String.fromCodePoint(point)))) expect.fail(`U+${point.toString(16)} folds to ASCII`);
    }
  });
});

test('the length of a text is that of its UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(byteLength(text)).toBe(Buffer.byteLength(text, 'utf8'));
    }),
  );
  expect(['a', 'é', '€', '😀'].map(byteLength)).toEqual([1, 2, 3, 4]);
});

test('the longest text fits one frame of API Gateway in the longest JSON escaping', () => {
  const worst = '\u0000'.repeat(limits.textBytes);
  const frame = JSON.stringify({
    action: 'message',
    id: 'x'.repeat(64),
    to: 'x'.repeat(limits.userLength),
    text: worst,
  });
  expect(byteLength(frame)).toBeLessThan(32 * 1024);
});
