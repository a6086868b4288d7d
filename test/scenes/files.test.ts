import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { announcementOf, get, type OwnFile, put, putHalf, type RoomFiles, send, sha256Of } from '../harness/files.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let files: RoomFiles;
let facebook: RawClient;
let columbia: RawClient;
beforeAll(async () => {
  room = await openRoom();
  files = room.files;
  facebook = await room.enter('Facebook');
  columbia = await room.enter('Columbia');
});
afterEach(() => files.clear());
afterAll(async () => {
  await room.close();
});

const text: OwnFile = { name: 'test_file.txt', bytes: Buffer.from('I have stored a test file for convenience.\n') };
const named = (name: string): OwnFile => ({ ...text, name });
const from = { from: 'facebook', name: text.name };
const nothing = { records: 0, objects: 0 };
const nothingLeft = () => expect.poll(() => files.count()).toEqual(nothing);

describe('a file', () => {
  test('is offered at once to a recipient who is online, downloaded, and then deleted', async () => {
    const place = await send(facebook, 'columbia', text);
    expect(place).toMatchObject({ method: 'PUT', headers: { 'content-length': String(text.bytes.length) } });
    const offer = await columbia.event('file', { name: text.name });
    const described = { from: 'Facebook', name: text.name, size: text.bytes.length, sha256: sha256Of(text.bytes) };
    expect(offer).toMatchObject({ stream: 'inbox', ...described });
    expect(await columbia.get('fileget', {})).toMatchObject({
      files: [{ ...described, sentAt: offer.sentAt }],
      more: false,
    });
    const { size, sha256 } = described;
    const found = await columbia.get('fileget', { from: 'FACEBOOK', name: text.name });
    expect(found).toMatchObject({ size, sha256 });
    expect(Date.parse(found.expiresAt ?? '') - Date.now()).toBeGreaterThan(60_000);
    expect(await get(found)).toMatchObject({ status: 200, body: text.bytes });
    await columbia.get('filedone', from);
    expect(await facebook.event('file-received', { name: text.name })).toMatchObject({
      stream: 'inbox',
      by: 'Columbia',
    });
    expect(await columbia.refused('fileget', from)).toMatchObject({ code: 'no-such-file' });
    expect(await columbia.refused('filedone', from)).toMatchObject({ code: 'no-such-file' });
    // S3 answers 403 because the signing function may not list the bucket. An emulator without roles answers 404.
    expect([403, 404]).toContain((await get(found)).status);
    await nothingLeft();
  });

  test('waits for an offline recipient; a sender who has left learns at the next login that it was declined', async () => {
    await room.register('away', 'leaver');
    const leaver = await room.enter('leaver');
    await send(leaver, 'away', text);
    // The event of S3 may come at any time.
    await expect.poll(async () => (await files.records()).map((one) => one['state'])).toEqual(['stored']);
    await leaver.get('logout', {});
    const away = await room.connect();
    const login = await away.get('login', { user: 'away', password });
    expect(login).toMatchObject({ unread: { inbox: 1 } });
    const { messages } = await away.get('sync', {});
    expect(messages).toMatchObject([{ event: 'file', seq: 1, from: 'leaver', name: text.name }]);
    await away.get('filedecline', { from: 'leaver', name: text.name });
    const again = await room.enter('leaver');
    const { messages: told } = await again.get('sync', {});
    expect(told).toMatchObject([{ event: 'file-declined', by: 'away', name: text.name }]);
    await nothingLeft();
  });

  test('exists as soon as its bytes are uploaded, without another request of its sender', async () => {
    const place = await facebook.get('file', announcementOf('columbia', text));
    expect(await columbia.get('fileget', {})).toMatchObject({ files: [] });
    for (const action of ['fileget', 'filedone', 'filedecline'] as const) {
      expect(await columbia.refused(action, from)).toMatchObject({ code: 'no-such-file' });
    }
    await putHalf(place, text.bytes, 10);
    expect(await files.objects()).toEqual([]);
    await put(place, text.bytes);
    await columbia.event('file', { name: text.name });
  });

  test('may be empty', async () => {
    await send(facebook, 'columbia', { name: 'empty', bytes: Buffer.alloc(0) });
    expect(await columbia.event('file', { name: 'empty' })).toMatchObject({ size: 0 });
    const found = await columbia.get('fileget', { from: 'facebook', name: 'empty' });
    expect(await get(found)).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    await columbia.get('filedone', { from: 'facebook', name: 'empty' });
    await nothingLeft();
  });

  test('can be downloaded in parts, with several URLs', async () => {
    await send(facebook, 'columbia', text);
    await columbia.event('file', { name: text.name });
    const first = await get(await columbia.get('fileget', from), 'bytes=0-9');
    const rest = await get(await columbia.get('fileget', from), 'bytes=10-');
    expect([first.status, rest.status]).toEqual([206, 206]);
    expect(Buffer.concat([first.body, rest.body])).toEqual(text.bytes);
  });

  test('is transferred while its sender and its recipient chat', async () => {
    const place = await facebook.get('file', announcementOf('columbia', named('chatting')));
    const chat = async (client: RawClient, to: string) => {
      for (let i = 0; i < 10; i += 1) await client.get('message', { to, text: `${to} ${i}` });
    };
    await Promise.all([put(place, text.bytes), chat(facebook, 'columbia'), chat(columbia, 'facebook')]);
    await columbia.event('file', { name: 'chatting' });
    const { messages } = await columbia.get('sync', { inbox: 0 });
    const seqs = messages.filter(({ stream }) => stream === 'inbox').map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
  });
});

