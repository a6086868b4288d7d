import type { AdminResult } from '../../protocol/admin/index.ts';
import { localDate, localTime } from '../times.ts';

/** `1 user`, `2 users` */
export const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;

/** A time in the time zone of this machine: `2014-03-04_21:25:13`. */
export function moment(time: string): string {
  const at = new Date(time);
  return `${localDate(at)}_${localTime(at)}`;
}

/** Whose logins are blocked, and from where. `*` is every user, or every address that is not known for the user. */
export const blockText = ({ user, address }: { readonly user: string; readonly address: string }) =>
  `${user === '*' ? 'new users' : user} on ${address === '*' ? 'new addresses' : address}`;

export const countsText = ({ users, messages, loginBlocks, files }: AdminResult<'restore'>['counts']) =>
  `${count(users, 'user')}, ${count(messages, 'message')}, ${count(files, 'file')}, ${count(loginBlocks, 'login block')}`;
