import { expect } from 'vitest';
import { type Census, takeCensus } from './census.ts';
import { password, type SceneRoom } from './room.ts';
import { tablesOf } from './tables.ts';

/** All of a room, when the sweeper has noted what it notes for itself. */
export async function census(of: SceneRoom): Promise<Census> {
  await of.local.runSchedule();
  const tables = tablesOf(of.local);
  try {
    return await takeCensus(tables);
  } finally {
    tables.db.destroy();
  }
}

/** Has people come by who leave something of everything. */
export async function furnish({ enter, register, connect, change }: SceneRoom): Promise<void> {
  await change('maxCon', 7);
  await change('blockTime', 86_400);
  await register('Columbia', 'network', 'Google');
  const facebook = await enter('facebook');
  for (const text of ['one', 'two', 'drei 🙂', '{"$set":["x"]}']) {
    await facebook.get('message', { to: 'Columbia', text });
  }
  await facebook.get('block', { user: 'network' });
  await facebook.get('block', { user: 'Google' });
  const network = await enter('network');
  await network.get('broadcast', { text: 'facebook does not see this' });
  await network.get('message', { to: 'Columbia', text: 'five' });
  const Columbia = await connect();
  await Columbia.get('login', { user: 'Columbia', password });
  const { upTo } = await Columbia.get('sync', {});
  expect(upTo).toEqual({ inbox: 5, room: 1 });
  Columbia.send({ action: 'ack', inbox: 3, room: 1 });
  await Columbia.get('logout', {});
  const stranger = await connect();
  for (let tries = 0; tries < 3; tries++) await stranger.refused('login', { user: 'Google', password: 'wrong one' });
  await facebook.get('logout', {});
  await network.get('logout', {});
  await stranger.close();
}

/** What of a room a backup keeps. */
export function kept({
  users,
  streams,
  loginBlocks,
  room: { maxCon, timeOut, blockTime, lastHour, lastBroadcast },
}: Census) {
  return {
    users: Object.fromEntries(users),
    streams: Object.fromEntries(streams),
    settings: { maxCon, timeOut, blockTime, lastHour, lastBroadcast },
    loginBlocks: loginBlocks.map(({ tries: _, ...block }) => block),
  };
}

/** The names of the files that wait for somebody in a room. */
export async function waiting(of: SceneRoom): Promise<unknown[]> {
  const stored = (await of.files.records()).filter(({ state }) => state === 'stored');
  return stored.map(({ name }) => name).sort();
}
