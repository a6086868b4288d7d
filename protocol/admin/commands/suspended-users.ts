import * as v from 'valibot';
import { command } from '../command.ts';
import { goesOn, more } from '../shared-fields.ts';

export const suspendedUsers = command({
  words: 'suspended users',
  summary: 'List the suspended users',
  request: goesOn,
  result: { users: v.array(v.object({ user: v.string() })), ...more },
  refusals: [],
});
