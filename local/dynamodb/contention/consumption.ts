import * as v from 'valibot';
import { type Access, writeUnitsOf } from './accesses.ts';
import type { PartitionCapacity } from './partition-capacity.ts';

/** The consumed capacity in the answer to a call. */
export interface Units {
  readonly readUnits: number;
  readonly writeUnits: number;
}

export const noUnits: Units = { readUnits: 0, writeUnits: 0 };

/** The remaining capacity of the partitions. */
export type Capacities = Readonly<Record<Access['kind'], PartitionCapacity>>;

const capacity = v.object({ CapacityUnits: v.optional(v.number(), 0) });
const tableCapacity = v.object({
  TableName: v.string(),
  CapacityUnits: v.optional(v.number(), 0),
  GlobalSecondaryIndexes: v.optional(v.record(v.string(), capacity), {}),
});
const answerSchema = v.object({
  /** Set in an error only. */
  __type: v.optional(v.string()),
  ConsumedCapacity: v.optional(v.union([v.array(tableCapacity), tableCapacity])),
  Item: v.optional(v.unknown()),
});

export const indexPartition = (table: string, index: string) => `${table}/${index}`;

/** The partition of an access. Undefined for a scan, which reads all partitions. */
export function partitionOf({ table, index, partition }: Access): string | undefined {
  if (index !== undefined) return indexPartition(table, index);
  return partition === undefined ? undefined : `${table}:${partition}`;
}

/** Charges the difference between what a call had reserved and what it consumed. */
export function settle(accesses: readonly Access[], output: unknown, capacities: Capacities): Units {
  const answer = v.safeParse(answerSchema, output);
  const { __type: error, ConsumedCapacity, Item } = answer.success ? answer.output : {};
  const sum = (kind: Access['kind'], of: (access: Access) => number) =>
    accesses.filter((access) => access.kind === kind).reduce((total, access) => total + of(access), 0);
  if (ConsumedCapacity === undefined) {
    // A failed conditional write consumes units too, according to the item's size:
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html#write-operations
    const existing = Item === undefined ? 0 : writeUnitsOf(Item);
    const units = (access: Access) => Math.max(access.units, existing);
    for (const access of accesses) {
      if (access.kind === 'write') charge(access, units(access) - access.units, capacities);
      // It has not written to an index.
      for (const name of error === undefined ? [] : access.indexes)
        capacities.write.take(indexPartition(access.table, name), -access.units);
    }
    return { readUnits: sum('read', ({ units: reserved }) => reserved), writeUnits: sum('write', units) };
  }
  let total = 0;
  for (const { TableName, CapacityUnits, GlobalSecondaryIndexes } of [ConsumedCapacity].flat()) {
    const inTable = accesses.filter(({ table }) => table === TableName);
    let onIndexes = 0;
    for (const [name, { CapacityUnits: units }] of Object.entries(GlobalSecondaryIndexes)) {
      const reserved = inTable
        .filter(({ index, indexes }) => index === name || indexes.includes(name))
        .reduce((all, access) => all + access.units, 0);
      capacities[inTable[0]?.kind ?? 'read'].take(indexPartition(TableName, name), units - reserved);
      onIndexes += units;
    }
    // DynamoDB reports units per table, not per item. Assume that the items of one call have the same size.
    const onTable = inTable.filter(({ index }) => index === undefined);
    const each = (CapacityUnits - onIndexes) / onTable.length;
    for (const access of onTable) charge(access, each - access.units, capacities);
    total += CapacityUnits;
  }
  return accesses[0]?.kind === 'write' ? { readUnits: 0, writeUnits: total } : { readUnits: total, writeUnits: 0 };
}

function charge(access: Access, units: number, capacities: Capacities): void {
  const partition = partitionOf(access);
  if (partition !== undefined) capacities[access.kind].take(partition, units);
}
