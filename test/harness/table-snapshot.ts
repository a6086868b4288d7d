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
  for (const item of await all('Messages')) {
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
    loginBlocks: await all('LoginBlocks'),
    present: await all('Presence'),
    connections: await all('Connections'),
  };
}

const setOf = (value: unknown) => (value instanceof Set ? (value as Set<string>) : new Set<string>());

/** The invariants of the tables that do not hold, in a room where nobody is online and nothing has expired. */
export function brokenPromises(snapshot: TableSnapshot): string[] {
  const { room, users, streams, present, connections } = snapshot;
  const problems: string[] = [];
  if (room['online'] !== 0) problems.push(`${room['online']} are counted`);
  if (present.length > 0) problems.push(`${present.length} are present`);
  if (connections.length > 0) problems.push(`${connections.length} connections are on record`);

  const byId = new Map([...users.values()].map((user) => [String(user['accountId']), user]));
  if (byId.size !== users.size) problems.push('an account id stands for two users');
  for (const user of users.values()) {
    const name = String(user['name']);
    const last = (streams.get(`inbox/${name}`) ?? []).length;
    if (Number(user['inboxAcked']) > last) problems.push(`${name} has read ${user['inboxAcked']} of ${last}`);
    const lastBroadcast = Math.max(Number(room['lastBroadcast']), (streams.get('room') ?? []).length);
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
        problems.push(`${name} is blocked by somebody who does not know`);
      }
    }
  }

  for (const [key, stream] of streams) {
    for (const [i, item] of stream.entries()) {
      if (item['seq'] !== i + 1) problems.push(`${key}: number ${String(item['seq'])} stands where ${i + 1} should`);
    }
    if (key === 'room') continue;
    const owner = users.get(key.replace('inbox/', ''));
    if (!owner) problems.push(`${key} is nobody's`);
    const isOwn = (item: Item) => String(item['position']).startsWith(`${String(owner?.['accountId'])}/`);
    if (!stream.every(isOwn)) problems.push(`${key} holds messages of another account`);
  }
  return problems;
}
