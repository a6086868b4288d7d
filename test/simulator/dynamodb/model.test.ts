import { unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundlesOfRoom } from '../bundle.ts';
import type { CarriedOut } from '../database.ts';
import type { Answer } from '../machine.ts';
import { compiled } from '../program.ts';
import { simulate } from '../simulate.ts';
import type { Call, Write } from './call.ts';
import { DynamoDbModel, ModelError } from './model.ts';
import { Reference } from './reference.ts';
import { exact } from './tables.ts';

let reference: Reference;
beforeAll(async () => {
  reference = await Reference.start();
});
afterAll(() => reference.close());

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

/** The calls of a short day in which much happens, and an administrator takes a backup. */
async function callsOfDay(): Promise<CarriedOut[]> {
  const programs = compiled(await bundlesOfRoom());
  for (let seed = 1; ; seed += 1) {
    const calls: CarriedOut[] = [];
    const { world } = await simulate(seed, programs, { plan: { day: 5_000 }, onCall: (call) => calls.push(call) });
    if (world.history.backup && calls.length > 500) return calls;
  }
}

test('the model answers every call of a simulated day as dynoxide does', async () => {
  const calls = await callsOfDay();
  for (const { call, answer } of calls) {
    expect(essence(answer), JSON.stringify(call)).toEqual(essence(await reference.answer(call)));
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
  const pick = <T>(all: Record<string, T>) => Object.entries(all).filter(([word]) => words.has(word));
  return {
    ...(pick(names).length > 0 && { ExpressionAttributeNames: Object.fromEntries(pick(names)) }),
    ...(pick(values).length > 0 && { ExpressionAttributeValues: Object.fromEntries(pick(values)) }),
  };
};

const ofFuzz = {
  ExpressionAttributeNames: { '#stream': 'stream' },
  ExpressionAttributeValues: { ':fuzz': 'fuzz' },
};

const all: Call = {
  operation: 'Query',
  input: { TableName: 'messages', KeyConditionExpression: '#stream = :fuzz', ...ofFuzz },
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

const generated = fc.record({
  write,
  other: write,
  kind: fc.constantFrom('Put', 'Update', 'Update', 'Delete', 'Transact', 'Query'),
});

type GeneratedCall = typeof generated extends fc.Arbitrary<infer C> ? C : never;

/** The input of one write. */
function one(kind: 'Put' | 'Update' | 'Delete', { ConditionExpression, ...kinds }: GeneratedWrite): Write {
  const rest = kinds[kind];
  const update = 'UpdateExpression' in rest ? rest.UpdateExpression : undefined;
  return {
    TableName: 'messages',
    ...rest,
    ConditionExpression,
    ...used(ConditionExpression, update),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** A call; undefined for a transaction that would write one item twice. */
function callOf({ kind, write: first, other }: GeneratedCall): Call | undefined {
  switch (kind) {
    case 'Query':
      return {
        operation: 'Query',
        input: {
          TableName: 'messages',
          KeyConditionExpression: '#stream = :fuzz AND #position BETWEEN :first AND :last',
          ExpressionAttributeNames: { '#stream': 'stream', '#position': 'position' },
          ExpressionAttributeValues: { ':fuzz': 'fuzz', ':first': '1', ':last': first.Delete.Key.position },
          Limit: 2,
          ScanIndexForward: other.Delete.Key.position !== '1',
        },
      };
    case 'Transact': {
      if (first.Delete.Key.position === other.Delete.Key.position) return undefined;
      const withoutReturn = ({ ReturnValues: _, ...part }: Write) => part;
      const parts = [{ Update: withoutReturn(one('Update', first)) }, { Put: withoutReturn(one('Put', other)) }];
      return { operation: 'TransactWriteItems', input: { TransactItems: parts } };
    }
    default:
      return { operation: `${kind}Item`, input: one(kind, first) };
  }
}

test('the model evaluates expressions as dynoxide does', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(generated, { minLength: 5, maxLength: 15 }), async (calls) => {
      const model = new DynamoDbModel(() => 0);
      for (const position of positions) {
        const Key = { stream: 'fuzz', position };
        await reference.answer({ operation: 'DeleteItem', input: { TableName: 'messages', Key } });
      }
      for (const call of calls.map(callOf)) {
        if (call === undefined) continue;
        for (const asked of [call, all]) {
          const [ours, theirs] = [answerOfModel(model, asked), await reference.answer(asked)];
          expect(essence(ours), JSON.stringify(call)).toEqual(essence(theirs));
        }
      }
    }),
    { numRuns: 30, seed: 1 },
  );
});

function answerOfModel(model: DynamoDbModel, call: Call): Answer {
  try {
    return { output: model.run(call, exact) };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { error: error.name, detail: error.detail, isTransient: false };
  }
}
