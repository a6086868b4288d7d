import { afterEach, expect, test, vi } from 'vitest';
import { RefusalError } from '../../room/common.ts';
import { texts } from '../texts.ts';
import { Conversation } from './conversation.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';

afterEach(() => vi.unstubAllGlobals());

/** What a tab keeps. */
function keepStorage(): void {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
}

/** The page before or after a reload. */
function openPage(answer: () => Promise<never>) {
  const everyone = new Conversation('');
  const room: ReturnType<OutboxOptions['room']> = { request: answer, shown: async () => {} };
  const outbox = new Outbox({ me: 'Ann', room: () => room, conversation: () => everyone });
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
