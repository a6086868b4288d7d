import type { EventOf } from '../../../protocol/index.ts';
import { deliverToOwner } from '../deliver.ts';
import { failFile } from './end-file.ts';
import type { FileRoom } from './file-room.ts';
import type { FileRecord, StoredObject } from './ports.ts';

/**
 * Bytes have come, so the store says: it may say so late, and more than once. What it says is looked at again, so whatever
 * happens twice, or side by side, happens once.
 */
export async function objectCreated(room: FileRoom, objectKey: string): Promise<void> {
  const [file, object] = await Promise.all([room.files.findByObject(objectKey), room.objects.find(objectKey)]);
  if (!object) return;
  // A record is there before its object can be. Without it the file has ended, or been given up on, while the bytes were coming.
  if (file?.objectKey !== objectKey || file.state === 'removing') return room.objects.remove(objectKey);
  if (file.state === 'announced') return acceptUpload(room, file, object);
  // Told already, perhaps by a run that ended before it had posted. A client drops what it has shown.
  await postAgain(room, file);
}

/** Makes an announced file exist once its bytes are uploaded, if they match the announcement and the recipient still accepts it. */
export async function acceptUpload(room: FileRoom, file: FileRecord, object: StoredObject): Promise<void> {
  if (object.size !== file.size || object.sha256 !== file.sha256) {
    await failFile(room, file, 'damaged');
    return;
  }
  for (;;) {
    const { name, accountId } = file.recipient;
    const [recipient, session] = await Promise.all([room.accounts.find(name), room.sessions.findRecent(name)]);
    if (recipient?.accountId !== accountId) {
      await failFile(room, file, 'no-such-user');
      return;
    }
    if (recipient.blocks.has(file.sender.accountId)) {
      await failFile(room, file, 'blocked');
      return;
    }
    const at = room.clock.now();
    const outcome = await room.files.store(file, recipient, { at, dueAt: at + room.fileRetention });
    if (outcome.kind === 'stored') await deliverToOwner(room, recipient, session, outcome.message);
    // Unwanted means that the recipient has gone, or has blocked the sender, since they were read.
    if (outcome.kind !== 'unwanted') return;
  }
}

async function postAgain(room: FileRoom, { recipient, sender, name, size, sha256, told }: FileRecord): Promise<void> {
  if (!told) throw new Error('a stored file has no place in an inbox');
  const message: EventOf<'file'> = {
    type: 'event',
    event: 'file',
    stream: 'inbox',
    seq: told.seq,
    from: sender.displayName,
    name,
    size,
    sha256,
    sentAt: new Date(told.at).toISOString(),
  };
  await deliverToOwner(room, recipient, await room.sessions.find(recipient.name), message);
}
