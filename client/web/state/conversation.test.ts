import { expect, test } from 'vitest';
import { Conversation } from './conversation.ts';

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
