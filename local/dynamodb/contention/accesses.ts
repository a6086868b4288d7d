import * as v from 'valibot';
import type { Table } from '../../assembly/tables.ts';
import type { ItemUse } from './item-locks.ts';
import { bytesOfItem } from './item-size.ts';

/** The access of a call to one item, or by one query. */
export interface Access {
  readonly table: string;
  readonly index?: string;
  /** The value of the partition key, as JSON; undefined for a scan, which reads all partitions. */
  readonly partition: string | undefined;
  /** Primary key, as JSON; undefined for a query. */
  readonly item: string | undefined;
  readonly kind: 'read' | 'write';
  /** The kind of access for conflict detection. Undefined for a plain read, which never conflicts. */
  readonly use: ItemUse | undefined;
  /** The capacity units to reserve. The rest is charged after the call, when the item's size is known. */
  readonly units: number;
  /** The indexes that the write updates, because it contains their keys. */
  readonly indexes: readonly string[];
}

const attributes = v.record(v.string(), v.unknown());
const itemRequest = v.object({
  TableName: v.string(),
  IndexName: v.optional(v.string()),
  Key: v.optional(attributes),
  Item: v.optional(attributes),
  ConsistentRead: v.optional(v.boolean(), false),
  KeyConditionExpression: v.optional(v.string()),
  UpdateExpression: v.optional(v.string(), ''),
  ExpressionAttributeNames: v.optional(v.record(v.string(), v.string()), {}),
  ExpressionAttributeValues: v.optional(attributes, {}),
});
type ItemRequest = v.InferOutput<typeof itemRequest>;

const part = v.optional(itemRequest);
const transaction = v.object({
  TransactItems: v.array(v.object({ Get: part, Put: part, Update: part, Delete: part, ConditionCheck: part })),
});
const batchWrite = v.object({
  RequestItems: v.record(
    v.string(),
    v.array(
      v.object({
        PutRequest: v.optional(v.object({ Item: attributes })),
        DeleteRequest: v.optional(v.object({ Key: attributes })),
      }),
    ),
  ),
});
const batchGet = v.object({
  RequestItems: v.record(v.string(), v.object({ Keys: v.array(attributes), ConsistentRead: v.optional(v.boolean()) })),
});

/** Bytes per write unit and read unit: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
const bytesPerWriteUnit = 1024;

/** A transaction consumes its units twice: for prepare and commit. */
const transactionFactor = 2;

const writeUnits = (bytes: number) => Math.max(1, Math.ceil(bytes / bytesPerWriteUnit));

/** The units of a plain write of an item. */
export const writeUnitsOf = (item: unknown) => writeUnits(bytesOfItem(item));

/** Extracts the accesses from requests. A request that DynamoDB would reject has none. */
export class AccessReader {
  readonly #tables: ReadonlyMap<string, Table>;

  constructor(tables: readonly Table[]) {
    this.#tables = new Map(tables.map((table) => [table.name, table]));
  }

