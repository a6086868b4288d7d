import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connect } from '../../client/room/index.ts';
import { refusedConnects } from '../../functions/chat/count-refused.ts';
import { floodConnects, mostRefused } from '../../protocol/index.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
  await room.register('Columbia');
});
afterAll(() => room.close());
beforeEach(async () => {
  await room.change('guestsPerAddress', 3);
  await room.change('connectsPerAddress', 1_000_000);
});

const tooMany = { status: 429 };

/** Connects as soon as the address has a place again: a function goes on refusing for a moment without a look. */
async function connectSoon(address: string): Promise<RawClient> {
  let client: RawClient | undefined;
  await expect
    .poll(async () => {
      client = await room.connect(address).catch(() => undefined);
      return client;
    })
    .toBeDefined();
  if (!client) throw new Error('not connected');
  return client;
}

/** Makes the address's guests older than they are, and runs the sweeper. */
async function sweepOldGuests(address: string): Promise<void> {
  const key = { shard: 2, name: address };
  const item = (await room.database.get('Presence', key)) ?? {};
  const marks = Object.keys(item).filter((name) => name.startsWith('guest:'));
  await room.database.set('Presence', key, Object.fromEntries(marks.map((name) => [name, Date.now() - 61_000])));
  await room.local.invoke('Sweeper', {});
}

test('an address may have a limited number of guests; members and closed connections do not count', async () => {
  const [first, second, third] = [
    await room.connect('127.0.0.2'),
    await room.connect('127.0.0.2'),
    await room.connect('127.0.0.2'),
  ];
  await expect(room.connect('127.0.0.2')).rejects.toMatchObject(tooMany);
  // Another address has places of its own.
  await (await room.connect('127.0.0.3')).close();
  await first.get('login', { user: 'Columbia', password });
  const fourth = await connectSoon('127.0.0.2');
  await expect(room.connect('127.0.0.2')).rejects.toMatchObject(tooMany);
  await second.close();
  const fifth = await connectSoon('127.0.0.2');
  await first.get('logout', {});
  for (const client of [third, fourth, fifth]) await client.close();
});

test('an address has at most as many guests as its item holds, whatever the setting is', async () => {
  await room.change('guestsPerAddress', 100_000);
  const key = { shard: 2, name: '127.0.0.30' };
  await room.database.set('Presence', key, { guests: 5_000 });
  await expect(room.connect('127.0.0.30')).rejects.toMatchObject(tooMany);
  await room.database.set('Presence', key, { guests: 4_999 });
  await (await connectSoon('127.0.0.30')).close();
});

test('guests that do not log in are closed and no longer count, even without $disconnect; members stay', async () => {
  const member = await room.connect('127.0.0.4');
  await member.get('login', { user: 'Columbia', password });
  const guest = await room.connect('127.0.0.4');
  room.local.faults.disconnect.drop = 1;
  // The login gives its place back after its reply.
  for (let i = 0; i < 2; i += 1) await (await connectSoon('127.0.0.4')).kill();
  await expect(room.connect('127.0.0.4')).rejects.toMatchObject(tooMany);
  await sweepOldGuests('127.0.0.4');
  room.local.faults.reset();
  expect(await guest.closed).toMatchObject({ code: 1000 });
  const others = [await connectSoon('127.0.0.4'), await connectSoon('127.0.0.4'), await connectSoon('127.0.0.4')];
  await member.get('whoelse', {});
  for (const client of others) await client.close();
  await member.get('logout', {});
});

test('an address may open a limited number of connections in ten minutes; a resume does not count', async () => {
  await room.change('connectsPerAddress', 3);
  const member = await room.connect('127.0.0.5');
  let { token } = await member.get('login', { user: 'Columbia', password });
  await member.kill();
  let last = member;
  for (let i = 0; i < 3; i += 1) {
    last = await connectSoon('127.0.0.5');
    token = (await last.get('resume', { user: 'Columbia', token })).token;
  }
  await (await connectSoon('127.0.0.5')).close();
  await (await connectSoon('127.0.0.5')).close();
  await expect(room.connect('127.0.0.5')).rejects.toMatchObject(tooMany);
  await last.get('logout', {});
});

test('a login that takes a session over stays counted as a connection, because it hashes a password', async () => {
  await room.change('connectsPerAddress', 3);
  let client: RawClient | undefined;
  for (let i = 0; i < 3; i += 1) {
    client = await room.connect('127.0.0.11');
    await client.get('login', { user: 'Columbia', password, takeOver: true });
  }
  await expect(room.connect('127.0.0.11')).rejects.toMatchObject(tooMany);
  await client?.get('logout', {});
});

