import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { tablesOf } from '../harness/tables.ts';
import type { Wire } from '../harness/wire.ts';

// The room's clock runs twenty times as fast as ours: its five seconds are our quarter of one.
const speed = 20;

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom({ speed });
  await room.change('timeOut', 100_000);
});
afterEach(() => room.local.faults.reset());
afterAll(() => room.close());

const online = async (wire: Wire) => (await wire.get('whoelse', {}))['users'];

async function countOnline(): Promise<number> {
  const { settings } = (await room.admin({ command: 'settings' })) as { settings: { online: number } };
  return settings.online;
}

describe('TIME_OUT', () => {
  test('ends who did nothing, within five seconds, and tells them and everyone else', async () => {
    const watcher = await room.enter('watcher');
    const idler = await room.enter('idler');
    await watcher.event('login', { user: 'idler' });
    await idler.get('whoelse', {});
    const lastAct = room.local.clock.now();
    await room.change('timeOut', 40);
    const staying = setInterval(() => watcher.say('whoelse', {}), 100);
    expect(await idler.event('timeout')).toEqual({ type: 'event', event: 'timeout', seconds: 40 });
    const late = room.local.clock.now() - lastAct - 40_000;
    expect(await idler.closed).toMatchObject({ code: 1000 });
    await watcher.event('logout', { user: 'idler', reason: 'timeout' });
    clearInterval(staying);
    await room.change('timeOut', 100_000);
    expect(late).toBeGreaterThanOrEqual(0);
    // Five seconds of the room, and half a second of ours for a machine that does other things as well.
    expect(late).toBeLessThan(5_000 + 500 * speed);
    expect(await online(watcher)).toEqual([]);
    await watcher.close();
  });

  test('ping, ack and sync are no activity', async () => {
    const idler = await room.enter('pinger');
    await room.change('timeOut', 30);
    const chatter = setInterval(() => {
      idler.send({ action: 'ping' });
      idler.say('ack', { inbox: 0 });
      idler.say('sync', {});
    }, 100);
    await idler.event('timeout');
    clearInterval(chatter);
    await room.change('timeOut', 100_000);
    await idler.closed;
  });
});

describe('a connection that is lost', () => {
  test('leaves the session for the grace, and then everyone is told', async () => {
    const watcher = await room.enter('watcher');
    const loser = await room.enter('loser');
    await watcher.event('login', { user: 'loser' });
    await loser.kill();
    await expect.poll(() => room.local.connections.length).toBe(1);
    expect(await online(watcher)).toEqual(['loser']);
    await room.local.runSchedule();
    expect(await watcher.event('logout', { user: 'loser' })).toMatchObject({ reason: 'lost' });
    expect(await online(watcher)).toEqual([]);
    expect(await countOnline()).toBe(1);
    await watcher.close();
  });

  test.each(['dropped', 'late', 'twice'])('with its $disconnect %s, it is found by the sweeper', async (how) => {
    const watcher = await room.enter('watcher');
    const ghost = await room.enter('ghost');
    await watcher.event('login', { user: 'ghost' });
    const { disconnect } = room.local.faults;
    if (how === 'dropped') disconnect.drop = 1;
    else if (how === 'late') Object.assign(disconnect, { late: 1, delayMs: 2_500 });
    else disconnect.double = 1;
    await ghost.close();
    if (how === 'twice') await watcher.event('logout', { user: 'ghost', reason: 'logout' });
    else {
      await expect.poll(() => room.local.connections.length).toBe(1);
      // A session this young is not looked for yet.
      await expect.poll(() => room.local.runSchedule().then(() => online(watcher)), { timeout: 20_000 }).toEqual([]);
      await watcher.event('logout', { user: 'ghost', reason: 'lost' });
    }
    expect(await countOnline()).toBe(1);
    expect(watcher.events('logout').filter((one) => one['user'] === 'ghost')).toHaveLength(1);
    await watcher.close();
  });

  test('whose network died unnoticed does not keep its owner out', async () => {
    const frozen = await room.enter('frozen');
    const id = room.local.connections.at(-1)?.connectionId ?? '';
    room.local.faults.halfOpen.add(id);
    const wire = await room.connect();
    // Two minutes of the room's, in which the old connection gives no sign of life.
    await expect
      .poll(async () => (await wire.ask('login', { user: 'frozen', password })).ok, { timeout: 20_000, interval: 500 })
      .toBe(true);
    await wire.close();
    await frozen.kill();
  });

  test('before anybody has logged in leaves nothing behind', async () => {
    const wire = await room.connect();
    await wire.kill();
    expect(await countOnline()).toBe(0);
  });
});

