import * as v from 'valibot';
import { command } from '../command.ts';
import { goesOn, loginBlock, more } from '../shared-fields.ts';

export const blockedUsers = command({
  words: 'blocked users',
  summary: 'List the login blocks after wrong passwords: user, address, end',
  request: goesOn,
  result: { users: v.array(loginBlock), ...more },
  refusals: [],
});
