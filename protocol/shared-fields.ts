import * as v from 'valibot';
import { field } from './fields.ts';

/** Fields that several commands share. */

/** The user names that fit one reply, and how many there are. */
export const userList = { users: v.array(v.string()), total: field.count } as const;

/** How far a client has shown each stream; a stream that is left out stays as it is. */
export const shownUpTo = { inbox: v.optional(field.seq), room: v.optional(field.seq) } as const;

/** Names a file that waits for the caller. */
export const waitingFile = { from: field.user, name: field.fileName } as const;

/** The reply to a login. */
export const session = {
  user: v.string(),
  token: v.string(),
  timeOut: v.number(),
  unread: v.object({ inbox: field.count, room: field.count }),
} as const;

/** The refusals of a command that proves who a guest is by a password. */
export const passwordRefusals = ['no-such-user', 'wrong-password', 'login-blocked', 'already-online'] as const;
