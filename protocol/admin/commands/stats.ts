import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';

export const stats = command({
  words: 'stats',
  summary: 'Show the numbers of users and messages, their storage, and the estimated cost of this month',
  request: {},
  result: {
    online: field.count,
    /** As DynamoDB last counted these three, about every six hours. */
    users: field.count,
    messages: field.count,
    storedBytes: v.exactOptional(field.count),
    /** The size of the files and backups in the bucket, now. */
    objectBytes: field.count,
    /** US$ since the month began (UTC): the counted actions times their average cost. */
    estimate: v.object({
      since: field.time,
      parts: v.array(v.object({ what: v.string(), count: field.count, usd: v.number() })),
      total: v.number(),
    }),
  },
  refusals: [],
});
