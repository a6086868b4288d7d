import { purposeParameter } from '../../protocol/index.ts';

/** The URL for the upgrade. A full room admits the client, and its login or resume decides about a seat. */
export function upgradeUrl(room: string): string {
  // Opening such an address tells the user what is wrong with it.
  if (!URL.canParse(room)) return room;
  const url = new URL(room);
  url.searchParams.set(purposeParameter, 'resume');
  return url.href;
}

/** The room's address, as a user knows it. */
export const addressOf = (url: string): string => url.replace(/[/?]*\?.*/, '');
