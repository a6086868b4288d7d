import { byteLength } from './fields.ts';
import { limits } from './limits.ts';

/** Separators of paths, streams and drives, and the other characters that Windows rejects. */
const forbidden = /[/\\:*?"<>|]/;

/**
 * Invisible characters, and those that change how others look: control characters, line separators, lone surrogates,
 * format characters, fillers, the blank Braille pattern. A bidirectional override makes `gpj.exe` look like `exe.jpg`.
 * A variation selector is seen only after a pictograph or in a keycap.
 */
const unseen =
  /(?!\ufe0f)[\p{Control}\p{Format}\p{Default_Ignorable_Code_Point}\p{Line_Separator}\p{Paragraph_Separator}\p{Surrogate}\u2800]|(?<!\p{Extended_Pictographic})\ufe0f(?!\u20e3)/u;

/** A file name whose invisible characters are replaced. */
export const withoutUnseen = (name: string, replacement: string): string =>
  name.replace(new RegExp(unseen, 'gu'), replacement);

/** White space at either end, and a trailing dot, which Windows drops. Covers `.` and `..`. */
const loose = /^\p{White_Space}|[\p{White_Space}.]$/u;

/** Names of devices on Windows, with any extension. https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i;

/**
 * Whether a file may have this name: a single path segment that is valid on every common system and does not look like
 * another name. The room checks the sender's name, and the client checks the room's.
 */
export function isFileName(name: string): boolean {
  if (name === '' || byteLength(name) > limits.fileNameBytes) return false;
  return ![forbidden, unseen, loose, device].some((bad) => bad.test(name));
}
