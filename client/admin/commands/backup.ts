import { Option } from 'commander';
import { BackupReport } from '../backup/report.ts';
import { checkTarget, download } from '../backup/transfer.ts';
import { consoleCommand } from '../console-command.ts';
import type { Desk } from '../desk.ts';
import { exitCodes } from '../errors.ts';
import { moment, texts } from '../texts.ts';

/** Has a backup made; undefined if the administrator had enough of it before it was done. */
export async function takeBackup(desk: Desk, withFiles: boolean) {
  const report = new BackupReport();
  for await (const slice of desk.admin.askOn('backup', { withFiles })) {
    desk.note(...report.lines(slice));
    if (slice.backup) return slice.backup;
    if (desk.signal.aborted) break;
  }
  desk.note(texts.givenUp);
  return undefined;
}

export const backup = consoleCommand('backup', {
  usage: '[file]',
  options: [new Option('--with-files', 'with the bytes of the files that wait for their recipients')],
  async run(desk, { args: [file], options }) {
    if (file !== undefined) await checkTarget(file);
    const taken = await takeBackup(desk, options['withFiles'] === true);
    if (!taken) return exitCodes.refused;
    if (file === undefined) {
      desk.show(taken, texts.backupStored(taken.name, taken.bytes));
      return undefined;
    }
    const { url } = await desk.admin.ask('backup-url', { name: taken.name });
    await download(url, file, taken);
    desk.show({ ...taken, file }, texts.backupSaved(file, taken.bytes));
    return undefined;
  },
});

export const backups = consoleCommand('backups', {
  async run(desk) {
    const { backups: found } = await desk.admin.ask('backups', {});
    if (found.length === 0) desk.note(texts.noBackups);
    for (const one of found) desk.show(one, `${one.name}  ${one.bytes} bytes  ${moment(one.storedAt)}`);
    return undefined;
  },
});
