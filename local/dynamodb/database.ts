import { once } from 'node:events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Table } from '../assembly/tables.ts';
import type { Clock, Timer } from '../clock.ts';
import type { DataFolder } from '../data-folder.ts';
import { messageOf, RoomError } from '../errors.ts';
import { Dynoxide } from './dynoxide.ts';
import { DynamoDbProxy, localAccessKeyId, type ProxyHost } from './proxy.ts';
import { createTables, deleteTables, sizeOf } from './tables.ts';
import { deleteExpired } from './ttl-expiry.ts';

export interface DatabaseOptions extends Omit<ProxyHost, 'endpoint' | 'tableNames' | 'sizeOf'> {
  readonly folder: DataFolder;
  readonly tables: readonly Table[];
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  /** Endpoint of a DynamoDB to use instead of starting one. */
  readonly external: string | undefined;
  /** Whether to begin with empty tables. */
  readonly fresh: boolean;
}

/** How often expired items are deleted, on the room's clock. */
const expiryPeriodMs = 60_000;

/** The room's DynamoDB: tables, the deletion of expired items, and the proxy that functions call. */
export class Database {
  /** The endpoint for functions. */
  readonly endpoint: string;
  readonly #options: DatabaseOptions;
  readonly #client: DynamoDBClient;
  readonly #dynoxide: Dynoxide | undefined;
  readonly #proxy: DynamoDbProxy;
  readonly #stopping = new AbortController();
  readonly #timer: Timer;
  #cleaning: Promise<void> | undefined;

  private constructor(
    options: DatabaseOptions,
    client: DynamoDBClient,
    dynoxide: Dynoxide | undefined,
    proxy: DynamoDbProxy,
    endpoint: string,
  ) {
    this.#options = options;
    this.#client = client;
    this.#dynoxide = dynoxide;
    this.#proxy = proxy;
    this.endpoint = endpoint;
    this.#timer = options.clock.setInterval(() => {
      // After an error the next run retries. A late deletion is safe: functions compare expiry times themselves.
      if (this.#cleaning === undefined) this.deleteExpired().catch(() => undefined);
    }, expiryPeriodMs);
  }

  /** @throws RoomError if DynamoDB does not start, cannot be reached, or has tables with other keys. */
  static async start(options: DatabaseOptions): Promise<Database> {
    const { account, external, folder, fresh, region, tables } = options;
    const dynoxide = external === undefined ? await startDynoxide(folder, fresh) : undefined;
    const endpoint = dynoxide?.endpoint ?? external ?? '';
    const client = new DynamoDBClient({
      endpoint,
      region,
      credentials: { accessKeyId: localAccessKeyId, secretAccessKey: 'local' },
    });
    try {
      if (fresh && external !== undefined) await deleteTables(client, tables);
      await createTables(client, tables);
      const logicalIds = new Map(tables.map((table) => [table.name, table.logicalId]));
      const proxy = new DynamoDbProxy({
        ...options,
        endpoint,
        sizeOf: (table) => sizeOf(client, table),
        tableNames: {
          logicalId: (name) => logicalIds.get(name) ?? name,
          arn: (name) => `arn:aws:dynamodb:${region}:${account}:table/${name}`,
        },
      });
      const address = await listenLocally(proxy);
      return new Database(options, client, dynoxide, proxy, address);
    } catch (error) {
      client.destroy();
      await dynoxide?.close();
      if (error instanceof RoomError) throw error;
      throw new RoomError(`DynamoDB at ${endpoint} cannot be used: ${messageOf(error)}`);
    }
  }

  /** Deletes expired items now. */
  async deleteExpired(): Promise<void> {
    await this.#cleaning?.catch(() => undefined);
    const { clock, tables } = this.#options;
    const cleaning = deleteExpired(this.#client, tables, clock, this.#stopping.signal);
    this.#cleaning = cleaning;
    try {
      await cleaning;
    } finally {
      if (this.#cleaning === cleaning) this.#cleaning = undefined;
    }
  }

  /** Calls back when dynoxide ends unexpectedly. */
  onFailure(callback: (reason: string) => void): void {
    this.#dynoxide?.onUnexpectedEnd(() => callback('dynoxide has ended unexpectedly'));
  }

  async close(): Promise<void> {
    this.#timer.cancel();
    this.#stopping.abort();
    await this.#cleaning?.catch(() => undefined);
    this.#proxy.close();
    this.#client.destroy();
    await this.#dynoxide?.close();
  }

  /** Kills dynoxide. */
  kill(): void {
    this.#dynoxide?.kill();
  }
}

async function startDynoxide(folder: DataFolder, fresh: boolean): Promise<Dynoxide> {
  await Dynoxide.endLeftBehind(folder.dynoxide);
  if (fresh) await folder.clearDatabase();
  return Dynoxide.start(folder.dynoxide);
}

/** Opens the proxy's port. It always binds to loopback, even if the room listens on another address. */
async function listenLocally({ server }: DynamoDbProxy): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has no address');
  return `http://127.0.0.1:${address.port}`;
}
