import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { announcementOf, get, type OwnFile, put, putHalf, RoomFiles, send } from '../harness/files.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import type { Heard, Wire } from '../harness/wire.ts';

let room: SceneRoom;
let files: RoomFiles;
let facebook: Wire;
let columbia: Wire;
beforeAll(async () => {
  room = await openRoom();
  files = new RoomFiles(room.local);
  facebook = await room.enter('Facebook');
  columbia = await room.enter('Columbia');
});
afterEach(async () => {
  room.local.faults.reset();
  await files.clear();
  expect(await files.count()).toEqual(nothing);
});
afterAll(async () => {
  files.close();
  await room.close();
});

const nothing = { records: 0, objects: 0 };
const bytes = Buffer.from('I have stored a test file for convenience.\n');
let count = 0;
/** Each scene has a file of its own. */
const newFile = (): OwnFile => {
  count += 1;
  return { name: `test_file ${count}.txt`, bytes };
};

const announced = async (wire: Wire, to: string) => {
  const file = newFile();
  return { ...file, place: await wire.get('file', announcementOf(to, file)) };
};
const keyOfOnly = async () => {
  const [record] = await files.records();
  return record?.['objectKey'] as string;
};
const state = async () => (await files.records()).map((one) => one['state']);
const isStored = () => expect.poll(state).toEqual(['stored']);
/** How often somebody's inbox tells something of a file. */
const told = async (inbox: string, name: string) => {
  const items = await room.database.stream(`inbox/${inbox}`);
  return items.filter((one) => one['name'] === name).map((one) => one['event']);
};
const fetchable = async () => ((await columbia.get('fileget', {}))['files'] as Heard[]).map(({ name }) => name);
const failure = (name: string, reason: string) => facebook.event('file-failed', { name, reason, to: 'Columbia' });

describe('what S3 tells', () => {
  test('twice, and late, happens once', async () => {
    room.local.faults.event = { drop: 0, late: 0, delayMs: 0, double: 1 };
    const { name, place } = await announced(facebook, 'columbia');
    await put(place, bytes);
    await columbia.event('file', { name });
    const key = await keyOfOnly();
    await files.tellAgain(key);
    await Promise.all([files.tellAgain(key), files.tellAgain(key)]);
    expect(await told('columbia', name)).toEqual(['file']);
    expect(await fetchable()).toEqual([name]);
    // Told of once more: each has the one number, so a client shows one.
    expect(
      new Set(
        columbia
          .events('file')
          .filter((one) => one['name'] === name)
          .map(({ seq }) => seq),
      ).size,
    ).toBe(1);
    await columbia.get('filedone', { from: 'facebook', name });
    await files.tellAgain(key);
    expect(await told('columbia', name)).toEqual(['file']);
    expect(await told('facebook', name)).toEqual(['file-received']);
  });

  test('never, is found out', async () => {
    room.local.faults.event = { drop: 1, late: 0, delayMs: 0, double: 0 };
    const { name, place } = await announced(facebook, 'columbia');
    await put(place, bytes);
    await files.tidy();
    expect(await fetchable()).toEqual([]);
    await files.makeDue();
    await files.tidy();
    expect(await columbia.event('file', { name })).toMatchObject({ from: 'Facebook' });
    expect(await fetchable()).toEqual([name]);
  });

  test('of bytes that are not those announced: they go, and the sender is told, once', async () => {
    const { name } = await announced(facebook, 'columbia');
    const key = await keyOfOnly();
    // S3 itself takes no others by the URL it was given.
    await files.plant(key, Buffer.from(bytes).fill('x', 0, 1));
    await failure(name, 'damaged');
    await files.tellAgain(key);
    await expect.poll(() => files.count()).toEqual(nothing);
    expect(await told('facebook', name)).toEqual(['file-failed']);
    expect(await told('columbia', name)).toEqual([]);
  });

  test('of bytes that are too few, likewise', async () => {
    const { name } = await announced(facebook, 'columbia');
    await files.plant(await keyOfOnly(), bytes.subarray(1));
    await failure(name, 'damaged');
  });

  test.each(['files/nobody/nothing/1', 'files/a', 'files/a/b/c/d'])(
    'of bytes at %s, which no record tells of: they go',
    async (key) => {
      await files.plant(key, bytes);
      await expect.poll(() => files.objects()).toEqual([]);
    },
  );
});

