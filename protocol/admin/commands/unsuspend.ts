import * as v from 'valibot';
import { command } from '../command.ts';

export const unsuspend = command({
  words: 'unsuspend',
  summary: 'Let a suspended user log in again',
  request: { user: v.string() },
  result: { user: v.string() },
  logs: ['user'],
  refusals: ['no-such-user', 'not-suspended', 'restore-unfinished'],
});
