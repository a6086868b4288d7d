import * as v from 'valibot';
import type { DueFile, FileRecord } from '../chat/files/ports.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { Item } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { fileId } from './object-key.ts';

const who = v.object({ name: v.string(), displayName: v.string(), accountId: v.string() });

const stored = v.object({
  to: who,
  from: who,
  name: v.string(),
  size: v.number(),
  sha256: v.string(),
  objectKey: v.string(),
  state: v.picklist(['announced', 'stored', 'removing']),
  uploadUntil: v.number(),
  dueAt: v.number(),
  told: v.optional(v.object({ seq: v.number(), at: v.number() })),
  urlsUntil: v.optional(v.number()),
});

/** A stored item, parsed. */
export function toRecord(item: Item): FileRecord {
  const { to, from, told, ...file } = parseStored(stored, item);
  return { recipient: to, sender: from, ...file, ...(told && { told }) };
}

/** Days after which DynamoDB may delete a record that is due. Normally the tidying run deletes it long before. */
const spareDays = 7;

export const expiresAt = (dueAt: number) => Math.ceil(dueAt / 1000) + spareDays * 86_400;

export const table = () => tableName('fileRecords');
export const keyOf = ({ recipient, sender, name }: FileRecord): DueFile => ({
  recipient: recipient.accountId,
  file: fileId(sender.name, name),
});

export const whoOf = ({ name, displayName, accountId }: FileRecord['sender']) => ({ name, displayName, accountId });

/** The condition that a file has the state and the bytes that the caller read. */
export const unchanged = ({ objectKey, state }: Pick<FileRecord, 'objectKey' | 'state'>) => ({
  ConditionExpression: 'objectKey = :objectKey AND #state = :state',
  ExpressionAttributeNames: { '#state': 'state' },
  ExpressionAttributeValues: { ':objectKey': objectKey, ':state': state },
});

/** A write that changes a file's state, on condition that state and object key are still those that the caller read. */
export function moveOn(file: FileRecord, to: FileRecord['state'], dueAt: number, told?: FileRecord['told']) {
  return {
    TableName: table(),
    Key: keyOf(file),
    UpdateExpression: `SET #state = :to, dueAt = :dueAt, expiresAt = :expiresAt${told ? ', told = :told' : ''}`,
    ConditionExpression: 'objectKey = :objectKey AND #state = :from',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':objectKey': file.objectKey,
      ':from': file.state,
      ':to': to,
      ':dueAt': dueAt,
      ':expiresAt': expiresAt(dueAt),
      ...(told && { ':told': told }),
    },
  };
}