describe('the count', () => {
  test('is set right by the sweeper, should it ever be wrong', async () => {
    const wire = await room.enter('counter');
    const tables = tablesOf(room.local);
    await tables.db.send(
      new UpdateCommand({
        TableName: tables.name('Room'),
        Key: { room: 'room' },
        UpdateExpression: 'SET #online = :wrong',
        ExpressionAttributeNames: { '#online': 'online' },
        ExpressionAttributeValues: { ':wrong': 41 },
      }),
    );
    await room.local.runSchedule();
    expect(await countOnline()).toBe(1);
    await wire.close();
  });
});

describe('resume', () => {
  async function lose(user: string): Promise<{ token: string }> {
    const wire = await room.connect();
    await wire.ask('register', { user, password });
    const { token } = await wire.get('login', { user, password });
    await wire.kill();
    return { token: token as string };
  }

  test('goes on without notices, and what was missed is there', async () => {
    const watcher = await room.enter('watcher');
    const { token } = await lose('comeback');
    await watcher.event('login', { user: 'comeback' });
    expect(await watcher.get('message', { to: 'comeback', text: 'are you there?' })).toMatchObject({
      delivery: 'stored',
    });
    const wire = await room.connect();
    const resumed = await wire.get('resume', { user: 'Comeback', token });
    expect(resumed).toMatchObject({ user: 'comeback', unread: { inbox: 1 } });
    expect(resumed['token']).not.toBe(token);
    expect((await wire.get('sync', {}))['messages']).toMatchObject([{ text: 'are you there?' }]);
    await room.local.runSchedule();
    expect(watcher.events('logout')).toEqual([]);
    expect(watcher.events('login')).toHaveLength(1);
    // Single use.
    const again = await room.connect();
    expect(await again.refused('resume', { user: 'comeback', token })).toMatchObject({ code: 'bad-token' });
    await Promise.all([watcher, wire, again].map((one) => one.close()));
  });

  test('takes a live session over to another connection; the old one is told and closed', async () => {
    const first = await room.connect();
    await first.ask('register', { user: 'mover', password });
    const { token } = await first.get('login', { user: 'mover', password });
    const second = await room.connect();
    await second.get('resume', { user: 'mover', token: token as string });
    await first.event('replaced');
    expect(await first.closed).toMatchObject({ code: 1000 });
    expect(await online(second)).toEqual([]);
    expect(await countOnline()).toBe(1);
    await second.close();
  });

  test('a token is void after logout, timeout, a changed password and a kick, and for anybody else', async () => {
    const enter = async (user: string) => {
      const wire = await room.connect();
      await wire.ask('register', { user, password });
      const { token } = await wire.get('login', { user, password });
      return { wire, token: token as string };
    };
    const left = await enter('left');
    await left.wire.get('logout', {});
    const changed = await enter('changed');
    await changed.wire.get('passwd', { oldPassword: password, newPassword: 'another password' });
    const kicked = await enter('kicked');
    await room.kick('kicked');
    expect(await kicked.wire.event('kicked')).toMatchObject({ reason: 'the administrator' });
    await kicked.wire.closed;
    const wire = await room.connect();
    for (const [user, { token }] of Object.entries({ left, changed, kicked, left2: changed })) {
      expect(await wire.refused('resume', { user, token })).toMatchObject({ code: 'bad-token' });
    }
    expect(await wire.refused('resume', { user: 'changed', token: '' })).toMatchObject({ code: 'bad-token' });
    await changed.wire.close();
    await wire.close();
  });
});
