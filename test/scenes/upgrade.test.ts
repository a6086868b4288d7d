import { readFileSync } from 'node:fs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultSettings } from '../../functions/chat/settings.ts';
import { type Action, parseRequest } from '../../protocol/index.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';
import { tablesOf } from '../harness/tables.ts';

/** What the first version of this room had in its tables, as that version wrote it, and what its clients said. */
interface Fixture {
  readonly takenAt: number;
  readonly password: string;
  /** The resume token of SEAS, whose connection was lost a moment before. */
  readonly token: string;
  readonly items: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly frames: readonly Readonly<Record<string, unknown>>[];
}

const shift = (ms: number) => (_key: string, value: unknown) => {
  if (typeof value === 'object' && value !== null && '$set' in value) return new Set(value.$set as string[]);
  if (typeof value !== 'number' || value < 1e9) return value;
  return value > 1e12 ? value + ms : value + Math.round(ms / 1000);
};

const text = readFileSync(new URL('../fixtures/first-version.json', import.meta.url), 'utf8');
const { takenAt } = JSON.parse(text) as Fixture;

let room: SceneRoom;
let before: Fixture;
beforeAll(async () => {
  room = await openRoom();
  // As if the version before had been replaced this very moment.
  before = JSON.parse(text, shift(Date.now() - takenAt)) as Fixture;
  const { db, name } = tablesOf(room.local);
  for (const [table, items] of Object.entries(before.items)) {
    for (const Item of items) await db.send(new PutCommand({ TableName: name(table), Item }));
  }
});
afterAll(() => room.close());

describe('after an upgrade of a running room', () => {
  test('a session goes on, with all that was said to it, and the limits of a new room where it had none', async () => {
    const client = await room.connect();
    const reply = await client.get('resume', { user: 'SEAS', token: before.token });
    expect(reply).toMatchObject({ user: 'SEAS', timeOut: 900, unread: { inbox: 1, room: 1 } });
    const { messages } = await client.get('sync', {});
    expect(messages).toMatchObject([
      { event: 'broadcast', seq: 1, from: 'Columbia', text: 'hello everyone' },
      { event: 'message', seq: 1, from: 'Columbia', text: 'first' },
    ]);
    expect(await client.get('blocklist', {})).toMatchObject({ users: ['facebook'] });
    const { settings } = (await room.admin({ command: 'settings' })) as { settings: Record<string, unknown> };
    expect(settings).toMatchObject({ timeOut: 900, maxCon: 100, floodRate: 20, online: 1 });
    await client.get('logout', {});
    await client.closed;
  });

  test('accounts, their passwords, wrong tries, blocks and numbers are what they were', async () => {
    const client = await room.connect();
    // The one wrong try that was counted before counts.
    const wrong = await client.refused('login', { user: 'facebook', password: 'another wrong one' });
    expect(wrong).toMatchObject({ code: 'wrong-password' });
    await client.get('login', { user: 'facebook', password: before.password });
    const { messages } = await client.get('sync', {});
    expect(messages).toMatchObject([
      { event: 'broadcast', seq: 1 },
      { event: 'message', seq: 1, text: 'see you later' },
    ]);
    expect(await client.refused('message', { to: 'SEAS', text: 'hi' })).toMatchObject({ code: 'blocked' });
    expect(await client.get('broadcast', { text: 'still here' })).toMatchObject({ seq: 2 });
    expect(await client.get('wholasthr', {})).toMatchObject({ users: ['Columbia', 'SEAS'] });
    await client.close();
  });

  test('a setting that there was none of is changed by who has seen its default, and by nobody who has seen another', async () => {
    const change = (seen: number) => room.admin({ command: 'change', name: 'maxFileBytes', value: 1000, seen });
    expect(await change(5)).toMatchObject({ ok: false, error: { code: 'changed-meanwhile' } });
    expect(await change(defaultSettings.maxFileBytes)).toMatchObject({ ok: true, was: defaultSettings.maxFileBytes });
    expect(await change(defaultSettings.maxFileBytes)).toMatchObject({ ok: false });
    // A setting that it did have.
    const timeOut = (seen: number) => room.admin({ command: 'change', name: 'timeOut', value: 1000, seen });
    expect(await timeOut(defaultSettings.timeOut)).toMatchObject({ ok: false });
    expect(await timeOut(900)).toMatchObject({ ok: true, was: 900 });
  });

  test('a connection that was open before may speak', async () => {
    const client = await room.enter('Columbia', before.password);
    const { db, name } = tablesOf(room.local);
    const [member] = (await room.database.presence()).filter((one) => one.name === 'columbia');
    const account = before.items['Users']?.find((one) => one['name'] === 'columbia');
    const [old] = before.items['Connections'] ?? [];
    const Item = {
      ...old,
      connectionId: member?.connectionId,
      name: 'columbia',
      displayName: 'Columbia',
      accountId: account?.['accountId'],
    };
    await db.send(new PutCommand({ TableName: name('Connections'), Item }));
    for (let i = 0; i < 30; i += 1) await client.get('whoelse', {});
    await client.close();
  });
});

test.each(framesBefore())('%s is understood as the first version of the clients says it', (_action, frame) => {
  expect(parseRequest(JSON.stringify(frame))).toMatchObject({ ok: true, request: { action: frame['action'] } });
});

function framesBefore(): [Action, Readonly<Record<string, unknown>>][] {
  return (JSON.parse(text) as Fixture).frames.map((frame) => [frame['action'] as Action, frame]);
}
