import { afterAll, beforeAll, expect, test } from 'vitest';
import { announcedInARow, mostAnnounced } from '../../functions/chat/turnover.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

async function comeAndGo(user: string): Promise<void> {
  const client = await room.connect();
  await client.get('login', { user, password });
  await client.get('logout', {});
}

/** The notices that a client has got about a user, or about all of them. */
const noticesOf = (client: RawClient, user?: string) =>
  client.all(({ event, user: of }) => (event === 'login' || event === 'logout') && (user === undefined || of === user));

test('every client that got a login event gets one event for the end of that session', async () => {
  const users = ['racer0', 'racer1', 'racer2'];
  await room.register(...users);
  const reader = await room.enter('reader');
  for (let round = 0; round < 6; round += 1) {
    const client = await room.connect();
    await client.get('login', { user: users[round % users.length] ?? '', password });
    await client.close();
    await expect.poll(async () => (await room.database.presence()).map(({ name }) => name)).toEqual(['reader']);
  }
  for (const user of users) {
    const told = (kind: string) => noticesOf(reader, user).filter(({ event }) => event === kind).length;
    await expect.poll(() => [told('login'), told('logout')]).toEqual([2, 2]);
  }
  await reader.close();
});

test('a user who logs in and out again and again is announced a few times, and other users still are', async () => {
  await room.register('restless', 'Columbia');
  const reader = await room.enter('reader');
  for (let i = 0; i < announcedInARow + 4; i += 1) await comeAndGo('restless');
  await comeAndGo('Columbia');
  await reader.event('logout', { user: 'Columbia' });
  const [logins, logouts] = ['login', 'logout'].map((kind) =>
    noticesOf(reader, 'restless').filter(({ event }) => event === kind),
  );
  expect(logins).toHaveLength(announcedInARow);
  expect(logouts).toHaveLength(announcedInARow);
  // The user is in the room all the same.
  const restless = await room.enter('restless');
  await restless.get('broadcast', { text: 'here again' });
  await reader.event('broadcast', { from: 'restless' });
  expect((await reader.get('whoelse', {})).users).toContain('restless');
  await restless.close();
  await reader.close();
});

test('many users who log in and out again and again are told together', async () => {
  const users = Array.from({ length: 6 }, (_, i) => `restless${i}`);
  await room.register(...users);
  const reader = await room.enter('reader');
  for (let i = 0; i < announcedInARow - 1; i += 1) await Promise.all(users.map(comeAndGo));
  const changes = 2 * users.length * (announcedInARow - 1);
  expect(changes).toBeGreaterThan(1.5 * mostAnnounced);
  // Each environment announces its first notice, whatever others have announced.
  expect(noticesOf(reader).length).toBeLessThanOrEqual(mostAnnounced + 10);
  await reader.close();
});
