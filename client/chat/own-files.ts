import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearest } from '../commands/nearest.ts';
import { shellWords as splitWords } from '../commands/shell-words.ts';
import { TransferError } from '../files/errors.ts';
import { type Completion, fileNamesLike } from '../terminal/completion.ts';
import { looksSame } from './looks-same.ts';

const shellWords = (text: string) => splitWords(text, process.platform !== 'win32');

/** A path; its bytes if they are not UTF-8. */
export type OwnFile = string | Buffer;

/**
 * Finds the files that a user has typed, or dropped on the terminal: a path as it is, with `~`, in quotes, with escaped
 * blanks, or as a `file:` URL. A drop of several files is several words. A name that only looks like the typed one is
 * found too: another kind of blank, accents in another form, bytes that are not UTF-8.
 * @throws {TransferError} if there is no such file.
 */
export async function findOwnFiles(typed: string): Promise<readonly OwnFile[]> {
  const words = (shellWords(typed) ?? []).map(asPath);
  const readings = [...new Set([typed, asPath(typed), ...(words.length === 1 ? words : [])])];
  for (const path of readings) if (await exists(path)) return [path];
  if (words.length > 1 && (await Promise.all(words.map(exists))).every(Boolean)) return words;
  for (const path of readings) {
    const alike = await lookAlike(path);
    if (alike !== undefined) return [alike];
  }
  const path = readings.at(-1) ?? typed;
  const meant = nearest(basename(path), await namesIn(dirname(path)));
  const suggestion = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  throw new TransferError('unreadable', `The file "${path}" cannot be read: it does not exist.${suggestion}`);
}

/** Completes a path: files and folders, with hidden ones only after a dot. */
export async function completeOwnFile(typed: string): Promise<Completion> {
  const [path = ''] = shellWords(/^['"]/.test(typed) ? typed + typed[0] : typed.replace(/(?<!\\) /g, '\\ ')) ?? [typed];
  const end = Math.max(path.lastIndexOf('/'), path.lastIndexOf(sep)) + 1;
  const folder = path.slice(0, end);
  const entries = await readdir(folder === '' ? '.' : asPath(folder), { withFileTypes: true }).catch(() => []);
  const names = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith('.') || path.slice(end).startsWith('.'))
      .map(async (entry) => {
        const isFolder = entry.isSymbolicLink()
          ? await isFolderAt(join(entry.parentPath, entry.name))
          : entry.isDirectory();
        return isFolder
          ? [`${folder}${entry.name}/`]
          : entry.isFile() || entry.isSymbolicLink()
            ? [folder + entry.name]
            : [];
      }),
  );
  return { ...fileNamesLike(path, names.flat()), of: typed };
}

const exists = (path: OwnFile) =>
  stat(path).then(
    () => true,
    // A file that exists and cannot be read has its own error later.
    (error: NodeJS.ErrnoException) => !['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(error.code ?? ''),
  );

const isFolderAt = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Resolves a leading `~`, and a `file:` URL. */
function asPath(typed: string): string {
  if (typed === '~' || /^~[/\\]/.test(typed)) return homedir() + typed.slice(1);
  if (!/^file:\/\//i.test(typed)) return typed;
  try {
    const url = new URL(typed);
    // The name of this machine: some programs put it into the addresses that they drop.
    url.hostname = '';
    return fileURLToPath(url);
  } catch {
    return typed;
  }
}

/** The file in the path's folder whose name looks like the path's last segment. */
async function lookAlike(path: string): Promise<OwnFile | undefined> {
  const folder = dirname(path);
  const names = await readdir(folder, { encoding: 'buffer' }).catch(() => []);
  const alike = names.filter((name) => looksSame(String(name), basename(path)));
  const [name] = alike;
  return alike.length === 1 && name ? Buffer.concat([Buffer.from(folder + sep), name]) : undefined;
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
