import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ContentionSettings } from '../../local/dynamodb/contention/contention.ts';
import { roomsIn } from '../../local/fixtures/rooms-in.ts';
import type { LocalRoom } from '../../local/room.ts';
import { startLocalRoom } from '../../local/room.ts';
import { RoomDatabase } from './database.ts';
import { deployedAt, openDeployedRoom } from './deployed-room.ts';
import { removeFolder, temporaryFolder } from './ending.ts';
import { RoomFiles } from './files.ts';
import { RawClient } from './raw-client.ts';
import { type Tables, tablesOf } from './tables.ts';
import { noteUsedPermissions } from './used-permissions.ts';

/** A room for a scene. */
export interface SceneRoom {
  readonly url: string;
  /** The web page's address, without a slash at its end. */
  readonly pageUrl: string;
  /** The local machine with its clock and faults. Undefined for a deployed room. */
  readonly local: LocalRoom;
  readonly database: RoomDatabase;
  readonly files: RoomFiles;
  /** Opens a connection from 127.0.0.1 or from another loopback address (`127.0.0.2`). */
  connect(localAddress?: string): Promise<RawClient>;
  /** Connects a user: registers the name if it is new, logs in and syncs. */
  enter(user: string, password?: string): Promise<RawClient>;
  register(...users: string[]): Promise<void>;
  change(name: string, value: unknown): Promise<void>;
  kick(user: string): Promise<void>;
  /** Invokes the administrator's function. */
  admin(request: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** An object of the room's bucket, as text. */
  object(key: string): Promise<string>;
  close(): Promise<void>;
}

export interface SceneOptions {
  /** The speed of the room's clock, as a multiple of the machine's. A scene puts the clock forward instead, if it can. */
  readonly speed?: number;
  readonly dataDir?: string;
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** Binary logarithm of scrypt's N. The default is cheap. */
  readonly passwordCost?: number;
  /** Which settings the new room begins with. The default is `local`. */
  readonly roomKind?: 'local' | 'deployed';
  /** The seed. The same seed repeats the sequence of faults. */
  readonly seed?: number;
  /** Whether the flood limit is on. Scenes of other features may send more requests a second than users do. */
  readonly floodLimit?: boolean;
  /** Whether the stage's throttles are on. Scenes register more users a second than a real room. */
  readonly throttling?: boolean;
  /** Makes DynamoDB behave as on AWS under load. `{}` uses the figures of AWS. */
  readonly contention?: Partial<ContentionSettings>;
  /** The number of requests that a function may handle at a time. */
  readonly environmentsPerFunction?: number;
  /** How long (ms of the room's clock) one invocation of the admin function works at a long job. */
  readonly adminSlice?: number;
  /** How much (millionths of a US$) a function spends before it stores that. */
  readonly spentStep?: number;
  /** The assumed delay (ms of the room's clock) of a line on its way to the log. Local lines arrive at once. */
  readonly logLateness?: number;
}

export const password = 'wastingtime';

/** An empty room: a new local one, or the deployed room of {@link deployedAt}, emptied. */
export async function openRoom(options: SceneOptions = {}): Promise<SceneRoom> {
  const room = sceneRoom(deployedAt === undefined ? await openLocalRoom(options) : await openDeployedRoom(deployedAt));
  if (options.floodLimit !== true) {
    // A guest must have time to log in, however fast the room's clock runs.
    const connections = {
      guestsPerAddress: 100_000,
      connectsPerAddress: 1_000_000,
      guestTime: 60 * (options.speed ?? 1),
    };
    await room.database.seed({ floodBurst: 1_000_000, floodRate: 100_000, ...connections });
  }
  return room;
}

/** The parts that differ between a local and a deployed room. */
export interface RoomParts extends Pick<SceneRoom, 'url' | 'pageUrl' | 'local' | 'close'> {
  readonly tables: Tables;
  readonly bucket: { readonly s3: S3Client; readonly name: string };
  /** Invokes a function, by its logical id, with an event. Returns its result. @throws the function's error. */
  invoke(name: string, event: unknown): Promise<unknown>;
}

/** Starts a local room on a free port. Its temporary folder is removed with it. Passwords are hashed cheaply. */
async function openLocalRoom(options: SceneOptions): Promise<RoomParts> {
  const dataDir = options.dataDir ?? temporaryFolder('chat-scene-', roomsIn);
  const local = await startLocalRoom({
    assembly: 'cdk.out',
    dataDir,
    port: 0,
    throttling: options.throttling ?? false,
    environment: {
      PASSWORD_COST: String(options.passwordCost ?? 4),
      ROOM_KIND: options.roomKind ?? 'local',
      LOG_LATENESS_MS: String(options.logLateness ?? 0),
      ...(options.spentStep !== undefined && { SPENT_STEP: String(options.spentStep) }),
      ...(options.adminSlice !== undefined && { ADMIN_SLICE_MS: String(options.adminSlice) }),
    },
    ...(options.host !== undefined && { host: options.host }),
    ...(options.speed !== undefined && { speed: options.speed }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.contention !== undefined && { contention: options.contention }),
    ...(options.environmentsPerFunction !== undefined && { environmentsPerFunction: options.environmentsPerFunction }),
  });
  const { region, credentials, s3Endpoint: endpoint, stack } = local;
  return {
    url: local.url,
    pageUrl: local.outputs['PageUrl'] ?? '',
    local,
    tables: tablesOf(local),
    bucket: {
      s3: new S3Client({ region, credentials, endpoint, forcePathStyle: true }),
      name: stack.buckets[0]?.name ?? '',
    },
    invoke: (name, event) => local.invoke(name, event),
    async close() {
      if (options.dataDir === undefined) {
        await local.abandon();
        await removeFolder(dataDir);
      } else await local.close();
      noteUsedPermissions(local.access);
      // Some functions continue after a refused permission, so no other check would detect it.
      if (local.access.refusals.length > 0) throw new Error(local.access.refusals.join('\n'));
    },
  };
}

function sceneRoom(parts: RoomParts): SceneRoom {
  const { url, pageUrl, tables, bucket, invoke } = parts;
  const room: SceneRoom = {
    url,
    pageUrl,
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
