import type { Item, Words } from './evaluate.ts';

export interface Get extends Words {
  readonly TableName: string;
  readonly Key: Item;
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
}

/** A query or a scan. */
export interface Query extends Words {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Item | undefined;
  readonly Select?: string;
}

export interface BatchGet {
  readonly RequestItems: Readonly<
    Record<string, { readonly Keys: readonly Item[]; readonly ProjectionExpression?: string } & Words>
  >;
}

export interface BatchWrite {
  readonly RequestItems: Readonly<
    Record<string, readonly { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]>
  >;
}

/** A write, as a call of its own or as a part of a transaction. */
export interface Write extends Words {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string | undefined;
  readonly ReturnValues?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

export interface Transaction {
  readonly TransactItems: readonly { readonly [K in 'Put' | 'Update' | 'Delete' | 'ConditionCheck']?: Write }[];
  readonly ClientRequestToken?: string;
}

/** The operations that the room uses, and their inputs. */
export interface Inputs {
  GetItem: Get;
  Query: Query;
  Scan: Query;
  BatchGetItem: BatchGet;
  BatchWriteItem: BatchWrite;
  PutItem: Write;
  UpdateItem: Write;
  DeleteItem: Write;
  TransactWriteItems: Transaction;
}

/** A call to DynamoDB. */
export type Call = { [O in keyof Inputs]: { readonly operation: O; readonly input: Inputs[O] } }[keyof Inputs];

export interface Output {
  readonly Item?: Item | undefined;
  readonly Items?: readonly Item[] | undefined;
  readonly Count?: number | undefined;
  readonly ScannedCount?: number | undefined;
  readonly LastEvaluatedKey?: Item | undefined;
  readonly Attributes?: Item | undefined;
  readonly Responses?: Readonly<Record<string, readonly Item[]>> | undefined;
  readonly UnprocessedKeys?: object | undefined;
  readonly UnprocessedItems?: object | undefined;
}
