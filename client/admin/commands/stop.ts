import pRetry from 'p-retry';
import type { AdminResult } from '../../../protocol/admin/index.ts';
import { consoleCommand } from '../console-command.ts';
import type { Desk } from '../desk.ts';
import { exitCodes, RefusedError } from '../errors.ts';
import { texts } from '../texts.ts';
import { takeBackup } from './backup.ts';

export const stop = consoleCommand('stop', {
  usage: '[message]',
  takesText: true,
  async run(desk, { args: [message] }) {
    const args = message === undefined ? {} : { message };
    let [ended, closed, stoppedAt] = [0, 0, ''];
    for await (const slice of desk.admin.askOn('stop', args)) {
      ended += slice.ended;
      closed += slice.closed;
      stoppedAt = slice.stoppedAt;
    }
    desk.note(texts.stopNotified, texts.sentAway(ended, closed));
    let [backup, log]: [Backup | undefined, SavedLog | undefined] = [undefined, undefined];
    try {
      backup = await whenFree(desk, () => takeBackup(desk, false));
      if (backup) desk.note(texts.backupStored(backup.name, backup.bytes), texts.beingStopped, texts.stopped);
    } finally {
      // Whatever became of the backup: what is done after the next start is in another log.
      log = await whenFree(desk, () => saveLog(desk));
      if (log) desk.note(texts.logSaved(log.name));
    }
    if (!backup || !log) return exitCodes.refused;
    desk.show({ ended, closed, stoppedAt, backup, log });
    return undefined;
  },
});

type Backup = AdminResult<'backup'>['backup'];
type SavedLog = AdminResult<'save-log'>['saved'];

async function saveLog(desk: Desk) {
  for await (const { saved } of desk.admin.askOn('save-log', {})) {
    if (saved) return saved;
    if (desk.signal.aborted) break;
  }
  return undefined;
}

/** How often (ms) it is tried again, and how many times: for longer than a step that has been cut off keeps the room busy. */
const pace = 3_000;
const tries = 50;

/** Does what the room may be too busy for, as when a backup has just been given up; undefined if the administrator had enough of it. */
async function whenFree<T>(desk: Desk, work: () => Promise<T | undefined>): Promise<T | undefined> {
  let isTold = false;
  const waits = (error: unknown) => {
    if (!(error instanceof RefusedError && error.code === 'busy')) return false;
    if (!isTold) desk.note(texts.waiting);
    isTold = true;
    return true;
  };
  try {
    return await pRetry(work, {
      retries: tries,
      factor: 1,
      minTimeout: pace,
      signal: desk.signal,
      shouldRetry: ({ error }) => waits(error),
    });
  } catch (error) {
    if (desk.signal.aborted && error === desk.signal.reason) return undefined;
    throw error;
  }
}

export const start = consoleCommand('start', {
  async run(desk) {
    const result = await desk.admin.ask('start', {});
    desk.show(result, texts.started);
    return undefined;
  },
});
