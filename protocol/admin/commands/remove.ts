import * as v from 'valibot';
import { command } from '../command.ts';

export const remove = command({
  words: 'remove',
  summary: 'Remove a user: end the session and delete the account',
  request: { user: v.string() },
  result: { user: v.string() },
  logs: ['user'],
  refusals: ['no-such-user', 'restore-unfinished'],
});