test('an address that is always in use does not collect the counts of past windows', async () => {
  const key = { shard: 2, name: '127.0.0.9' };
  const connects = (item: object = {}) => Object.keys(item).filter((name) => name.startsWith('connects:'));
  const first = await room.connect('127.0.0.9');
  const [now = ''] = connects(await room.database.get('Presence', key));
  const before = `connects:${Number(now.split(':')[1]) - 1}`;
  await room.database.set('Presence', key, { [before]: 300 });
  const second = await room.connect('127.0.0.9');
  expect(connects(await room.database.get('Presence', key))).not.toContain(before);
  await Promise.all([first, second].map((one) => one.close()));
});

test('a connection that was closed for flooding costs its address several connections', async () => {
  await room.change('floodRate', 20);
  await room.change('floodBurst', 100);
  await room.change('connectsPerAddress', floodConnects);
  const flooder = await room.connect('127.0.0.6');
  for (let i = 0; i < 3 * mostRefused; i += 1) flooder.send('hello');
  await flooder.closed;
  await expect.poll(() => room.connect('127.0.0.6').catch(({ status }) => status)).toBe(429);
  await room.change('floodRate', 100_000);
  await room.change('floodBurst', 1_000_000);
});

test('refused frames of a guest count as connections of its address, and at the limit its guests are closed', async () => {
  await room.change('connectsPerAddress', 3 + 2 * refusedConnects);
  const member = await room.connect('127.0.0.7');
  await member.get('login', { user: 'Columbia', password });
  await member.get('whoelse', {});
  const guest = await room.connect('127.0.0.7');
  // A login that is refused although its password is right does not count.
  await guest.refused('login', { user: 'Columbia', password });
  const refuse = async (frame: object) => {
    guest.send(frame);
    await guest.next(({ ok }) => ok === false, 'a refusal');
  };
  await refuse({ action: 'login' });
  await (await room.connect('127.0.0.7')).close();
  // The limit is reached.
  guest.send({ action: 'login' });
  expect(await guest.closed).toMatchObject({ code: 1000 });
  await expect.poll(() => room.connect('127.0.0.7').catch(({ status }) => status)).toBe(429);
  await (await room.connect('127.0.0.8')).close();
  // Members of the address stay.
  await member.get('logout', {});
});

test('frames on their way from an address whose connects are used up are refused without further reads', async () => {
  await room.change('connectsPerAddress', 2 * refusedConnects);
  const guest = await room.connect('127.0.0.10');
  const recording = room.local.calls.record();
  for (let i = 0; i < 60; i += 1) guest.say('login', { user: 'nobody', password: 'a guess' });
  await guest.closed;
  const answered = () => recording.invocations.filter(({ trigger }) => trigger.eventType === 'MESSAGE').length;
  await expect.poll(answered).toBe(60);
  recording.stop();
  const looked = recording.calls.filter(
    ({ operation, permissions }) =>
      operation === 'GetItem' && permissions.some(({ resource }) => resource.startsWith('Users')),
  );
  expect(looked.length).toBeLessThan(30);
});

test('a client whose connection was closed before the login opens another one, without a notice', async () => {
  const states: string[] = [];
  const client = await connect({
    url: room.url,
    timing: { guest: 50 },
    connection: (state) => states.push(state),
  });
  const opened = room.local.connections.length;
  await expect.poll(() => room.local.connections.length).toBe(opened - 1);
  await client.login('Columbia', password);
  await client.request('whoelse', {});
  await client.leave();
  expect(states).toEqual([]);
});

test('five times as many clients as GUESTS_PER_ADDRESS all log in at once, and again after a stop', {
  timeout: 120_000,
}, async () => {
  const users = Array.from({ length: 15 }, (_, i) => `worker${i}`);
  await room.change('guestsPerAddress', 100_000);
  await room.register(...users);
  await room.change('guestsPerAddress', 3);
  await room.change('connectsPerAddress', 60);
  await room.change('maxCon', 100);
  const timing = { backoff: 500, maxBackoff: 8_000 };
  const clients = await Promise.all(
    users.map(async (user) => {
      const client = await connect({ url: room.url, timing, reconnectAfterStop: true });
      await client.login(user, password, { keepPassword: true });
      return client;
    }),
  );
  await room.admin({ command: 'stop', message: 'Back soon.' });
  await expect.poll(() => room.database.counts()).toEqual({ counted: 0, present: 0 });
  await room.admin({ command: 'start' });
  await expect
    .poll(() => room.database.counts(), { timeout: 60_000 })
    .toEqual({ counted: users.length, present: users.length });
  await Promise.all(clients.map((client) => client.leave()));
});
