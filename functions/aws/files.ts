import { type PutCommandInput, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { DueFile, FileRecord, Files, Notice } from '../chat/files/ports.ts';
import type { Account } from '../chat/model.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { Stream } from '../chat/ports.ts';
import {
  db,
  deleteIf,
  getItem,
  type Item,
  putIf,
  type TransactItem,
  transact,
  updateIf,
  type WriteOutcome,
} from './dynamodb.ts';
import { tableName } from './environment.ts';
import { expiresAt, keyOf, moveOn, table, toRecord, unchanged, whoOf } from './file-records.ts';
import { usageOf } from './file-usage.ts';
import { duePartition } from './keys.ts';
import { tables } from './names.ts';
import { fileId, recordOf } from './object-key.ts';
import { InboxGoneError, type StreamsOnDynamoDb } from './streams/index.ts';

/** A condition other than the message's own cancelled the transaction. */
class ConditionFailed extends Error {
  readonly failed: ReadonlySet<'file' | 'account'>;

  constructor(failed: ReadonlySet<'file' | 'account'>) {
    super('a file could not change its state');
    this.failed = failed;
  }
}

/** The positions of the other writes in the transaction. */
const at = { message: 0, file: 1, account: 2 } as const;

/** Commits a message, a change of a file and a condition on an account in one transaction. */
const together =
  (file: (seq: number) => ReturnType<typeof moveOn>, account: NonNullable<TransactItem['ConditionCheck']>) =>
  async (put: PutCommandInput): Promise<WriteOutcome> => {
    const outcome = await transact([
      { Put: put },
      { Update: file(parseStored(v.number(), put.Item?.['seq'])) },
      { ConditionCheck: account },
    ]);
    if (outcome.committed) return { written: true };
    const failed = (['file', 'account'] as const).filter((part) => outcome.failed.has(at[part]));
    if (failed.length > 0) throw new ConditionFailed(new Set(failed));
    return { written: false, item: outcome.failed.get(at.message) };
  };

/** The result of a write, or the condition that prevented it. */
async function orConditionFailed<T>(write: Promise<T>): Promise<T | ConditionFailed> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionFailed) return error;
    if (error instanceof InboxGoneError) return new ConditionFailed(new Set(['account']));
    throw error;
  }
}

const inboxOf = (owner: Account): Stream => ({ kind: 'inbox', owner, acknowledged: owner.acknowledged.inbox });

const dueFile = v.object({ recipient: v.string(), file: v.string() });

const stillThere = (accountId: string, name: string) => ({
  TableName: tableName('users'),
  Key: { name },
  ConditionExpression: 'accountId = :id',
  ExpressionAttributeValues: { ':id': accountId },
});

