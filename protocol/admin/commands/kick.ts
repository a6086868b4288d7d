import * as v from 'valibot';
import { command } from '../command.ts';
import { shortText } from '../shared-fields.ts';

export const kick = command({
  words: 'kick',
  summary: "End a user's session",
  request: {
    user: v.string(),
    reason: v.optional(v.pipe(v.string(), shortText), 'The administrator gave no reason.'),
  },
  result: { user: v.string() },
  logs: ['user'],
  refusals: ['not-online'],
});
