import { conditionHolds, type Item, updated, ValidationError, type Words } from './evaluate.ts';
import { parseUpdate } from './parse.ts';
import { type Query, queryTable } from './query.ts';
import { projected, type Reading } from './read.ts';
import { roomTables, type Table } from './tables.ts';

/** A write, as a request of its own or as a part of a transaction. */
interface Write extends Words {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

type Part = { readonly [K in 'Put' | 'Update' | 'Delete' | 'ConditionCheck']?: Write };

type Requests = Readonly<
  Record<string, { readonly Keys: readonly Item[]; readonly ProjectionExpression?: string } & Words>
>;
type Writes = Readonly<Record<string, readonly { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]>>;

export class ModelError extends Error {
  readonly detail: Record<string, unknown>;

  constructor(name: string, detail: Record<string, unknown> = {}) {
    super(name);
    this.name = name;
    this.detail = detail;
  }
}

type Output = Record<string, unknown>;

/** DynamoDB's operations, as far as the room uses them, on items in memory. A differential test compares it with dynoxide. */
export class DynamoDbModel {
  readonly tables = roomTables();
  readonly #now: () => number;
  /** Called after each change of an item. */
  onChange: ((table: string, before: Item | undefined, after: Item | undefined) => void) | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws ModelError */
  run(operation: string, given: object, reading: Reading): Output {
    const input = withoutUndefined(given) as Item;
    switch (operation) {
      case 'GetItem':
        return this.#get(input as unknown as Write & { ProjectionExpression?: string }, reading);
      case 'Query':
      case 'Scan':
        return queryTable(this.table(String(input['TableName'])), input as unknown as Query, reading);
      case 'BatchGetItem':
        return this.#batchGet(input['RequestItems'] as Requests, reading);
      case 'BatchWriteItem':
        return this.#batchWrite(input['RequestItems'] as Writes);
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return this.#write(operation, input as unknown as Write);
      case 'TransactWriteItems':
        return this.#transact(input['TransactItems'] as readonly Part[]);
      default:
        throw new Error(`${operation} is not simulated`);
    }
  }

  table(name: string): Table {
    const table = this.tables.get(name);
    if (!table) throw new Error(`there is no table ${name}`);
    return table;
  }

  /** Deletes or puts an item without a request, as TTL does. */
  set(table: Table, key: Item, item: Item | undefined): void {
    const before = table.get(key);
    table.put(key, item, this.#now());
    this.onChange?.(table.name, before, item);
  }

  #get(input: Write & { ProjectionExpression?: string }, { since, seesChange }: Reading): Output {
    const item = this.table(input.TableName).seen(input.Key ?? {}, since, seesChange);
    return item ? { Item: projected(item, input.ProjectionExpression, input) } : {};
  }

  #batchGet(requests: Requests, { since, seesChange }: Reading): Output {
    const read = ([name, { Keys, ProjectionExpression, ...words }]: [string, Requests[string]]) => {
      const seen = Keys.map((key) => this.table(name).seen(key, since, seesChange));
      const items = seen.filter((item) => item !== undefined);
      return [name, items.map((item) => projected(item, ProjectionExpression, words))];
    };
    return { Responses: Object.fromEntries(Object.entries(requests).map(read)), UnprocessedKeys: {} };
  }

  #batchWrite(writes: Writes): Output {
    for (const [name, requests] of Object.entries(writes)) {
      for (const { PutRequest, DeleteRequest } of requests) {
        this.set(this.table(name), PutRequest?.Item ?? DeleteRequest?.Key ?? {}, PutRequest?.Item);
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
    this.set(table, key, after);
    return returned(input, before, after);
  }

  #transact(parts: readonly Part[]): Output {
    const writes = parts.flatMap((part) => Object.entries(part));
    const keys = new Set(
      writes.map(
        ([, write]) => `${write.TableName} ${this.table(write.TableName).keyOf(write.Key ?? write.Item ?? {})}`,
      ),
    );
    if (keys.size < writes.length) throw new ModelError('ValidationException');
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
    for (const { table, key, after } of effects) this.set(table, key, after);
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
      const named = new Set(paths.map(([name = '']) => input.ExpressionAttributeNames?.[name] ?? name));
      return { Attributes: Object.fromEntries(Object.entries(before ?? {}).filter(([name]) => named.has(name))) };
    }
    default:
      return {};
  }
}

/** A copy as the SDK sends it: without `undefined`. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value instanceof Set) return new Set(value);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) if (inner !== undefined) copy[name] = withoutUndefined(inner);
  return copy;
}
