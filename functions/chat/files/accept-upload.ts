import type { EventOf } from '../../../protocol/index.ts';
import { deliverToOwner } from '../deliver.ts';
import { failFile } from './end-file.ts';
import type { FileRoom } from './file-room.ts';
import type { FileRecord, StoredObject } from './ports.ts';

/**
 * Handles S3's "Object Created" event, which may be late or duplicated. It reads record and object again, and all writes
 * are conditional. So duplicate and concurrent events take effect once.
 */
export async function objectCreated(room: FileRoom, objectKey: string): Promise<void> {
  const [file, object] = await Promise.all([room.files.findByObject(objectKey), room.objects.find(objectKey)]);
  if (!object) return;
  // The record is created before the upload. If it is gone, the file ended or expired during the upload.
  if (file?.objectKey !== objectKey || file.state === 'removing') return room.objects.remove(objectKey);
  if (file.state === 'announced') return acceptUpload(room, file, object);
  // An earlier run committed the message and may have died before the post. Clients drop duplicates.
  await postAgain(room, file);
}

/** Stores an uploaded file if its bytes match the announcement and the recipient still accepts it. Otherwise the file fails. */
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
    // `unwanted`: the recipient deregistered or blocked the sender after the read above. Read again.
    if (outcome.kind !== 'unwanted') return;
  }
}

async function postAgain(room: FileRoom, { recipient, sender, name, size, sha256, told }: FileRecord): Promise<void> {
  if (!told) throw new Error('a stored file has no message in an inbox');
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