describe('an upload URL', () => {
  const place = () => facebook.get('file', announcementOf('columbia', text));
  const other = Buffer.from(text.bytes).fill('x', 0, 1);

  test('accepts only the announced bytes, once', async () => {
    const given = await place();
    const statuses = [
      await put(given, other),
      await put(given, text.bytes.subarray(1), { 'content-length': String(text.bytes.length - 1) }),
      await put(given, other, { 'x-amz-checksum-sha256': Buffer.from(sha256Of(other), 'hex').toString('base64') }),
      await put(given, text.bytes, { 'if-none-match': '"etag"' }),
      await put({ url: given.url.replace('/files/', '/logs/'), headers: given.headers }, text.bytes),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 403, 403, 403, 403]);
    expect(await files.objects()).toEqual([]);
    expect((await put(given, text.bytes)).status).toBe(200);
    expect((await put(given, text.bytes)).status).toBe(412);
    await columbia.event('file', { name: text.name });
  });

  test('is returned again for the same bytes, because the first upload may have broken off or its reply got lost', async () => {
    const [first, second] = [await place(), await place()];
    expect(new URL(first.url).pathname).toBe(new URL(second.url).pathname);
    expect(await files.records()).toHaveLength(1);
    await put(second, text.bytes);
    await columbia.event('file', { name: text.name });
    expect((await put(first, text.bytes)).status).toBe(412);
    expect(await columbia.get('fileget', {})).toMatchObject({ files: [{ name: text.name }] });
  });
});

describe('the room refuses', () => {
  const refusal = (change: Partial<ReturnType<typeof announcementOf>>) =>
    facebook.refused('file', { ...announcementOf('columbia', text), ...change });

  test('recipients who cannot get a file', async () => {
    expect(await refusal({ to: 'nobody' })).toMatchObject({ code: 'no-such-user' });
    expect(await refusal({ to: 'facebook' })).toMatchObject({ code: 'to-self' });
    await columbia.get('block', { user: 'facebook' });
    expect(await refusal({})).toMatchObject({ code: 'blocked' });
    await columbia.get('unblock', { user: 'facebook' });
  });

  test('a file above the limit', async () => {
    await room.change('maxFileBytes', 1000);
    expect(await refusal({ size: 1001 })).toMatchObject({ code: 'file-too-large', limit: 1000 });
    await facebook.get('file', { ...announcementOf('columbia', named('fits')), size: 1000 });
    await room.change('maxFileBytes', 100 * 1024 ** 2);
    expect(await refusal({ size: 5 * 1024 ** 3 + 1 })).toMatchObject({ code: 'file-too-large' });
  });

  test.each(['', '.', '..', '../a', '/etc/passwd', 'a\\b', 'a\0', 'a\u202egpj.exe', ' a', 'a\u200db', 'é'.repeat(128)])(
    'the name %j, with the reason',
    async (name) => {
      const refused = await refusal({ name });
      expect(refused).toMatchObject({ code: 'invalid-file-name' });
      expect(refused.message).toMatch(/^A file name must not .*\.$/);
    },
  );

  test('a second file of the same name from the same sender, unless it has the same content', async () => {
    const other = { sha256: sha256Of(Buffer.from('other')) };
    await facebook.get('file', announcementOf('columbia', text));
    expect(await refusal(other)).toMatchObject({ code: 'file-exists' });
    await send(facebook, 'columbia', text);
    await columbia.event('file', { name: text.name });
    expect(await refusal(other)).toMatchObject({ code: 'file-exists' });
    expect(await refusal({})).toMatchObject({ code: 'file-exists' });
    // Another sender, name or recipient does not conflict.
    const third = await room.enter('third');
    await send(third, 'columbia', text);
    await send(third, 'facebook', text);
    await send(facebook, 'columbia', named('Test_file.txt'));
    await expect.poll(async () => (await columbia.get('fileget', {})).files?.length).toBe(3);
    await facebook.event('file', { from: 'third' });
    await facebook.get('filedone', { from: 'third', name: text.name });
    await third.get('logout', {});
  });

  test('only one of sender and name', async () => {
    expect(await columbia.refused('fileget', { from: 'facebook' })).toMatchObject({
      code: 'bad-request',
      field: 'name',
    });
    expect(await columbia.refused('fileget', { name: 'a' })).toMatchObject({ code: 'bad-request', field: 'from' });
  });

  test('a connection without a login', async () => {
    const guest = await room.connect();
    expect(await guest.refused('file', announcementOf('columbia', text))).toMatchObject({ code: 'not-logged-in' });
    expect(await guest.refused('fileget', {})).toMatchObject({ code: 'not-logged-in' });
    expect(await guest.refused('filedone', from)).toMatchObject({ code: 'not-logged-in' });
    await guest.close();
  });
});

test('two Unicode forms of one name are the same name', async () => {
  const composed = 'Grüße.txt'.normalize('NFC');
  await send(facebook, 'columbia', named(composed.normalize('NFD')));
  await columbia.event('file', { name: composed });
  await columbia.get('fileget', { from: 'facebook', name: composed.normalize('NFD') });
  await columbia.get('filedone', { from: 'facebook', name: composed });
  await facebook.event('file-received', { name: composed });
});
