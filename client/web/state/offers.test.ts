import { expect, test } from 'vitest';
import { Offers } from './offers.ts';
import { Transfer } from './transfer.ts';

const sentAt = '2026-11-28T12:00:00.000Z';
const file = { kind: 'file', key: 'file', at: Date.parse(sentAt), from: 'Ada', name: 'plan', size: 1 } as const;

test('a file whose transfer has failed can be received or declined', () => {
  const offers = new Offers();
  offers.waits({ from: 'Ada', name: 'plan', sentAt });
  const transfer = new Transfer();
  offers.set(file, transfer);
  expect(offers.find('Ada', 'plan')).toBe(undefined);
  transfer.failed('The connection was lost.');
  expect(offers.find('Ada', 'plan')).toMatchObject({ from: 'Ada', name: 'plan', at: file.at });
});

test('a transfer that began before the room listed the files that wait goes on', () => {
  const offers = new Offers();
  offers.waits({ from: 'Ada', name: 'plan', sentAt });
  const transfer = new Transfer();
  offers.set(file, transfer);
  offers.learn([{ from: 'Ada', name: 'plan', sentAt }]);
  expect(offers.stateOf(file)).toBe(transfer);
});
