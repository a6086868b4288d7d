import { failFile } from '../../files/end-file.ts';
import type { FileRecord } from '../../files/ports.ts';
import type { AdminRoom } from '../ports.ts';
import { type Examine, type Finding, lookTwice } from './finding.ts';

/** Every file that waits for somebody, against its bytes. */
export const examineFiles: Examine = async (room, from) => {
  const { items, next } = await room.records.files(from);
  const stored = items.filter((file) => file.state === 'stored');
  return { checked: items.length, findings: await lookTwice(room, stored, (file) => lookAtFile(room, file)), next };
};

/** All bytes of files, against the files. */
export const examineObjects: Examine = async (room, from) => {
  const { items, next } = await room.records.objectKeys(from);
  return { checked: items.length, findings: await lookTwice(room, items, (key) => lookAtObject(room, key)), next };
};

async function lookAtFile(room: AdminRoom, seen: FileRecord): Promise<Finding | undefined> {
  // The bytes first: they go before the record does.
  const object = await room.objects.find(seen.objectKey);
  const file = await room.files.findByObject(seen.objectKey);
  if (object || file?.state !== 'stored' || file.objectKey !== seen.objectKey) return undefined;
  const about = file.recipient.displayName;
  return {
    kind: 'file-without-bytes',
    about,
    text: `"${file.name}" from ${file.sender.displayName} waits for ${about}, and its bytes are gone.`,
    repair: () => failFile(room, file, 'unfinished'),
  };
}

async function lookAtObject(room: AdminRoom, objectKey: string): Promise<Finding | undefined> {
  const file = await room.files.findByObject(objectKey);
  // The record comes before the bytes, and goes after them.
  if (file?.objectKey === objectKey || !(await room.objects.find(objectKey))) return undefined;
  return {
    kind: 'bytes-without-file',
    about: objectKey,
    text: `The bytes at ${objectKey} belong to no file.`,
    repair: async () => {
      await room.objects.remove(objectKey);
      return true;
    },
  };
}
