import * as v from 'valibot';
import type { UsedPermission } from '../recorder.ts';

/** The logical id of each table, by its name. */
export interface TableNames {
  readonly logicalId: (table: string) => string;
  readonly arn: (table: string) => string;
}

const tableName = v.object({ TableName: v.string() });
const inputSchema = v.object({
  TableName: v.optional(v.string()),
  IndexName: v.optional(v.string()),
  RequestItems: v.optional(v.record(v.string(), v.unknown())),
  TransactItems: v.optional(
    v.array(
      v.object({
        Get: v.optional(tableName),
        Put: v.optional(tableName),
        Update: v.optional(tableName),
        Delete: v.optional(tableName),
        ConditionCheck: v.optional(tableName),
      }),
    ),
  ),
});

const capacitySchema = v.object({ CapacityUnits: v.optional(v.number(), 0) });
const outputSchema = v.object({
  ConsumedCapacity: v.optional(v.union([v.array(capacitySchema), capacitySchema]), { CapacityUnits: 0 }),
});

const reading = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);
const capacityReporting = new Set([
  ...reading,
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
]);

/**
 * The permissions that a call needs. A transaction needs the permissions of its parts:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export function permissionsOf(operation: string, input: unknown, names: TableNames): UsedPermission[] {
  const parsed = v.safeParse(inputSchema, input);
  const { TableName, IndexName, RequestItems, TransactItems } = parsed.success ? parsed.output : {};
  const permission = (action: string, table: string): UsedPermission => ({
    action: `dynamodb:${action}`,
    resource: names.logicalId(table),
    arn: names.arn(table),
  });
  if (TransactItems !== undefined) {
    return TransactItems.flatMap((item) => [
      ...(item.Get ? [permission('GetItem', item.Get.TableName)] : []),
      ...(item.Put ? [permission('PutItem', item.Put.TableName)] : []),
      ...(item.Update ? [permission('UpdateItem', item.Update.TableName)] : []),
      ...(item.Delete ? [permission('DeleteItem', item.Delete.TableName)] : []),
      ...(item.ConditionCheck ? [permission('ConditionCheckItem', item.ConditionCheck.TableName)] : []),
    ]);
  }
  if (RequestItems !== undefined) return Object.keys(RequestItems).map((table) => permission(operation, table));
  // Other operations do not belong to one table.
  if (TableName === undefined) return [{ action: `dynamodb:${operation}`, resource: '*', arn: '*' }];
  const onTable = permission(operation, TableName);
  return [
    IndexName === undefined ? onTable : { ...onTable, index: IndexName, arn: `${onTable.arn}/index/${IndexName}` },
  ];
}

/** Whether DynamoDB can report the capacity units that this operation consumes. */
export function reportsCapacity(operation: string): boolean {
  return capacityReporting.has(operation);
}

/** The capacity units that an answer reports. */
export function unitsOf(operation: string, output: unknown): { readUnits: number; writeUnits: number } {
  const parsed = v.safeParse(outputSchema, output);
  const units = parsed.success
    ? [parsed.output.ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0)
    : 0;
  return reading.has(operation) ? { readUnits: units, writeUnits: 0 } : { readUnits: 0, writeUnits: units };
}

const description = v.looseObject({ Table: v.looseObject({ TableName: v.string(), TableSizeBytes: v.literal(0) }) });

/** Adds the table's size to a DescribeTable answer in which it is 0, as in dynoxide's. */
export async function withSize(output: unknown, sizeOf: (table: string) => Promise<number>): Promise<unknown> {
  const parsed = v.safeParse(description, output);
  if (!parsed.success) return output;
  const { Table } = parsed.output;
  return { ...parsed.output, Table: { ...Table, TableSizeBytes: await sizeOf(Table.TableName) } };
}
