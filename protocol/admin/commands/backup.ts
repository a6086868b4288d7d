import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';
import { backupName, counts, goesOn, more } from '../shared-fields.ts';

export const backup = command({
  words: 'backup',
  summary: 'Back up accounts, messages and settings to one file while the room is running',
  request: {
    ...goesOn,
    /** Include the bytes of the waiting files, not only their records. */
    withFiles: v.optional(v.boolean(), false),
  },
  result: {
    stage: v.string(),
    counts,
    /** Set when the backup is complete. `seal` is the seal of the file's last member, and so of the whole file. */
    backup: v.exactOptional(v.object({ name: backupName, bytes: field.count, seal: field.sha256 })),
    ...more,
  },
  logs: [],
  refusals: ['busy', 'not-under-way', 'restore-unfinished'],
});
