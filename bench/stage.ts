import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Action, Arguments } from '../protocol/index.ts';
import { openRoom, password, type SceneRoom } from '../test/harness/room.ts';
import type { Heard, Wire } from '../test/harness/wire.ts';
import { Meter, type Metered } from './meter.ts';

/** How many come in at a time: enough to be quick, few enough not to contend for the count of those online. */
const together = 5;

/** DynamoDB takes this many writes in one batch. */
const batch = 25;

/** A room to count in. Everything done here waits until all that it set going is over. */
export class Stage {
  readonly room: SceneRoom;
  readonly meter: Meter;
  readonly #db: DynamoDBDocumentClient;
  readonly #online = new Set<Wire>();
  #seeded = 0;

  private constructor(room: SceneRoom, latencyMs: number) {
    this.room = room;
    this.meter = new Meter(room.local, latencyMs);
    const { dynamoDbEndpoint: endpoint, region, credentials } = room.local;
    this.#db = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
  }

  /** Opens a room in which one user is registered: `model`, whom seeded users are like, and who never comes in. */
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

  /** How many are online by {@link enter} and {@link fill}. */
  get online(): number {
    return this.#online.size;
  }

  async connect(): Promise<Wire> {
    const { result } = await this.meter.settle(1, () => this.room.connect());
    return result;
  }

  async register(user: string): Promise<void> {
    const wire = await this.connect();
    await this.meter.settle(1, () => wire.get('register', { user, password }));
    await this.leave(wire);
  }

  /** Something is said: as long as nothing was, every look at the newest broadcast is followed by another. */
  async sayFirst(): Promise<void> {
    await this.register('host');
    const wire = await this.enter('host');
    await this.meter.settle(1, () => wire.get('broadcast', { text: 'hello' }));
    await this.leave(wire);
  }

  /** Somebody who is registered logs in. */
  async enter(user: string): Promise<Wire> {
    const wire = await this.connect();
    await this.meter.settle(1, () => wire.get('login', { user, password }));
    this.#online.add(wire);
    return wire;
  }

  /** Closes a connection as a client does that means it. */
  async leave(wire: Wire): Promise<void> {
    await this.meter.settle(1, () => wire.close());
    this.forget(wire);
  }

  /** Somebody has left in another way. */
  forget(wire: Wire): void {
    this.#online.delete(wire);
  }

  /** Lets seeded users in until so many are online. */
  async fill(online: number): Promise<void> {
    while (this.online < online) {
      const names = await this.seed(Math.min(together, online - this.online));
      const comeIn = () => Promise.all(names.map((user) => this.#comeIn(user)));
      const { result } = await this.meter.settle(2 * names.length, comeIn);
      for (const wire of result) this.#online.add(wire);
    }
  }

  async #comeIn(user: string): Promise<Wire> {
    const wire = await this.room.connect();
    await wire.get('login', { user, password });
    return wire;
  }

  /** Puts users into the table as if they had registered; gives their names. */
  async seed(count: number): Promise<string[]> {
    const table = this.#table('Users');
    const { Item: model } = await this.#db.send(new GetCommand({ TableName: table, Key: { name: 'model' } }));
    const names = Array.from({ length: count }, (_, index) => `seeded${this.#seeded + index}`);
    this.#seeded += count;
    for (let from = 0; from < count; from += batch) {
      const puts = names.slice(from, from + batch).map((name) => ({
        PutRequest: { Item: { ...model, name, displayName: name, accountId: randomUUID() } },
      }));
      await this.#db.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
    }
    return names;
  }

  /**
   * Counts a command. Its speaker has been active just before: a command that comes after a few silent seconds also writes
   * down that its speaker is active, and whether it did would depend on how fast this machine is.
   */
  async command<A extends Action>(wire: Wire, action: A, args: Arguments<A>): Promise<Metered<Heard>> {
    await this.meter.settle(1, () => wire.ask('whoelse', {}));
    return this.meter.count(1, () => wire.get(action, args));
  }

  #table(prefix: string): string {
    const found = this.room.local.stack.tables.find(({ logicalId }) => logicalId.startsWith(prefix));
    if (!found) throw new Error(`the stack has no table ${prefix}`);
    return found.name;
  }
}
