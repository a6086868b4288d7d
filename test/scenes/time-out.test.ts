import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

/** Seconds. */
const timeOut = 20;

let room: SceneRoom;
/** A user who is active all the time. */
let watcher: RawClient;
beforeAll(async () => {
  room = await openRoom();
  await room.register('idler', 'other');
  watcher = await room.enter('watcher');
});
afterAll(() => room.close());

/** Makes every scheduled run of the sweeper fail. A session that the other runs miss then never ends. */
function failScheduledRuns({ local: { faults } }: SceneRoom): void {
  faults.beforeDynamoDb = ({ function: name, trigger }) =>
    name.startsWith('Sweeper') && trigger?.source === 'schedule' ? 'before' : undefined;
}

/** Runs the sweeper. Returns the number of its queries of the sessions: each wait is followed by one. */
async function queriesOfRun({ local }: SceneRoom): Promise<number> {
  const recording = local.calls.record();
  await local.invoke('Sweeper', {});
  recording.stop();
  return recording.calls.filter(
    ({ operation, permissions, trigger }) =>
      trigger?.detail === 'operator' && operation === 'Query' && permissions[0]?.resource.startsWith('Presence'),
  ).length;
}

/** Lets time pass until a promise resolves. Repeats something meanwhile, several times within TIME_OUT. */
async function repeat<T>(until: Promise<T>, { local }: SceneRoom, act: () => Promise<object>): Promise<T> {
  let over = false;
  const end = until.finally(() => {
    over = true;
  });
  while (!over) {
    local.clock.forward((timeOut * 1000) / 10);
    await act();
  }
  return end;
}

/** Lets time pass while the watcher is active. */
const watched = <T>(until: Promise<T>) => repeat(until, room, () => watcher.get('whoelse', {}));

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
    const event = await watched(idler.event('timeout'));
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
    await repeat(ended, room, () => {
      idler.send({ action: 'ping' });
      idler.say('ack', { inbox: 0 });
      idler.say('sync', {});
      return watcher.get('whoelse', {});
    });
  });

  test('never ends an active session', async () => {
    const idler = await room.enter('other');
    // Meanwhile the watcher is active for longer than TIME_OUT.
    await watched(idler.event('timeout'));
    expect(watcher.events('timeout')).toEqual([]);
    expect(await watcher.get('whoelse', {})).toMatchObject({ users: [] });
  });
});

test('the sweeper does not wait for an active session', async () => {
  const busy = await openRoom();
  onTestFinished(() => busy.close());
  await busy.change('timeOut', 3_600);
  await busy.register('talker');
  await busy.enter('talker');
  const withoutWait = await queriesOfRun(busy);
  // By its stored lower bound the session is due 84 seconds from now, before the next run; by its last activity it is not.
  const activeSince = busy.local.clock.now() - 3_520_000;
  await busy.database.set('Presence', { shard: 0, name: 'talker' }, { activeSince });
  expect(await queriesOfRun(busy)).toBe(withoutWait);
});

test('a session that begins in an empty room after a sweep times out before the next scheduled sweep', async () => {
  const empty = await openRoom();
  onTestFinished(() => empty.close());
  await empty.change('timeOut', timeOut);
  await empty.register('idler');
  failScheduledRuns(empty);
  const waits: number[] = [];
  // One after the other: each user logs in after the run that ended the previous session.
  for (let i = 0; i < 4; i += 1) {
    const since = empty.local.clock.now();
    const idler = await empty.enter('idler');
    await repeat(idler.event('timeout'), empty, () => empty.database.counts());
    waits.push((empty.local.clock.now() - since) / 1000);
    await idler.closed;
    await expect.poll(() => empty.database.counts()).toEqual({ counted: 0, present: 0 });
  }
  expect(Math.min(...waits)).toBeGreaterThan(timeOut - 0.5);
});

test('the sweeper does not wait in an empty room, even with a short TIME_OUT', async () => {
  const empty = await openRoom();
  onTestFinished(() => empty.close());
  const withoutWait = await queriesOfRun(empty);
  await empty.change('timeOut', 80);
  expect(await queriesOfRun(empty)).toBe(withoutWait);
});
