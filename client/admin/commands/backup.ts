import { resolve } from 'node:path';
import { flag } from '../../commands/options.ts';
import { optional, word } from '../../commands/parameters.ts';
import { backupStored, takeBackup } from '../backup/take-backup.ts';
import { checkTarget, download } from '../backup/transfer.ts';
import { adminCommand } from '../console-command.ts';
import { exitCodes } from '../errors.ts';
import { count } from '../texts.ts';

export const backup = adminCommand('backup', {
  parameters: { file: optional(word('file')) },
  options: { withFiles: flag('--with-files', 'include the bytes of the files that wait for their recipients') },
  async run(context, { file: typed }, { withFiles }) {
    const file = typed === undefined ? undefined : resolve(typed);
    if (file !== undefined) await checkTarget(file);
    const taken = await takeBackup(context, withFiles);
    if (!taken) return exitCodes.refused;
    if (file === undefined) {
      context.show(taken, ...(await backupStored(context, taken)));
      return undefined;
    }
    const { url } = await context.admin.ask('backup-url', { name: taken.name });
    await download(url, file, taken);
    context.show({ ...taken, file }, `[backup] The backup has been saved as ${file} (${count(taken.bytes, 'byte')}).`);
    return undefined;
  },
});
