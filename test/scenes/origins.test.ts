import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const from = async (Origin: string) => (await RawClient.open(room.url, { Origin })).close();

test('a page may open no connection, and a program, which names no origin, may', async () => {
  for (const origin of ['https://evil.example', 'http://localhost:8080', 'null', new URL(room.url).origin]) {
    await expect(from(origin), origin).rejects.toMatchObject({ status: 403 });
  }
  await (await room.connect()).close();
});

test('pages of the origins that are allowed may', async () => {
  await room.change('origins', 'https://chat.example.org http://127.0.0.1:8080');
  await from('https://chat.example.org');
  await from('http://127.0.0.1:8080');
  await (await RawClient.open(room.url, { oRiGiN: 'https://CHAT.example.org' })).close();
  for (const origin of ['http://chat.example.org', 'https://chat.example.org.evil.example', 'http://127.0.0.1', '']) {
    await expect(from(origin), origin).rejects.toMatchObject({ status: 403 });
  }
  await room.change('origins', '');
  await expect(from('https://chat.example.org')).rejects.toMatchObject({ status: 403 });
});

test.each([
  '*',
  'chat.example.org',
  'https://chat.example.org/',
  'https://Chat.example.org',
  ' ',
  'https://a  https://b',
  'https://a ',
])('ORIGINS cannot be %j', async (value) => {
  const reply = await room.admin({ command: 'change', name: 'origins', value });
  expect(reply).toMatchObject({ ok: false, error: { code: 'invalid-value' } });
});
