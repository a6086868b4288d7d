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

/** The lines that say where a backup is. */
export async function backupStored({ admin }: CommandContext, { name, bytes }: Backup): Promise<string[]> {
  const { bucket } = await admin.target();
  return [
    `[backup] The backup is ${name} in the bucket (${count(bytes, 'byte')}).`,
    ...(bucket === undefined ? [] : [`[backup] The bucket is ${bucket}. "backup <file>" saves a backup as a file.`]),
  ];
}
