import * as v from 'valibot';
import { command } from '../command.ts';

export const unban = command({
  words: 'unban',
  summary: 'Lift the ban of an address or prefix',
  request: { address: v.string() },
  result: { address: v.string() },
  logs: ['address'],
  refusals: ['invalid-address', 'not-banned', 'restore-unfinished'],
});
