import * as v from 'valibot';
import { field, upToBytes } from '../../fields.ts';
import { limits } from '../../limits.ts';
import { command } from '../command.ts';

export const announce = command({
  words: 'announce',
  summary: 'Send a message to all users; offline users get it at their next login',
  request: { text: v.pipe(field.text, upToBytes(limits.textBytes)) },
  result: { seq: field.seq, online: field.count },
  logs: [],
  refusals: ['restore-unfinished'],
});
