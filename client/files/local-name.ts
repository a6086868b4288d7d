import filenamify from 'filenamify';
import { byteLength, limits, withoutUnseen } from '../../protocol/index.ts';

/**
 * Makes a sender's file name safe to use in a local folder: a single path segment, on Windows too; not hidden; not an
 * option of a command; without invisible or bidirectional characters; not too long for the file system.
 */
export function localName(name: string): string {
  const safe = filenamify(withoutUnseen(name, '_'), { replacement: '_', maxLength: limits.fileNameBytes })
    // Programs would read a `.bashrc` or `.npmrc`, and a command would take `-rf` for an option.
    .replace(/^[-.\s]+/, '_');
  return fit(safe, '');
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
  const characters = [...stem];
  while (byteLength(characters.join('')) > room) characters.pop();
  // Windows does not allow names that end in a dot or a space.
  return characters.join('').replace(/[. ]+$/, '') + mark + extension;
}

/** In UTF-16 units. A longer suffix does not count as an extension. */
const longestExtension = 16;