/** The records of files on DynamoDB. */
export function filesOn(streams: StreamsOnDynamoDb): Files {
  async function get(key: DueFile): Promise<FileRecord | undefined> {
    const item = await getItem({ TableName: table(), Key: key });
    return item && toRecord(item);
  }

  /** The files that wait for a recipient. DynamoDB reads about 2,000 per page. */
  const waitingPages = (recipient: string, now: number) =>
    paginateQuery(
      { client: db },
      {
        TableName: table(),
        KeyConditionExpression: 'recipient = :recipient',
        FilterExpression: '#state = :stored AND dueAt > :now',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':recipient': recipient, ':stored': 'stored', ':now': now },
        ConsistentRead: true,
      },
    );

  return {
    async announce(file) {
      const put = {
        TableName: table(),
        Item: {
          ...keyOf(file),
          to: whoOf(file.recipient),
          from: whoOf(file.sender),
          name: file.name,
          size: file.size,
          sha256: file.sha256,
          objectKey: file.objectKey,
          state: file.state,
          uploadUntil: file.uploadUntil,
          due: duePartition,
          dueAt: file.dueAt,
          expiresAt: expiresAt(file.dueAt),
        },
        ConditionExpression: 'attribute_not_exists(#file)',
        ExpressionAttributeNames: { '#file': 'file' },
      };
      const outcome = await putIf(put, (item) => item['objectKey'] === file.objectKey);
      if (outcome.written) return { announced: true };
      if (!outcome.item) throw new Error('DynamoDB did not return the existing file');
      return { announced: false, standing: toRecord(outcome.item) };
    },

    async renew(file, { uploadUntil, dueAt }) {
      const { UpdateExpression, ...move } = moveOn(file, 'announced', dueAt);
      const { written } = await updateIf({
        ...move,
        UpdateExpression: `${UpdateExpression}, uploadUntil = :uploadUntil`,
        ExpressionAttributeValues: { ...move.ExpressionAttributeValues, ':uploadUntil': uploadUntil },
      });
      return written;
    },

    usage: usageOf,

    async withdraw(file) {
      const same = unchanged(file);
      await deleteIf({
        ...{ TableName: table(), Key: keyOf(file), ...same },
        ConditionExpression: `${same.ConditionExpression} AND dueAt = :dueAt`,
        ExpressionAttributeValues: { ...same.ExpressionAttributeValues, ':dueAt': file.dueAt },
      });
    },

    async noteUrl(file, urlsUntil) {
      const same = unchanged(file);
      const isFirst = file.urlsUntil === undefined;
      const { written } = await updateIf({
        ...{ TableName: table(), Key: keyOf(file), ...same },
        UpdateExpression: 'SET urlsUntil = :next',
        ConditionExpression: `${same.ConditionExpression} AND ${isFirst ? 'attribute_not_exists(urlsUntil)' : 'urlsUntil = :before'}`,
        ExpressionAttributeValues: {
          ...same.ExpressionAttributeValues,
          ':next': urlsUntil,
          ...(!isFirst && { ':before': file.urlsUntil }),
        },
      });
      return written;
    },

    find: (recipient, senderName, name) => get({ recipient, file: fileId(senderName, name) }),

    async findByObject(objectKey) {
      const key = recordOf(objectKey);
      return key && get(key);
    },

    async waitingFor(recipient, now, enough) {
      const found: FileRecord[] = [];
      for await (const { Items = [], LastEvaluatedKey } of waitingPages(recipient, now)) {
        found.push(...Items.map(toRecord));
        if (found.length >= enough) return { files: found, more: LastEvaluatedKey !== undefined };
      }
      return { files: found, more: false };
    },

    async *due(now) {
      const pages = paginateQuery(
        // The caller works on one page at a time, in parallel. Larger pages would contend for the inbox of a sender of many files.
        { client: db, pageSize: 10 },
        {
          TableName: table(),
          IndexName: tables.fileRecords.index.name,
          KeyConditionExpression: 'due = :due AND dueAt <= :now',
          ExpressionAttributeValues: { ':due': duePartition, ':now': now },
        },
      );
      for await (const { Items = [] } of pages) yield Items.map((item) => parseStored(dueFile, item));
    },

    look: get,

    async store(file, recipient, times) {
      const { sender, name, size, sha256 } = file;
      const wanted = {
        ...stillThere(recipient.accountId, recipient.name),
        ConditionExpression: 'accountId = :id AND attribute_not_exists(blocks.#sender)',
        ExpressionAttributeNames: { '#sender': sender.accountId },
      };
      const outcome = await orConditionFailed(
        streams.appendBy<'file'>(
          together((seq) => moveOn(file, 'stored', times.dueAt, { seq, at: times.at }), wanted),
          inboxOf(recipient),
          {
            event: 'file',
            from: sender.displayName,
            name,
            size,
            sha256,
            sentAt: new Date(times.at).toISOString(),
          },
          { fromId: sender.accountId },
        ),
      );
      if (!(outcome instanceof ConditionFailed)) return { kind: 'stored', message: outcome };
      return { kind: outcome.failed.has('file') ? 'changed' : 'unwanted' };
    },

    async end(file, notice, time) {
      const move = moveOn(file, 'removing', time);
      if (!notice) {
        const isOwn = (item: Item) =>
          item['objectKey'] === file.objectKey && item['state'] === 'removing' && item['dueAt'] === time;
        return { kind: (await updateIf(move, isOwn)).written ? 'ended' : 'changed', told: undefined };
      }
      const { to, draft } = notice;
      const outcome = await orConditionFailed(
        streams.appendBy<Notice['draft']['event']>(
          together(() => move, stillThere(to.accountId, to.name)),
          inboxOf(to),
          draft,
          { fromId: file.recipient.accountId },
        ),
      );
      if (!(outcome instanceof ConditionFailed)) return { kind: 'ended', told: outcome };
      return { kind: outcome.failed.has('file') ? 'changed' : 'nobody' };
    },

    async forget(file) {
      await deleteIf({ TableName: table(), Key: keyOf(file), ...unchanged({ ...file, state: 'removing' }) });
    },

    async abandon(recipient, time) {
      for await (const { Items = [] } of waitingPages(recipient, time)) {
        await Promise.all(Items.map((item) => updateIf(moveOn(toRecord(item), 'stored', time))));
      }
    },
  };
}
