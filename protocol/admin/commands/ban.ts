import * as v from 'valibot';
import { field, whole } from '../../fields.ts';
import { command } from '../command.ts';

export const ban = command({
  words: 'ban',
  summary: 'Ban an address or prefix: end its sessions, and refuse connections and logins',
  request: { address: v.string(), hours: v.optional(whole(1, 87_600)) },
  /** Without `until`, the ban has no end. */
  result: { address: v.string(), until: v.exactOptional(field.time), ended: field.count },
  logs: ['address', 'hours'],
  refusals: ['invalid-address', 'too-many-bans', 'restore-unfinished'],
});
