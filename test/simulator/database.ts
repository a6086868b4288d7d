import { ItemLocks, type ItemUse } from '../../local/dynamodb/contention/item-locks.ts';
import type { BatchWrite, Call } from './dynamodb/call.ts';
import type { Item } from './dynamodb/evaluate.ts';
import { DynamoDbModel, ModelError } from './dynamodb/model.ts';
import { exact, type Reading } from './dynamodb/tables.ts';
import type { Answer } from './machine.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** The SDK of the room waits this long (ms) for an answer. */
const requestTimeout = 3_000;

/** How stale (ms) an eventually consistent read may be. */
const mostStale = 500;

interface Target {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
}

type Failure = 'before' | 'after' | 'silent' | 'throttled';

/** A call that has arrived at DynamoDB. */
interface Arrived {
  readonly call: Call;
  readonly label: string;
  readonly sentAt: number;
  readonly failure: Failure | undefined;
  readonly respond: (answer: Answer) => void;
}

/** A call that a test compares with another DynamoDB. */
export interface CarriedOut {
  readonly call: Call;
  readonly answer: Answer;
}

/** DynamoDB: the model, with latency, conflicts and failures. */
export class Database {
  readonly model: DynamoDbModel;
  readonly #world: World;
  readonly #locks = new ItemLocks();
  /** The tokens of the transactions that have committed. */
  readonly #committed = new Set<string>();
  /** Whether calls without an answer were carried out later. */
  hadLateCalls = false;
  /** Called with each call that the model has carried out. Then all reads are snapshots. */
  onCarriedOut: ((call: CarriedOut) => void) | undefined;

  constructor(world: World) {
    this.#world = world;
    this.model = new DynamoDbModel(() => world.scheduler.now);
  }

  /** Puts an item before the simulation begins. */
  put(TableName: string, Item: Item): void {
    this.#run({ operation: 'PutItem', input: { TableName, Item } }, 0);
  }

  /** Deletes an item, as DynamoDB does after its expiry. */
  delete(TableName: string, Key: Item): void {
    this.#run({ operation: 'DeleteItem', input: { TableName, Key } }, 0);
  }

