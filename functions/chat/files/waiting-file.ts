import { foldName } from '../../../protocol/index.ts';
import type { Member } from '../model.ts';
import { Refusal } from '../refusal.ts';
import { endFile } from './end-file.ts';
import type { FileRoom } from './file-room.ts';
import type { FileRecord } from './ports.ts';

/** Normalizes a file name to NFC, because operating systems encode accents differently. */
export const composedName = (name: string) => name.normalize('NFC');

/** Finds a file that waits for a recipient. @throws `no-such-file` if it does not exist. */
export async function findWaiting(
  room: FileRoom,
  recipientId: string,
  from: string,
  name: string,
): Promise<FileRecord> {
  const file = await room.files.find(recipientId, foldName(from), composedName(name));
  // An expired file may not have been removed yet.
  if (file?.state !== 'stored' || file.dueAt <= room.clock.now()) throw new Refusal('no-such-file');
  return file;
}

/** Ends a file on behalf of its recipient, and tells its sender. @throws `no-such-file` if it has ended already. */
export async function endWaiting(
  room: FileRoom,
  member: Member,
  { from, name }: { from: string; name: string },
  event: 'file-received' | 'file-declined',
): Promise<Record<string, never>> {
  const file = await findWaiting(room, member.accountId, from, name);
  const sentAt = new Date(room.clock.now()).toISOString();
  const ended = await endFile(room, file, { event, by: member.displayName, name: file.name, sentAt });
  if (!ended) throw new Refusal('no-such-file');
  return {};
}
