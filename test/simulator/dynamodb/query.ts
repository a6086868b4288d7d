import type { Output, Query } from './call.ts';
import { conditionHolds, type Item, projected } from './evaluate.ts';
import { byKeys, type Reading, type Table } from './tables.ts';

/** A query or a scan. Pages end at `Limit` only: the room's pages are far smaller than 1 MB. */
export function queryTable(table: Table, query: Query, reading: Reading): Output {
  const { Limit: limit = Number.POSITIVE_INFINITY, ExclusiveStartKey: from, ScanIndexForward: forward = true } = query;
  const index = query.IndexName === undefined ? undefined : table.shape.index;
  const { partitionKey, sortKey } = table.shape;
  const tableKeys = [partitionKey.name, ...(sortKey ? [sortKey.name] : [])];
  const order = index ? [index.partitionKey.name, index.sortKey.name, ...tableKeys] : tableKeys;
  const sign = forward ? 1 : -1;
  const inOrder = (one: Item, other: Item) => sign * byKeys(one, other, order);
  const matching = table
    .all(reading)
    .filter((item) => conditionHolds(query.KeyConditionExpression, item, query))
    .filter((item) => order.every((name) => item[name] !== undefined))
    .sort(inOrder)
    .filter((item) => from === undefined || inOrder(item, from) > 0);
  const page = matching.slice(0, limit);
  const items = page.filter((item) => conditionHolds(query.FilterExpression, item, query));
  const last = page.at(-1);
  const kept = index && new Set([...order, ...(index.attributes ?? [])]);
  const answered = items
    .map((item) => (kept ? Object.fromEntries(Object.entries(item).filter(([name]) => kept.has(name))) : item))
    .map((item) => projected(item, query.ProjectionExpression, query));
  return {
    ...(query.Select !== 'COUNT' && { Items: answered }),
    Count: items.length,
    ScannedCount: page.length,
    // DynamoDB finds out that nothing follows only by reading on.
    ...(last && page.length === limit && { LastEvaluatedKey: table.keysOf(last, index) }),
  };
}
