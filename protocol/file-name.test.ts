import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteLength, limits, wrongWithFileName } from './index.ts';

describe('a file may be named', () => {
  test.each([
    'test_file.txt',
    'a',
    '7',
    'README',
    '.gitignore',
    '..a',
    '-rf',
    'tar.gz.part',
    "it's 100% (final) [2] #3 & more; ~$name=+,@!^`{}.txt",
    'Grüße aus Köln.txt',
    '報告書　最終版.pdf',
    'تقرير.pdf',
    'דוח.pdf',
    '🦁❤️.png',
    '1️⃣.png',
    '12:30 notes.log',
    'what?.txt',
    '*.txt',
    'a>b',
    'a|b',
    '"a"',
    'C:autoexec.bat',
    '...',
    'a.',
    'CON',
    'aux.txt',
    '👨‍👩‍👧‍👦.png',
    '🧑🏽‍💻 at work.png',
    '🏳️‍🌈.svg',
    '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}.png',
    '❤\ufe0e.txt',
    'می‌خواهم.txt',
    'کتاب‌ها.pdf',
    'ന്‍.txt',
    'র‍্যাব.pdf',
    'क्‍ष.txt',
    'console.log',
    'communication.txt',
    'com10',
    'nullable.ts',
    'a'.repeat(limits.fileNameBytes),
    '€'.repeat(limits.fileNameBytes / 3),
  ])('%s', (name) => {
    expect(wrongWithFileName(name)).toBeUndefined();
  });
});

describe('a file may not be named by', () => {
  test.each([
    ['nothing', ''],
    ['its folder', '.'],
    ['the folder above', '..'],
    ['a path', 'a/b'],
    ['an absolute path', '/etc/passwd'],
    ['a path upwards', '../.ssh/authorized_keys'],
    ['a Windows path', 'a\\b'],
    ['a path upwards on Windows', '..\\..\\autoexec.bat'],
    ['a NUL', 'a.txt\0.jpg'],
    ['a line end', 'a\nb'],
    ['an escape sequence', 'a\u001b[2Jb'],
    ['a C1 control sequence', 'a\u009b2Jb'],
    ['a deletion', 'a\u007f'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['a right-to-left override', 'invoice\u202egpj.exe'],
    ['a right-to-left mark', 'a\u200fb'],
    ['a right-to-left isolate', 'a\u2067b'],
    ['an Arabic letter mark', 'a\u061cb'],
    ['a zero-width joiner', 'a\u200db'],
    ['a zero-width non-joiner', 'a\u200cb'],
    ['a joiner after an emoji', '🦁\u200d.png'],
    ['a joiner before an emoji', 'a\u200d🦁.png'],
    ['a non-joiner between emoji', '🦁\u200c🦁.png'],
    ['two non-joiners in a word', 'می\u200c\u200cخ.txt'],
    ['a non-joiner at the end of a word', 'می\u200c.txt'],
    ['a flag with other tags', '🏴\u{e0041}\u{e007f}.png'],
    ['a byte order mark', '\ufeffa'],
    ['a soft hyphen', 'a\u00adb'],
    ['a tag', 'a\u{e0041}b'],
    ['a Hangul filler', 'a\u3164b'],
    ['a half-width Hangul filler', 'a\uffa0b'],
    ['a grapheme joiner', 'a\u034fb'],
    ['a variation selector after a letter', 'a\ufe0f.txt'],
    ['another variation selector', 'a\ufe00.txt'],
    ['a blank Braille pattern', 'a\u2800b'],
    ['half a character', 'a\ud800'],
    ['the other half', '\udc00a'],
    ['a blank first', ' a'],
    ['a blank last', 'a '],
    ['an ideographic blank last', 'a\u3000'],
    ['a no-break space first', '\u00a0a'],
    ['blanks alone', '   '],
    ['a dot and a blank last', 'a. '],
    ['a byte too many', 'a'.repeat(limits.fileNameBytes + 1)],
    ['characters that are few, and bytes that are too many', '€'.repeat(limits.fileNameBytes / 3 + 1)],
  ])('%s', (_, name) => {
    expect(wrongWithFileName(name)).toBeDefined();
  });

  test('more than one path segment on POSIX, a backslash, or characters that are not what they seem', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('..', '.', '/', '\\', ':', ' ', 'a', '\u202e', '\0', '\n', 'con', '\u001b'), {
          maxLength: 8,
        })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(hostile, (name) => {
        if (wrongWithFileName(name) !== undefined) return;
        expect(posix.resolve('/down', name)).toBe(`/down/${name}`);
        expect(name).not.toContain('\\');
        expect(name).not.toMatch(/[\p{Control}\p{Bidi_Control}]/u);
        expect(name.trim()).toBe(name);
        expect(byteLength(name)).toBeLessThanOrEqual(limits.fileNameBytes);
        expect(Buffer.from(name).toString()).toBe(name);
      }),
      { numRuns: 5_000 },
    );
  });
});

test.each([
  ['', 'must not be empty'],
  ['a/b', 'must not be a path'],
  [' a', 'must not begin or end with a blank'],
  ['invoice\u202egpj.exe', 'must not contain an invisible character, such as U+202E in this one'],
  ['é'.repeat(128), 'must not have more than 255 bytes'],
])('the reason why %j is no name is that it %s', (name, reason) => {
  expect(wrongWithFileName(name)).toBe(reason);
});