describe('an upload', () => {
  test('that was never done, or half done: the sender is told when it is given up on', async () => {
    const never = await announced(facebook, 'columbia');
    const half = await announced(facebook, 'columbia');
    await putHalf(half.place, bytes, 10);
    await files.tidy();
    expect(await files.count()).toEqual({ records: 2, objects: 0 });
    await files.makeDue();
    await files.tidy();
    await failure(never.name, 'unfinished');
    await failure(half.name, 'unfinished');
    expect(await told('columbia', never.name)).toEqual([]);
    // It may be sent again now; what is put where the first was to be is nobody's.
    await put(never.place, bytes);
    await expect.poll(() => files.objects()).toEqual([]);
    await send(facebook, 'columbia', never);
    await columbia.event('file', { name: never.name });
  });

  test('to someone who blocks the sender meanwhile', async () => {
    const { name, place } = await announced(facebook, 'columbia');
    await columbia.get('block', { user: 'facebook' });
    await put(place, bytes);
    await failure(name, 'blocked');
    expect(await told('columbia', name)).toEqual([]);
    await columbia.get('unblock', { user: 'facebook' });
  });

  test('to someone who deregisters meanwhile, whoever has the name now', async () => {
    await room.register('mortal');
    const { name, place } = await announced(facebook, 'mortal');
    const guest = await room.connect();
    await guest.get('deregister', { user: 'mortal', password });
    const heir = await room.enter('mortal');
    await put(place, bytes);
    await facebook.event('file-failed', { name, reason: 'no-such-user', to: 'mortal' });
    expect(await heir.get('sync', { inbox: 0 })).toMatchObject({ messages: [] });
    expect(heir.events('file')).toEqual([]);
    await Promise.all([guest.close(), heir.close()]);
  });

  test('by someone who deregisters meanwhile arrives', async () => {
    const leaver = await room.enter('leaver');
    const { name, place } = await announced(leaver, 'columbia');
    await leaver.get('logout', {});
    const guest = await room.connect();
    await guest.get('deregister', { user: 'leaver', password });
    await put(place, bytes);
    await columbia.event('file', { name, from: 'leaver' });
    const heir = await room.enter('leaver');
    expect(await get(await columbia.get('fileget', { from: 'leaver', name }))).toMatchObject({ body: bytes });
    await columbia.get('filedone', { from: 'leaver', name });
    // Who has the name now has sent nothing.
    expect(await heir.get('sync', { inbox: 0 })).toMatchObject({ messages: [] });
    expect(heir.events('file-received')).toEqual([]);
    await Promise.all([guest.close(), heir.close()]);
  });
});

describe('the news of a file', () => {
  test('to a connection that is gone, and nobody has noticed, is there at the next login', async () => {
    room.local.faults.disconnect = { drop: 1, late: 0, delayMs: 0, double: 0 };
    const ghost = await room.enter('ghost');
    await ghost.kill();
    const { name, place } = await announced(facebook, 'ghost');
    await put(place, bytes);
    await isStored();
    // The post that found nobody has begun the session's grace: its owner may come back at once.
    await expect
      .poll(async () => (await room.database.presence()).find((one) => one.name === 'ghost'))
      .toMatchObject({
        detachedAt: expect.any(Number),
      });
    const again = await room.connect();
    await again.get('login', { user: 'ghost', password });
    expect(await again.get('sync', {})).toMatchObject({ messages: [{ event: 'file', name }] });
    await again.get('filedone', { from: 'facebook', name });
    await facebook.event('file-received', { name, by: 'ghost' });
    await again.get('logout', {});
  });

  test('that cannot be posted is posted again, by another function', async () => {
    const { name, place } = await announced(facebook, 'columbia');
    room.local.faults.beforePost = ({ function: by }) => (by.startsWith('Files') ? 500 : undefined);
    await put(place, bytes);
    await columbia.event('file', { name });
    expect(await told('columbia', name)).toEqual(['file']);
  });
});

