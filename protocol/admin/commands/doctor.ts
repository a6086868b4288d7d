import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';
import { goesOn, more } from '../shared-fields.ts';

export const doctor = command({
  words: 'doctor',
  summary: 'Check that stored data, connections and files are consistent',
  request: { ...goesOn, repair: v.optional(v.boolean(), false) },
  /** The findings of one part in this invocation. `repaired` is false if the data had changed before the repair. */
  result: {
    part: v.string(),
    checked: field.count,
    findings: v.array(
      v.object({ kind: v.string(), about: v.string(), text: v.string(), repaired: v.exactOptional(v.boolean()) }),
    ),
    ...more,
  },
  logs: ['repair'],
  refusals: ['restore-unfinished'],
});
