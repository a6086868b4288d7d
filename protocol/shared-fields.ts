import * as v from 'valibot';
import { field } from './fields.ts';

/** Fields that several commands share. */

/** The user names that fit one reply, and how many there are. */
export const userList = { users: v.array(v.string()), total: field.count } as const;

/** The last number that the client has shown of each stream. An omitted stream is unchanged. */
export const shownUpTo = { inbox: v.optional(field.seq), room: v.optional(field.seq) } as const;

/** Identifies a file that waits for the caller. */
export const waitingFile = { from: field.user, name: field.fileName } as const;

/** The reply to a login. */
export const session = {
  user: v.string(),
  token: v.string(),
  timeOut: v.number(),
  unread: v.object({ inbox: field.count, room: field.count }),
} as const;

/** The refusals of a command that authenticates a guest by password. */
export const passwordRefusals = ['no-such-user', 'wrong-password', 'login-blocked', 'already-online'] as const;
