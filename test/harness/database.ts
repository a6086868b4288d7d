import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, QueryCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { LocalRoom } from '../../local/room.ts';

type Item = Record<string, unknown>;

/** A room's tables, read past its functions: what they say of the room must be what stands there. */
export class RoomDatabase {
  readonly #db: DynamoDBDocumentClient;
  readonly #room: LocalRoom;

  constructor(room: LocalRoom) {
    this.#room = room;
    this.#db = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: room.dynamoDbEndpoint, region: room.region, credentials: room.credentials }),
    );
  }

  close(): void {
    this.#db.destroy();
  }

  /** The count of those online as the Room item has it, and the presence items that it counts. */
  async counts(): Promise<{ counted: number; present: number }> {
    const [{ Item }, presence] = await Promise.all([
      this.#db.send(new GetCommand({ TableName: this.#table('Room'), Key: { room: 'room' }, ConsistentRead: true })),
      this.presence(),
    ]);
    return { counted: Number(Item?.['online']), present: presence.length };
  }

  async presence(): Promise<Item[]> {
    const { Items = [] } = await this.#db.send(
      new ScanCommand({ TableName: this.#table('Presence'), ConsistentRead: true }),
    );
    return Items;
  }

  /** Writes a wrong count into the Room item, as nothing in the room ever should. */
  async falsifyCount(online: number): Promise<void> {
    await this.#db.send(
      new UpdateCommand({
        TableName: this.#table('Room'),
        Key: { room: 'room' },
        UpdateExpression: 'SET #online = :online',
        ExpressionAttributeNames: { '#online': 'online' },
        ExpressionAttributeValues: { ':online': online },
      }),
    );
  }

  async user(name: string): Promise<Item | undefined> {
    const { Item } = await this.#db.send(
      new GetCommand({ TableName: this.#table('Users'), Key: { name }, ConsistentRead: true }),
    );
    return Item;
  }

  /** A stream's items in their order: `room`, or `inbox/` and the folded name. */
  async stream(key: string): Promise<Item[]> {
    const found: Item[] = [];
    let from: Item | undefined;
    do {
      const page = await this.#db.send(
        new QueryCommand({
          TableName: this.#table('Messages'),
          KeyConditionExpression: '#stream = :stream',
          ExpressionAttributeNames: { '#stream': 'stream' },
          ExpressionAttributeValues: { ':stream': key },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        }),
      );
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from);
    return found;
  }

  #table(logicalId: string): string {
    const found = this.#room.stack.tables.find((table) => table.logicalId.startsWith(logicalId));
    if (!found) throw new Error(`the room has no table ${logicalId}`);
    return found.name;
  }
}
