import { command } from '../command.ts';

export const start = command({
  words: 'start',
  summary: 'Open the room again',
  request: {},
  result: {},
  logs: [],
  refusals: ['restore-unfinished'],
});
