import { command, type Docs } from '../command.ts';
import { userList } from '../shared-fields.ts';

export const whoelse = command({
  summary: 'List the other users online',
  who: 'member',
  activity: true,
  reply: 'response',
  group: 'chat',
  repeat: 'as-is',
  request: {},
  result: userList,
  refusals: [],
});

export const docs: Docs<typeof whoelse> = () => ({
  request: {},
  result: {
    users: 'Names of the users online except yourself, sorted: as many as fit one frame.',
    total: 'How many there are.',
  },
  example: { request: {}, result: { users: ['Facebook', 'Hudson'], total: 2 } },
});