  /** The accesses of a call, in the order of its parts. */
  accessesOf(operation: string, input: unknown): Access[] {
    switch (operation) {
      case 'GetItem':
      case 'Query':
      case 'Scan':
        return parsed(itemRequest, input, (request) => [this.#read(request, undefined)]);
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return parsed(itemRequest, input, (request) => [this.#write(request, 'write')]);
      case 'TransactWriteItems':
      case 'TransactGetItems':
        return parsed(transaction, input, ({ TransactItems }) =>
          TransactItems.flatMap(({ Get, ...writes }) => [
            ...(Get ? [this.#read(Get, 'transaction-read')] : []),
            ...Object.values(writes).flatMap((write) => (write ? [this.#write(write, 'transaction-write')] : [])),
          ]),
        );
      case 'BatchWriteItem':
        return parsed(batchWrite, input, ({ RequestItems }) =>
          Object.entries(RequestItems).flatMap(([TableName, requests]) =>
            requests.map(({ PutRequest, DeleteRequest }) =>
              this.#write(v.parse(itemRequest, { TableName, ...PutRequest, ...DeleteRequest }), 'write'),
            ),
          ),
        );
      case 'BatchGetItem':
        return parsed(batchGet, input, ({ RequestItems }) =>
          Object.entries(RequestItems).flatMap(([TableName, { Keys, ConsistentRead }]) =>
            Keys.map((Key) => this.#read(v.parse(itemRequest, { TableName, Key, ConsistentRead }), undefined)),
          ),
        );
      default:
        return [];
    }
  }

  #read(request: ItemRequest, use: 'transaction-read' | undefined): Access {
    const { TableName: table, IndexName: index, Key, ConsistentRead } = request;
    return {
      table,
      ...(index !== undefined && { index }),
      partition: Key ? this.#partition(request, Key) : this.#queried(request),
      item: Key && keyText(Key),
      kind: 'read',
      use,
      units: use === undefined ? (ConsistentRead ? 1 : 0.5) : transactionFactor,
      indexes: [],
    };
  }

  #write(request: ItemRequest, use: 'write' | 'transaction-write'): Access {
    const { TableName: table, Item, Key = this.#keyOf(table, Item) } = request;
    const units = Item === undefined ? 1 : writeUnitsOf(Item);
    return {
      table,
      partition: this.#partition(request, Key),
      item: keyText(Key),
      kind: 'write',
      use,
      units: use === 'write' ? units : units * transactionFactor,
      indexes: this.#indexesNamed(request),
    };
  }

  #keyOf(table: string, item: Record<string, unknown> = {}): Record<string, unknown> {
    const names = this.#tables.get(table)?.keys.map(({ AttributeName }) => AttributeName) ?? [];
    return Object.fromEntries(names.map((name) => [name, item[name]]));
  }

  #partition({ TableName, IndexName }: ItemRequest, key: Record<string, unknown>): string {
    return JSON.stringify(key[this.#partitionKey(TableName, IndexName) ?? '']) ?? '';
  }

  /** The partition that a query reads. */
  #queried(request: ItemRequest): string | undefined {
    const { KeyConditionExpression, ExpressionAttributeNames: names, ExpressionAttributeValues: values } = request;
    if (KeyConditionExpression === undefined) return undefined;
    const partitionKey = this.#partitionKey(request.TableName, request.IndexName);
    for (const [, name = '', value = ''] of KeyConditionExpression.matchAll(/([\w#.-]+)\s*=\s*(:\w+)/g)) {
      if ((names[name] ?? name) === partitionKey) return JSON.stringify(values[value]);
    }
    return undefined;
  }

  #partitionKey(tableName: string, indexName: string | undefined): string | undefined {
    const table = this.#tables.get(tableName);
    const keys = indexName === undefined ? table?.keys : keysOfIndex(table, indexName);
    return keys?.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
  }

  #indexesNamed({ TableName, Item, UpdateExpression, ExpressionAttributeNames }: ItemRequest): string[] {
    const words = UpdateExpression.match(/[\w#]+/g) ?? [];
    const named = new Set([...Object.keys(Item ?? {}), ...words.map((word) => ExpressionAttributeNames[word] ?? word)]);
    return (this.#tables.get(TableName)?.indexes ?? [])
      .filter(({ KeySchema }) => KeySchema.some(({ AttributeName }) => named.has(AttributeName)))
      .map(({ IndexName }) => IndexName);
  }
}

function parsed<T, R>(schema: v.GenericSchema<unknown, T>, input: unknown, read: (request: T) => R[]): R[] {
  const result = v.safeParse(schema, input);
  return result.success ? read(result.output) : [];
}

function keysOfIndex(table: Table | undefined, name: string) {
  return table?.indexes.find(({ IndexName }) => IndexName === name)?.KeySchema;
}

/** A key as text, independent of the order of its attributes. */
function keyText(key: Record<string, unknown>): string {
  return JSON.stringify(Object.entries(key).sort(([one], [other]) => (one < other ? -1 : 1)));
}