  /** Lets time pass for a ban: it ends then (epoch ms). */
  endBan(prefix: string, until: number): void {
    this.#run(
      {
        operation: 'UpdateItem',
        input: {
          TableName: 'room',
          Key: { room: 'room' },
          UpdateExpression: 'SET bans.#prefix = :until',
          ExpressionAttributeNames: { '#prefix': prefix },
          ExpressionAttributeValues: { ':until': until },
        },
      },
      0,
    );
  }

  /** One attempt of a call. */
  call(process: SimulatedProcess, call: Call, answer: (answer: Answer) => void): void {
    const { scheduler } = this.#world;
    const failure = this.#failure(call);
    const label = `${process.name} ${call.operation} ${labelOf(call)}`;
    const sentAt = scheduler.now;
    const respond = (given: Answer) => scheduler.after(this.#latency(), () => answer(given));
    if (failure === 'silent') {
      process.after(requestTimeout, () => answer({ error: 'TimeoutError', isTransient: true }));
      if (scheduler.random.chance(0.5)) return;
      this.hadLateCalls = true;
    }
    const delay = failure === 'silent' ? scheduler.random.between(0, 2 * requestTimeout) : this.#latency();
    const arrived = { call, label, sentAt, failure, respond: failure === 'silent' ? () => {} : respond };
    // A request that gets no answer is on its way already: a frozen environment cannot hold it back.
    if (failure === 'silent') scheduler.after(delay, () => this.#arrive(arrived));
    else scheduler.after(delay, () => process.send(() => this.#arrive(arrived)));
  }

  #arrive(arrived: Arrived): void {
    const { call, label, failure, respond } = arrived;
    const uses = usesOf(call, this.model);
    const isTransaction = call.operation === 'TransactWriteItems';
    const conflicts = uses.map(({ item, use }) => this.#locks.conflicts(item, use));
    const part = failure === 'throttled' && call.operation === 'BatchWriteItem' ? halved(call.input) : undefined;
    const refused = (failure === 'throttled' && !part) || conflicts.includes(true);
    if (failure === 'before' || refused) {
      this.#world.scheduler.note(`${label}: ${failure === 'before' ? 'failed' : (failure ?? 'conflict')}`);
      if (failure === 'before') return respond({ error: 'InternalServerError', isTransient: true });
      const code = (conflict: boolean) => (conflict ? 'TransactionConflict' : 'None');
      const Code = failure === 'throttled' ? () => 'ThrottlingError' : code;
      if (isTransaction) {
        const CancellationReasons = conflicts.map((conflict) => ({ Code: Code(conflict) }));
        return respond({ error: 'TransactionCanceledException', detail: { CancellationReasons }, isTransient: false });
      }
      if (failure === 'throttled') return respond({ error: 'ThrottlingException', isTransient: true });
      return respond({ error: 'TransactionConflictException', isTransient: false });
    }
    const releases = uses.map(({ item, use }) => this.#locks.hold(item, use));
    this.#world.scheduler.after(this.#latency() * (isTransaction ? 2 : 0.3), () => {
      for (const release of releases) release();
      const answer = this.#carryOut(
        part ? { ...arrived, call: { operation: 'BatchWriteItem', input: part.done } } : arrived,
      );
      if (part) return respond({ output: { UnprocessedItems: part.left } });
      respond(failure === 'after' ? { error: 'InternalServerError', isTransient: true } : answer);
    });
  }

  #carryOut({ call, label, sentAt, failure }: Arrived): Answer {
    const { scheduler } = this.#world;
    const token = call.operation === 'TransactWriteItems' ? call.input.ClientRequestToken : undefined;
    const answer: Answer = token && this.#committed.has(token) ? { output: {} } : this.#run(call, sentAt);
    if (token && 'output' in answer) this.#committed.add(token);
    if (call.operation === 'TransactWriteItems') this.#world.history.checkSessions();
    const outcome = 'output' in answer ? '' : `: ${answer.error}`;
    scheduler.note(`${label}${outcome}${failure === undefined ? '' : ' (the answer is lost)'}`);
    return answer;
  }

  #run(call: Call, sentAt: number): Answer {
    const { scheduler } = this.#world;
    const { operation } = call;
    const isOld =
      (operation === 'GetItem' || operation === 'Query' || operation === 'Scan') && call.input.ConsistentRead !== true;
    const isSnapshot = operation === 'GetItem' && !isOld;
    const stale = isOld ? scheduler.random.between(0, mostStale) : 0;
    const reading: Reading = {
      since: isSnapshot ? Number.POSITIVE_INFINITY : Math.min(sentAt, scheduler.now - stale),
      seesChange: () => scheduler.random.chance(0.5),
    };
    const answer = this.#answer(call, this.onCarriedOut ? exact : reading);
    this.onCarriedOut?.({ call, answer });
    return answer;
  }

  #answer(call: Call, reading: Reading): Answer {
    try {
      return { output: this.model.run(call, reading) };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (error.name === 'ValidationException')
        this.#world.violated(`DynamoDB rejects a request: ${JSON.stringify(call.input)}`);
      return { error: error.name, detail: error.detail, isTransient: false };
    }
  }

  #failure({ operation }: Call): Failure | undefined {
    const { scheduler, weather } = this.#world;
    const { before, after, throttled, silentBatches, ...others } = weather.database;
    const silent = operation === 'BatchWriteItem' ? silentBatches : others.silent;
    const dice = scheduler.random.next();
    if (dice < before) return 'before';
    if (dice < before + after) return 'after';
    if (dice < before + after + silent) return 'silent';
    return dice < before + after + silent + throttled ? 'throttled' : undefined;
  }

  /** Half of the time (ms) that a call takes. */
  #latency(): number {
    return this.#world.latency(1.5, 3);
  }
}

/** A throttled batch is carried out in part. Undefined if it has one write. */
function halved({ RequestItems }: BatchWrite): { done: BatchWrite; left: BatchWrite['RequestItems'] } | undefined {
  const [[table, writes] = ['', []]] = Object.entries(RequestItems);
  const half = Math.floor(writes.length / 2);
  if (half === 0) return undefined;
  return { done: { RequestItems: { [table]: writes.slice(0, half) } }, left: { [table]: writes.slice(half) } };
}

/** The items that a call writes or checks, as they conflict with other calls. */
function usesOf(call: Call, model: DynamoDbModel): { item: string; use: ItemUse }[] {
  switch (call.operation) {
    case 'TransactWriteItems':
      return call.input.TransactItems.flatMap((part) =>
        Object.values(part).map((write) => ({ item: model.itemOf(write), use: 'transaction-write' })),
      );
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [{ item: model.itemOf(call.input), use: 'write' }];
    default:
      return [];
  }
}

function labelOf({ operation, input }: Call): string {
  const target = (one: Target) => `${one.TableName} ${Object.values(one.Key ?? shortOf(one)).join('/')}`;
  if ('TransactItems' in input) {
    return input.TransactItems.flatMap((part) =>
      Object.entries(part).map(([kind, one]) => `${kind} ${target(one)}`),
    ).join(', ');
  }
  if ('RequestItems' in input) return Object.keys(input.RequestItems).join(', ');
  if (operation !== 'Query') return target(input);
  return `${target(input)} ${Object.values(input.ExpressionAttributeValues ?? {}).join(' ')}`;
}

/** The first attributes of an item, which are its keys. */
const shortOf = ({ Item = {} }: Target) => Object.values(Item).slice(0, 2);