describe('a file that waits', () => {
  test('goes when its recipient deregisters; a later owner of the name has none', async () => {
    await room.register('mortal2');
    const { name, place } = await announced(facebook, 'mortal2');
    await put(place, bytes);
    await isStored();
    const guest = await room.connect();
    await guest.get('deregister', { user: 'mortal2', password });
    const heir = await room.enter('mortal2');
    expect(await heir.get('fileget', {})).toMatchObject({ files: [] });
    await files.tidy();
    await facebook.event('file-failed', { name, reason: 'no-such-user' });
    expect(await files.count()).toEqual(nothing);
    await Promise.all([guest.close(), heir.close()]);
  });

  test('goes when nobody has fetched it for too long, and is over by the clock before that', async () => {
    const { name, place } = await announced(facebook, 'columbia');
    await put(place, bytes);
    await columbia.event('file', { name });
    await files.makeDue();
    expect(await fetchable()).toEqual([]);
    expect(await columbia.refused('fileget', { from: 'facebook', name })).toMatchObject({ code: 'no-such-file' });
    expect(await columbia.refused('filedone', { from: 'facebook', name })).toMatchObject({ code: 'no-such-file' });
    // The place is free again, although nobody has tidied up yet.
    await facebook.get('file', announcementOf('columbia', { name, bytes: Buffer.from('another') }));
    await failure(name, 'expired');
    expect(await state()).toEqual(['announced']);
    await expect.poll(() => files.objects()).toEqual([]);
  });

  test('can be fetched by who has blocked its sender since', async () => {
    const { name, place } = await announced(facebook, 'columbia');
    await put(place, bytes);
    await columbia.event('file', { name });
    await columbia.get('block', { user: 'facebook' });
    expect(await get(await columbia.get('fileget', { from: 'facebook', name }))).toMatchObject({ body: bytes });
    await columbia.get('filedecline', { from: 'facebook', name });
    await facebook.event('file-declined', { name });
    await columbia.get('unblock', { user: 'facebook' });
  });

  test('whose bytes have gone is not served, and can be declined', async () => {
    const { name, place } = await announced(facebook, 'columbia');
    await put(place, bytes);
    await columbia.event('file', { name });
    await files.lose(await keyOfOnly());
    // As S3 answers for who may not list, which the function that signed may not; one that knows no roles says 404.
    const { status } = await get(await columbia.get('fileget', { from: 'facebook', name }));
    expect([403, 404]).toContain(status);
    await columbia.get('filedecline', { from: 'facebook', name });
    await facebook.event('file-declined', { name });
  });

  test('among hundreds, is listed with as many as a reply can hold', async () => {
    const one = await announced(facebook, 'columbia');
    await put(one.place, bytes);
    await columbia.event('file', { name: one.name });
    const takeAway = await files.multiply(300);
    const { files: listed, more } = await columbia.get('fileget', {});
    expect(listed).toHaveLength(200);
    expect(more).toBe(true);
    await takeAway();
  });

  test('is not hidden by however much is announced and never uploaded', async () => {
    await announced(facebook, 'columbia');
    const [record = {}] = await files.records();
    // More than DynamoDB reads at once, and before whatever is sent.
    const keys = Array.from({ length: 4 }, (_one, i) => ({ recipient: record['recipient'], file: `!${i}` }));
    const padding = 'x'.repeat(350_000);
    await room.database.putAll(
      'FileRecords',
      keys.map((key) => ({ ...record, ...key, padding })),
    );
    const file = newFile();
    await send(facebook, 'columbia', file);
    await columbia.event('file', { name: file.name });
    expect(await columbia.get('fileget', {})).toMatchObject({ files: [{ name: file.name }], more: false });
    for (const key of keys) await room.database.remove('FileRecords', key);
  });
});

test('a URL ends after five minutes; another content may be announced then', async () => {
  const fast = await openRoom({ speed: 60 });
  const its = new RoomFiles(fast.local);
  try {
    await fast.change('timeOut', 7 * 86_400);
    await fast.register('columbia');
    const sender = await fast.enter('facebook');
    const file = newFile();
    const place = await sender.get('file', announcementOf('columbia', file));
    const expiresAt = Date.parse(place['expiresAt'] as string);
    const other = announcementOf('columbia', { ...file, bytes: Buffer.from('another') });
    await expect.poll(() => fast.local.clock.now() - expiresAt, { timeout: 20_000 }).toBeGreaterThan(0);
    expect((await put(place, bytes)).status).toBe(403);
    expect(await its.objects()).toEqual([]);
    await sender.get('file', other);
    await sender.event('file-failed', { name: file.name, reason: 'unfinished' });
    expect(await its.records()).toMatchObject([{ sha256: other.sha256, state: 'announced' }]);
    await sender.close();
  } finally {
    its.close();
    await fast.close();
  }
});
