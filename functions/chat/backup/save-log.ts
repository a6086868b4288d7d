import type { LogReader } from '../admin/ports.ts';
import type { Clock } from '../ports.ts';
import { MultipartUpload, type UploadState } from './multipart-upload.ts';
import type { BackupStore, RoomLifecycle } from './ports.ts';
import type { ResumableJob } from './run-job.ts';

export interface SavedLogState {
  readonly upload: UploadState;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly until: number;
  readonly from: string | undefined;
  readonly readAll: boolean;
  readonly lines: number;
}

export interface SaveLogPorts {
  readonly backupStore: BackupStore;
  readonly logReader: LogReader;
  readonly lifecycle: RoomLifecycle;
  readonly clock: Clock;
}

export interface SavedLog {
  readonly name: string;
  readonly lines: number;
}

/** Saves the log since the room was last opened, as lines of JSON. The file's name has the time when the room was closed. */
export function saveLogJob(ports: SaveLogPorts): ResumableJob<SavedLogState, SavedLog> {
  const { backupStore, logReader, lifecycle, clock } = ports;
  return {
    kind: 'log',

    async begin() {
      const now = clock.now();
      const { openedAt = 0, closedAt = now } = await lifecycle.times();
      const name = `log_${new Date(closedAt).toISOString().slice(0, 19).replace('T', '_')}.log`;
      const upload = await MultipartUpload.begin(backupStore, { folder: 'logs', name });
      return { upload, since: openedAt, until: now, from: undefined, readAll: false, lines: 0 };
    },

    async resume(before, until, step) {
      const upload = await MultipartUpload.resume(backupStore, before.upload);
      let state = before;
      // Completing the upload is a step of its own: it reads nothing, so a repetition completes the same file.
      if (state.readAll) {
        await upload.finish();
        return { done: true, state, result: { name: state.upload.file.name, lines: state.lines } };
      }
      // Wait for the last lines, those of the stop itself.
      await clock.sleepUntil(before.until + logReader.delay);
      do {
        const { since, until: end, from } = state;
        const { items, next } = await logReader.read({ since, until: end, from });
        const lines = items.map(
          ({ at, fields }) => `${JSON.stringify({ at: new Date(at).toISOString(), ...fields })}\n`,
        );
        await upload.write(Buffer.from(lines.join('')));
        state = { ...state, from: next, readAll: next === undefined, lines: state.lines + lines.length };
      } while (clock.now() < until && !state.readAll);
      return { done: false, state: { ...state, upload: await upload.suspend(step) } };
    },
  };
}
