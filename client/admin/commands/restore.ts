import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Option } from 'commander';
import { isBackupName } from '../../../protocol/admin/index.ts';
import { DamagedFileError } from '../../../protocol/backup/sealed-file.ts';
import { restoredLines } from '../backup/restored.ts';
import { lastSeal, mostUploadBytes, upload } from '../backup/transfer.ts';
import { consoleCommand } from '../console-command.ts';
import type { Desk } from '../desk.ts';
import { exitCodes, messageOf, RefusedError, UsageError } from '../errors.ts';
import { texts } from '../texts.ts';

/** The name in the bucket of what the administrator named: a file here is uploaded, anything else is there already. */
async function inBucket(desk: Desk, file: string): Promise<string> {
  if (!existsSync(file)) {
    if (!isBackupName(file)) throw new UsageError(`There is no file ${file}.`);
    return file;
  }
  if ((await stat(file)).size > mostUploadBytes) throw new UsageError(texts.tooLargeToUpload(file));
  const { bytes, seal } = await lastSeal(file).catch((error: unknown) => {
    if (!(error instanceof DamagedFileError)) throw new UsageError(`${file} cannot be read: ${messageOf(error)}`);
    throw new RefusedError('damaged-backup', `${file}: ${error.message} Nothing has been changed.`);
  });
  // The same file has the same name, however often it is uploaded.
  const name = `uploaded_${seal.slice(0, 16)}.ndjson.gz`;
  await upload(file, await desk.admin.ask('upload-url', { name, bytes }));
  desk.note(texts.uploaded(file));
  return name;
}

export const restore = consoleCommand('restore', {
  usage: '<file>',
  options: [
    new Option('--dry-run', 'say what would be changed, and change nothing'),
    new Option('--replace', 'let everything go that is in the room, which must be stopped'),
  ],
  async run(desk, { args: [file = ''], options }) {
    const replace = options['replace'] === true;
    const dryRun = options['dryRun'] === true;
    const args = { file: await inBucket(desk, file), replace, dryRun };
    let stage = '';
    for await (const slice of desk.admin.askOn('restore', args)) {
      if (slice.restored) {
        desk.show(slice.restored, ...restoredLines(slice.restored));
        return undefined;
      }
      if (slice.stage !== stage || slice.stage === 'write') desk.note(texts.restoring(slice.stage, slice.counts));
      stage = slice.stage;
      if (desk.signal.aborted) break;
    }
    desk.note(texts.restoreGivenUp(stage));
    return exitCodes.refused;
  },
});
