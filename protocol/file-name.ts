import { byteLength } from './fields.ts';
import { limits } from './limits.ts';

/** The characters with one of these Unicode properties, for a class of a regular expression. */
const having = (...properties: string[]) => properties.map((property) => `\\p{${property}}`).join('');

const scripts = (...codes: string[]) => having(...codes.map((code) => `sc=${code}`));

/** Scripts whose letters change their form with a joiner or non-joiner between them. */
const cursive = scripts('Arab', 'Syrc', 'Mand', 'Nkoo', 'Mong');
/** Scripts whose marks form ligatures, or not, with a joiner or non-joiner. */
const indic = scripts('Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda', 'Mlym', 'Sinh', 'Khmr', 'Mymr');

/**
 * Joiners, variation selectors and tags where they change what is seen: within an emoji, between letters of a cursive
 * script, beside a mark of an Indic script. https://www.unicode.org/reports/tr31/#Layout_and_Format_Control_Characters
 */
const seen = [
  String.raw`(?<=\p{Extended_Pictographic}[\p{Emoji_Modifier}\ufe0f]?)\u200d(?=\p{Extended_Pictographic})`,
  String.raw`(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]`,
  String.raw`\ufe0f(?=\u20e3)`,
  String.raw`(?<=[[${cursive}]&&[\p{L}\p{M}]])[\u200c\u200d](?=[[${cursive}]&&\p{L}])`,
  String.raw`(?<=[[${indic}]&&\p{M}])[\u200c\u200d]`,
  String.raw`(?<=[[${indic}]&&\p{L}])[\u200c\u200d](?=[[${indic}]&&\p{M}])`,
].join('|');

/** Letters as the invisible tags of an emoji. */
const tags = (letters: string) =>
  Array.from(letters, (one) => `\\u{${(0xe0000 + one.charCodeAt(0)).toString(16)}}`).join('');

/** The flags of England, Scotland and Wales: the only emoji with tags. */
const flags = String.raw`(?<=\u{1f3f4})${tags('gb')}(?:${['eng', 'sct', 'wls'].map(tags).join('|')})\u{e007f}`;

/**
 * Invisible characters, and those that change how others look: control characters, line separators, lone surrogates,
 * format characters, fillers, the blank Braille pattern. A bidirectional override makes `gpj.exe` look like `exe.jpg`.
 */
const unseen = String.raw`[${having(
  ...['Control', 'Format', 'Default_Ignorable_Code_Point'],
  ...['Line_Separator', 'Paragraph_Separator', 'Surrogate'],
)}\u2800]`;

/** What is seen comes first, so that only the rest matches the group. */
const finding = new RegExp(`${flags}|${seen}|(?<unseen>${unseen})`, 'gv');

/** The first invisible character of a name. */
function firstUnseen(name: string): string | undefined {
  for (const { groups } of name.matchAll(finding)) if (groups?.['unseen'] !== undefined) return groups['unseen'];
  return undefined;
}

/** A file name whose invisible characters are replaced. */
export const withoutUnseen = (name: string, replacement: string): string =>
  name.replace(finding, (found: string, hidden: string | undefined) => (hidden === undefined ? found : replacement));

/**
 * Why a file may not have this name; completes the sentence "A file name …". Undefined if it may. A name is one path
 * segment on every system and does not look like another name. It need not be valid on every system: the client of the
 * recipient changes what its system does not allow.
 */
export function wrongWithFileName(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (byteLength(name) > limits.fileNameBytes) return `must not have more than ${limits.fileNameBytes} bytes`;
  const hidden = firstUnseen(name);
  if (hidden !== undefined) {
    const code = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `must not contain an invisible character, such as U+${code} in this one`;
  }
  if (/[/\\]/.test(name) || name === '.' || name === '..') return 'must not be a path';
  if (/^\p{White_Space}|\p{White_Space}$/u.test(name)) return 'must not begin or end with a blank';
  return undefined;
}
