import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { userList } from '../shared-fields.ts';

export const wholasthr = command({
  summary: 'List the other users online within the last hour',
  who: 'member',
  activity: true,
  reply: 'response',
  group: 'chat',
  repeat: 'as-is',
  request: {},
  // Rooms of the first version send no total.
  result: { ...userList, total: v.optional(field.count) },
  refusals: [],
});

export const docs: Docs<typeof wholasthr> = () => ({
  request: {},
  result: {
    users: 'Names of the users online now or within the last hour except yourself, sorted: as many as fit one frame.',
    total: 'How many there are.',
  },
  example: { request: {}, result: { users: ['Facebook', 'Hudson', 'SEAS'], total: 3 } },
});
