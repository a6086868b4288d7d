import * as v from 'valibot';
import { command } from '../command.ts';

export const revoke = command({
  words: 'revoke',
  summary: 'Revoke an invitation, by its code or its id',
  request: { invitation: v.pipe(v.string(), v.nonEmpty('a code or an id')) },
  result: { id: v.string() },
  // Not the argument, which may be a code.
  logs: [],
  refusals: ['no-such-invitation'],
});
