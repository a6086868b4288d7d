import * as v from 'valibot';
import { command } from '../command.ts';

export const addUser = command({
  words: 'add-user',
  summary: 'Create an account with a password for one login, at which the user must choose another',
  request: { user: v.string() },
  /** The password is returned once. The room keeps only its hash. */
  result: { user: v.string(), password: v.string() },
  logs: ['user'],
  refusals: ['user-exists', 'invalid-user', 'restore-unfinished'],
});
