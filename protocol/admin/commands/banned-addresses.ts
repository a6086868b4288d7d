import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';

export const bannedAddresses = command({
  words: 'banned addresses',
  summary: 'List the banned addresses and prefixes, with the end of each ban',
  request: {},
  result: { bans: v.array(v.object({ address: v.string(), until: v.exactOptional(field.time) })) },
  refusals: [],
});
