import { basename, resolve, win32 } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteLength, wrongWithFileName } from '../../protocol/index.ts';
import { hostileNames, isPortable } from '../testing/hostile-names.ts';
import { announcedName, localName, numbered, portableName } from './local-name.ts';

test.each([
  ['test_file.txt', 'test_file.txt'],
  ['Grüße an Zoë.txt', 'Grüße an Zoë.txt'],
  ['a.tar.gz', 'a.tar.gz'],
  ['../../etc/passwd', '_.._etc_passwd'],
  ['..', '_'],
  ['', '_'],
  ['.bashrc', '_bashrc'],
  ['...hidden', '_hidden'],
  [' con', '_con'],
  ['-rf', '_rf'],
  ['--help', '_help'],
  ['invisible\u3164\u200b', 'invisible__'],
  ['C:\\Windows\\win.ini', 'C_Windows_win.ini'],
  ['CON', 'CON_'],
  ['aux.txt', 'aux_.txt'],
  ['invoice\u202efdp.exe', 'invoice_fdp.exe'],
  ['\u001b[2Jcleared', '_[2Jcleared'],
  ['trailing. . ', 'trailing'],
  ['nul\u0000.txt', 'nul_.txt'],
  ['half \ud83d', 'half _'],
  ['12:30 notes.log', '12_30 notes.log'],
  ['می‌خواهم.txt', 'می‌خواهم.txt'],
  ['👨‍👩‍👧‍👦.png', '👨‍👩‍👧‍👦.png'],
])('%j is %j here', (name, here) => {
  expect(localName(name)).toBe(here);
});

test('every local name is one path segment, on this system and on Windows', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(fc.constantFrom('..', '/', '\\', '.', 'con', '\u202e', ':', '~', '\u0000', ' ', 'a'), { maxLength: 40 })
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(hostile, fc.nat(3), (name, count) => {
      const names = numbered(localName(name));
      for (let skip = 0; skip < count; skip += 1) names.next();
      const here = names.next().value;
      expect(basename(here)).toBe(here);
      expect(resolve('/folder', here)).toBe(`/folder/${here}`);
      expect(win32.resolve('C:\\folder', here)).toBe(`C:\\folder\\${here}`);
      expect(byteLength(here)).toBeLessThanOrEqual(255);
      expect(here).not.toMatch(/^[-.]/);
      expect(wrongWithFileName(here)).toBeUndefined();
      expect(isPortable(here)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('taken names get a number before the extension, and no name is too long', () => {
  const take = (name: string, count: number) => {
    const names = numbered(name);
    return Array.from({ length: count }, () => names.next().value);
  };
  expect(take('test_file.txt', 3)).toEqual(['test_file.txt', 'test_file (1).txt', 'test_file (2).txt']);
  expect(take('README', 2)).toEqual(['README', 'README (1)']);
  expect(take('v1.2 of the minutes of the meeting', 2)[1]).toBe('v1.2 of the minutes of the meeting (1)');
  const long = `${'ü'.repeat(125)}.txt`;
  expect(take(long, 2)).toEqual([long, `${'ü'.repeat(123)} (1).txt`]);
});

test.each([
  ['12:30 notes.log', '12:30 notes.log'],
  ['👨‍👩‍👧‍👦.png', '👨‍👩‍👧‍👦.png'],
  ['cafe\u0301.txt', 'café.txt'],
  [' blanks ', 'blanks'],
  ['a\\b', 'a_b'],
  [`${'報告'.repeat(80)}.pdf`, `${'報告'.repeat(41)}報.pdf`],
])('%j is announced as %j', (own, announced) => {
  expect(announcedName(own)).toBe(announced);
});

test.each(['invoice\u202egpj.exe', 'new\nline', '   ', 'zero\u200bwidth'])(
  '%j is not announced, and the reason is told',
  (own) => {
    expect(() => announcedName(own)).toThrow(
      /^The file ".*" cannot be sent: a file name must not .*\. Rename it first\.$/s,
    );
  },
);

test('a name for older rooms is portable, and has no joiners', () => {
  for (const name of [...hostileNames, 'می‌خواهم.txt', '👨‍👩‍👧‍👦.png', '12:30']) {
    expect(isPortable(portableName(name))).toBe(true);
    expect(portableName(name)).not.toMatch(/[\p{Format}]/u);
  }
});
