import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';
import { backupName, counts, goesOn, more } from '../shared-fields.ts';

export const restore = command({
  words: 'restore',
  summary: 'Restore the room from a backup',
  request: {
    ...goesOn,
    file: backupName,
    /** Whether the content of the room may be replaced. */
    replace: v.optional(v.boolean(), false),
    /** Only report the outcome; change nothing. */
    dryRun: v.optional(v.boolean(), false),
  },
  result: {
    stage: v.string(),
    counts,
    /** In the stage `drain`: how many seconds the restore still waits for commands that are running. */
    waits: v.exactOptional(field.count),
    /** Set when the restore is complete: the content of the file. */
    restored: v.exactOptional(
      v.object({
        file: v.string(),
        takenAt: field.time,
        counts,
        settings: v.record(v.string(), v.unknown()),
        /** Files that were not restored: their bytes are missing, or they were announced after the backup. */
        leftOut: v.exactOptional(v.object({ withoutBytes: field.count, untold: field.count })),
        /** In a dry run: the content that would be replaced, and why the restore would be refused, if so. */
        present: v.exactOptional(
          v.object({
            counts,
            settings: v.record(v.string(), v.unknown()),
            refusal: v.exactOptional(v.string()),
          }),
        ),
        open: v.boolean(),
      }),
    ),
    ...more,
  },
  logs: ['file', 'replace', 'dryRun'],
  refusals: ['busy', 'not-under-way', 'no-such-backup', 'damaged-backup', 'room-not-empty', 'room-not-stopped'],
});
