import pRetry from 'p-retry';
import type { AdminResult } from '../../../protocol/admin/index.ts';
import { optional, rest } from '../../commands/parameters.ts';
import { backupStored, takeBackup } from '../backup/take-backup.ts';
import type { CommandContext } from '../command-context.ts';
import { adminCommand } from '../console-command.ts';
import { exitCodes, RefusedError } from '../errors.ts';
import { count } from '../texts.ts';

export const stop = adminCommand('stop', {
  parameters: { message: optional(rest('message')) },
  async run(context, { message }) {
    const args = message === undefined ? {} : { message };
    let [ended, closed, stoppedAt] = [0, 0, ''];
    for await (const slice of context.admin.askOn('stop', args)) {
      ended += slice.ended;
      closed += slice.closed;
      stoppedAt = slice.stoppedAt;
    }
    context.note(
      'All online users have been notified and logged out.',
      `${count(ended, 'session')} ended, ${count(closed, 'connection')} closed.`,
    );
    let [backup, log]: [Backup | undefined, SavedLog | undefined] = [undefined, undefined];
    try {
      backup = await whenFree(context, () => takeBackup(context, false));
      if (backup) context.note(...(await backupStored(context, backup)), 'The server has been stopped. Bye!');
    } finally {
      // Save it even if the backup failed: the next start begins another log.
      log = await whenFree(context, () => saveLog(context));
      if (log) context.note(`[backup] The server log has been saved as ${log.name}.`);
    }
    const { opensWith = 'start' } = await context.admin.target();
    context.note(`The room is stopped: "${opensWith}" opens it.`);
    if (!backup || !log) return exitCodes.refused;
    context.show({ ended, closed, stoppedAt, backup, log });
    return undefined;
  },
});

type Backup = AdminResult<'backup'>['backup'];
type SavedLog = AdminResult<'save-log'>['saved'];

async function saveLog(context: CommandContext) {
  for await (const { saved } of context.admin.askOn('save-log', {})) {
    if (saved) return saved;
    if (context.signal.aborted) break;
  }
  return undefined;
}

/** Milliseconds between two attempts, and their number. Together they exceed the lock of an interrupted step. */
const interval = 3_000;
const tries = 50;

/**
 * Repeats work while the room is busy with another job, such as a backup that was just cancelled. Resolves to undefined if the
 * administrator cancels it.
 */
async function whenFree<T>(context: CommandContext, work: () => Promise<T | undefined>): Promise<T | undefined> {
  let isTold = false;
  const waits = (error: unknown) => {
    if (!(error instanceof RefusedError && error.code === 'busy')) return false;
    if (!isTold) context.note('[backup] The room is busy with another job. Waiting for it to end ...');
    isTold = true;
    return true;
  };
  try {
    return await pRetry(work, {
      retries: tries,
      factor: 1,
      minTimeout: interval,
      signal: context.signal,
      shouldRetry: ({ error }) => waits(error),
    });
  } catch (error) {
    if (context.signal.aborted && error === context.signal.reason) return undefined;
    throw error;
  }
}
