import * as v from 'valibot';
import { command, type Docs } from '../command.ts';

export const blocklist = command({
  summary: 'List the users you have blocked',
  who: 'member',
  activity: true,
  reply: 'response',
  group: 'chat',
  repeat: 'as-is',
  request: {},
  result: { users: v.array(v.string()) },
  refusals: [],
});

export const docs: Docs<typeof blocklist> = () => ({
  request: {},
  result: { users: 'Names of the users you have blocked, sorted.' },
  example: { request: {}, result: { users: ['Facebook'] } },
});
