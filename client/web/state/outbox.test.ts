import { afterEach, expect, test, vi } from 'vitest';
import { RefusalError } from '../../room/common.ts';
import { keepStorage } from '../../testing/keep-storage.ts';
import { texts } from '../texts.ts';
import { Conversation } from './conversation.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';

afterEach(() => vi.unstubAllGlobals());

/** The page before or after a reload. */
function openPage(answer: () => Promise<never>) {
  const everyone = new Conversation('');
  const room: OutboxOptions['room'] = { request: answer, shown: async () => {} };
  const outbox = new Outbox({ me: 'Ann', room, conversation: () => everyone });
  return { outbox, everyone, failures: () => everyone.outbox.peek().map(({ text, failure }) => [text, failure]) };
}

test('a broadcast that comes back after a reload is no longer among the unsent texts', () => {
  keepStorage();
  const silent = () => new Promise<never>(() => {});
  const before = openPage(silent);
  before.outbox.send(before.everyone, 'Hello');
  const after = openPage(silent);
  expect(after.failures()).toEqual([['Hello', texts.mayBeSent]]);
  after.outbox.returned(after.everyone, 'Hello');
  expect(after.failures()).toEqual([]);
  expect(openPage(silent).failures()).toEqual([]);
});

test('a text that the room has refused is still refused after a reload', async () => {
  keepStorage();
  const refusal = new RefusalError('broadcast', { code: 'rate-limited', message: 'Not today.' });
  const refuse = () => Promise.reject(refusal);
  const before = openPage(refuse);
  before.outbox.send(before.everyone, 'Hello');
  await expect.poll(() => before.failures()).toEqual([['Hello', 'Not today.']]);
  const after = openPage(refuse);
  expect(after.failures()).toEqual([['Hello', 'Not today.']]);
  after.outbox.returned(after.everyone, 'Hello');
  expect(after.failures()).toEqual([['Hello', 'Not today.']]);
});

test('a text that the history has is no longer among the unsent texts', async () => {
  keepStorage();
  const silent = () => new Promise<never>(() => {});
  const before = openPage(silent);
  const now = Date.now();
  const message = (at: number, text = 'Hello', from = 'Ann') =>
    ({ kind: 'message', key: `${at}`, at, from, text }) as const;
  before.everyone.add(message(now), true);
  before.outbox.send(before.everyone, 'Hello');
  before.outbox.send(before.everyone, 'Hello');
  // The first is on its way. The second waits for its end.
  await Promise.resolve();
  const after = openPage(silent);
  const both = [
    ['Hello', texts.mayBeSent],
    ['Hello', texts.mayBeSent],
  ];
  // The message before has the same text.
  after.outbox.found(after.everyone, [message(now), message(now + 1, 'Hello', 'Bob'), message(now + 1, 'Hello!')]);
  expect(after.failures()).toEqual(both);
  after.outbox.found(after.everyone, [message(now + 1), message(now + 2)]);
  expect(after.failures()).toEqual(both.slice(1));
  expect(openPage(silent).failures()).toEqual(both.slice(1));
});

test('a text that is being sent stays until the room has answered', async () => {
  const page = openPage(() => new Promise<never>(() => {}));
  page.outbox.send(page.everyone, 'Hello');
  await Promise.resolve();
  const at = Date.now() + 1;
  page.outbox.found(page.everyone, [{ kind: 'message', key: 'of another tab', at, from: 'Ann', text: 'Hello' }]);
  expect(page.failures()).toEqual([['Hello', undefined]]);
});
