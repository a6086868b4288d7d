import { failFile } from '../../files/end-file.ts';
import type { FileRecord } from '../../files/ports.ts';
import { tidyFile } from '../../files/tidy.ts';
import { iso } from '../handler.ts';
import type { AdminRoom } from '../ports.ts';
import { type Examine, type Finding, lookTwice } from './finding.ts';

/** Longer than any tidying run is late (ms): there is one every minute. */
const longOverdue = 3_600_000;

/** Every file, against its bytes if they are there for somebody, and against the clock. */
export const examineFiles: Examine = async (room, from) => {
  const { items, next } = await room.records.files(from);
  return { checked: items.length, findings: await lookTwice(room, items, (file) => lookAtFile(room, file)), next };
};

/** All bytes of files, against the files. */
export const examineObjects: Examine = async (room, from) => {
  const { items, next } = await room.records.objectKeys(from);
  return { checked: items.length, findings: await lookTwice(room, items, (key) => lookAtObject(room, key)), next };
};

async function lookAtFile(room: AdminRoom, seen: FileRecord): Promise<Finding | undefined> {
  if (seen.dueAt < room.clock.now() - longOverdue) return lookAtOverdue(room, seen);
  if (seen.state !== 'stored') return undefined;
  // The bytes first: they go before the record does.
  const object = await room.objects.find(seen.objectKey);
  const file = await room.files.findByObject(seen.objectKey);
  if (object?.size === seen.size || file?.state !== 'stored' || file.objectKey !== seen.objectKey) return undefined;
  const about = file.recipient.displayName;
  return {
    kind: object ? 'file-with-other-bytes' : 'file-without-bytes',
    about,
    text: `"${file.name}" from ${file.sender.displayName} waits for ${about}, and its bytes are ${object ? `${object.size} instead of ${file.size}` : 'gone'}.`,
    repair: () => failFile(room, file, object ? 'damaged' : 'unfinished'),
  };
}

async function lookAtOverdue(room: AdminRoom, seen: FileRecord): Promise<Finding | undefined> {
  const file = await room.files.findByObject(seen.objectKey);
  if (file?.objectKey !== seen.objectKey || file.dueAt !== seen.dueAt) return undefined;
  const about = file.recipient.displayName;
  return {
    kind: 'file-overdue',
    about,
    text: `"${file.name}" from ${file.sender.displayName} to ${about} is ${file.state}, and should have been dealt with at ${iso(file.dueAt)}.`,
    repair: async () => {
      await tidyFile(room, file);
      return true;
    },
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
