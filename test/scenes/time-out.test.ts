import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

/** Modest: 50 ms of this machine's noise are half a second of the room's. */
const speed = 10;
/** Seconds of the room. */
const timeOut = 8;
/** The room's promise (s), and what a busy machine may add to it. */
const lateness = { promised: 5, noise: 2.5 };

let room: SceneRoom;
let watcher: RawClient;
beforeAll(async () => {
  room = await openRoom({ speed });
  await room.register('idler', 'other');
  watcher = await room.enter('watcher');
});
afterAll(() => room.close());

/** Keeps somebody busy, on the room's clock, until something has happened. */
async function active(client: RawClient, until: Promise<unknown>, say: (client: RawClient) => void): Promise<void> {
  let over = false;
  void until.finally(() => {
    over = true;
  });
  while (!over) {
    say(client);
    await sleep((timeOut * 1000) / 4 / speed);
  }
}

const talk = (client: RawClient) => void client.say('whoelse', {});

describe('TIME_OUT', () => {
  test('ends who is silent, tells them and the others, and closes; no later than 5 s', async () => {
    const idler = await room.enter('idler');
    const since = room.local.clock.now();
    // Lowered while the sweeper may be waiting for something later: it takes effect at once.
    await room.change('timeOut', timeOut);
    const ended = idler.event('timeout').then((event) => ({ event, after: room.local.clock.now() - since }));
    await active(watcher, ended, talk);
    const { event, after } = await ended;
    expect(event).toEqual({ type: 'event', event: 'timeout', seconds: timeOut });
    expect(after / 1000).toBeGreaterThanOrEqual(timeOut - 0.5);
    expect(after / 1000).toBeLessThan(timeOut + lateness.promised + lateness.noise);
    expect((await idler.closed).code).toBe(1000);
    expect(await watcher.event('logout', { user: 'idler' })).toMatchObject({ reason: 'timeout' });
    expect((await watcher.get('whoelse', {})).users).toEqual([]);
  });

  test('heartbeats, acknowledgements and sync are no activity', async () => {
    const idler = await room.enter('idler');
    const ended = idler.event('timeout');
    const since = room.local.clock.now();
    await Promise.all([
      active(watcher, ended, talk),
      active(idler, ended, (client) => {
        if (client.socket.readyState !== client.socket.OPEN) return;
        client.send({ action: 'ping' });
        client.say('ack', { inbox: 0 });
        client.say('sync', {});
      }),
    ]);
    expect((room.local.clock.now() - since) / 1000).toBeLessThan(timeOut * 1.25 + lateness.promised + lateness.noise);
  });

  test('never ends who is active in time', async () => {
    const idler = await room.enter('other');
    const ended = idler.event('timeout');
    // The watcher has been busy all the while, far longer than TIME_OUT.
    await active(watcher, ended, talk);
    expect(watcher.events('timeout')).toEqual([]);
    expect(await watcher.get('whoelse', {})).toMatchObject({ users: [] });
  });
});

test('no run of the sweeper waits for the end of a session whose owner is active', async () => {
  const busy = await openRoom({ speed });
  onTestFinished(() => busy.close());
  await busy.change('timeOut', 100);
  await busy.register('talker');
  const talker = await busy.enter('talker');
  // What was known of the session at its beginning says that it ends before the next run; what was said since, that it does not.
  await sleep(25_000 / speed);
  await talker.get('whoelse', {});
  const before = busy.local.clock.now();
  await busy.local.invoke('Sweeper', {});
  expect(busy.local.clock.now() - before).toBeLessThan(40_000);
});

test('TIME_OUT is no later for who comes into an empty room, after the sweeper has looked', async () => {
  const empty = await openRoom({ speed });
  onTestFinished(() => empty.close());
  await empty.change('timeOut', timeOut);
  await empty.register('idler');
  const waits: number[] = [];
  // One after the other: each comes when the run that ended the one before has found nobody else.
  for (let i = 0; i < 4; i += 1) {
    const idler = await empty.enter('idler');
    const since = empty.local.clock.now();
    await idler.event('timeout');
    waits.push((empty.local.clock.now() - since) / 1000);
    await idler.closed;
  }
  expect(Math.max(...waits)).toBeLessThan(timeOut + lateness.promised + lateness.noise);
  expect(Math.min(...waits)).toBeGreaterThan(timeOut - 0.5);
});

test('no run of the sweeper waits in an empty room, however short TIME_OUT is', async () => {
  const empty = await openRoom({ speed });
  onTestFinished(() => empty.close());
  await empty.change('timeOut', 80);
  const before = empty.local.clock.now();
  await empty.local.invoke('Sweeper', {});
  expect(empty.local.clock.now() - before).toBeLessThan(80_000);
});
