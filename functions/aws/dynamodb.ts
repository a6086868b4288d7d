import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  type DeleteCommandInput,
  DynamoDBDocumentClient,
  GetCommand,
  type GetCommandInput,
  PutCommand,
  type PutCommandInput,
  paginateQuery,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import pRetry from 'p-retry';
import { chunksOf } from '../chat/chunks.ts';
import { newVersionTag } from '../chat/token.ts';

/** A raw stored item. Parse it before use. */
export type Item = Record<string, unknown>;

/** After this time (ms) an attempt counts as lost, and the SDK makes another one. */
const requestTimeout = 3_000;

/** How much later (ms) DynamoDB may carry out a lost attempt. An estimate: AWS states no bound. */
const lateness = 10_000;

const client = new DynamoDBClient({
  maxAttempts: 5,
  requestHandler: new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout,
    throwOnRequestTimeout: true,
  }),
});

// DynamoDB refuses a plain write that conflicts with a transaction on its item. The SDK does not retry this error by
// itself.
client.middlewareStack.add(
  (next) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      if (error instanceof TransactionConflictException) throw Object.assign(error, { $retryable: {} });
      throw error;
    }
  },
  // The middleware runs inside the SDK's retries, where the answer has been parsed.
  { step: 'finalizeRequest', priority: 'low', name: 'conflictsPass' },
);

/** The document client, one per environment. */
export const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

/**
 * The result of a conditional write. On success: the former item, if `ReturnValues` asks for it. If the condition
 * failed: the current item, if there is one.
 */
export type WriteOutcome =
  | { readonly written: true; readonly old?: Item | undefined }
  | { readonly written: false; readonly item: Item | undefined };

/** Asks for the current item if the write's condition fails. The parameter has a meaning only where there is a condition. */
const withOldItem = <W extends { readonly ConditionExpression?: string | undefined } | undefined>(write: W) =>
  write?.ConditionExpression === undefined
    ? write
    : { ...write, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };

const withOldItems = (item: TransactItem): TransactItem =>
  Object.fromEntries(Object.entries(item).map(([kind, write]) => [kind, withOldItem(write)]));

/**
 * Whether an item shows that a conditional write has succeeded. If its response was lost, the SDK retries it, and then the
 * condition fails on the write's own effect.
 */
type IsOwn = (item: Item) => boolean;

const neverOwn: IsOwn = () => false;

/** Makes a write, and says whether its condition held. */
async function conditional(
  write: () => Promise<{ Attributes?: Item | undefined }>,
  isOwn = neverOwn,
): Promise<WriteOutcome> {
  try {
    return { written: true, old: (await write()).Attributes };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const item = error.Item && unmarshall(error.Item);
    return item && isOwn(item) ? { written: true } : { written: false, item };
  }
}

/** Puts an item under a condition. */
export function putIf(input: PutCommandInput, isOwn?: IsOwn): Promise<WriteOutcome> {
  return conditional(() => db.send(new PutCommand(withOldItem(input))), isOwn);
}

/** Updates an item under a condition. */
export function updateIf(input: UpdateCommandInput, isOwn?: IsOwn): Promise<WriteOutcome> {
  return conditional(() => db.send(new UpdateCommand(withOldItem(input))), isOwn);
}

/**
 * Makes a write of an administrator, or several. If an attempt may have been lost, waits until it can no longer be carried out:
 * it would undo what is written after this. A transaction needs no such wait, because all of its attempts have one token.
 */
export async function settled<T>(write: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await write();
  if (performance.now() - startedAt >= requestTimeout) await new Promise((resolve) => setTimeout(resolve, lateness));
  return result;
}

/** Deletes an item under a condition. */
export function deleteIf(input: DeleteCommandInput): Promise<WriteOutcome> {
  return conditional(() => db.send(new DeleteCommand(withOldItem(input))));
}

/** Retries after a transient failure: count and delays (ms), about three seconds in total. */
const patience = { retries: 12, minTimeout: 15, maxTimeout: 400, randomize: true };

/** DynamoDB takes no more keys in one BatchGetItem. */
const keysTogether = 100;

/** A batch was processed in part; the rest must be retried. */
export class Unprocessed extends Error {}

/**
 * Reads any number of items. Missing items are left out; the order is arbitrary. Retries unprocessed keys with
 * increasing delays.
 */
export async function getAll(table: string, keys: readonly Item[], projection?: string): Promise<Item[]> {
  const found: Item[] = [];
  for (const batch of chunksOf(keys, keysTogether)) {
    let left = batch;
    await pRetry(
      async () => {
        const asked = { Keys: left, ConsistentRead: true, ProjectionExpression: projection };
        const { Responses, UnprocessedKeys } = await db.send(new BatchGetCommand({ RequestItems: { [table]: asked } }));
        found.push(...(Responses?.[table] ?? []));
        left = UnprocessedKeys?.[table]?.Keys ?? [];
        if (left.length > 0) throw new Unprocessed('keys were left unprocessed');
      },
      { ...patience, shouldRetry: ({ error }) => error instanceof Unprocessed },
    );
  }
  return found;
}

/** Reads an item, strongly consistent. */
export async function getItem(input: GetCommandInput): Promise<Item | undefined> {
  return (await db.send(new GetCommand({ ...input, ConsistentRead: true }))).Item;
}

/** The items on all pages of a query. */
export async function queryAll(input: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateQuery({ client: db }, input)) items.push(...Items);
  return items;
}

/** The items of a partition. `key` is the name of the partition key. */
export const queryPartition = (TableName: string, key: string, value: number | string, ConsistentRead = true) =>
  queryAll({
    TableName,
    ConsistentRead,
    KeyConditionExpression: '#key = :value',
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: { ':value': value },
  });

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** The result of a transaction. If it was cancelled: the failed conditions by position, with the current items. */
export type TransactionOutcome =
  | { readonly committed: true }
  | { readonly committed: false; readonly failed: ReadonlyMap<number, Item | undefined> };

/**
 * Commits all of the writes or none. Retries conflicts with other transactions and throttling. Returns failed
 * conditions to the caller. All attempts have one token: if an attempt committed and its answer was lost, the next one
 * succeeds without an effect. With another token it would fail on the transaction's own writes.
 */
export function transact(items: readonly TransactItem[]): Promise<TransactionOutcome> {
  const input = { TransactItems: items.map(withOldItems), ClientRequestToken: newVersionTag() };
  return pRetry(
    async () => {
      try {
        await db.send(new TransactWriteCommand(input));
        return { committed: true };
      } catch (error) {
        const failed = failedConditions(error);
        if (failed) return { committed: false, failed };
        throw error;
      }
    },
    { ...patience, shouldRetry: ({ error }) => error instanceof TransactionCanceledException && passes(error) },
  );
}

/** Transient cancellation reasons. `None`: nothing was wrong with this write. */
const passing = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

const passes = ({ CancellationReasons = [] }: TransactionCanceledException) =>
  CancellationReasons.every(({ Code = 'None' }) => passing.has(Code));

/** The failed conditions of a cancelled transaction. Undefined if the reason was anything else, such as a conflict. */
function failedConditions(error: unknown): Map<number, Item | undefined> | undefined {
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const failed = new Map<number, Item | undefined>();
  for (const [position, reason] of (error.CancellationReasons ?? []).entries()) {
    if (reason.Code === 'ConditionalCheckFailed') failed.set(position, reason.Item && unmarshall(reason.Item));
  }
  return failed.size > 0 ? failed : undefined;
}
