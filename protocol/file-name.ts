import { byteLength } from './fields.ts';
import { limits } from './limits.ts';

/** Separators of paths, streams and drives, and what else Windows takes in no name. */
const forbidden = /[/\\:*?"<>|]/;

/**
 * What nobody sees, or what changes how the rest is seen: control characters; line ends; formats, such as the marks that reverse
 * the direction of what follows, and make a `gpj.exe` look like an `exe.jpg`; surrogates without a partner.
 */
const unseen = /[\p{Control}\p{Format}\p{Line_Separator}\p{Paragraph_Separator}\p{Surrogate}]/u;

/** Blanks that nobody sees at an end; and a dot at the end, which Windows leaves out of the name. Covers `.` and `..`. */
const loose = /^\p{White_Space}|[\p{White_Space}.]$/u;

/** Names of devices on Windows, with any extension. https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i;

/**
 * Whether a file may have this name, here and wherever it is going: one part of a path, that every common system can hold and
 * that reads as what it is. Both ends ask it: the room of a sender, a client of the room.
 */
export function isFileName(name: string): boolean {
  if (name === '' || byteLength(name) > limits.fileNameBytes) return false;
  return ![forbidden, unseen, loose, device].some((bad) => bad.test(name));
}
