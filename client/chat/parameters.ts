import { foldName } from '../../protocol/index.ts';
import { rest, text, word } from '../commands/parameters.ts';
import { fileNamesLike, noCompletion, wordsLike } from '../terminal/completion.ts';
import type { NamesSeen } from './names-seen.ts';

/** What people type around a name: `@Bob`, `Bob:`, `"Bob"`. No name begins or ends so. */
const around = /^[@"'<]|[:,;"'>]+$/g;

/** The name within what is typed. */
export const asName = (typed: string) => typed.replace(around, '') || typed;

/** A user's name. */
export const user = {
  ...word<NamesSeen>('user', async (typed, { names }) => {
    await names.learn?.('users');
    return wordsLike(typed, names.users);
  }),
  parse: asName,
};

/** The text of a message, exactly as typed. */
export const messageText = text<NamesSeen>('text');

/** A user who has sent a file that waits for this user. */
export const fileSource = {
  ...word<NamesSeen>('source', async (typed, { names }) => {
    await names.learn?.('offers');
    return wordsLike(typed, [...new Set(names.offers.map(({ from }) => from))]);
  }),
  parse: asName,
};

/** The name of a file from the user before it; it may hold blanks. */
export const offeredFile = rest<NamesSeen>('filename', async (typed, { names, previous }) => {
  await names.learn?.('offers');
  const offers = names.offers.filter(({ from }) => foldName(from) === foldName(previous));
  return fileNamesLike(
    typed,
    offers.map(({ name }) => name),
  );
});

/** The paths of files on this machine, as a user types or drops them. */
export const ownFile = rest<NamesSeen>('filename', (typed, { names }) => names.completePath?.(typed) ?? noCompletion);
