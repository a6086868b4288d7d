import { beforeEach, expect, test } from 'vitest';
import { complete } from './complete.ts';
import { NamesSeen } from './names-seen.ts';

let names: NamesSeen;

beforeEach(() => {
  names = new NamesSeen();
  names.me = 'facebook';
  names.add('facebook', 'Columbia', 'colin', 'Google', 'System');
});

test.each([
  ['who', ['whoelse ', 'wholasthr '], 'who'],
  ['WHOE', ['whoelse '], 'WHOE'],
  ['blo', ['block ', 'blocklist '], 'blo'],
  ['/m', ['/message ', '/msg ', '/m '], '/m'],
  ['say', [], 'say'],
  ['message ', ['colin ', 'Columbia ', 'Google '], ''],
  ['message co', ['colin ', 'Columbia '], 'co'],
  ['/msg GOO', ['Google '], 'GOO'],
  ['message Google Col', [], ''],
  ['block g', ['Google '], 'g'],
  ['broadcast g', [], ''],
  ['help whol', ['wholasthr '], 'whol'],
  ['history i', ['inbox '], 'i'],
  ['history inbox 1', [], ''],
  ['nonsense g', [], ''],
  ['', expect.arrayContaining(['whoelse ', 'quit ']), ''],
])('%j can go on with %j', async (line, candidates, of) => {
  expect(await complete(line, names)).toEqual({ candidates, of });
});

test('a name is known from whatever it came up in', () => {
  const seen = new NamesSeen();
  seen.notice({ type: 'event', event: 'login', user: 'Columbia' });
  const sentAt = '2026-11-23T09:00:00.000Z';
  seen.message({ type: 'event', event: 'message', stream: 'inbox', seq: 1, from: 'Google', text: 'hi', sentAt });
  seen.message({ type: 'event', event: 'file-received', stream: 'inbox', seq: 2, by: 'SEAS', name: 'a', sentAt });
  seen.add('columbia');
  expect(seen.users).toEqual(['columbia', 'Google', 'SEAS']);
});
