import { ScanCommand, type ScanCommandInput } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { ListPage } from '../../chat/admin/list-page.ts';
import type { TableKey } from '../../chat/backup/ports.ts';
import { parseStored } from '../../chat/parse-stored.ts';
import { db, type Item } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import type { TableName } from '../names.ts';

type ScanOptions = Omit<ScanCommandInput, 'TableName' | 'ConsistentRead'>;

/** One page of a strongly consistent scan. */
export async function scanPage(table: TableName, options: ScanOptions) {
  const page = await db.send(new ScanCommand({ ...options, TableName: tableName(table), ConsistentRead: true }));
  return { items: page.Items ?? [], count: page.Count ?? 0, next: page.LastEvaluatedKey as TableKey | undefined };
}

const startKey = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

/** One page of a list, with DynamoDB's start key as its opaque token. */
export async function listPage<T>(
  table: TableName,
  from: string | undefined,
  parse: (item: Item) => T,
  options: ScanOptions,
): Promise<ListPage<T>> {
  const start = from === undefined ? undefined : parseStored(startKey, from);
  const { items, next } = await scanPage(table, { ...options, ExclusiveStartKey: start });
  return { items: items.map(parse), next: next && JSON.stringify(next) };
}
