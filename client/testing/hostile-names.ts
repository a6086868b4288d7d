import fc from 'fast-check';

/** File names that try to escape the folder, overwrite a file, hide, deceive the user, or break a program. */
export const hostileNames: readonly string[] = [
  '.',
  '..',
  '...',
  '../escaped',
  '../../../../../../tmp/escaped',
  '/tmp/escaped',
  '//server/share/escaped',
  './escaped',
  'folder/../../escaped',
  '..\\escaped',
  'C:\\escaped',
  'C:escaped',
  '\\\\server\\share\\escaped',
  '\\\\?\\C:\\escaped',
  '%2e%2e%2fescaped',
  '..%c0%afescaped',
  '．．／escaped',
  '~',
  '~root',
  '$HOME',
  '`id`',
  '$(id)',
  '; rm -rf ~',
  '| sh',
  '--help',
  '-rf',
  '.bashrc',
  '.ssh',
  '.npmrc',
  'con',
  'NUL.txt',
  'com1',
  'lpt¹.txt',
  'aux .txt',
  'stream:hidden',
  'file::$DATA',
  'trailing.',
  'trailing ',
  ' leading',
  '\u00a0leading',
  'tab\tinside',
  'new\nline',
  'nul\0inside',
  '\u001b[2J\u001b[H',
  '\u001b]0;title\u0007',
  '\u009b31m',
  '\u202egpj.exe',
  'invoice\u2066\u202efdp.exe',
  'zero\u200bwidth',
  'filled\u3164',
  'selected\ufe0f',
  '\u2800',
  '\ufeffmark',
  'line\u2028separator',
  'a'.repeat(255),
  `${'ü'.repeat(127)}x`,
  'a'.repeat(256),
  'ü'.repeat(128),
  '😀'.repeat(64),
  `${'a'.repeat(300)}.txt`,
  '👨‍👩‍👧‍👦',
  'e\u0301',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  '"quoted"',
  '*?',
];

/** Whether a name is a single path segment that is valid on Windows, too. */
export const isPortable = (name: string): boolean =>
  !/[/\\:*?"<>|]|^\p{White_Space}|[\p{White_Space}.]$/u.test(name) &&
  !/^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i.test(name);

/** This many hostile names: the list and combinations of its parts. Always the same. */
export function manyHostileNames(count: number): string[] {
  const part = fc.oneof(
    fc.constantFrom(...hostileNames),
    fc.constantFrom('..', '/', '\\', '.', ':', '\0', '\u202e', '\u001b[', '%2f', 'con', ' ', 'escaped', 'a'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const made = fc
    .array(part, { minLength: 1, maxLength: 8 })
    .map((parts) => [...parts.join('')].slice(0, 1024).join(''))
    .filter((name) => name !== '');
  const names = new Set(hostileNames);
  for (let seed = 1; names.size < count; seed += 1) {
    for (const name of fc.sample(made, { numRuns: count, seed })) {
      if (names.size < count) names.add(name);
    }
  }
  return [...names];
}
