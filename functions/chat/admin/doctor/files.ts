import { failFile } from '../../files/end-file.ts';
import type { FileRecord } from '../../files/ports.ts';
import { tidyFile } from '../../files/tidy.ts';
import { hour } from '../../units.ts';
import { iso } from '../handler.ts';
import type { AdminRoom } from '../ports.ts';
import { type Examine, type Finding, lookTwice } from './finding.ts';

/** The cleanup runs every minute, so a record that is overdue for this long (ms) was missed. */
const longOverdue = hour;

/** Compares each file record with its object and its due time. */
export const examineFiles: Examine = async (room, from) => {
  const { items, next } = await room.doctorStore.files(from);
  return { checked: items.length, findings: await lookTwice(room, items, (file) => lookAtFile(room, file)), next };
};

/** Compares each object with the file records. */
export const examineObjects: Examine = async (room, from) => {
  const { items, next } = await room.doctorStore.objectKeys(from);
  return { checked: items.length, findings: await lookTwice(room, items, (key) => lookAtObject(room, key)), next };
};

async function lookAtFile(room: AdminRoom, seen: FileRecord): Promise<Finding | undefined> {
  if (seen.dueAt < room.clock.now() - longOverdue) return lookAtOverdue(room, seen);
  if (seen.state !== 'stored') return undefined;
  // Read the object first: it is removed before the record.
  const object = await room.objects.find(seen.objectKey);
  const file = await room.files.findByObject(seen.objectKey);
  if (object?.size === seen.size || file?.state !== 'stored' || file.objectKey !== seen.objectKey) return undefined;
  const about = file.recipient.displayName;
  return {
    kind: object ? 'file-with-other-bytes' : 'file-without-bytes',
    about,
    text: `"${file.name}" from ${file.sender.displayName} waits for ${about}, but ${object ? `has ${object.size} bytes instead of ${file.size}` : 'its bytes are gone'}.`,
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
    text: `"${file.name}" from ${file.sender.displayName} to ${about} is ${file.state}, but was due at ${iso(file.dueAt)}.`,
    repair: async () => {
      await tidyFile(room, file);
      return true;
    },
  };
}

async function lookAtObject(room: AdminRoom, objectKey: string): Promise<Finding | undefined> {
  const file = await room.files.findByObject(objectKey);
  // The record is written before the object, and removed after it.
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
