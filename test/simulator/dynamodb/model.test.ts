import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as lib from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TableShape, tables } from '../../../functions/aws/names.ts';
import { Dynoxide } from '../../../local/dynamodb/dynoxide.ts';
import { removeFolder } from '../../harness/ending.ts';
import type { CarriedOut } from '../database.ts';
import type { Answer } from '../machine.ts';
import { programsOfRoom, simulate } from '../simulate.ts';
import { DynamoDbModel, ModelError } from './model.ts';
import { exact } from './read.ts';

let folder: string;
let dynoxide: Dynoxide;
let db: lib.DynamoDBDocumentClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-'));
  const file = (name: string) => join(folder, name);
  dynoxide = await Dynoxide.start({ database: file('db'), pid: file('pid'), log: file('log') });
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const client = new DynamoDBClient({
    endpoint: dynoxide.endpoint,
    region: 'eu-central-1',
    credentials,
    maxAttempts: 1,
  });
  db = lib.DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  for (const [name, shape] of Object.entries<TableShape>(tables)) await createTable(name, shape);
});
afterAll(async () => {
  db.destroy();
  await dynoxide.close();
  await removeFolder(folder);
});

async function createTable(TableName: string, { partitionKey, sortKey, index }: TableShape): Promise<void> {
  const schema = (hash: TableShape['partitionKey'], range: TableShape['sortKey']) => [
    { AttributeName: hash.name, KeyType: 'HASH' as const },
    ...(range ? [{ AttributeName: range.name, KeyType: 'RANGE' as const }] : []),
  ];
  const keys = [partitionKey, sortKey, index?.partitionKey, index?.sortKey].flatMap((key) => key ?? []);
  await db.send(
    new CreateTableCommand({
      TableName,
      KeySchema: schema(partitionKey, sortKey),
      AttributeDefinitions: keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
      BillingMode: 'PAY_PER_REQUEST',
      ...(index && {
        GlobalSecondaryIndexes: [
          {
            IndexName: index.name,
            KeySchema: schema(index.partitionKey, index.sortKey),
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    }),
  );
}

const commands = {
  GetItem: lib.GetCommand,
  PutItem: lib.PutCommand,
  UpdateItem: lib.UpdateCommand,
  DeleteItem: lib.DeleteCommand,
  Query: lib.QueryCommand,
  Scan: lib.ScanCommand,
  BatchGetItem: lib.BatchGetCommand,
  BatchWriteItem: lib.BatchWriteCommand,
  TransactWriteItems: lib.TransactWriteCommand,
};

/** The answer of dynoxide, in the form of the model's. */
async function answerOfDynoxide(operation: string, input: object): Promise<Answer> {
  const Command = commands[operation as keyof typeof commands];
  try {
    // The input fits the operation.
    const output = await db.send(new Command(input as never) as lib.GetCommand);
    return { output: { ...output } };
  } catch (error) {
    const { name, Item, CancellationReasons } = error as Record<string, unknown> & Error;
    return { error: name, detail: { Item, CancellationReasons }, isTransient: false };
  }
}

/** The parts of an answer that the room reads. */
function essence(answer: Answer): unknown {
  if ('error' in answer) {
    const { Item, CancellationReasons = [] } = answer.detail ?? {};
    const reasons = CancellationReasons as { Code: string; Item?: unknown }[];
    const hasItem = answer.error === 'ConditionalCheckFailedException' && Item !== undefined;
    return {
      error: answer.error,
      ...(hasItem && { Item: plain(Item) }),
      reasons: reasons.map(({ Code, Item: item }) => ({ Code, ...(item !== undefined && { item: plain(item) }) })),
    };
  }
  const { Item, Items, Attributes, LastEvaluatedKey, Count, Responses } = answer.output;
  // Where DynamoDB returns no old item, dynoxide returns the keys of the new one.
  const hasAttributes = Object.keys(Attributes ?? {}).some((name) => name !== 'stream' && name !== 'position');
  return { Item, Items, Count, LastEvaluatedKey, Attributes: hasAttributes ? Attributes : undefined, Responses };
}

/** An item of an error, which the SDK leaves marshalled. */
function plain(item: unknown): unknown {
  const values = Object.values(item as object);
  const isMarshalled = values.every(
    (value) => typeof value === 'object' && /^(S|N|M|L|SS|BOOL)$/.test(Object.keys(value)[0] ?? ''),
  );
  return isMarshalled ? unmarshall(item as never) : item;
}

test('the model answers every call of a simulated day as dynoxide does', { timeout: 120_000 }, async () => {
  const calls: CarriedOut[] = [];
  await simulate(2, await programsOfRoom(), { onCall: (call) => calls.push(call) });
  expect(calls.length).toBeGreaterThan(500);
  for (const { operation, input, answer } of calls) {
    const other = await answerOfDynoxide(operation, input);
    expect(essence(answer), `${operation} ${JSON.stringify(input)}`).toEqual(essence(other));
  }
});

const values = { ':one': 1, ':two': 2, ':text': 'x', ':set': new Set(['a']), ':map': { a: 1 } };
const names = { '#name': 'n', '#in': 'inner' };

const conditions = [
  'attribute_exists(n)',
  'attribute_not_exists(n)',
  'attribute_exists(#name) AND n < :two',
  'NOT n = :one OR t = :text',
  '(attribute_not_exists(n) OR n <= :one) AND m.#in <> :two',
  'n BETWEEN :one AND :two',
  'size(s) < :two',
  'contains(s, :text)',
  'begins_with(t, :text)',
  'm = :map',
];

const updates = [
  'SET n = :one',
  'SET n = n + :one, t = :text',
  'SET n = n - :two REMOVE t',
  'SET n = if_not_exists(n, :two)',
  'SET m = :map',
  'SET m.#in = :one',
  'REMOVE n, t',
  'ADD n :two',
  'ADD s :set, #name :one',
  'DELETE s :set',
  'REMOVE s',
];

/** The words of an expression that it uses: DynamoDB rejects unused ones. */
const used = (...expressions: (string | undefined)[]) => {
  const words = new Set(expressions.join(' ').match(/[#:]\w+/g) ?? []);
  const pick = (all: Record<string, unknown>) => Object.entries(all).filter(([word]) => words.has(word));
  return {
    ...(pick(names).length > 0 && { ExpressionAttributeNames: Object.fromEntries(pick(names)) }),
    ...(pick(values).length > 0 && { ExpressionAttributeValues: Object.fromEntries(pick(values)) }),
  };
};

const ofFuzz = {
  ExpressionAttributeNames: { '#stream': 'stream' },
  ExpressionAttributeValues: { ':fuzz': 'fuzz' },
};

const positions = ['1', '2', '3'];
const key = fc.constantFrom(...positions.map((position) => ({ stream: 'fuzz', position })));
const condition = fc.option(fc.constantFrom(...conditions), { nil: undefined, freq: 2 });
const returned = fc.constantFrom(undefined, 'ALL_OLD');
const write = fc
  .record({ key, condition, update: fc.constantFrom(...updates), returned })
  .map(({ key: Key, condition: ConditionExpression, update: UpdateExpression, returned: ReturnValues }) => ({
    Update: { Key, UpdateExpression, ReturnValues },
    Put: { Item: { ...Key, n: 1, t: 'xy' }, ReturnValues },
    Delete: { Key, ReturnValues },
    ConditionExpression,
  }));
type GeneratedWrite = typeof write extends fc.Arbitrary<infer W> ? W : never;

const call = fc.record({
  write,
  other: write,
  kind: fc.constantFrom('Put', 'Update', 'Update', 'Delete', 'Transact', 'Query'),
});

test('the model evaluates expressions as dynoxide does', { timeout: 120_000 }, async () => {
  const one = (kind: 'Put' | 'Update' | 'Delete', { ConditionExpression, ...kinds }: GeneratedWrite) => {
    const rest = kinds[kind];
    const update = 'UpdateExpression' in rest ? rest.UpdateExpression : undefined;
    return {
      TableName: 'messages',
      ...rest,
      ConditionExpression,
      ...used(ConditionExpression, update),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
  };
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 5, maxLength: 15 }), async (calls) => {
      const model = new DynamoDbModel(() => 0);
      for (const position of positions) {
        await db.send(new lib.DeleteCommand({ TableName: 'messages', Key: { stream: 'fuzz', position } }));
      }
      for (const { kind, write: first, other } of calls) {
        let operation = `${kind}Item`;
        let input: object;
        if (kind === 'Query') {
          operation = kind;
          input = {
            TableName: 'messages',
            KeyConditionExpression: '#stream = :fuzz AND #position BETWEEN :first AND :last',
            ExpressionAttributeNames: { '#stream': 'stream', '#position': 'position' },
            ExpressionAttributeValues: { ':fuzz': 'fuzz', ':first': '1', ':last': first.Delete.Key.position },
            Limit: 2,
            ScanIndexForward: other.Delete.Key.position !== '1',
          };
        } else if (kind === 'Transact') {
          if (first.Delete.Key.position === other.Delete.Key.position) continue;
          operation = 'TransactWriteItems';
          const withoutReturn = ({ ReturnValues: _, ...part }: ReturnType<typeof one>) => part;
          input = {
            TransactItems: [{ Update: withoutReturn(one('Update', first)) }, { Put: withoutReturn(one('Put', other)) }],
          };
        } else input = one(kind as 'Put', first);
        const expected = await answerOfDynoxide(operation, input);
        expect(essence(answerOfModel(model, operation, input)), JSON.stringify(input)).toEqual(essence(expected));
        const all = { TableName: 'messages', KeyConditionExpression: '#stream = :fuzz', ...ofFuzz };
        const [ours, theirs] = [answerOfModel(model, 'Query', all), await answerOfDynoxide('Query', all)];
        expect(essence(ours), JSON.stringify(input)).toEqual(essence(theirs));
      }
    }),
    { numRuns: 30, seed: 1 },
  );
});

function answerOfModel(model: DynamoDbModel, operation: string, input: object): Answer {
  try {
    return { output: model.run(operation, input, exact) };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { error: error.name, detail: error.detail, isTransient: false };
  }
}
