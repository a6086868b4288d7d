import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getFile, sendFile } from '../../client/files/index.ts';
import { connect } from '../../client/room/index.ts';
import { admin } from '../harness/console.ts';
import { announcementOf, get, newFile, sample } from '../harness/files.ts';
import { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

/** This machine's address in a network; loopback without a network. */
const own = (family: 'IPv4' | 'IPv6') =>
  Object.values(networkInterfaces())
    .flatMap((one) => one ?? [])
    .find((one) => one.family === family && !one.internal && !one.address.startsWith('fe80:'))?.address;
const lan = own('IPv4') ?? '127.0.0.2';
const lan6 = own('IPv6') ?? '::1';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chat-addresses-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The names that the room's clients use in their URLs, and the address that the room listens on. */
describe.each([
  ['0.0.0.0', [lan, 'localhost']],
  ['::', [`[${lan6}]`]],
  ['::1', ['[::1]']],
  [lan, [lan]],
])('in a room on %s', (host, names) => {
  let room: SceneRoom;
  beforeAll(async () => {
    room = await openRoom({ host });
    await room.register('Columbia', 'facebook');
  });
  afterAll(() => room.close());

  test.each(names)('a client that knows it as %s talks, and sends and gets a file', async (name) => {
    const url = `ws://${name}:${new URL(room.url).port}`;
    const [columbia, facebook] = await Promise.all(
      ['Columbia', 'facebook'].map(async (user) => {
        const connection = await connect({ url, message: () => undefined });
        await connection.login(user, password);
        return connection;
      }),
    );
    if (!columbia || !facebook) throw new Error('nobody has joined');
    const path = join(folder, 'report.txt');
    await writeFile(path, sample);
    await sendFile(columbia, { to: 'facebook', path });
    await rm(path);
    await expect.poll(async () => (await facebook.request('fileget', {})).files).toHaveLength(1);
    await getFile(facebook, { from: 'Columbia', name: 'report.txt', folder });
    expect(await readFile(path)).toEqual(sample);
    await Promise.all([columbia.leave(), facebook.leave()]);
  });

  test('the console finds it by its port', async () => {
    expect(await admin(room.url, ['online', 'users'])).toMatchObject({ code: 0 });
    const backup = join(folder, `${host.replaceAll(':', '-')}.ndjson.gz`);
    expect(await admin(room.url, ['backup', backup])).toMatchObject({ code: 0, complaints: [] });
  });
});

describe('under a name of the machine, or through a tunnel or proxy', () => {
  let room: SceneRoom;
  beforeAll(async () => {
    room = await openRoom();
    await room.register('Columbia', 'facebook');
  });
  afterAll(() => room.close());

  /** Sends a request to the room as if its name were that of the URL. */
  async function as(method: string, url: string, headers: Record<string, string>, bytes?: Buffer) {
    const { host, pathname, search } = new URL(url);
    const outgoing = request(new URL(pathname + search, room.local.origin), {
      method,
      agent: false,
      headers: { ...headers, host },
    });
    outgoing.end(bytes);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  }

  test.each([
    ['a host name', { host: 'den.example:9000' }, 'http://den.example:9000'],
    ['a tunnel of SSH', { host: 'localhost:7000' }, 'http://localhost:7000'],
    ['a tunnel with TLS', { host: 'x7.tunnel.example', 'x-forwarded-proto': 'https' }, 'https://x7.tunnel.example'],
    [
      'a proxy that asks for the room by its own name',
      { host: 'room:9000', 'x-forwarded-host': 'chat.example.org', 'x-forwarded-proto': 'https' },
      'https://chat.example.org',
    ],
  ])('%s: files go to the same address', async (_, headers, origin) => {
    const client = await RawClient.open(room.url, headers);
    await client.get('login', { user: 'Columbia', password });
    const file = newFile();
    const place = await client.get('file', announcementOf('facebook', file));
    expect(new URL(place.url).origin).toBe(origin);
    expect(await as('PUT', place.url, place.headers, file.bytes)).toBe(200);
    expect(await as('PUT', place.url.replace(origin, 'http://evil.example'), place.headers, file.bytes)).toBe(403);
    await client.get('logout', {});
  });

  test('a text that quotes an address of the room arrives as it was written', async () => {
    const [columbia, facebook] = [
      await room.enter('Columbia'),
      await RawClient.open(room.url, { host: 'den.example' }),
    ];
    await facebook.get('login', { user: 'facebook', password });
    const text = `{"url":"${room.local.origin}/x"}`;
    await columbia.get('message', { to: 'facebook', text });
    expect(await facebook.event('message')).toMatchObject({ text });
    // A file that waits is offered at the address of the recipient.
    const [waiting] = (await facebook.get('fileget', {})).files ?? [];
    const offer = await facebook.get('fileget', { from: 'Columbia', name: waiting?.name ?? '' });
    expect(new URL(offer.url ?? '').origin).toBe('http://den.example');
    const direct = { ...offer, url: offer.url?.replace('http://den.example', room.local.origin) };
    expect((await get(direct as typeof offer)).body).toEqual(sample);
  });

  test('the operator and web pages are still told apart by the name', async () => {
    const health = `${room.local.origin.replace('127.0.0.1', 'den.example')}/health`;
    expect(await as('GET', health, {})).toBe(403);
    expect(await as('GET', `${health}?X-Amz-Signature=x`, {})).toBe(403);
    const page = { host: 'den.example', origin: 'http://den.example' };
    await expect(RawClient.open(room.url, page)).rejects.toMatchObject({ status: 403 });
  });
});
