import filenamify from 'filenamify';
import { byteLength, limits } from '../../protocol/index.ts';

/**
 * The name under which a file of somebody else's may lie in a folder here, whatever it was called: one part of a path,
 * on Windows too; not hidden; nothing that turns text around or moves the cursor; not too long for the file system.
 */
export function localName(name: string): string {
  const safe = filenamify(name.replace(/\p{Surrogate}/gu, '_'), { replacement: '_', maxLength: limits.fileNameBytes })
    // A .bashrc or .npmrc of somebody else's would be obeyed by the next program that looks for one.
    .replace(/^[.\s]+/, '_');
  return fit(safe, '');
}

/** The names that are tried for a file, one after the other, where some are taken: `name.txt`, `name (1).txt`, … */
export function* numbered(name: string): Generator<string, never> {
  yield name;
  for (let number = 1; ; number += 1) yield fit(name, ` (${number})`);
}

/** A name with something before its extension, its stem cut if the whole would be too long. */
function fit(name: string, mark: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= longestExtension ? name.slice(dot) : '';
  const stem = name.slice(0, name.length - extension.length);
  const room = limits.fileNameBytes - byteLength(mark + extension);
  if (byteLength(stem) <= room) return stem + mark + extension;
  const characters = [...stem];
  while (byteLength(characters.join('')) > room) characters.pop();
  // Windows takes no name that ends so.
  return characters.join('').replace(/[. ]+$/, '') + mark + extension;
}

/** UTF-16 units; what is longer is no extension. */
const longestExtension = 16;
