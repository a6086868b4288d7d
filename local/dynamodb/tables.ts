import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  paginateScan,
  ResourceNotFoundException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { Table } from '../assembly/tables.ts';
import { RoomError } from '../errors.ts';

/**
 * Creates the tables that do not exist yet.
 * @throws RoomError if one exists with other keys or indexes.
 */
export async function createTables(client: DynamoDBClient, tables: readonly Table[]): Promise<void> {
  await Promise.all(
    tables.map(async (table) => {
      const existing = await describe(client, table.name);
      if (existing === undefined) return create(client, table);
      if (schemaOf(existing.KeySchema, existing.GlobalSecondaryIndexes) !== schemaOf(table.keys, table.indexes)) {
        throw new RoomError(
          `the stored table ${table.logicalId} has other keys or indexes than the stack; use --fresh`,
        );
      }
    }),
  );
}

/** Deletes the tables that exist. */
export async function deleteTables(client: DynamoDBClient, tables: readonly Table[]): Promise<void> {
  await Promise.all(
    tables.map(async ({ name }) => {
      if ((await describe(client, name)) !== undefined) await client.send(new DeleteTableCommand({ TableName: name }));
    }),
  );
}

// Bytes per unit of a strongly consistent read: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
const bytesPerReadUnit = 4096;

/** The size of a table's items in bytes, from the units that a scan consumes. */
export async function sizeOf(client: DynamoDBClient, table: string): Promise<number> {
  const pages = paginateScan(
    { client },
    { TableName: table, Select: 'COUNT', ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' },
  );
  let units = 0;
  for await (const { ScannedCount = 0, ConsumedCapacity } of pages) {
    if (ScannedCount > 0) units += ConsumedCapacity?.CapacityUnits ?? 0;
  }
  return units * bytesPerReadUnit;
}

async function create(client: DynamoDBClient, table: Table): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: table.name,
      KeySchema: table.keys,
      AttributeDefinitions: table.attributes,
      BillingMode: 'PAY_PER_REQUEST',
      ...(table.indexes.length > 0 && { GlobalSecondaryIndexes: table.indexes }),
    }),
  );
}

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

interface Key {
  readonly AttributeName?: string | undefined;
  readonly KeyType?: string | undefined;
}
interface Index {
  readonly IndexName?: string | undefined;
  readonly KeySchema?: readonly Key[] | undefined;
  readonly Projection?:
    | { readonly ProjectionType?: string | undefined; readonly NonKeyAttributes?: readonly string[] | undefined }
    | undefined;
}

/** Keys and indexes as canonical text, for comparison. */
function schemaOf(keys: readonly Key[] = [], indexes: readonly Index[] = []): string {
  const form = (schema: readonly Key[]) => schema.map((key) => `${key.KeyType} ${key.AttributeName}`).sort();
  const indexForms = indexes.map(({ IndexName, KeySchema, Projection }) => [
    IndexName,
    form(KeySchema ?? []),
    Projection?.ProjectionType,
    [...(Projection?.NonKeyAttributes ?? [])].sort(),
  ]);
  return JSON.stringify([form(keys), indexForms.map((index) => JSON.stringify(index)).sort()]);
}
