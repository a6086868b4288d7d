import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { perMillionPosts, perMillionRuns } from '../../functions/chat/admin/prices.ts';
import { announcementOf } from '../harness/files.ts';
import { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

/** A room in which every function stores what it spends at once. */
async function open(): Promise<SceneRoom> {
  const room = await openRoom({ spentStep: 0 });
  onTestFinished(() => room.close());
  return room;
}

const sweep = (room: SceneRoom) => room.local.invoke('Sweeper', {});
const spent = async (room: SceneRoom) => Number((await room.database.room())['spent'] ?? 0);

/** Begins the month's count, then has the room spend so many US$. */
async function spend(room: SceneRoom, usd: number): Promise<void> {
  await sweep(room);
  await room.database.set('Room', { room: 'room' }, { spent: (await spent(room)) + usd });
}

/** The lines of a level that functions write meanwhile. */
async function linesOf(
  room: SceneRoom,
  level: string,
  act: () => Promise<unknown>,
): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const stop = room.local.lambdaLogs.subscribe(
    ({ text }) => void (text.includes(`"level":"${level}"`) && lines.push(text)),
  );
  try {
    await act();
  } finally {
    stop();
  }
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('MONTHLY_BUDGET', () => {
  test('is no amount but "off" or US$', async () => {
    const room = await open();
    for (const value of ['0', '-5', 'much', '12.345', 12]) {
      expect(await room.admin({ command: 'change', name: 'monthlyBudget', value })).toMatchObject({ ok: false });
    }
    await room.change('monthlyBudget', '12.50');
    await room.change('monthlyBudget', 'off');
  });

  test('is compared with what functions spend, for refused frames and for each post of a broadcast, too', async () => {
    const room = await open();
    const [ann, bob] = [await room.enter('ann'), await room.enter('bob')];
    const guest = await room.connect();
    const file = { name: 'x', bytes: Buffer.from('hello') };
    const costs = [
      [() => guest.refused('whoelse', {}), perMillionRuns.chat],
      [() => ann.get('broadcast', { text: 'hello' }), perMillionRuns.chat + 2 * perMillionPosts],
      [() => bob.get('file', announcementOf('ann', file)), perMillionRuns.files],
    ] as const;
    for (const [act, perMillion] of costs) {
      const before = await spent(room);
      await act();
      await expect.poll(() => spent(room)).toBeGreaterThan(before + 0.99 * (perMillion / 1_000_000));
    }
  });

  test('warns once at 80 %', async () => {
    const room = await open();
    await room.enter('ann');
    await room.change('monthlyBudget', '10');
    await spend(room, 7.9);
    expect(await linesOf(room, 'WARN', () => sweep(room))).toEqual([]);
    await spend(room, 0.2);
    const warnings = await linesOf(room, 'WARN', async () => {
      await sweep(room);
      await sweep(room);
    });
    expect(warnings).toMatchObject([{ message: '80 % of the budget is used', usd: 8.1, budget: 10 }]);
  });

  describe('when it is used up', () => {
    let room: SceneRoom;
    let ann: RawClient;
    let guest: RawClient;
    beforeAll(async () => {
      room = await openRoom({ spentStep: 0 });
      ann = await room.enter('ann');
      guest = await room.connect();
      await room.change('monthlyBudget', '10');
      await spend(room, 10);
      await sweep(room);
      return () => room.close();
    });

    test('everyone is told and sent away', async () => {
      expect(await ann.event('stop')).toMatchObject({ message: expect.stringContaining('budget') });
      expect(await ann.closed).toMatchObject({ code: 1000 });
      expect(await room.database.presence()).toEqual([]);
    });

    test('a refusal gives the reason, and so does the status of a refused connection', async () => {
      expect(await guest.refused('login', { user: 'ann', password })).toMatchObject({
        code: 'room-stopped',
        message: expect.stringContaining('budget'),
      });
      await expect(RawClient.open(room.url)).rejects.toThrow('402');
    });

    test('it closes again after a start, until the budget is raised', async () => {
      await room.admin({ command: 'start' });
      const client = await room.connect();
      await sweep(room);
      expect(await client.refused('login', { user: 'ann', password })).toMatchObject({ code: 'room-stopped' });
      await room.change('monthlyBudget', '20');
      await room.admin({ command: 'start' });
      await sweep(room);
      await client.get('login', { user: 'ann', password });
      // A stop by an administrator has no such reason.
      await room.admin({ command: 'stop', message: 'Good night.' });
      await expect(RawClient.open(room.url)).rejects.toThrow('503');
    });
  });
});
