import * as v from 'valibot';
import { command } from '../command.ts';

export const resetPassword = command({
  words: 'reset-password',
  summary: 'Set a password for one login, at which the user must choose another',
  request: { user: v.string() },
  /** The password is returned once. The room keeps only its hash. */
  result: { user: v.string(), password: v.string() },
  logs: ['user'],
  refusals: ['no-such-user', 'restore-unfinished'],
});
