import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { FileUse } from '../chat/files/ports.ts';
import { parseStored } from '../chat/parse-stored.ts';
import { db } from './dynamodb.ts';
import { table } from './file-records.ts';

const use = v.pipe(
  v.object({ from: v.object({ accountId: v.string() }), size: v.number(), state: v.picklist(['announced', 'stored']) }),
  v.transform(({ from, ...rest }): FileUse => ({ senderId: from.accountId, ...rest })),
);

/** The announced and stored files of a recipient, `enough` of them if there are so many. The read is consistent. */
export async function usageOf(recipient: string, now: number, enough: number): Promise<FileUse[]> {
  const found: FileUse[] = [];
  const pages = paginateQuery(
    { client: db },
    {
      TableName: table(),
      KeyConditionExpression: 'recipient = :recipient',
      FilterExpression: '#state <> :removing AND dueAt > :now',
      ProjectionExpression: '#from, #size, #state',
      ExpressionAttributeNames: { '#state': 'state', '#from': 'from', '#size': 'size' },
      ExpressionAttributeValues: { ':recipient': recipient, ':removing': 'removing', ':now': now },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) {
    found.push(...Items.map((item) => parseStored(use, item)));
    if (found.length >= enough) break;
  }
  return found;
}
