import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { administer } from '../harness/console.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const change = (name: string, value: unknown, seen?: unknown) =>
  room.admin({ command: 'change', name, value, ...(seen !== undefined && { seen }) });
const settings = async () => (await room.admin({ command: 'settings' }))['settings'];

describe('the settings', () => {
  test('of a new room are the defaults', async () => {
    expect(await settings()).toMatchObject({
      open: true,
      maxCon: 100,
      blockTime: 60,
      lastHour: 3600,
      timeOut: 1800,
      minPassword: 8,
      grace: 30,
      online: 0,
    });
  });

  test.each([
    ['maxCon', 0],
    ['maxCon', 1.5],
    ['maxCon', 100_001],
    ['maxCon', '5'],
    ['blockTime', 0],
    ['blockTime', -1],
    ['blockTime', 86_401],
    ['lastHour', 0],
    ['lastHour', null],
    ['timeOut', 4.9],
    ['timeOut', 7 * 86_400 + 1],
    ['minPassword', 0],
    ['minPassword', 129],
    ['grace', 0.5],
    ['grace', 3601],
  ])('%s cannot be %j', async (name, value) => {
    const before = await settings();
    expect(await change(name, value)).toMatchObject({ ok: false, error: { code: 'invalid-value' } });
    expect(await settings()).toEqual(before);
  });

  test.each(['online', 'logins', 'lastBroadcast', 'room', 'constructor', '__proto__', ''])(
    'there is none called %j',
    async (name) => {
      expect(await change(name, 1)).toMatchObject({ ok: false, error: { code: 'no-such-setting' } });
    },
  );

  test.each([
    ['maxCon', 7],
    ['blockTime', 1.5],
    ['lastHour', 100],
    ['timeOut', 600],
    ['minPassword', 12],
    ['grace', 3],
  ])('%s can be set to %j, with immediate effect', async (name, value) => {
    expect(await change(name, value)).toMatchObject({ ok: true, name, value });
    expect(await settings()).toMatchObject({ [name]: value });
  });

  test('OPEN is changed only by stop and start, which return the time', async () => {
    for (const request of [
      { command: 'change', name: 'open', value: false },
      { command: 'import', settings: { maxCon: 9, open: false } },
    ]) {
      const before = await settings();
      expect(await room.admin(request)).toMatchObject({ ok: false, error: { code: 'not-by-change' } });
      expect(await settings()).toEqual(before);
    }
  });

  test('a malformed request is refused', async () => {
    for (const request of [{}, { command: 'change' }, { command: 'kick' }, { command: 'settings', from: 'me' }]) {
      expect(await room.admin(request)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    }
    expect(await room.admin({ command: 'dance' })).toMatchObject({ ok: false, error: { code: 'unknown-command' } });
  });

  test('of two administrators who saw the same value, one can change it', async () => {
    await change('maxCon', 10);
    const replies = await Promise.all(Array.from({ length: 10 }, (_, i) => change('maxCon', 20 + i, 10)));
    const [winner, ...others] = replies.filter((reply) => reply['ok'] === true);
    expect(others).toEqual([]);
    expect(await settings()).toMatchObject({ maxCon: winner?.['value'] });
    for (const reply of replies.filter((one) => one !== winner)) {
      expect(reply).toMatchObject({ ok: false, error: { code: 'changed-meanwhile' } });
    }
    expect(await change('maxCon', 30, winner?.['value'])).toMatchObject({ ok: true });
  });

  test('a change without a seen value returns the replaced value, also in a race', async () => {
    await change('maxCon', 10);
    const values = Array.from({ length: 10 }, (_, i) => 20 + i);
    const replies = await Promise.all(values.map((value) => change('maxCon', value)));
    const { maxCon } = (await settings()) as { maxCon: number };
    // Every value except the last was replaced by another change.
    expect(replies.map(({ was }) => was).toSorted()).toEqual([10, ...values.filter((value) => value !== maxCon)]);
    expect(await room.admin({ command: 'import', settings: { maxCon: 7, lastHour: 200 } })).toMatchObject({
      settings: { maxCon: 7, lastHour: 200 },
      was: { maxCon, lastHour: 100 },
    });
  });

  test('a refused value is answered with the valid range', async () => {
    const told = async (name: string, value: unknown) => ((await change(name, value))['error'] as Error).message;
    for (const value of [0, 1.5, 100_001, '5']) {
      expect(await told('maxCon', value)).toBe('MaxCon is a whole number from 1 to 100000.');
    }
    expect(await told('grace', 0.5)).toBe('GRACE is a number of seconds from 1 to 3600.');
    expect(await room.admin({ command: 'import', settings: { timeOut: null } })).toMatchObject({
      error: { code: 'invalid-value', message: 'TIME_OUT is a number of seconds from 5 to 604800.' },
    });
  });

  test('of the original program are imported, all of them or none', async () => {
    await room.admin({ command: 'import', settings: { maxCon: 7, blockTime: 86_400, lastHour: 3599, timeOut: 1799 } });
    const folder = await mkdtemp(join(tmpdir(), 'chat-import-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const para = join(folder, 'para.txt');
    await writeFile(para, 'MaxCon 5\nBLOCK_TIME 60.0\nLAST_HOUR 100.0\nTIME_OUT 600.0\n');
    expect(await administer(room, 'import', para)).toMatchObject({
      code: 0,
      lines: [
        'MaxCon has been changed to 5 (it was 7).',
        'BLOCK_TIME has been changed to 60.0 (it was 86400.0).',
        'LAST_HOUR has been changed to 100.0 (it was 3599.0).',
        'TIME_OUT has been changed to 600.0 (it was 1799.0).',
      ],
    });
    const before = await room.database.room();
    expect(before).toMatchObject({ maxCon: 5, blockTime: 60, lastHour: 100, timeOut: 600 });
    await writeFile(para, 'MaxCon 50\nTIME_OUT 1.0\n');
    expect(await administer(room, 'import', para)).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining('TIME_OUT')],
    });
    await writeFile(para, 'MaxCon 50\nSHOE_SIZE 42\n');
    expect(await administer(room, 'import', para)).toMatchObject({ code: 2 });
    expect(await room.database.room()).toEqual(before);
  });
});

describe('a change', () => {
  test('of TIME_OUT is reported at the next login', async () => {
    await change('timeOut', 700);
    await change('minPassword', 8);
    await room.register('facebook');
    const client = await room.connect();
    expect(await client.get('login', { user: 'facebook', password })).toMatchObject({ timeOut: 700 });
    await client.close();
  });
});

test('a closed room refuses new connections and logins, but ends no session', async () => {
  await room.register('Columbia');
  const inside = await room.enter('facebook');
  const waiting = await room.connect();
  await room.database.setOpen(false);
  await expect(room.connect()).rejects.toMatchObject({ status: 503 });
  expect(await waiting.refused('login', { user: 'Columbia', password })).toMatchObject({ code: 'room-stopped' });
  expect(await waiting.refused('register', { user: 'newone', password })).toMatchObject({ code: 'room-stopped' });
  expect(await waiting.refused('deregister', { user: 'Columbia', password })).toMatchObject({
    code: 'room-stopped',
  });
  expect(await inside.get('whoelse', {})).toMatchObject({ total: 0 });
  await room.database.setOpen(true);
  await waiting.get('login', { user: 'Columbia', password });
  await waiting.close();
  await inside.close();
});
