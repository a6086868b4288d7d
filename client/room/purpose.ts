import { purposeParameter } from '../../protocol/index.ts';

/** The room's address for a client that comes to log in or to resume. */
export function urlFor(purpose: 'resume' | 'login', room: string): string {
  // Opening such an address tells the user what is wrong with it.
  if (!URL.canParse(room)) return room;
  const url = new URL(room);
  url.searchParams.set(purposeParameter, purpose);
  return url.href;
}

/** The room's address, as a user knows it. */
export const addressOf = (url: string): string => url.replace(/[/?]*\?.*/, '');
