import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';
import { goesOn, more } from '../shared-fields.ts';

export const saveLog = command({
  words: 'save-log',
  summary: 'Save the log since the room was last opened to the bucket',
  request: goesOn,
  result: {
    lines: field.count,
    /** Set when the log is saved. */
    saved: v.exactOptional(v.object({ name: v.string(), lines: field.count })),
    ...more,
  },
  logs: [],
  refusals: ['busy', 'not-under-way'],
});
