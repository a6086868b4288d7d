import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { announcementOf, get, type OwnFile, type Place, put } from '../../harness/files.ts';
import type { RawClient } from '../../harness/raw-client.ts';
import { type Check, sources } from '../check.ts';
import type { SmokeRoom, SmokeUser } from '../smoke-room.ts';

const newFile = (): OwnFile => ({ name: `smoke-${randomBytes(4).toString('hex')}.bin`, bytes: randomBytes(64 * 1024) });

/** Both users, and a file that one has announced to the other. */
async function announced(room: SmokeRoom) {
  const [sender, recipient, { name: from }, { name: to }] = await room.enterBoth();
  const file = newFile();
  const place = await room.get(sender, 'file', announcementOf(to, file));
  return { sender, recipient, from, to, file, place };
}

/** The same, with the bytes in the store and the recipient told. */
async function sent(room: SmokeRoom) {
  const all = await announced(room);
  const { status } = await upload(room, all.place, all.file.bytes);
  if (status !== 200) throw new Error(`the store answered the upload with ${status}`);
  await all.recipient.event('file', { name: all.file.name });
  return all;
}

const upload = (room: SmokeRoom, place: Place, bytes: Buffer) =>
  room.latencies.measure('upload of 64 KB', () => put(place, bytes));

/** Ends a file whose bytes arrived, so that the bucket is left as it was. */
async function end(room: SmokeRoom, recipient: RawClient, from: SmokeUser['name'], { name }: OwnFile): Promise<void> {
  await recipient.event('file', { name });
  await room.get(recipient, 'filedecline', { from, name });
}

/** Uploads and downloads by presigned URL. */
export const files: readonly Check[] = [
  {
    name: 'send a file, get it, confirm it',
    expected: 'upload 200, recipient told, download 200 with the same bytes, sender told',
    source: sources.events,
    async observe(room) {
      const { sender, recipient, from, file, place } = await announced(room);
      const stored = await upload(room, place, file.bytes);
      const start = performance.now();
      await recipient.event('file', { name: file.name });
      room.latencies.add('upload to event', performance.now() - start);
      const got = await get(await room.get(recipient, 'fileget', { from, name: file.name }));
      const bytes = got.body.equals(file.bytes) ? 'the same bytes' : 'other bytes';
      await room.get(recipient, 'filedone', { from, name: file.name });
      await sender.event('file-received', { name: file.name });
      return `upload ${stored.status}, recipient told, download ${got.status} with ${bytes}, sender told`;
    },
  },
  {
    name: 'the same upload again',
    expected: '412',
    source: sources.conditionalWrites,
    async observe(room) {
      const { recipient, from, file, place } = await sent(room);
      const { status } = await put(place, file.bytes);
      await room.get(recipient, 'filedecline', { from, name: file.name });
      return String(status);
    },
  },
  {
    name: 'an upload of other bytes',
    expected: '400, then the right ones 200',
    source: sources.checksums,
    async observe(room) {
      const { recipient, from, file, place } = await announced(room);
      const wrong = await put(place, Buffer.from(file.bytes).fill(0, 0, 1024));
      const right = await upload(room, place, file.bytes);
      await end(room, recipient, from, file);
      return `${wrong.status}, then the right ones ${right.status}`;
    },
  },
  {
    name: 'an upload without the signed headers',
    expected: '403',
    source: sources.presignedUploads,
    async observe(room) {
      const { recipient, from, file, place } = await announced(room);
      const { status } = await put(
        { url: place.url, headers: { 'content-length': `${file.bytes.length}` } },
        file.bytes,
      );
      await upload(room, place, file.bytes);
      await end(room, recipient, from, file);
      return String(status);
    },
  },
  {
    // A browser that follows the URL must not show the file as a page of the bucket's origin.
    name: 'the headers of a download',
    expected: 'attachment, application/octet-stream',
    source: sources.ranges,
    async observe(room) {
      const { recipient, from, file } = await sent(room);
      const { headers } = await get(await room.get(recipient, 'fileget', { from, name: file.name }));
      await room.get(recipient, 'filedecline', { from, name: file.name });
      return `${headers['content-disposition']}, ${headers['content-type']}`;
    },
  },
  {
    name: 'a download in two parts',
    expected: '206 and 206, together the same bytes',
    source: sources.ranges,
    async observe(room) {
      const { recipient, from, file } = await sent(room);
      const place = await room.get(recipient, 'fileget', { from, name: file.name });
      const first = await get(place, 'bytes=0-999');
      const rest = await get(place, 'bytes=1000-');
      const bytes = Buffer.concat([first.body, rest.body]).equals(file.bytes) ? 'the same' : 'other';
      await room.get(recipient, 'filedecline', { from, name: file.name });
      return `${first.status} and ${rest.status}, together ${bytes} bytes`;
    },
  },
  {
    name: 'a download after the file has ended',
    // The function that signed the URL may not list the bucket, so S3 answers 403 for an object that is not there.
    expected: '403',
    source: sources.ranges,
    async observe(room) {
      const { recipient, from, file } = await sent(room);
      const place = await room.get(recipient, 'fileget', { from, name: file.name });
      await room.get(recipient, 'filedecline', { from, name: file.name });
      await sleep(500);
      return String((await get(place)).status);
    },
  },
];
