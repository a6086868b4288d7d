import { paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Tables } from './tables.ts';

type Item = Record<string, unknown>;

/** The contents of a room's tables: users, sessions and messages. */
export interface TableSnapshot {
  readonly room: Item;
  /** By folded name. */
  readonly users: ReadonlyMap<string, Item>;
  /** In order of their numbers, by stream: `room`, or `inbox/` and the folded name. */
  readonly streams: ReadonlyMap<string, readonly Item[]>;
  /** The last number given out in each stream that has a counter. */
  readonly counters: ReadonlyMap<string, number>;
  readonly loginBlocks: readonly Item[];
  readonly present: readonly Item[];
  readonly connections: readonly Item[];
}

/** Reads all items of a room's tables. */
export async function takeSnapshot({ db, name }: Tables): Promise<TableSnapshot> {
  const all = async (table: string) => {
    const found: Item[] = [];
    const pages = paginateScan({ client: db }, { TableName: name(table), ConsistentRead: true });
    for await (const { Items = [] } of pages) found.push(...Items);
    return found;
  };
  const rooms = await all('Room');
  const streams = new Map<string, Item[]>();
  const counters = new Map<string, number>();
  for (const item of await all('Messages')) {
    const [, counted] = /^counter\/(.*)$/.exec(String(item['stream'])) ?? [];
    if (counted !== undefined) {
      counters.set(counted, Number(item['seq']));
      continue;
    }
    // A tombstone.
    if (item['event'] === 'hidden') continue;
    const stream = streams.get(String(item['stream'])) ?? [];
    stream.push(item);
    streams.set(String(item['stream']), stream);
  }
  for (const stream of streams.values()) {
    stream.sort((a, b) => (String(a['position']) < String(b['position']) ? -1 : 1));
  }
  return {
    room: rooms.find((item) => item['room'] === 'room') ?? {},
    users: new Map((await all('Users')).map((item) => [String(item['name']), item])),
    streams,
    counters,
    loginBlocks: await all('LoginBlocks'),
    // Partition 2 counts guests, which no session leaves behind.
    present: (await all('Presence')).filter(({ shard }) => shard !== 2),
    connections: await all('Connections'),
  };
}

const setOf = (value: unknown) => (value instanceof Set ? (value as Set<string>) : new Set<string>());

/** Lists the invariants that the tables violate. Needs a room where no user is online and nothing has expired. */
export function brokenPromises(snapshot: TableSnapshot): string[] {
  const { room, users, streams, counters, present, connections } = snapshot;
  const problems: string[] = [];
  if (room['online'] !== 0) problems.push(`${room['online']} are counted`);
  if (present.length > 0) problems.push(`${present.length} are present`);
  if (connections.length > 0) problems.push(`${connections.length} connections are on record`);

  const stored = (key: string) => Number(streams.get(key)?.at(-1)?.['seq'] ?? 0);
  const endOf = (key: string) => counters.get(key) ?? stored(key);
  for (const [key, given] of counters) {
    if (stored(key) > given) problems.push(`${key}: ${stored(key)} stands where the last number is ${given}`);
    if (key !== 'room' && !users.has(key.replace('inbox/', ''))) problems.push(`the counter of ${key} is nobody's`);
  }

  const byId = new Map([...users.values()].map((user) => [String(user['accountId']), user]));
  if (byId.size !== users.size) problems.push('an account id stands for two users');
  for (const user of users.values()) {
    const name = String(user['name']);
    const last = endOf(`inbox/${name}`);
    if (Number(user['inboxAcked']) > last) problems.push(`${name} has read ${user['inboxAcked']} of ${last}`);
    const lastBroadcast = endOf('room');
    if (Number(user['roomAcked']) > lastBroadcast) problems.push(`${name} has read broadcasts there are not`);
    for (const blocked of Object.keys((user['blocks'] as object | undefined) ?? {})) {
      const other = byId.get(blocked);
      if (other && !setOf(other['blockedBy']).has(String(user['accountId']))) {
        problems.push(`${name} blocks ${String(other['name'])}, who does not know`);
      }
    }
    for (const blocker of setOf(user['blockedBy'])) {
      const other = byId.get(blocker);
      if (!Object.hasOwn((other?.['blocks'] as object | undefined) ?? {}, String(user['accountId']))) {
        problems.push(`${name} is in a blockedBy set without a block`);
      }
    }
  }

  for (const [key, stream] of streams) {
    let last = 0;
    for (const item of stream) {
      // A message that was committed after the backup had read the next one is missing in the backup.
      const mayFollow = item['previousAt'] === undefined ? item['seq'] === last + 1 : Number(item['seq']) > last;
      if (!mayFollow) problems.push(`${key}: number ${String(item['seq'])} stands where ${last + 1} should`);
      last = Number(item['seq']);
    }
    if (key === 'room') continue;
    const owner = users.get(key.replace('inbox/', ''));
    if (!owner) problems.push(`${key} is nobody's`);
    const isOwn = (item: Item) => String(item['position']).startsWith(`${String(owner?.['accountId'])}/`);
    if (!stream.every(isOwn)) problems.push(`${key} holds messages of another account`);
  }
  return problems;
}
