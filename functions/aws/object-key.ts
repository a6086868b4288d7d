import { createHash } from 'node:crypto';
import type { ObjectPrefix } from './names.ts';

const prefix: ObjectPrefix = 'files';

/** Which file of a recipient's: a digest, so that it is as long for each name, and an object's key does not tell the name. */
export function fileId(senderName: string, fileName: string): string {
  return createHash('sha256').update(`${senderName}#${fileName}`).digest('base64url');
}

/** The key of an object: its record's own keys, and something that no other object has. */
export function objectKeyOf(recipientId: string, file: string, unique: string): string {
  return `${prefix}/${recipientId}/${file}/${unique}`;
}

/** The keys of the record that an object belongs to. */
export function recordOf(objectKey: string): { recipient: string; file: string } | undefined {
  const [, recipient, file] = /^files\/([^/]+)\/([^/]+)\/[^/]+$/.exec(objectKey) ?? [];
  return recipient !== undefined && file !== undefined ? { recipient, file } : undefined;
}
