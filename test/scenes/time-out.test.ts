import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

/** A low speed, because a pause of this machine of 50 ms takes half a second on the room's clock. */
const speed = 10;
/** Seconds of the room's clock. */
const timeOut = 20;

let room: SceneRoom;
/** A user who is active all the time. */
let watcher: RawClient;
let talking: NodeJS.Timeout;
beforeAll(async () => {
  room = await openRoom({ speed });
  await room.register('idler', 'other');
  watcher = await room.enter('watcher');
  talking = setInterval(() => watcher.say('whoelse', {}), (timeOut * 1000) / 10 / speed);
});
afterAll(async () => {
  clearInterval(talking);
  await room.close();
});

/** Makes every scheduled run of the sweeper fail. A session that the other runs miss then never ends. */
function failScheduledRuns({ local: { faults } }: SceneRoom): void {
  faults.beforeDynamoDb = ({ function: name, trigger }) =>
    name.startsWith('Sweeper') && trigger?.source === 'schedule' ? 'before' : undefined;
}

/** Repeats something until a promise resolves, several times within TIME_OUT. */
async function repeat(until: Promise<unknown>, act: () => void): Promise<void> {
  const timer = setInterval(act, (timeOut * 1000) / 10 / speed);
  await until.finally(() => clearInterval(timer));
}

describe('TIME_OUT', () => {
  test('ends a silent session before the next scheduled sweep, tells everybody, and closes the connection', async () => {
    // The function is warm then.
    await room.change('timeOut', 3600);
    const since = room.local.clock.now();
    const idler = await room.enter('idler');
    failScheduledRuns(room);
    onTestFinished(() => room.local.faults.reset());
    // Lower it while the sweeper may be waiting for a later time. It takes effect at once.
    await room.change('timeOut', timeOut);
    const event = await idler.event('timeout');
    const after = room.local.clock.now() - since;
    expect(event).toEqual({ type: 'event', event: 'timeout', seconds: timeOut });
    expect(after / 1000).toBeGreaterThanOrEqual(timeOut - 0.5);
    expect((await idler.closed).code).toBe(1000);
    expect(await watcher.event('logout', { user: 'idler' })).toMatchObject({ reason: 'timeout' });
    expect((await watcher.get('whoelse', {})).users).toEqual([]);
  });

  test('heartbeats, acknowledgements and sync do not count as activity', async () => {
    const idler = await room.enter('idler');
    const ended = idler.event('timeout');
    await repeat(ended, () => {
      idler.send({ action: 'ping' });
      idler.say('ack', { inbox: 0 });
      idler.say('sync', {});
    });
  });

  test('never ends an active session', async () => {
    const idler = await room.enter('other');
    // Meanwhile the watcher is active for longer than TIME_OUT.
    await idler.event('timeout');
    expect(watcher.events('timeout')).toEqual([]);
    expect(await watcher.get('whoelse', {})).toMatchObject({ users: [] });
  });
});

test('the sweeper does not wait for an active session', async () => {
  const busy = await openRoom({ speed });
  onTestFinished(() => busy.close());
  await busy.change('timeOut', 3_600);
  await busy.register('talker');
  await busy.enter('talker');
  // By its stored lower bound the session is due 84 seconds from now, before the next run; by its last activity it is not.
  const before = busy.local.clock.now();
  await busy.database.set('Presence', { shard: 0, name: 'talker' }, { activeSince: before - 3_520_000 });
  await busy.local.invoke('Sweeper', {});
  expect(busy.local.clock.now() - before).toBeLessThan(80_000);
});

test('a session that begins in an empty room after a sweep times out before the next scheduled sweep', async () => {
  const empty = await openRoom({ speed });
  onTestFinished(() => empty.close());
  await empty.change('timeOut', timeOut);
  await empty.register('idler');
  failScheduledRuns(empty);
  const waits: number[] = [];
  // One after the other: each user logs in after the run that ended the previous session.
  for (let i = 0; i < 4; i += 1) {
    const since = empty.local.clock.now();
    const idler = await empty.enter('idler');
    await idler.event('timeout');
    waits.push((empty.local.clock.now() - since) / 1000);
    await idler.closed;
    await expect.poll(() => empty.database.counts()).toEqual({ counted: 0, present: 0 });
  }
  expect(Math.min(...waits)).toBeGreaterThan(timeOut - 0.5);
});

test('the sweeper does not wait in an empty room, even with a short TIME_OUT', async () => {
  const empty = await openRoom({ speed });
  onTestFinished(() => empty.close());
  await empty.change('timeOut', 80);
  const before = empty.local.clock.now();
  await empty.local.invoke('Sweeper', {});
  expect(empty.local.clock.now() - before).toBeLessThan(80_000);
});
