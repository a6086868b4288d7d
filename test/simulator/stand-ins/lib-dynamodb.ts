import type { DynamoDBClient } from './client-dynamodb.ts';

type Input = Record<string, unknown>;
type Output = Record<string, unknown>;

class Command {
  readonly operation: string;
  readonly input: Input;

  constructor(operation: string, input: Input) {
    this.operation = operation;
    this.input = input;
  }
}

const commandOf = (operation: string) =>
  class extends Command {
    constructor(input: Input) {
      super(operation, input);
    }
  };

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
  readonly startingToken?: unknown;
}

const paginate = (operation: string) =>
  async function* pages({ client, pageSize, startingToken }: Paging, input: Input): AsyncGenerator<Output> {
    let from = startingToken;
    do {
      const limit = pageSize === undefined ? {} : { Limit: pageSize };
      const page = await client.send(new Command(operation, { ...input, ...limit, ExclusiveStartKey: from }));
      yield page;
      from = page['LastEvaluatedKey'];
    } while (from !== undefined);
  };

export const paginateQuery = paginate('Query');
export const paginateScan = paginate('Scan');
