import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';
import { goesOn, more } from '../shared-fields.ts';

export const allUsers = command({
  words: 'all users',
  summary: 'List all registered users',
  request: goesOn,
  result: {
    users: v.array(
      v.object({
        user: v.string(),
        created: field.time,
        /** When the last session ended. */
        lastSeen: v.exactOptional(field.time),
        state: v.picklist(['online', 'lost', 'offline']),
      }),
    ),
    ...more,
  },
  refusals: [],
});
