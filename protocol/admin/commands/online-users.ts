import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';
import { goesOn, more } from '../shared-fields.ts';

export const onlineUsers = command({
  words: 'online users',
  summary: 'List the users who are online: address, login time, last activity',
  request: goesOn,
  result: {
    users: v.array(
      v.object({
        user: v.string(),
        address: v.string(),
        since: field.time,
        lastActive: field.time,
        state: v.picklist(['online', 'lost']),
      }),
    ),
    ...more,
  },
  refusals: [],
});
