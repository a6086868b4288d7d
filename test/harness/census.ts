import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Tables } from './tables.ts';

type Item = Record<string, unknown>;

/** Everything that a room's tables hold of people and what they said. */
export interface Census {
  readonly room: Item;
  /** By folded name. */
  readonly users: ReadonlyMap<string, Item>;
  /** By stream: `room`, or `inbox/` and the folded name; in their order. */
  readonly streams: ReadonlyMap<string, readonly Item[]>;
  readonly loginBlocks: readonly Item[];
  readonly present: readonly Item[];
  readonly connections: readonly Item[];
}

/** Reads a room's tables from end to end. */
export async function takeCensus({ db, name }: Tables): Promise<Census> {
  const all = async (table: string) => {
    const found: Item[] = [];
    let from: Item | undefined;
    do {
      const page = await db.send(
        new ScanCommand({ TableName: name(table), ConsistentRead: true, ExclusiveStartKey: from }),
      );
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from);
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

/** What is wrong with a room that nobody is in and in which nothing has expired yet: each promise of the tables that does not hold. */
export function brokenPromises(census: Census): string[] {
  const { room, users, streams, present, connections } = census;
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
