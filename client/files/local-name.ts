import { byteLength, limits, withoutUnseen, wrongWithFileName } from '../../protocol/index.ts';
import { TransferError } from './errors.ts';

/**
 * The name under which a local file is announced: its own, if the room takes it. Otherwise blanks at its ends are
 * removed, a backslash is replaced, and a long name is cut.
 * @throws {TransferError} if the name is empty, or has invisible characters.
 */
export function announcedName(ownName: string): string {
  const name = ownName.normalize('NFC');
  if (wrongWithFileName(name) === undefined) return name;
  const tamed = fit(name.trim().replaceAll('\\', '_'), '').trim();
  const wrong = wrongWithFileName(tamed);
  if (wrong === undefined) return tamed;
  throw new TransferError('bad-name', `The file "${ownName}" cannot be sent: a file name ${wrong}. Rename it first.`);
}

/** A name that also older rooms take: valid on every system, and without joiners. */
export const portableName = (name: string): string => localName(name).replace(/\p{Format}|\ufe0e/gu, '_');

/** Names of devices on Windows, with any extension. https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const device = /^(con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?=\.|$)/i;

/**
 * Makes a sender's file name safe to use in a local folder: a single path segment, on Windows too; not hidden; not an
 * option of a command; without invisible or bidirectional characters; not too long for the file system.
 */
export function localName(name: string): string {
  const safe = withoutUnseen(name.normalize('NFC'), '_')
    // Programs would read a `.bashrc` or `.npmrc`, and a command would take `-rf` for an option.
    .replace(/^[-.\s]+[/\\]?/, '_')
    .replace(/[/\\:*?"<>|]+/g, '_')
    .replace(/[.\s]+$/, '')
    .replace(device, '$1_');
  return fit(safe || '_', '');
}

/** The names to try for a file, in order: `name.txt`, `name (1).txt`, … */
export function* numbered(name: string): Generator<string, never> {
  yield name;
  for (let number = 1; ; number += 1) yield fit(name, ` (${number})`);
}

/** Inserts a text before the extension of a name. Cuts the stem if the result would be too long. */
function fit(name: string, mark: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= longestExtension ? name.slice(dot) : '';
  const stem = name.slice(0, name.length - extension.length);
  const room = limits.fileNameBytes - byteLength(mark + extension);
  if (byteLength(stem) <= room) return stem + mark + extension;
  const characters = Array.from(new Intl.Segmenter().segment(stem), ({ segment }) => segment);
  while (byteLength(characters.join('')) > room) characters.pop();
  // Windows does not allow names that end in a dot or a space.
  return (characters.join('').replace(/[.\s]+$/, '') || '_') + mark + extension;
}

/** In UTF-16 units. A longer suffix does not count as an extension. */
const longestExtension = 16;
