import * as v from 'valibot';
import { field } from '../fields.ts';

/** The continuation token of the previous invocation: its `next`. Opaque to the caller. */
export const goesOn = { from: v.optional(v.string()) } as const;
/** Set when the command needs another invocation. */
export const more = { next: v.exactOptional(v.string()) } as const;

/** The numbers of a room's or a backup's items. */
export const counts = v.object({
  users: field.count,
  messages: field.count,
  loginBlocks: field.count,
  files: field.count,
});

/** A reason, or a message that accompanies another action. */
export const shortText = v.maxLength<string, 500, string>(500, 'a text of at most 500 characters');

/** A backup's name: one path segment, so it stays in its folder of the bucket. */
export const backupName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'a name of a backup'));

/** Whether a backup in the bucket may have this name. */
export const isBackupName = (name: string): boolean => v.is(backupName, name);

/** Blocks logins of a user from an address, after wrong passwords. */
export const loginBlock = v.object({ user: v.string(), address: v.string(), until: field.time });
