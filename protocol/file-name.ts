import { byteLength } from './fields.ts';
import { limits } from './limits.ts';

/** Separators of paths, streams and drives, and the other characters that Windows rejects. */
const forbidden = /[/\\:*?"<>|]/;

/**
 * Invisible characters, and those that change how others look: control characters, line separators, lone surrogates, and format
 * characters. A bidirectional override makes `gpj.exe` look like `exe.jpg`.
 */
const unseen = /[\p{Control}\p{Format}\p{Line_Separator}\p{Paragraph_Separator}\p{Surrogate}]/u;

/** White space at either end, and a trailing dot, which Windows drops. Covers `.` and `..`. */
const loose = /^\p{White_Space}|[\p{White_Space}.]$/u;

/** Names of devices on Windows, with any extension. https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i;

/**
 * Whether a file may have this name: a single path segment that is valid on every common system and does not look like another name.
 * The room checks the sender's name, and the client checks the room's.
 */
export function isFileName(name: string): boolean {
  if (name === '' || byteLength(name) > limits.fileNameBytes) return false;
  return ![forbidden, unseen, loose, device].some((bad) => bad.test(name));
}
