import * as v from 'valibot';
import { field, whole } from '../../fields.ts';
import { command } from '../command.ts';

export const invite = command({
  words: 'invite',
  summary: 'Make an invitation to register, and show its code',
  request: { uses: v.optional(whole(1, 1_000), 1), days: v.optional(whole(1, 365), 7) },
  /** The code is returned once. The room keeps only its hash. */
  result: { code: v.string(), id: v.string(), uses: field.count, until: field.time },
  logs: ['uses', 'days'],
  refusals: ['restore-unfinished'],
});
