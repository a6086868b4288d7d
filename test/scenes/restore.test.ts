import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import { skeletonOf } from '../../protocol/index.ts';
import { administer } from '../harness/console.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { kept, openRestoredRoom, snapshot } from '../harness/seeded-room.ts';
import { brokenPromises } from '../harness/table-snapshot.ts';

let room: SceneRoom;
let other: SceneRoom;
let folder: string;
let file: string;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ room, other, folder, file, close } = await openRestoredRoom());
});
afterAll(() => close());

describe('a restore', () => {
  test('leaves a room that keeps every promise and has the same content', async () => {
    const restored = await snapshot(other);
    expect(brokenPromises(restored)).toEqual([]);
    const Columbia = await other.connect();
    expect(await Columbia.get('login', { user: 'columbia', password })).toMatchObject({
      user: 'Columbia',
      unread: { inbox: 2, room: 0 },
    });
    const { messages } = await Columbia.get('sync', {});
    expect(messages).toMatchObject([
      { seq: 4, text: '{"$set":["x"]}', from: 'facebook' },
      { seq: 5, text: 'five', from: 'network' },
    ]);
    await Columbia.get('logout', {});
    const facebook = await other.connect();
    await facebook.get('login', { user: 'facebook', password });
    expect((await facebook.get('sync', { room: 0 })).messages).toMatchObject([{ event: 'hidden', seq: 1 }]);
    expect(await facebook.get('blocklist', {})).toMatchObject({ users: ['Google', 'network'] });
    const network = await other.enter('network');
    expect(await network.refused('message', { to: 'facebook', text: 'hey' })).toMatchObject({ code: 'blocked' });
    expect(await network.get('broadcast', { text: 'next' })).toMatchObject({ seq: 2 });
    const stranger = await other.connect();
    expect(await stranger.refused('login', { user: 'Google', password })).toMatchObject({ code: 'login-blocked' });
    await facebook.get('logout', {});
    await network.get('logout', {});
    await stranger.close();
  });

  test('claims the name of every account, and no other name', async () => {
    const third = await openRoom();
    onTestFinished(() => third.close());
    // As of an account that was registered after the backup had read the accounts.
    const key = { name: '+names', address: 'late' };
    const claim = { owner: 'late', accountId: 'later', blockedUntil: 0, expiresAt: 253_402_300_799 };
    await room.database.set('LoginBlocks', key, claim);
    // As if facebook had been deregistered after that.
    const reserved = { name: '+names', address: skeletonOf('facebook') };
    const before = await room.database.get('LoginBlocks', reserved);
    await room.database.set('LoginBlocks', reserved, { reservedUntil: Date.now() + 3_600_000 });
    const hasty = join(folder, 'hasty.ndjson.gz');
    expect(await administer(room, 'backup', hasty)).toMatchObject({ code: 0 });
    await room.database.remove('LoginBlocks', key);
    await room.database.remove('LoginBlocks', reserved);
    if (before) await room.database.putAll('LoginBlocks', [before]);
    expect(await administer(third, 'restore', hasty)).toMatchObject({ code: 0 });
    expect(await third.admin({ command: 'add-user', user: 'late' })).toMatchObject({ ok: true });
    expect(await third.admin({ command: 'add-user', user: 'Co1umbia' })).toMatchObject({
      error: { code: 'user-exists' },
    });
  });

  test('with --dry-run only reports what it would do', async () => {
    await other.change('maxCon', 5);
    // On a busy machine the sweeper gives seats back. It deletes its marks minutes later, which would be a change.
    const marks = async () => {
      other.local.clock.forward(60_000);
      await other.local.runSchedule();
      return Object.keys(await other.database.room()).filter((name) => name.includes(':'));
    };
    await expect.poll(marks).toEqual([]);
    const before = await snapshot(other);
    const { code, lines } = await administer(other, 'restore', file, '--dry-run');
    expect(code).toBe(0);
    expect(lines.slice(-5)).toEqual([
      expect.stringMatching(/was taken at .*: 4 users, 6 messages, 0 files, 5 login blocks\.$/),
      '[restore] MaxCon 5 -> 7',
      '[restore] This would replace what is in the room: 4 users, 7 messages, 0 files, 5 login blocks.',
      expect.stringMatching(
        /^\[restore\] It would be refused now\. The room holds users or messages\. .* use --replace\.$/,
      ),
      '[restore] Nothing has been changed.',
    ]);
    expect((await administer(other, 'restore', file, '--dry-run', '--replace')).lines).toContainEqual(
      expect.stringMatching(/^\[restore\] It would be refused now\. The room is open,/),
    );
    expect(await snapshot(other)).toEqual(before);
  });

  test('is refused in a room that is not empty, and with --replace in a room that is not stopped', async () => {
    const before = await snapshot(other);
    expect(await administer(other, 'restore', file)).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining('use --replace')],
    });
    expect(await administer(other, 'restore', file, '--replace')).toMatchObject({ code: 1 });
    expect(await snapshot(other)).toEqual(before);
  });

  test('replaces the content of a stopped room, which stays stopped until it is started', async () => {
    await administer(other, 'stop');
    // Every command of that moment ends within 30 s.
    other.local.clock.forward(31_000);
    const { code, lines } = await administer(other, 'restore', file, '--replace');
    expect(code).toBe(0);
    expect(lines.join('\n')).not.toContain('Waiting');
    expect(lines.slice(-2)).toEqual([
      '[restore] All of it has been restored.',
      'The room is stopped: "start" opens it.',
    ]);
    const restored = await snapshot(other);
    expect(kept(restored)).toEqual(kept(await snapshot(room)));
    expect(brokenPromises(restored)).toEqual([]);
    await expect(other.connect()).rejects.toMatchObject({ status: 503 });
    expect((await administer(other, 'start')).lines).toEqual(['The room is open.']);
    await (await other.enter('facebook')).get('logout', {});
  });

  test('restores a backup in the bucket by its name', async () => {
    const taken = await administer(other, 'backup');
    expect(taken).toMatchObject({ code: 0, complaints: [] });
    const [, name = ''] = /^\[backup\] The backup is (\S+) in the bucket/.exec(taken.lines.at(-1) ?? '') ?? [];
    await administer(other, 'stop');
    const before = kept(await snapshot(other));
    const dryRun = await administer(other, 'restore', name, '--dry-run', '--replace');
    expect(dryRun.lines).toContainEqual('[restore] The settings would stay as they are.');
    expect(dryRun.lines.join()).not.toContain('refused');
    expect(await administer(other, 'restore', name, '--replace')).toMatchObject({ code: 0, complaints: [] });
    expect(kept(await snapshot(other))).toEqual(before);
    await administer(other, 'start');
  });

  test('leaves the room stopped if it was stopped during the restore', async () => {
    const third = await openRoom();
    onTestFinished(() => third.close());
    const atWork = deferred<void>();
    const held = deferred<undefined>();
    third.local.faults.beforeDynamoDb = ({ operation }) => {
      if (operation !== 'BatchWriteItem') return undefined;
      atWork.resolve();
      return held.promise;
    };
    const restored = administer(third, 'restore', file);
    await atWork.promise;
    expect(await third.admin({ command: 'stop' })).toMatchObject({ ok: true });
    held.resolve(undefined);
    const { code, lines } = await restored;
    expect(code).toBe(0);
    expect(lines).toContainEqual(
      expect.stringMatching(/^\[restore\] Waiting \d+ s for commands that began before the room was closed \.\.\.$/),
    );
    expect(lines.at(-1)).toBe('The room is stopped: "start" opens it.');
    expect(await third.database.room()).toMatchObject({ open: false, maxCon: 7 });
  });

  test('of a missing file, or one too large for an upload, does not begin', async () => {
    const misuse = (complaint: string) => ({ code: 2, complaints: [expect.stringContaining(complaint)] });
    expect(await administer(other, 'restore', './rom.gz')).toMatchObject(
      misuse(`There is no file ${resolve('rom.gz')}.`),
    );
    const huge = join(folder, 'huge');
    await writeFile(huge, '');
    await truncate(huge, 5 * 1024 ** 3 + 1);
    expect(await administer(other, 'restore', huge)).toMatchObject(misuse('is larger than 5 GiB'));
  });

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)],
    ['turned over in the middle', (bytes: Buffer) => bytes.fill(bytes.readUInt8(300) ^ 0xff, 300, 301)],
    ['no backup', () => Buffer.from('hello')],
  ])('of a file that is %s is refused before the upload and changes nothing', async (_what, damage) => {
    const damaged = join(folder, 'damaged');
    await writeFile(damaged, damage(await readFile(file)));
    const before = await snapshot(other);
    const { code, complaints } = await administer(other, 'restore', damaged);
    expect(code).toBe(1);
    expect(complaints).toEqual([expect.stringMatching(/damaged: It is .*Nothing has been changed\.$/)]);
    expect(await snapshot(other)).toEqual(before);
  });

  test('of a file that was damaged in the bucket is refused by the room and changes nothing', async () => {
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 30) ^ 1, bytes.length - 30);
    const name = 'damaged.ndjson.gz';
    const { url, headers } = await other.admin({ command: 'upload-url', name, bytes: bytes.length });
    const put = await fetch(String(url), { method: 'PUT', body: bytes, headers: headers as Record<string, string> });
    expect(put.status).toBe(200);
    await administer(other, 'stop');
    const before = await snapshot(other);
    expect(await administer(other, 'restore', name, '--replace')).toMatchObject({
      code: 1,
      complaints: [
        expect.stringMatching(/damaged\.ndjson\.gz: It is damaged after byte \d+\. Nothing has been changed\.$/),
      ],
    });
    expect(await administer(other, 'restore', 'nowhere.gz')).toMatchObject({ code: 1 });
    expect(await snapshot(other)).toEqual(before);
  });

  test('that was interrupted keeps the room closed until a restore has completed', async () => {
    const uploaded = (await administer(other, 'backups', '--json')).lines
      .map((line) => (JSON.parse(line) as { name: string }).name)
      .find((one) => one.startsWith('uploaded_'));
    const asked = { command: 'restore', file: uploaded, replace: true };
    let reply = await other.admin(asked);
    const goOnTo = async (stage: string) => {
      while (reply['stage'] !== stage) {
        expect(reply).toMatchObject({ ok: true });
        other.local.clock.forward(Number(reply['waits'] ?? 0) * 1000);
        reply = await other.admin({ ...asked, from: reply['next'] });
      }
    };
    await goOnTo('close');
    // A registration that was admitted before the lock, and commits when half of the items are deleted.
    const atWork = deferred<void>();
    const held = deferred<undefined>();
    other.local.faults.beforeDynamoDb = ({ operation, input }) => {
      if (operation === 'Query' || !JSON.stringify(input).includes('Let in before')) return undefined;
      atWork.resolve();
      return held.promise;
    };
    const announced = other.admin({ command: 'announce', text: 'Let in before' });
    await atWork.promise;
    await goOnTo('write');
    held.resolve(undefined);
    const refusal = { ok: false, error: { code: 'restore-unfinished' } };
    expect(await announced).toMatchObject(refusal);
    other.local.faults.reset();
    // The restore would overwrite a change now, so it is refused.
    for (const request of [
      { command: 'announce', text: 'Hello' },
      { command: 'remove', user: 'facebook' },
      { command: 'reset-password', user: 'facebook' },
    ]) {
      expect(await other.admin(request)).toMatchObject(refusal);
    }
    expect(await administer(other, 'start')).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining('Run it again')],
    });
    const unfinished = { code: 1, complaints: [expect.stringContaining('Run it again')] };
    expect(await administer(other, 'change', 'MaxCon', '70')).toMatchObject(unfinished);
    const para = join(folder, 'para.txt');
    await writeFile(para, 'MaxCon 70\n');
    expect(await administer(other, 'import', para)).toMatchObject(unfinished);
    await expect(other.connect()).rejects.toMatchObject({ status: 503 });
    // `doctor` would find bytes without a file, because their records are not restored yet.
    expect(await administer(other, 'doctor', '--repair')).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining('Run it again')],
    });
    // The abandoned job keeps its lock for a while.
    const whenGivenUp = async (...args: string[]) => {
      let outcome = await administer(other, ...args);
      while (outcome.complaints[0]?.includes('If it was abandoned, wait')) {
        other.local.clock.forward(15_000);
        outcome = await administer(other, ...args);
      }
      return outcome;
    };
    const stored = await administer(other, 'backups');
    expect(await whenGivenUp('backup')).toMatchObject(unfinished);
    const stopped = await administer(other, 'stop');
    expect(stopped).toMatchObject(unfinished);
    expect(stopped.lines).toContainEqual('0 sessions ended, 0 connections closed.');
    expect(await administer(other, 'backups')).toEqual(stored);
    expect(await whenGivenUp('restore', file)).toMatchObject({ code: 0, complaints: [] });
    const restored = await snapshot(other);
    expect(brokenPromises(restored)).toEqual([]);
    expect(kept(restored)).toEqual(kept(await snapshot(room)));
    expect((await administer(other, 'start')).code).toBe(0);
  });
});
