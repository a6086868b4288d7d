import { afterAll, beforeAll, describe, expect } from 'vitest';
import { expectRepairs } from '../harness/doctor.ts';
import { announcementOf, send } from '../harness/files.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let sender: RawClient;
let recipient: RawClient;
beforeAll(async () => {
  room = await openRoom();
  [sender, recipient] = [await room.enter('sender'), await room.enter('recipient')];
});
afterAll(() => room.close());

const longAgo = () => Date.now() - 2 * 3_600_000;

const recordOf = async (name: string) => (await room.files.records()).find((record) => record['name'] === name);

/** The key of the bytes of the file on record. */
const keyOf = async (name: string) => String((await recordOf(name))?.['objectKey']);

/** A file that waits for the recipient, with its name as its bytes. Returns the key of its bytes. */
async function arrived(name: string): Promise<string> {
  await send(sender, 'recipient', { name, bytes: Buffer.from(name) });
  await recipient.event('file', { name });
  return keyOf(name);
}

/** Announces a file, and uploads nothing. Returns the key of its bytes. */
async function announced(name: string): Promise<string> {
  await sender.get('file', announcementOf('recipient', { name, bytes: Buffer.from(name) }));
  return keyOf(name);
}

/** Changes a record, and hides it from the tidying run. */
async function overlook(name: string, attributes: Record<string, unknown>): Promise<void> {
  const { recipient, file } = (await recordOf(name)) ?? {};
  await room.database.set('FileRecords', { recipient, file }, { ...attributes, due: 'where nobody looks' });
}

/** Checks that neither the record nor the bytes are left. */
async function isGone(name: string, key: string): Promise<void> {
  expect(await recordOf(name)).toBeUndefined();
  expect(await room.files.objects()).not.toContain(key);
}

const overdue = (name: string) => ({ kind: 'file-overdue', about: 'recipient', text: name });

describe('every inconsistency of files is found, and repaired as the tidying run does:', () => {
  expectRepairs(
    () => room,
    [
      {
        title: 'a file whose bytes are gone',
        async cause() {
          const key = await arrived('lost.txt');
          await room.files.lose(key);
          return {
            finding: { kind: 'file-without-bytes', about: 'recipient', text: 'lost.txt' },
            async repaired() {
              expect(await sender.event('file-failed', { name: 'lost.txt' })).toMatchObject({ to: 'recipient' });
              await isGone('lost.txt', key);
            },
          };
        },
      },
      {
        title: 'bytes that belong to no file',
        async cause() {
          const key = await arrived('orphan.txt');
          const { recipient, file } = (await recordOf('orphan.txt')) ?? {};
          await room.database.remove('FileRecords', { recipient, file });
          return {
            finding: { kind: 'bytes-without-file', about: key },
            repaired: () => isGone('orphan.txt', key),
          };
        },
      },
      {
        title: 'bytes of another size',
        async cause() {
          const key = await arrived('longer.txt');
          await room.files.plant(key, Buffer.from('short'));
          return {
            finding: { kind: 'file-with-other-bytes', about: 'recipient', text: 'longer.txt' },
            async repaired() {
              expect(await sender.event('file-failed', { name: 'longer.txt' })).toMatchObject({ reason: 'damaged' });
              await isGone('longer.txt', key);
            },
          };
        },
      },
      {
        title: 'an announced file whose upload is overdue',
        async cause() {
          const key = await announced('never.txt');
          await overlook('never.txt', { dueAt: longAgo() });
          return {
            finding: overdue('never.txt'),
            async repaired() {
              expect(await sender.event('file-failed', { name: 'never.txt' })).toMatchObject({ reason: 'unfinished' });
              await isGone('never.txt', key);
            },
          };
        },
      },
      {
        title: 'a file whose bytes were uploaded but not accepted',
        async cause() {
          const key = await arrived('late.txt');
          await overlook('late.txt', { state: 'announced', dueAt: longAgo() });
          return {
            finding: overdue('late.txt'),
            async repaired() {
              await recipient.event('file', { name: 'late.txt' });
              expect(await recordOf('late.txt')).toMatchObject({ state: 'stored' });
              expect(await room.files.objects()).toContain(key);
            },
          };
        },
      },
      {
        title: 'a file that nobody has fetched in time',
        async cause() {
          const key = await arrived('expired.txt');
          await overlook('expired.txt', { dueAt: longAgo() });
          return { finding: overdue('expired.txt'), repaired: () => isGone('expired.txt', key) };
        },
      },
      {
        title: 'a file that has ended and whose bytes still exist',
        async cause() {
          const key = await arrived('over.txt');
          await overlook('over.txt', { state: 'removing', dueAt: longAgo() });
          return { finding: overdue('over.txt'), repaired: () => isGone('over.txt', key) };
        },
      },
      {
        title: 'but not an announced file that was due a moment ago, because a tidying run may be late',
        async cause() {
          await announced('soon.txt');
          await overlook('soon.txt', { dueAt: Date.now() - 1000 });
          return {
            async repaired() {
              expect(await recordOf('soon.txt')).toMatchObject({ state: 'announced' });
            },
          };
        },
      },
    ],
  );
});
