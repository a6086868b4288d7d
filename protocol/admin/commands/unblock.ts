import * as v from 'valibot';
import { command } from '../command.ts';
import { loginBlock } from '../shared-fields.ts';

export const unblock = command({
  words: 'unblock',
  summary: 'Lift the login blocks of a user, from all addresses or from one',
  request: { user: v.string(), address: v.optional(v.string()) },
  result: { blocks: v.array(loginBlock) },
  logs: ['user', 'address'],
  refusals: ['not-blocked'],
});
