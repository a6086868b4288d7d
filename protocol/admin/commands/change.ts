import * as v from 'valibot';
import { command } from '../command.ts';

export const change = command({
  words: 'change',
  summary: 'Change a setting at once (the flood limits: for new connections)',
  request: {
    name: v.string(),
    value: v.unknown(),
    /** The value that the administrator saw. If it is no longer in force, nothing is changed. */
    seen: v.optional(v.unknown()),
  },
  /** `was` is the replaced value. Another administrator may have changed it a moment before. */
  result: { name: v.string(), value: v.unknown(), was: v.exactOptional(v.unknown()) },
  logs: ['name', 'value'],
  refusals: ['no-such-setting', 'not-by-change', 'invalid-value', 'changed-meanwhile', 'restore-unfinished'],
});
