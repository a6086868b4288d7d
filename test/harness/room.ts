import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ContentionSettings } from '../../local/dynamodb/contention/contention.ts';
import type { LocalRoom } from '../../local/room.ts';
import { startLocalRoom } from '../../local/room.ts';
import { RoomDatabase } from './database.ts';
import { deployedAt, openDeployedRoom } from './deployed-room.ts';
import { removeFolder, temporaryFolder } from './ending.ts';
import { RoomFiles } from './files.ts';
import { RawClient } from './raw-client.ts';
import { type Tables, tablesOf } from './tables.ts';
import { noteUsedPermissions } from './used-permissions.ts';

/** A room to play a scene in. */
export interface SceneRoom {
  readonly url: string;
  /** The machine under it, with its clock and its faults; only a local room has one. */
  readonly local: LocalRoom;
  readonly database: RoomDatabase;
  readonly files: RoomFiles;
  /** Opens a connection, from this machine's loopback address or another one of it (`127.0.0.2`). */
  connect(localAddress?: string): Promise<RawClient>;
  /** Someone who has registered (unless they had) and logged in, and has synced. */
  enter(user: string, password?: string): Promise<RawClient>;
  register(...users: string[]): Promise<void>;
  change(name: string, value: unknown): Promise<void>;
  kick(user: string): Promise<void>;
  /** Asks the administrator's function. */
  admin(request: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** An object of the room's bucket, as text. */
  object(key: string): Promise<string>;
  close(): Promise<void>;
}

export interface SceneOptions {
  /** How many times as fast as the machine's the room's clock runs. */
  readonly speed?: number;
  readonly dataDir?: string;
  /** Binary logarithm of scrypt's N; cheap unless told otherwise. */
  readonly passwordCost?: number;
  /** Makes the same sequence of faults again. */
  readonly seed?: number;
  /** Whether the limit on floods holds; scenes of other things may say more in a second than people do. */
  readonly floodLimit?: boolean;
  /** Whether the stage's throttles hold; scenes register more people in a second than ever come to a room. */
  readonly throttling?: boolean;
  /** Has DynamoDB behave as on AWS under load; `{}` takes the figures of AWS. */
  readonly contention?: Partial<ContentionSettings>;
  /** How many requests a function may handle at a time. */
  readonly environmentsPerFunction?: number;
  /** How long (ms of the room's clock) one invocation of the admin function works at something that takes long. */
  readonly adminSlice?: number;
  /** How long (ms of the room's clock) a line is taken to be on its way to the log; here it is there at once. */
  readonly logLateness?: number;
}

export const password = 'wastingtime';

/** A fresh room: on this machine, or the one that {@link deployedAt} says, emptied. */
export async function openRoom(options: SceneOptions = {}): Promise<SceneRoom> {
  const room = sceneRoom(deployedAt === undefined ? await openLocalRoom(options) : await openDeployedRoom(deployedAt));
  if (options.floodLimit !== true) {
    await room.change('floodBurst', 1_000_000);
    await room.change('floodRate', 100_000);
  }
  return room;
}

/** What one kind of room has to give; all the rest is the same for every kind. */
export interface RoomParts extends Pick<SceneRoom, 'url' | 'local' | 'close'> {
  readonly tables: Tables;
  readonly bucket: { readonly s3: S3Client; readonly name: string };
  /** Runs a function, by its logical id, with an event; gives its answer. @throws Error that it threw. */
  invoke(name: string, event: unknown): Promise<unknown>;
}

/** Starts a local room on a free port, in a folder of its own that goes with it. Passwords are hashed cheaply. */
async function openLocalRoom(options: SceneOptions): Promise<RoomParts> {
  const dataDir = options.dataDir ?? temporaryFolder('chat-scene-');
  const local = await startLocalRoom({
    assembly: 'cdk.out',
    dataDir,
    port: 0,
    throttling: options.throttling ?? false,
    environment: {
      PASSWORD_COST: String(options.passwordCost ?? 4),
      LOG_LATENESS_MS: String(options.logLateness ?? 0),
      ...(options.adminSlice !== undefined && { ADMIN_SLICE_MS: String(options.adminSlice) }),
    },
    ...(options.speed !== undefined && { speed: options.speed }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.contention !== undefined && { contention: options.contention }),
    ...(options.environmentsPerFunction !== undefined && { environmentsPerFunction: options.environmentsPerFunction }),
  });
  const { region, credentials, s3Endpoint: endpoint, stack } = local;
  return {
    url: local.url,
    local,
    tables: tablesOf(local),
    bucket: {
      s3: new S3Client({ region, credentials, endpoint, forcePathStyle: true }),
      name: stack.buckets[0]?.name ?? '',
    },
    invoke: (name, event) => local.invoke(name, event),
    async close() {
      await local.close();
      if (options.dataDir === undefined) await removeFolder(dataDir);
      noteUsedPermissions(local.access);
      // Some functions go on without what they were refused: nobody else would notice.
      if (local.access.refusals.length > 0) throw new Error(local.access.refusals.join('\n'));
    },
  };
}

function sceneRoom(parts: RoomParts): SceneRoom {
  const { url, tables, bucket, invoke } = parts;
  const room: SceneRoom = {
    url,
    get local() {
      return parts.local;
    },
    database: new RoomDatabase(tables),
    files: new RoomFiles(parts),
    admin: async (request) => (await invoke('Admin', request)) as Record<string, unknown>,
    connect: (localAddress) => RawClient.open(url, {}, localAddress),

    async register(...users) {
      const client = await room.connect();
      for (const user of users) await client.get('register', { user, password });
      await client.close();
    },

    async enter(user, secret = password) {
      const client = await room.connect();
      await client.ask('register', { user, password: secret });
      await client.get('login', { user, password: secret });
      return client;
    },

    async change(name, value) {
      const reply = await room.admin({ command: 'change', name, value });
      if (reply['ok'] !== true) throw new Error(`${name} was not changed: ${JSON.stringify(reply)}`);
    },

    async kick(user) {
      await room.admin({ command: 'kick', user });
    },

    async object(key) {
      const { Body } = await bucket.s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
      return (await Body?.transformToString()) ?? '';
    },

    async close() {
      room.database.close();
      bucket.s3.destroy();
      await parts.close();
    },
  };
  return room;
}
