import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isBackupName } from '../../../protocol/admin/index.ts';
import { DamagedFileError } from '../../../protocol/backup/sealed-file.ts';
import { flag } from '../../commands/options.ts';
import { type CompletionContext, word } from '../../commands/parameters.ts';
import { backupsLike } from '../backup/backups-like.ts';
import { restoredLines } from '../backup/restored.ts';
import { lastSeal, mostUploadBytes, upload } from '../backup/transfer.ts';
import type { CommandContext } from '../command-context.ts';
import { adminCommand } from '../console-command.ts';
import { exitCodes, messageOf, RefusedError, UsageError } from '../errors.ts';
import type { RoomAdmin } from '../room-admin.ts';
import { countsText } from '../texts.ts';

/** What a restore does, by its stage. */
const stages: Readonly<Record<string, string>> = {
  check: 'Checking the file',
  count: 'Counting what is in the room',
  close: 'Closing the room',
  drain: 'Closing the room',
  wipe: 'Deleting what is in the room',
  write: 'Writing',
  join: 'Restoring blocks and files',
  tidy: 'Deleting bytes that belong to no file',
  open: 'Opening the room',
};

export const restore = adminCommand('restore', {
  parameters: { file: word('file', (typed, { names }: CompletionContext<RoomAdmin>) => backupsLike(typed, names)) },
  options: {
    dryRun: flag('--dry-run', 'print what would be changed, and change nothing'),
    replace: flag('--replace', 'delete everything in the room, which must be stopped'),
  },
  async run(context, { file }, options) {
    const args = { file: await nameInBucket(context, file), ...options };
    let stage = '';
    for await (const slice of context.admin.askOn('restore', args)) {
      if (slice.restored) {
        context.show(slice.restored, ...restoredLines(slice.restored));
        return undefined;
      }
      if (slice.waits !== undefined) {
        context.note(`[restore] Waiting ${slice.waits} s for commands that began before the room was closed ...`);
      } else if (slice.stage !== stage || slice.stage === 'write') {
        context.note(`[restore] ${stages[slice.stage] ?? slice.stage}: ${countsText(slice.counts)} so far ...`);
      }
      stage = slice.stage;
      if (context.signal.aborted) break;
    }
    const isUnchanged = stage === 'check' || stage === 'count';
    context.note(
      isUnchanged
        ? '[restore] Cancelled. Nothing has been changed.'
        : '[restore] Cancelled halfway. Nobody can log in until a restore has been completed.',
    );
    return exitCodes.refused;
  },
});

/** The name in the bucket of a backup. A file on this machine is uploaded first. */
async function nameInBucket(context: CommandContext, typed: string): Promise<string> {
  const file = resolve(typed);
  if (!existsSync(file)) {
    if (!isBackupName(typed)) throw new UsageError(`There is no file ${file}.`);
    return typed;
  }
  if ((await stat(file)).size > mostUploadBytes) {
    throw new UsageError(
      `${file} is larger than 5 GiB, the most that S3 takes in one upload. Copy it to the folder backups/ of the bucket by other means, then restore it by its name there.`,
    );
  }
  const { bytes, seal } = await lastSeal(file).catch((error: unknown) => {
    if (!(error instanceof DamagedFileError)) throw new UsageError(`${file} cannot be read: ${messageOf(error)}`);
    throw new RefusedError('damaged-backup', `${file}: ${error.message} Nothing has been changed.`);
  });
  // The name depends on the content alone: a repeated upload replaces the first.
  const name = `uploaded_${seal.slice(0, 16)}.ndjson.gz`;
  await upload(file, await context.admin.ask('upload-url', { name, bytes }));
  context.note(`[restore] ${file} is complete and has been uploaded.`);
  return name;
}
