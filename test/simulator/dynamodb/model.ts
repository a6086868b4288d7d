import type { BatchGet, BatchWrite, Call, Get, Output, Transaction, Write } from './call.ts';
import { conditionHolds, type Item, namedAttributes, projected, updated, ValidationError } from './evaluate.ts';
import { parseUpdate } from './parse.ts';
import { queryTable } from './query.ts';
import { type Reading, roomTables, type Table } from './tables.ts';

export class ModelError extends Error {
  readonly detail: Record<string, unknown>;

  constructor(name: string, detail: Record<string, unknown> = {}) {
    super(name);
    this.name = name;
    this.detail = detail;
  }
}

/** DynamoDB's operations, as far as the room uses them, on items in memory. A test compares it with dynoxide. */
export class DynamoDbModel {
  readonly tables = roomTables();
  readonly #now: () => number;
  /** Called after each change of an item. */
  onChange: ((table: string, before: Item | undefined, after: Item | undefined) => void) | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws ModelError */
  run(given: Call, reading: Reading): Output {
    const call = withoutUndefined(given);
    switch (call.operation) {
      case 'GetItem':
        return this.#get(call.input, reading);
      case 'Query':
      case 'Scan':
        return queryTable(this.table(call.input.TableName), call.input, reading);
      case 'BatchGetItem':
        return this.#batchGet(call.input, reading);
      case 'BatchWriteItem':
        return this.#batchWrite(call.input);
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return this.#write(call.operation, call.input);
      case 'TransactWriteItems':
        return this.#transact(call.input);
    }
  }

  table(name: string): Table {
    const table = this.tables.get(name);
    if (!table) throw new Error(`there is no table ${name}`);
    return table;
  }

  /** Identifies the item that a write is about. */
  itemOf({ TableName, Key, Item }: Write): string {
    return `${TableName} ${this.table(TableName).keyOf(Key ?? Item ?? {})}`;
  }

  #set(table: Table, key: Item, item: Item | undefined): void {
    const before = table.get(key);
    table.put(key, item, this.#now());
    this.onChange?.(table.name, before, item);
  }

  #get(input: Get, reading: Reading): Output {
    const item = this.table(input.TableName).seen(input.Key, reading);
    return item ? { Item: projected(item, input.ProjectionExpression, input) } : {};
  }

  #batchGet({ RequestItems }: BatchGet, reading: Reading): Output {
    const read = ([name, { Keys, ProjectionExpression, ...words }]: [string, BatchGet['RequestItems'][string]]) => {
      const items = Keys.map((key) => this.table(name).seen(key, reading)).filter((item) => item !== undefined);
      return [name, items.map((item) => projected(item, ProjectionExpression, words))];
    };
    return { Responses: Object.fromEntries(Object.entries(RequestItems).map(read)), UnprocessedKeys: {} };
  }

  #batchWrite({ RequestItems }: BatchWrite): Output {
    for (const [name, requests] of Object.entries(RequestItems)) {
      for (const { PutRequest, DeleteRequest } of requests) {
        this.#set(this.table(name), PutRequest?.Item ?? DeleteRequest?.Key ?? {}, PutRequest?.Item);
      }
    }
    return { UnprocessedItems: {} };
  }

  /** The item before a write and after it. @throws ModelError if the condition fails. */
  #effect(kind: string, write: Write): { table: Table; key: Item; before: Item | undefined; after: Item | undefined } {
    const table = this.table(write.TableName);
    const key = write.Key ?? table.keysOf(write.Item ?? {});
    const before = table.get(key);
    if (!conditionHolds(write.ConditionExpression, before, write)) {
      const shows = write.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined;
      throw new ModelError('ConditionalCheckFailedException', shows ? { Item: before } : {});
    }
    if (kind.startsWith('Put')) return { table, key, before, after: write.Item };
    if (kind.startsWith('Update')) {
      return { table, key, before, after: updated(write.UpdateExpression ?? '', before ?? key, write) };
    }
    return { table, key, before, after: kind.startsWith('Delete') ? undefined : before };
  }

  #write(operation: string, input: Write): Output {
    const { table, key, before, after } = orInvalid(() => this.#effect(operation, input));
    this.#set(table, key, after);
    return returned(input, before, after);
  }

  #transact({ TransactItems }: Transaction): Output {
    const writes = TransactItems.flatMap((part) => Object.entries(part));
    if (new Set(writes.map(([, write]) => this.itemOf(write))).size < writes.length)
      throw new ModelError('ValidationException');
    const reasons: Record<string, unknown>[] = [];
    const effects = writes.flatMap(([kind, write]) => {
      try {
        const effect = this.#effect(kind, write);
        reasons.push({ Code: 'None' });
        return kind === 'ConditionCheck' ? [] : effect;
      } catch (error) {
        if (error instanceof ValidationError) reasons.push({ Code: 'ValidationError' });
        else if (error instanceof ModelError) reasons.push({ Code: 'ConditionalCheckFailed', ...error.detail });
        else throw error;
        return [];
      }
    });
    if (reasons.some(({ Code }) => Code !== 'None')) {
      throw new ModelError('TransactionCanceledException', { CancellationReasons: reasons });
    }
    for (const { table, key, after } of effects) this.#set(table, key, after);
    return {};
  }
}

function orInvalid<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ValidationError) throw new ModelError('ValidationException', { message: error.message });
    throw error;
  }
}

function returned(input: Write, before: Item | undefined, after: Item | undefined): Output {
  switch (input.ReturnValues) {
    case 'ALL_OLD':
      return before ? { Attributes: before } : {};
    case 'ALL_NEW':
      return after ? { Attributes: after } : {};
    case 'UPDATED_OLD': {
      const { set, remove, add, delete: taken } = parseUpdate(input.UpdateExpression ?? '');
      const paths = [...set.map(({ path }) => path), ...remove, ...[...add, ...taken].map(({ path }) => path)];
      return { Attributes: namedAttributes(before ?? {}, paths, input) };
    }
    default:
      return {};
  }
}

/** A copy as the SDK sends it: without `undefined`. */
function withoutUndefined<T>(value: T): T;
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutUndefined(inner));
  if (value instanceof Set) return new Set(value);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) if (inner !== undefined) copy[name] = withoutUndefined(inner);
  return copy;
}
