import type { FileFailure } from '../../../protocol/index.ts';
import { deliverToOwner } from '../deliver.ts';
import type { FileRoom } from './file-room.ts';
import type { FileRecord, Notice } from './ports.ts';

/**
 * Ends a file: it can no longer be downloaded, its sender is notified, and its bytes are deleted. False, and nothing is done, if the
 * file has changed since it was read.
 */
export async function endFile(room: FileRoom, file: FileRecord, draft: Notice['draft']): Promise<boolean> {
  const { sender } = file;
  for (;;) {
    const [account, session] = await Promise.all([
      room.accounts.find(sender.name),
      room.sessions.findRecent(sender.name),
    ]);
    const to = account?.accountId === sender.accountId ? account : undefined;
    const outcome = await room.files.end(file, to && { to, draft }, room.clock.now());
    if (outcome.kind === 'changed') return false;
    // The sender has just deregistered, so no notice is needed.
    if (outcome.kind === 'nobody') continue;
    const { told } = outcome;
    const rest = [eraseFile(room, file), ...(told ? [deliverToOwner(room, sender, session, told)] : [])];
    for (const settled of await Promise.allSettled(rest)) {
      // The file has ended even if these fail: the tidying run deletes leftovers, and `sync` delivers a missed notice.
      if (settled.status === 'rejected') room.logError('the clean-up after a file failed', settled.reason);
    }
    return true;
  }
}

/** Ends a file that did not reach its recipient. */
export function failFile(room: FileRoom, file: FileRecord, reason: FileFailure): Promise<boolean> {
  return endFile(room, file, {
    event: 'file-failed',
    to: file.recipient.displayName,
    name: file.name,
    reason,
    sentAt: new Date(room.clock.now()).toISOString(),
  });
}

/** Deletes the bytes of a file that has ended, then its record. In this order no bytes are left without a record. */
export async function eraseFile(room: FileRoom, file: FileRecord): Promise<void> {
  await room.objects.remove(file.objectKey);
  await room.files.forget(file);
}
