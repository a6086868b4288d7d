import type { AdminResult } from '../../../protocol/admin/index.ts';
import type { CommandContext } from '../command-context.ts';
import { count } from '../texts.ts';
import { BackupReport } from './report.ts';

type Backup = NonNullable<AdminResult<'backup'>['backup']>;

/** Has the room write a backup. Resolves to undefined if the administrator cancels it. */
export async function takeBackup(context: CommandContext, withFiles: boolean): Promise<Backup | undefined> {
  const report = new BackupReport();
  for await (const slice of context.admin.askOn('backup', { withFiles })) {
    context.note(...report.lines(slice));
    if (slice.backup) return slice.backup;
    if (context.signal.aborted) break;
  }
  context.note('[backup] Cancelled.');
  return undefined;
}

export const backupStored = ({ name, bytes }: Backup) =>
  `[backup] The backup is ${name} in the bucket (${count(bytes, 'byte')}).`;
