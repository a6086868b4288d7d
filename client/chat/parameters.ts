import { readdir } from 'node:fs/promises';
import { foldName } from '../../protocol/index.ts';
import { rest, text, word } from '../commands/parameters.ts';
import { fileNamesLike, wordsLike } from '../terminal/completion.ts';
import type { NamesSeen } from './names-seen.ts';

/** A user's name. */
export const user = word<NamesSeen>('user', async (typed, { names }) => {
  await names.learn?.('users');
  return wordsLike(typed, names.users);
});

/** The text of a message, exactly as typed. */
export const messageText = text<NamesSeen>('text');

/** A user who has sent a file that waits for this user. */
export const fileSource = word<NamesSeen>('source', async (typed, { names }) => {
  await names.learn?.('offers');
  return wordsLike(typed, [...new Set(names.offers.map(({ from }) => from))]);
});

/** The name of a file from the user before it; it may hold blanks. */
export const offeredFile = rest<NamesSeen>('filename', async (typed, { names, previous }) => {
  await names.learn?.('offers');
  const offers = names.offers.filter(({ from }) => foldName(from) === foldName(previous));
  return fileNamesLike(
    typed,
    offers.map(({ name }) => name),
  );
});

/** The path of a file on this machine; it may hold blanks. */
export const ownFile = rest<NamesSeen>('filename', async (typed) => {
  const own = await filesHere();
  return fileNamesLike(typed, typed === '' ? own.filter((name) => !name.startsWith('.')) : own);
});

/** The files in the working directory; none if it cannot be read. */
async function filesHere(): Promise<string[]> {
  const entries = await readdir('.', { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
