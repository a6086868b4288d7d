import { createHash } from 'node:crypto';
import type { ObjectPrefix } from './names.ts';

const prefix: ObjectPrefix = 'files';

/** The id of a file of a recipient. A digest has the same length for every name, and hides the name in object keys. */
export function fileId(senderName: string, fileName: string): string {
  return createHash('sha256').update(`${senderName}#${fileName}`).digest('base64url');
}

/** The key of an object: the keys of its record, and a unique part. */
export function objectKeyOf(recipientId: string, file: string, unique: string): string {
  return `${prefix}/${recipientId}/${file}/${unique}`;
}

/** The keys of the record that an object belongs to. Undefined for an object key of another form. */
export function recordOf(objectKey: string): { recipient: string; file: string } | undefined {
  const [, recipient, file] = /^files\/([^/]+)\/([^/]+)\/[^/]+$/.exec(objectKey) ?? [];
  return recipient !== undefined && file !== undefined ? { recipient, file } : undefined;
}
