import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits, type StreamMessage } from '../../protocol/index.ts';
import { merge, pageOf } from './reply-page.ts';

const time = (second: number) => new Date(second * 1000).toISOString();

const inbox = (seq: number, second: number, text = 'hi'): StreamMessage => ({
  type: 'event',
  event: 'message',
  stream: 'inbox',
  seq,
  from: 'Columbia',
  text,
  sentAt: time(second),
});
const room = (seq: number, second: number): StreamMessage => ({
  type: 'event',
  event: 'broadcast',
  stream: 'room',
  seq,
  from: 'Columbia',
  text: 'hi',
  sentAt: time(second),
});
const hidden = (seq: number): StreamMessage => ({ type: 'event', event: 'hidden', stream: 'room', seq });

const numbers = (messages: Iterable<StreamMessage>) => [...messages].map((one) => `${one.stream} ${one.seq}`);

describe('both streams as one list', () => {
  test('the oldest is first, and hidden broadcasts keep their place in their stream', () => {
    const merged = merge([inbox(1, 10), inbox(2, 30)], [room(7, 20), hidden(8), room(9, 40)]);
    expect(numbers(merged)).toEqual(['inbox 1', 'room 7', 'room 8', 'inbox 2', 'room 9']);
  });

  test('each stream stays in the order of its numbers, even if clocks disagree', () => {
    const seconds = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 20 });
    fc.assert(
      fc.property(seconds, seconds, (forInbox, forRoom) => {
        const merged = [
          ...merge(
            forInbox.map((second, i) => inbox(i + 1, second)),
            forRoom.map((second, i) => room(i + 1, second)),
          ),
        ];
        const seqs = (stream: string) => merged.filter((one) => one.stream === stream).map((one) => one.seq);
        expect(seqs('inbox')).toEqual(forInbox.map((_, i) => i + 1));
        expect(seqs('room')).toEqual(forRoom.map((_, i) => i + 1));
      }),
    );
  });
});

describe('the size of one reply', () => {
  test('is at most the requested number of messages', () => {
    const { fitting, all } = pageOf([inbox(1, 1), inbox(2, 2), inbox(3, 3)], 2);
    expect(numbers(fitting)).toEqual(['inbox 1', 'inbox 2']);
    expect(all).toBe(false);
    expect(pageOf([inbox(1, 1)], 1).all).toBe(true);
  });

  test('is at most one WebSocket message, with any escaping of the texts', () => {
    const worst = '\u0001'.repeat(limits.textBytes);
    const { fitting, all } = pageOf(
      Array.from({ length: 10 }, (_, i) => inbox(i + 1, i, worst)),
      200,
    );
    expect(all).toBe(false);
    expect(fitting.length).toBeGreaterThan(0);
    expect(JSON.stringify({ messages: fitting }).length).toBeLessThan(limits.frameBytes);
  });
});
