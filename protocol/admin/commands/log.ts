import * as v from 'valibot';
import { field, isUserName } from '../../fields.ts';
import { command } from '../command.ts';
import { goesOn, more } from '../shared-fields.ts';

export const log = command({
  words: 'log',
  summary: 'Show the commands in the log: user, command, time, result',
  request: {
    since: field.time,
    until: v.optional(field.time),
    /** Only the commands of this user. */
    user: v.optional(v.pipe(v.string(), v.check(isUserName, 'a user name'))),
    ...goesOn,
  },
  result: {
    lines: v.array(v.object({ id: v.string(), at: field.time, fields: v.record(v.string(), v.unknown()) })),
    ...more,
  },
  refusals: [],
});
