import {
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  paginateQuery,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { defaultSettings, type Settings } from '../../protocol/admin/settings.ts';
import { attendance, type Present } from './invariants.ts';
import type { Tables } from './tables.ts';

type Item = Record<string, unknown>;

const roomKey = { room: 'room' };

/** A room's tables, read without its functions, to compare the functions' replies with the stored data. */
export class RoomDatabase {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  close(): void {
    this.#tables.db.destroy();
  }

  /** The count of users online in the Room item, and the number of presence items. */
  async counts(): Promise<{ counted: number; present: number }> {
    const { online, present } = await attendance(this.#tables);
    return { counted: online, present: present.length };
  }

  /** The Room item: settings, the count, and `logins`, which changes with each login and logout. */
  async room(): Promise<Item> {
    const key = { TableName: this.#tables.name('Room'), Key: roomKey, ConsistentRead: true };
    const { Item = {} } = await this.#tables.db.send(new GetCommand(key));
    return Item;
  }

  /** Sets settings without starting a function. Works in a new room, too. */
  async seed(settings: Partial<Settings>): Promise<void> {
    const newRoom = { ...defaultSettings, online: 0, logins: 0 };
    const exists = (await this.get('Room', roomKey)) !== undefined;
    await this.set('Room', roomKey, exists ? settings : { ...newRoom, ...settings });
  }

  async presence(): Promise<Present[]> {
    return (await attendance(this.#tables)).present;
  }

  /** Writes a wrong count into the Room item. The room's functions never do this. */
  falsifyCount(online: number): Promise<void> {
    return this.set('Room', roomKey, { online });
  }

  /** Marks the room as closed or open, and does nothing else. (`stop` also ends all sessions.) */
  setOpen(open: boolean): Promise<void> {
    return this.set('Room', roomKey, { open });
  }

  /** Sets attributes of an item without the room's functions, to test how they handle it. */
  async set(table: string, key: Item, attributes: Item): Promise<void> {
    const names = Object.keys(attributes);
    await this.#tables.db.send(
      new UpdateCommand({
        TableName: this.#tables.name(table),
        Key: key,
        UpdateExpression: `SET ${names.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
        ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [`:v${index}`, attributes[name]])),
      }),
    );
  }

  /** Puts any number of items, without the room's functions. */
  async putAll(table: string, items: readonly Item[]): Promise<void> {
    const name = this.#tables.name(table);
    for (let from = 0; from < items.length; from += 25) {
      const puts = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
      const { UnprocessedItems = {} } = await this.#tables.db.send(
        new BatchWriteCommand({ RequestItems: { [name]: puts } }),
      );
      if (UnprocessedItems[name]) throw new Error(`${table}: items were left unprocessed`);
    }
  }

  /** Removes an attribute of an item, as in a room of an earlier version. */
  async unset(table: string, key: Item, attribute: string): Promise<void> {
    await this.#tables.db.send(
      new UpdateCommand({
        TableName: this.#tables.name(table),
        Key: key,
        UpdateExpression: 'REMOVE #attribute',
        ExpressionAttributeNames: { '#attribute': attribute },
      }),
    );
  }

  /** The items of a small table. */
  async all(table: string): Promise<Item[]> {
    const { Items = [] } = await this.#tables.db.send(
      new ScanCommand({ TableName: this.#tables.name(table), ConsistentRead: true }),
    );
    return Items;
  }

  /** Removes an item, without the room's functions. */
  async remove(table: string, key: Item): Promise<void> {
    await this.#tables.db.send(new DeleteCommand({ TableName: this.#tables.name(table), Key: key }));
  }

  async get(table: string, key: Item): Promise<Item | undefined> {
    const input = { TableName: this.#tables.name(table), Key: key, ConsistentRead: true };
    const { Item } = await this.#tables.db.send(new GetCommand(input));
    return Item;
  }

  async user(name: string): Promise<Item | undefined> {
    const key = { TableName: this.#tables.name('Users'), Key: { name }, ConsistentRead: true };
    const { Item } = await this.#tables.db.send(new GetCommand(key));
    return Item;
  }

  /** A stream's messages in their order. */
  async messages(key: string): Promise<Item[]> {
    return (await this.stream(key)).filter((item) => item['event'] !== 'hidden');
  }

  /** A stream's items in their order, including tombstones: `room`, or `inbox/` and the folded name. */
  async stream(key: string): Promise<Item[]> {
    const found: Item[] = [];
    const query = {
      TableName: this.#tables.name('Messages'),
      KeyConditionExpression: '#stream = :stream',
      ExpressionAttributeNames: { '#stream': 'stream' },
      ExpressionAttributeValues: { ':stream': key },
      ConsistentRead: true,
    };
    for await (const { Items = [] } of paginateQuery({ client: this.#tables.db }, query)) found.push(...Items);
    return found;
  }
}
