import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getFile, sendFile } from '../../client/files/index.ts';
import { connect } from '../../client/room/index.ts';
import { admin } from '../harness/console.ts';
import { announcementOf, get, newFile, offered, sample, send } from '../harness/files.ts';
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

/** The address that a room listens on, and the hosts in its clients' URLs. */
describe.each([
  ['0.0.0.0', [lan, 'localhost']],
  ['::', [`[${lan6}]`]],
  ['::1', ['[::1]']],
  [lan, [lan]],
])('in a room on %s', (address, hosts) => {
  let room: SceneRoom;
  beforeAll(async () => {
    room = await openRoom({ host: address });
    await room.register('Columbia', 'facebook');
  });
  afterAll(() => room.close());

  test.each(hosts)('clients that connect to %s exchange a file', async (host) => {
    const enter = async (user: string) => {
      const url = `ws://${host}:${new URL(room.url).port}`;
      const connection = await connect({ url, message: () => undefined });
      await connection.login(user, password);
      return connection;
    };
    const [columbia, facebook] = await Promise.all([enter('Columbia'), enter('facebook')]);
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
    const backup = join(folder, `${address.replaceAll(':', '-')}.ndjson.gz`);
    expect(await admin(room.url, ['backup', backup])).toMatchObject({ code: 0, complaints: [] });
  });
});

describe('in a room behind a host name, a tunnel or a proxy', () => {
  let room: SceneRoom;
  beforeAll(async () => {
    room = await openRoom();
    await room.register('Columbia', 'facebook');
  });
  afterAll(() => room.close());

  /** Sends a request for a URL to the room, whatever the host of the URL. Returns the status. */
  async function statusOf(method: string, url: string, headers: Record<string, string>, bytes?: Buffer) {
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
  ])('%s: files are uploaded to the address that the client uses', async (_, headers, origin) => {
    const client = await RawClient.open(room.url, headers);
    await client.get('login', { user: 'Columbia', password });
    const file = newFile();
    const place = await client.get('file', announcementOf('facebook', file));
    expect(new URL(place.url).origin).toBe(origin);
    expect(await statusOf('PUT', place.url, place.headers, file.bytes)).toBe(200);
    const elsewhere = place.url.replace(origin, 'http://evil.example');
    expect(await statusOf('PUT', elsewhere, place.headers, file.bytes)).toBe(403);
    await client.get('logout', {});
  });

  /** Connects facebook through a host name. */
  async function enterDen(): Promise<RawClient> {
    const facebook = await RawClient.open(room.url, { host: 'den.example' });
    await facebook.get('login', { user: 'facebook', password });
    return facebook;
  }

  test('a text that quotes an address of the room arrives as it was written', async () => {
    const [columbia, facebook] = [await room.enter('Columbia'), await enterDen()];
    const text = `{"url":"${room.local.origin}/x"}`;
    await columbia.get('message', { to: 'facebook', text });
    expect(await facebook.event('message')).toMatchObject({ text });
    await columbia.get('logout', {});
    await facebook.get('logout', {});
  });

  test('a waiting file is offered at the address that the recipient uses, whatever the sender used', async () => {
    const columbia = await room.enter('Columbia');
    const file = newFile();
    await send(columbia, 'facebook', file);
    const facebook = await enterDen();
    await expect.poll(async () => (await offered(facebook)).includes(file.name)).toBe(true);
    const { url = '' } = await facebook.get('fileget', { from: 'Columbia', name: file.name });
    expect(new URL(url).origin).toBe('http://den.example');
    expect((await get({ url: url.replace('http://den.example', room.local.origin) })).body).toEqual(sample);
    await columbia.get('logout', {});
    await facebook.get('logout', {});
  });

  test('under another host name the room still refuses requests of operators and of web pages', async () => {
    const health = `${room.local.origin.replace('127.0.0.1', 'den.example')}/health`;
    expect(await statusOf('GET', health, {})).toBe(403);
    expect(await statusOf('GET', `${health}?X-Amz-Signature=x`, {})).toBe(403);
    const page = { host: 'den.example', origin: 'http://den.example' };
    await expect(RawClient.open(room.url, page)).rejects.toMatchObject({ status: 403 });
  });
});
