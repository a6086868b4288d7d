import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';
import { goesOn, more, shortText } from '../shared-fields.ts';

export const stop = command({
  words: 'stop',
  summary: 'Close the room: notify all users and end their sessions',
  request: {
    ...goesOn,
    message: v.optional(v.pipe(field.text, shortText), 'The administrator has stopped it.'),
  },
  /** The sessions ended and connections closed by this invocation. `stoppedAt` is the time when the room was closed. */
  result: { ended: field.count, closed: field.count, stoppedAt: field.time, ...more },
  logs: [],
  refusals: [],
});
