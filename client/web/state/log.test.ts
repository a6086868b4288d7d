import { expect, test } from 'vitest';
import type { Item } from './items.ts';
import { Log } from './log.ts';

const message = (at: number, text = `${at}`): Item => ({ kind: 'message', key: text, at, from: 'Ann', text });
const notice = (at: number): Item => ({ kind: 'notice', key: `notice ${at}`, at, text: `notice ${at}` });
const shown = ({ chunks }: Log) =>
  chunks.peek().flatMap(({ items }) => items.peek().map((item) => ('text' in item ? item.text : '')));

test('messages get their place by time, and each is there once', () => {
  const log = new Log();
  // The clock of this machine is behind.
  for (const item of [message(20), notice(3), message(40)]) log.add(item);
  log.addByTime([message(10), message(20), message(30), message(40), message(50)]);
  expect(shown(log)).toEqual(['10', '20', '30', 'notice 3', '40', '50']);
  expect(log.addByTime([message(5), message(10)])).toEqual([message(5)]);
  expect(shown(log)).toEqual(['5', '10', '20', '30', 'notice 3', '40', '50']);
});

test('earlier messages are above what is no message, whatever its time', () => {
  const log = new Log();
  log.add(notice(3));
  log.addByTime([message(10), message(20)]);
  expect(shown(log)).toEqual(['10', '20', 'notice 3']);
});

test('of a long log, the chunks with other messages are not touched', () => {
  const log = new Log();
  for (let at = 0; at < 120; at += 2) log.add(message(at));
  const [first, second] = log.chunks.peek().map(({ items }) => items.peek());
  log.addByTime([message(101)]);
  expect(log.chunks.peek()[0]?.items.peek()).toBe(first);
  expect(log.chunks.peek()[1]?.items.peek()).toHaveLength((second?.length ?? 0) + 1);
  expect(shown(log).indexOf('101')).toBe(51);
});
