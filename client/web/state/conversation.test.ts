import { afterEach, expect, test, vi } from 'vitest';
import { keepStorage } from '../../testing/keep-storage.ts';
import { Conversation } from './conversation.ts';
import type { MessageItem } from './items.ts';

afterEach(() => vi.unstubAllGlobals());

const message = (key: string) => ({ kind: 'message', key, at: 0, from: 'Ada', text: key }) as const;

test('the mark is above the first message that came since the user looked last', () => {
  const conversation = new Conversation('Ada');
  conversation.add(message('seen'), true);
  expect(conversation.unreadFrom.value).toBe(undefined);
  conversation.add(message('first'), false);
  conversation.add(message('second'), false);
  conversation.see();
  expect(conversation.unreadFrom.value).toBe('first');
  conversation.add(message('third'), false);
  expect(conversation.unreadFrom.value).toBe('third');
  expect(conversation.unread.value).toBe(1);
});

const said = (key: string, at: number): MessageItem => ({ kind: 'message', key, at, from: 'Ann', text: key });
const shown = ({ log }: Conversation) => log.chunks.peek().flatMap(({ items }) => items.peek());
const keys = (conversation: Conversation) => shown(conversation).map(({ key }) => key);

test('broadcasts keep the order of their numbers at the border of a page, whatever their times', () => {
  const everyone = new Conversation('');
  for (const item of [said('8', 100), said('9', 110)]) everyone.add(item, true);
  everyone.addEarlier([said('6', 100), said('7', 105)]);
  expect(keys(everyone)).toEqual(['6', '7', '8', '9']);
});

test('a reload shows what this user has sent last, although the history does not have it yet', () => {
  keepStorage();
  const before = new Conversation('Bob');
  const stored = { delivery: 'stored', to: 'Bob' } as const;
  for (const item of [said('old', 10), said('own', 30), said('last', 50)]) before.add({ ...item, ...stored }, true);
  const after = new Conversation('Bob');
  // It has its place in the list of conversations.
  expect(after.lastAt.value).toBe(50);
  after.addEarlier([said('from Bob', 20), said('own', 30), said('to Ann', 40)]);
  expect(keys(after)).toEqual(['from Bob', 'own', 'to Ann', 'last']);
  // The page does not know yet whether others are between them.
  after.addEarlier([said('older', 5), said('old', 10)]);
  expect(keys(after)).toEqual(['older', 'old', 'from Bob', 'own', 'to Ann', 'last']);
});

test('a reload shows which messages are stored, until their recipient has logged in or the session has ended', () => {
  const reloaded = () => {
    const conversation = new Conversation('Bob');
    conversation.addEarlier([said('own', 30)]);
    return conversation;
  };
  const notes = (conversation: Conversation) =>
    shown(conversation).map((item) => item.kind === 'message' && item.delivery === 'stored' && item.to);
  for (const end of ['came', 'forgetStored'] as const) {
    keepStorage();
    new Conversation('Bob').add({ ...said('own', 30), delivery: 'stored', to: 'Bob' }, true);
    const conversation = reloaded();
    expect(notes(conversation)).toEqual(['Bob']);
    conversation[end]();
    expect(notes(conversation)).toEqual([end === 'came' ? false : 'Bob']);
    expect(notes(reloaded())).toEqual([false]);
  }
});
