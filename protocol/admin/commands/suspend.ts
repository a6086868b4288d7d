import * as v from 'valibot';
import { command } from '../command.ts';

export const suspend = command({
  words: 'suspend',
  summary: 'End the session of a user, and refuse logins until "unsuspend"; the data stays',
  request: { user: v.string() },
  result: { user: v.string() },
  logs: ['user'],
  refusals: ['no-such-user', 'restore-unfinished'],
});
