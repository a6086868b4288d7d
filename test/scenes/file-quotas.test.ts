import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { fileId } from '../../functions/aws/object-key.ts';
import { limits } from '../../protocol/index.ts';
import { announce, announcementOf, get, newFile, sample, send } from '../harness/files.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let facebook: RawClient;
let google: RawClient;
let columbia: RawClient;
beforeAll(async () => {
  room = await openRoom();
  [facebook, google, columbia] = [
    await room.enter('Facebook'),
    await room.enter('Google'),
    await room.enter('Columbia'),
  ];
});
afterEach(async () => {
  await room.files.clear();
  await room.change('filesWaiting', 100);
  await room.change('fileBytesWaiting', 1_000_000);
});
afterAll(() => room.close());

const refusedFile = (client: RawClient) => client.refused('file', announcementOf('columbia', newFile()));
const sent = async (client: RawClient) => {
  const file = newFile();
  await send(client, 'columbia', file);
  await columbia.event('file', { name: file.name });
  return file;
};

test('only so many files wait for a user, and half of them from one sender', async () => {
  await room.change('filesWaiting', 4);
  const { name } = await sent(facebook);
  await sent(facebook);
  expect(await refusedFile(facebook)).toMatchObject({ code: 'too-many-files', limit: 2 });
  await sent(google);
  await sent(google);
  const late = await room.enter('Network');
  expect(await refusedFile(late)).toMatchObject({ code: 'too-many-files', limit: 4 });
  await late.close();
  // A refused file leaves nothing, and a file that has ended makes room.
  expect(await room.files.count()).toEqual({ records: 4, objects: 4 });
  await columbia.get('filedone', { from: 'facebook', name });
  await facebook.event('file-received', { name });
  await sent(facebook);
});

test('only so many bytes wait, but one file may be larger', async () => {
  await room.change('fileBytesWaiting', sample.length);
  await sent(facebook);
  expect(await refusedFile(facebook)).toMatchObject({ code: 'too-many-files' });
  expect(await refusedFile(google)).toMatchObject({ code: 'too-many-files' });
});

test('of files that are announced side by side, no more are taken than the quota', async () => {
  await room.change('filesWaiting', 10);
  const asked = Array.from({ length: 20 }, () => facebook.ask('file', announcementOf('columbia', newFile())));
  const taken = (await Promise.all(asked)).filter((reply) => reply.ok);
  expect(taken.length).toBeLessThanOrEqual(5);
  await expect.poll(async () => (await room.files.records()).length).toBe(taken.length);
});

test('a file whose announcement failed before it was counted is counted when it is announced again', async () => {
  await room.change('filesWaiting', 2);
  await sent(facebook);
  const second = announcementOf('columbia', newFile());
  onTestFinished(() => room.local.faults.reset());
  room.local.faults.beforeDynamoDb = ({ operation, tables }) =>
    operation === 'Query' && tables.some((table) => table.includes('FileRecords')) ? 'before' : undefined;
  expect(await facebook.refused('file', second)).toMatchObject({ code: 'internal' });
  room.local.faults.reset();
  expect(await facebook.refused('file', second)).toMatchObject({ code: 'too-many-files', limit: 1 });
});

test('a refused announcement of a file does not delete the record that a later announcement has renewed', async () => {
  await room.change('filesWaiting', 2);
  const first = await sent(facebook);
  const second = announcementOf('columbia', newFile());
  let counts = 0;
  onTestFinished(() => room.local.faults.reset());
  room.local.faults.beforeDynamoDb = async ({ operation, tables }) => {
    if (operation !== 'DeleteItem' || !tables.some((table) => table.includes('FileRecords'))) return undefined;
    counts += 1;
    if (counts > 1) return undefined;
    // The first file ends after the second one was counted. The second one is announced again, and now there is room.
    await columbia.get('filedone', { from: 'facebook', name: first.name });
    await facebook.get('file', second);
    return undefined;
  };
  expect(await facebook.refused('file', second)).toMatchObject({ code: 'too-many-files' });
  expect((await room.files.records()).map(({ name }) => name)).toContain(second.name);
});

test('one sender announces only so many files without uploading them', async () => {
  const first = newFile();
  await facebook.get('file', announcementOf('columbia', first));
  for (let count = 1; count < limits.announcedFiles; count += 1) await announce(facebook, 'columbia');
  const refusal = await refusedFile(facebook);
  expect(refusal).toMatchObject({ code: 'too-many-files', limit: limits.announcedFiles });
  expect(refusal.message).toContain('announced and not uploaded');
  // An interrupted upload may be begun again.
  await facebook.get('file', announcementOf('columbia', first));
  await announce(google, 'columbia');
});

test('a file gives out only so many addresses at a time', async () => {
  const { name } = await sent(facebook);
  for (let count = 0; count < 20; count += 1) await columbia.get('fileget', { from: 'facebook', name });
  const refusal = await columbia.refused('fileget', { from: 'facebook', name });
  expect(refusal).toMatchObject({ code: 'rate-limited', retryAfter: expect.any(Number) });
  expect(refusal['retryAfter']).toBeGreaterThan(60);
  await columbia.get('filedone', { from: 'facebook', name });
});

test('a browser that opens the address of a file saves it and shows nothing', async () => {
  const { name } = await sent(facebook);
  const { headers, body } = await get(await columbia.get('fileget', { from: 'facebook', name }));
  expect(headers).toMatchObject({ 'content-disposition': 'attachment', 'content-type': 'application/octet-stream' });
  expect(body).toEqual(sample);
});

test('a tidying run ends after some hundreds of files, and the next one goes on', async () => {
  await announce(facebook, 'columbia');
  const [model = {}] = await room.files.records();
  const left = Array.from({ length: 540 }, (_, i) => {
    const keys = { name: `${i}`, file: fileId('facebook', `${i}`), objectKey: `files/a/b/${i}` };
    return { ...model, ...keys, state: 'removing', dueAt: 1 };
  });
  await room.database.putAll('FileRecords', left);
  await room.files.tidy();
  const { records } = await room.files.count();
  expect(records).toBeGreaterThan(1);
  expect(records).toBeLessThan(100);
  await room.files.tidy();
  expect(await room.files.count()).toEqual({ records: 1, objects: 0 });
});
