import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { activityResolutionMs } from '../functions/chat/model.ts';
import type { Action, Arguments } from '../protocol/index.ts';
import type { GrantedReply, RawClient } from '../test/harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../test/harness/room.ts';
import { Meter, type Metered } from './meter.ts';

/** The number of parallel logins: enough to be fast, few enough not to contend for the count of users online. */
const together = 5;

/** DynamoDB's limit for one batch of writes. */
const batch = 25;

/** A room for counting. Each method waits until everything that it caused has ended. */
export class Stage {
  readonly room: SceneRoom;
  readonly meter: Meter;
  readonly #db: DynamoDBDocumentClient;
  readonly #online = new Set<RawClient>();
  #seeded = 0;

  private constructor(room: SceneRoom, latencyMs: number) {
    this.room = room;
    this.meter = new Meter(room.local, latencyMs);
    const { dynamoDbEndpoint: endpoint, region, credentials } = room.local;
    this.#db = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
  }

  /** Opens a room with one registered user, `model`. Seeded users are copies of its account. It never logs in. */
  static async open(latencyMs = 30): Promise<Stage> {
    const stage = new Stage(await openRoom(), latencyMs);
    await stage.room.change('maxCon', 1000);
    await stage.register('model');
    return stage;
  }

  async close(): Promise<void> {
    this.#db.destroy();
    await this.room.close();
  }

  /** The memory (MB) of a function. */
  readonly memoryOf = (logicalId: string): number =>
    this.room.local.stack.functions.find((one) => one.logicalId === logicalId)?.memoryMb ?? Number.NaN;

  /** The number of users online through {@link enter} and {@link fill}. */
  get online(): number {
    return this.#online.size;
  }

  async connect(): Promise<RawClient> {
    const { result } = await this.meter.settle(1, () => this.room.connect());
    return result;
  }

  async register(user: string): Promise<void> {
    const client = await this.connect();
    await this.meter.settle(1, () => client.get('register', { user, password }));
    await this.leave(client);
  }

  /** Sends a first broadcast: in an empty stream, a read of the newest message costs a second read. */
  async sayFirst(): Promise<void> {
    await this.register('host');
    const client = await this.enter('host');
    await this.meter.settle(1, () => client.get('broadcast', { text: 'hello' }));
    await this.leave(client);
  }

  /** Logs in a registered user. */
  async enter(user: string): Promise<RawClient> {
    const client = await this.connect();
    await this.meter.settle(1, () => client.get('login', { user, password }));
    this.#online.add(client);
    return client;
  }

  /** Closes a connection on purpose, with a closing handshake. */
  async leave(client: RawClient): Promise<void> {
    await this.meter.settle(1, () => client.close());
    this.forget(client);
  }

  /** Notes that a user has left in another way. */
  forget(client: RawClient): void {
    this.#online.delete(client);
  }

  /** Logs in seeded users until this many are online. */
  async fill(online: number): Promise<void> {
    while (this.online < online) {
      const names = await this.seed(Math.min(together, online - this.online));
      const comeIn = () => Promise.all(names.map((user) => this.#comeIn(user)));
      const { result } = await this.meter.settle(2 * names.length, comeIn);
      for (const client of result) this.#online.add(client);
    }
  }

  async #comeIn(user: string): Promise<RawClient> {
    const client = await this.room.connect();
    await client.get('login', { user, password });
    return client;
  }

  /**
   * Writes registered users into the table. Their logins are not announced, because the room would tell so many together,
   * and late. Returns their names.
   */
  async seed(count: number): Promise<string[]> {
    const table = this.#table('Users');
    const { Item: model } = await this.#db.send(new GetCommand({ TableName: table, Key: { name: 'model' } }));
    const names = Array.from({ length: count }, (_, index) => `seeded${this.#seeded + index}`);
    this.#seeded += count;
    for (let from = 0; from < count; from += batch) {
      const puts = names.slice(from, from + batch).map((name) => ({
        PutRequest: {
          Item: { ...model, name, displayName: name, accountId: randomUUID(), announcedUntil: Number.MAX_SAFE_INTEGER },
        },
      }));
      await this.#db.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
    }
    return names;
  }

  /**
   * Counts a command of a user whose activity was written just before. After some silent seconds a command also writes
   * the activity, so the count would depend on the speed of this machine.
   */
  async command<A extends Action>(client: RawClient, action: A, args: Arguments<A>): Promise<Metered<GrantedReply<A>>> {
    this.room.local.clock.forward(activityResolutionMs);
    await this.meter.settle(1, () => client.ask('whoelse', {}));
    return this.meter.count(1, () => client.get(action, args));
  }

  #table(prefix: string): string {
    const found = this.room.local.stack.tables.find(({ logicalId }) => logicalId.startsWith(prefix));
    if (!found) throw new Error(`the stack has no table ${prefix}`);
    return found.name;
  }
}
