import { ItemLocks, type ItemUse } from '../../local/dynamodb/contention/item-locks.ts';
import type { Item } from './dynamodb/evaluate.ts';
import { DynamoDbModel, ModelError } from './dynamodb/model.ts';
import { exact, type Reading } from './dynamodb/read.ts';
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

/** A call that a test compares with another DynamoDB. */
export interface CarriedOut {
  readonly operation: string;
  readonly input: object;
  readonly answer: Answer;
}

/** DynamoDB: the model, with latency, conflicts and failures. */
export class Database {
  readonly model: DynamoDbModel;
  readonly #world: World;
  readonly #locks = new ItemLocks();
  /** The tokens of the transactions that have committed. */
  readonly #committed = new Set<string>();
  /** Called with each call that the model has carried out. Then all reads are snapshots. */
  onCarriedOut: ((call: CarriedOut) => void) | undefined;

  constructor(world: World) {
    this.#world = world;
    this.model = new DynamoDbModel(() => world.scheduler.now);
  }

  /** Puts an item before the simulation begins. */
  put(TableName: string, Item: Item): void {
    this.#run('PutItem', { TableName, Item }, 0);
  }

  /** One attempt of a call. */
  call(process: SimulatedProcess, operation: string, input: object, answer: (answer: Answer) => void): void {
    const { scheduler } = this.#world;
    const failure = this.#failure();
    const label = `${process.name} ${operation} ${labelOf(operation, input)}`;
    const sentAt = scheduler.now;
    const respond = (given: Answer) => scheduler.after(this.#latency(), () => answer(given));
    if (failure === 'silent') {
      process.after(requestTimeout, () => answer({ error: 'TimeoutError', isTransient: true }));
      if (scheduler.random.chance(0.5)) return;
    }
    const delay = failure === 'silent' ? scheduler.random.between(0, 1.3 * requestTimeout) : this.#latency();
    scheduler.after(delay, () => {
      // A request that its environment had not sent when it was frozen is sent later, or never.
      if (process.isFrozen && scheduler.random.chance(0.5)) {
        process.deliver(() => this.call(process, operation, input, answer));
        return;
      }
      this.#arrive(operation, input, { label, sentAt, failure, respond: failure === 'silent' ? () => {} : respond });
    });
  }

  #arrive(
    operation: string,
    input: object,
    call: { label: string; sentAt: number; failure: Failure | undefined; respond: (answer: Answer) => void },
  ): void {
    const { label, failure, respond } = call;
    const uses = usesOf(operation, input, this.model);
    const isTransaction = operation.startsWith('Transact');
    const conflicts = uses.map(({ item, use }) => this.#locks.conflicts(item, use));
    const refused = failure === 'throttled' || conflicts.includes(true);
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
      const answer = this.#carryOut(operation, input, call);
      respond(failure === 'after' ? { error: 'InternalServerError', isTransient: true } : answer);
    });
  }

  #carryOut(
    operation: string,
    input: object,
    { label, sentAt, failure }: { label: string; sentAt: number; failure: Failure | undefined },
  ): Answer {
    const { scheduler } = this.#world;
    const token = tokenOf(input);
    const answer: Answer = token && this.#committed.has(token) ? { output: {} } : this.#run(operation, input, sentAt);
    if (token && 'output' in answer) this.#committed.add(token);
    if (operation.startsWith('Transact')) this.#world.history.checkSessions();
    const outcome = 'output' in answer ? '' : `: ${answer.error}`;
    scheduler.note(`${label}${outcome}${failure === undefined ? '' : ' (the answer is lost)'}`);
    return answer;
  }

  #run(operation: string, input: object, sentAt: number): Answer {
    const { scheduler } = this.#world;
    const isOld =
      'ConsistentRead' in input ? input.ConsistentRead !== true : operation === 'Query' || operation === 'Scan';
    const isSnapshot = operation === 'GetItem' && !isOld;
    const stale = isOld ? scheduler.random.between(0, mostStale) : 0;
    const reading: Reading = {
      since: isSnapshot ? Number.POSITIVE_INFINITY : Math.min(sentAt, scheduler.now - stale),
      seesChange: () => scheduler.random.chance(0.5),
    };
    const answer = this.#answer(operation, input, this.onCarriedOut ? exact : reading);
    this.onCarriedOut?.({ operation, input, answer });
    return answer;
  }

  #answer(operation: string, input: object, reading: Reading): Answer {
    try {
      return { output: this.model.run(operation, input, reading) };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (error.name === 'ValidationException')
        this.#world.violated(`DynamoDB rejects a request: ${JSON.stringify(input)}`);
      return { error: error.name, detail: error.detail, isTransient: false };
    }
  }

  #failure(): Failure | undefined {
    const { scheduler, weather } = this.#world;
    const { before, after, silent, throttled } = weather.database;
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

const tokenOf = (input: object): string | undefined =>
  'ClientRequestToken' in input ? String(input.ClientRequestToken) : undefined;

/** The items that a call writes or checks, as they conflict with other calls. */
function usesOf(operation: string, input: object, model: DynamoDbModel): { item: string; use: ItemUse }[] {
  const itemOf = ({ TableName, Key, Item }: Target) =>
    `${TableName} ${model.table(TableName).keyOf(Key ?? Item ?? {})}`;
  if ('TransactItems' in input) {
    const parts = input.TransactItems as readonly Readonly<Record<string, Target>>[];
    return parts.flatMap((part) =>
      Object.values(part).map((target) => ({ item: itemOf(target), use: 'transaction-write' as const })),
    );
  }
  if (!/^(Put|Update|Delete)Item$/.test(operation)) return [];
  return [{ item: itemOf(input as Target), use: 'write' }];
}

function labelOf(operation: string, input: object): string {
  const target = (one: Target) => `${one.TableName} ${Object.values(one.Key ?? shortOf(one)).join('/')}`;
  if ('TransactItems' in input) {
    const parts = input.TransactItems as readonly Readonly<Record<string, Target>>[];
    return parts.flatMap((part) => Object.entries(part).map(([kind, one]) => `${kind} ${target(one)}`)).join(', ');
  }
  if ('RequestItems' in input) return Object.keys(input.RequestItems as object).join(', ');
  if (operation === 'Query') return `${target(input as Target)} ${wordsOf(input)}`;
  return target(input as Target);
}

const wordsOf = (input: object) =>
  'ExpressionAttributeValues' in input ? Object.values(input.ExpressionAttributeValues as object).join(' ') : '';

/** The first attributes of an item, which are its keys. */
const shortOf = ({ Item = {} }: Target) => Object.values(Item).slice(0, 2);
