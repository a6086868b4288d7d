import type { Inputs, Output, Query } from '../dynamodb/call.ts';
import type { Item } from '../dynamodb/evaluate.ts';
import type { DynamoDBClient } from './client-dynamodb.ts';
import { commandOf as anyCommandOf } from './command-of.ts';

const commandOf = <O extends keyof Inputs>(operation: O) => anyCommandOf<O, Inputs[O]>(operation);

export const GetCommand = commandOf('GetItem');
export const PutCommand = commandOf('PutItem');
export const UpdateCommand = commandOf('UpdateItem');
export const DeleteCommand = commandOf('DeleteItem');
export const QueryCommand = commandOf('Query');
export const ScanCommand = commandOf('Scan');
export const BatchGetCommand = commandOf('BatchGetItem');
export const BatchWriteCommand = commandOf('BatchWriteItem');
export const TransactWriteCommand = commandOf('TransactWriteItems');

/** The client takes and returns plain values anyway. */
export const DynamoDBDocumentClient = { from: (client: DynamoDBClient): DynamoDBClient => client };

interface Paging {
  readonly client: DynamoDBClient;
  readonly pageSize?: number;
  readonly startingToken?: Item;
}

const paginate = (operation: 'Query' | 'Scan') =>
  async function* pages({ client, pageSize, startingToken }: Paging, input: Query): AsyncGenerator<Output> {
    let from = startingToken;
    do {
      const limit = pageSize === undefined ? {} : { Limit: pageSize };
      const page = await client.send({ operation, input: { ...input, ...limit, ExclusiveStartKey: from } });
      yield page;
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  };

export const paginateQuery = paginate('Query');
export const paginateScan = paginate('Scan');
