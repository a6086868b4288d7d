import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteLength, isFileName, limits } from './index.ts';

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
    'console.log',
    'communication.txt',
    'com10',
    'nullable.ts',
    'a'.repeat(limits.fileNameBytes),
    '€'.repeat(limits.fileNameBytes / 3),
  ])('%s', (name) => {
    expect(isFileName(name)).toBe(true);
  });
});

describe('a file may not be named by', () => {
  test.each([
    ['nothing', ''],
    ['its folder', '.'],
    ['the folder above', '..'],
    ['dots alone', '...'],
    ['a path', 'a/b'],
    ['an absolute path', '/etc/passwd'],
    ['a path upwards', '../.ssh/authorized_keys'],
    ['a Windows path', 'a\\b'],
    ['a path upwards on Windows', '..\\..\\autoexec.bat'],
    ['a drive', 'C:autoexec.bat'],
    ['a stream', 'a.txt:hidden'],
    ['a pattern', '*.txt'],
    ['a question', 'what?'],
    ['a redirection', 'a>b'],
    ['a pipe', 'a|b'],
    ['quotes', '"a"'],
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
    ['a dot last', 'a.'],
    ['a dot and a blank last', 'a. '],
    ['a device', 'CON'],
    ['a device, in any case', 'nUl'],
    ['a device with an extension', 'aux.txt'],
    ['a device with two', 'com1.tar.gz'],
    ['a device with a blank', 'lpt9 .txt'],
    ['a device with a superscript', 'COM¹'],
    ['a console', 'CONIN$'],
    ['a byte too many', 'a'.repeat(limits.fileNameBytes + 1)],
    ['characters that are few, and bytes that are too many', '€'.repeat(limits.fileNameBytes / 3 + 1)],
  ])('%s', (_, name) => {
    expect(isFileName(name)).toBe(false);
  });

  test('more than one path segment, or characters that are not what they seem', () => {
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
        if (!isFileName(name)) return;
        expect([posix.basename(name), win32.basename(name), win32.resolve('C:\\down', name)]).toEqual([
          name,
          name,
          `C:\\down\\${name}`,
        ]);
        expect(name).not.toMatch(/[\p{Control}\p{Bidi_Control}]/u);
        expect(name.trim()).toBe(name);
        expect(byteLength(name)).toBeLessThanOrEqual(limits.fileNameBytes);
        expect(Buffer.from(name).toString()).toBe(name);
      }),
      { numRuns: 5_000 },
    );
  });
});
