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

/** An item as it is stored: to be parsed before it is believed. */
export type Item = Record<string, unknown>;

const client = new DynamoDBClient({
  maxAttempts: 5,
  requestHandler: new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    throwOnRequestTimeout: true,
  }),
});

// A write that meets a transaction on its item is refused, and would pass a moment later; the SDK, by itself, gives up.
client.middlewareStack.add(
  (next) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      if (error instanceof TransactionConflictException) throw Object.assign(error, { $retryable: {} });
      throw error;
    }
  },
  // Within the SDK's retries, and where the answer has been parsed.
  { step: 'finalizeRequest', priority: 'low', name: 'conflictsPass' },
);

/** The document client, one per environment. */
export const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

/**
 * What a conditional write came to: the item before, if that was asked for (`ReturnValues`). When its condition failed: the item as it
 * stands, if there is one.
 */
export type WriteOutcome =
  | { readonly written: true; readonly old?: Item | undefined }
  | { readonly written: false; readonly item: Item | undefined };

/** Makes a write, and says whether its condition held. */
async function conditional(write: () => Promise<{ Attributes?: Item | undefined }>): Promise<WriteOutcome> {
  try {
    return { written: true, old: (await write()).Attributes };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { written: false, item: error.Item && unmarshall(error.Item) };
  }
}

/** Puts an item under a condition. A retried put whose first answer was lost fails its own condition: compare what stands there. */
export function putIf(input: PutCommandInput): Promise<WriteOutcome> {
  return conditional(() => db.send(new PutCommand({ ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })));
}

/** Updates an item under a condition. */
export function updateIf(input: UpdateCommandInput): Promise<WriteOutcome> {
  return conditional(() => db.send(new UpdateCommand({ ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })));
}

/** Deletes an item under a condition. */
export function deleteIf(input: DeleteCommandInput): Promise<WriteOutcome> {
  return conditional(() => db.send(new DeleteCommand({ ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })));
}

/** How often, and how long (ms), what DynamoDB cannot do now is asked for again: some three seconds in all. */
const patience = { retries: 12, minTimeout: 15, maxTimeout: 400, randomize: true };

/** DynamoDB takes no more keys in one BatchGetItem. */
const keysTogether = 100;

/** DynamoDB has done a part of a batch, and left the rest. */
export class Unprocessed extends Error {}

/** Reads any number of items, those that are there, in any order; what DynamoDB leaves unprocessed is asked for again, ever later. */
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

/** The items on all pages of a query. */
export async function queryAll(input: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateQuery({ client: db }, input)) items.push(...Items);
  return items;
}

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What a transaction came to. When it was cancelled: by position, whose conditions failed, with the items as they stand. */
export type TransactionOutcome =
  | { readonly committed: true }
  | { readonly committed: false; readonly failed: ReadonlyMap<number, Item | undefined> };

/**
 * Commits all of the writes or none. Conflicts with other transactions, and throttling, are tried again; conditions that fail are the
 * caller's business. The SDK gives each transaction a token, so that its own retries cannot commit it twice.
 */
export function transact(items: readonly TransactItem[]): Promise<TransactionOutcome> {
  const input = { TransactItems: items.map(withOldItem) };
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

const withOldItem = (item: TransactItem): TransactItem =>
  Object.fromEntries(
    Object.entries(item).map(([kind, write]) => [kind, { ...write, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }]),
  );

/** What cancels a transaction and would not a moment later; `None` is a write that nothing stood in the way of. */
const passing = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

const passes = ({ CancellationReasons = [] }: TransactionCanceledException) =>
  CancellationReasons.every(({ Code = 'None' }) => passing.has(Code));

/** The failed conditions that cancelled a transaction; undefined if it was anything else, such as a conflict. */
function failedConditions(error: unknown): Map<number, Item | undefined> | undefined {
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const failed = new Map<number, Item | undefined>();
  for (const [position, reason] of (error.CancellationReasons ?? []).entries()) {
    if (reason.Code === 'ConditionalCheckFailed') failed.set(position, reason.Item && unmarshall(reason.Item));
  }
  return failed.size > 0 ? failed : undefined;
}
