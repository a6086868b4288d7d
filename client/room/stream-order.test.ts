import fc from 'fast-check';
import { expect, test } from 'vitest';
import { broadcast } from '../testing/scripted-room.ts';
import { StreamOrder } from './stream-order.ts';

const numbers = (messages: { seq: number }[]) => messages.map(({ seq }) => seq);

function orderFrom(position: number): StreamOrder {
  const order = new StreamOrder();
  order.skipTo(position);
  return order;
}

test('a posted message waits for those before it', () => {
  const order = orderFrom(4);
  order.hold(broadcast(6));
  expect(order.takeReady()).toEqual([]);
  expect(order.hasGap).toBe(true);
  order.hold(broadcast(5));
  expect(numbers(order.takeReady())).toEqual([5, 6]);
  expect(order.hasGap).toBe(false);
});

test('nothing is given out before it is known where to begin', () => {
  const order = new StreamOrder();
  order.hold(broadcast(1));
  expect(order.takeReady()).toEqual([]);
});

test('a message that is posted late, before the first page begins, is not given out again', () => {
  const order = new StreamOrder();
  order.hold(broadcast(17));
  order.hold(broadcast(22));
  expect(numbers(order.takeFromPage(broadcast(21)))).toEqual([21]);
  expect(order.skipTo(21)).toEqual([]);
  expect(numbers(order.takeReady())).toEqual([22]);
});

test('a number that a page leaves out has expired, unless it was posted meanwhile', () => {
  const order = orderFrom(2);
  order.hold(broadcast(4));
  expect(numbers(order.takeFromPage(broadcast(7)))).toEqual([4, 7]);
  expect(order.skipTo(9)).toEqual([]);
  expect(order.position).toBe(9);
});

test('however posts and pages arrive, every message comes out once and in order', () => {
  const scenario = fc.integer({ min: 1, max: 30 }).chain((total) =>
    fc.record({
      total: fc.constant(total),
      posts: fc.array(fc.integer({ min: 1, max: total }), { maxLength: 60 }),
      pages: fc.array(fc.nat({ max: 59 }), { maxLength: 5 }),
    }),
  );
  fc.assert(
    fc.property(scenario, ({ total, posts, pages }) => {
      const order = orderFrom(0);
      const shown: number[] = [];
      const readPage = () => {
        for (let seq = (order.position ?? 0) + 1; seq <= total; seq += 1) {
          shown.push(...numbers(order.takeFromPage(broadcast(seq))));
        }
        shown.push(...numbers(order.skipTo(total)));
      };
      for (const [index, seq] of posts.entries()) {
        if (pages.includes(index)) readPage();
        order.hold(broadcast(seq));
        shown.push(...numbers(order.takeReady()));
      }
      readPage();
      expect(shown).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    }),
  );
});
