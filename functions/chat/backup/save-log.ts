import type { Logbook } from '../admin/ports.ts';
import type { Clock } from '../ports.ts';
import { PartedUpload, type UploadState } from './parted-upload.ts';
import type { Door, Vault } from './ports.ts';
import type { LongWork } from './slices.ts';

export interface SavedLogState {
  readonly upload: UploadState;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly until: number;
  readonly from: string | undefined;
  readonly readAll: boolean;
  readonly lines: number;
}

export interface SavedLogParts {
  readonly vault: Vault;
  readonly logbook: Logbook;
  readonly door: Door;
  readonly clock: Clock;
}

export interface SavedLog {
  readonly name: string;
  readonly lines: number;
}

/** Saves the log since the room was opened last as lines of JSON, named after when it was closed. */
export function saveLogWork({ vault, logbook, door, clock }: SavedLogParts): LongWork<SavedLogState, SavedLog> {
  return {
    kind: 'log',

    async begin() {
      const now = clock.now();
      const { openedAt = 0, closedAt = now } = await door.times();
      const name = `log_${new Date(closedAt).toISOString().slice(0, 19).replace('T', '_')}.log`;
      const upload = await PartedUpload.begin(vault, { folder: 'logs', name });
      return { upload, since: openedAt, until: now, from: undefined, readAll: false, lines: 0 };
    },

    async goOn(before, until, step) {
      const upload = await PartedUpload.goOn(vault, before.upload);
      let state = before;
      // The end is a step of its own: it reads nothing, and so writes the same if it has to be done again.
      if (state.readAll) {
        await upload.finish();
        return { done: true, state, result: { name: state.upload.file.name, lines: state.lines } };
      }
      // The last lines are those of the stop itself.
      await clock.sleepUntil(before.until + logbook.lateness);
      do {
        const { since, until: end, from } = state;
        const { items, next } = await logbook.read({ since, until: end, from });
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
