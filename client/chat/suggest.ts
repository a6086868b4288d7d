import { foldName } from '../../protocol/index.ts';
import { nearest } from '../commands/nearest.ts';
import { RefusalError } from '../room/common.ts';
import type { NamesSeen } from './names-seen.ts';
import type { ErrorSubject } from './texts.ts';

/** Adds the name that the user may have meant, if the room knows no user or file of the typed name. */
export function withMeant(error: unknown, subject: ErrorSubject, names: NamesSeen): ErrorSubject {
  const meant = error instanceof RefusalError ? nameMeant(error.code, subject, names) : undefined;
  return meant === undefined ? subject : { ...subject, meant };
}

function nameMeant(code: string, { user = '', name = '' }: ErrorSubject, { users, offers }: NamesSeen) {
  if (code === 'no-such-user') return nearest(user, users);
  if (code !== 'no-such-file') return undefined;
  const offered = offers.filter(({ from }) => foldName(from) === foldName(user));
  return nearest(
    name,
    offered.map((offer) => offer.name),
  );
}
