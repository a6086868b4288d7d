import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';

export const invites = command({
  words: 'invites',
  summary: 'List the valid invitations: id, uses left, end',
  request: {},
  result: { invitations: v.array(v.object({ id: v.string(), usesLeft: field.count, until: field.time })) },
  refusals: [],
});
