import { afterEach, beforeEach, expect, test } from 'vitest';
import { mostRefused } from '../../protocol/index.ts';
import { isRequest, type Peer, type Received } from '../testing/scripted-room.ts';
import { Visit } from '../testing/visit.ts';
import { RefusalError } from './errors.ts';

let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

const sentAt = '2026-11-23T09:00:00.000Z';
const resumed = { user: 'csee4119', token: 't2', timeOut: 1, unread: { inbox: 0, room: 0 } };

/**
 * Answers messages as a room with a token bucket does. Returns the accepted texts, and the surplus of refusals at its
 * worst.
 */
function meter(peer: Peer, bucket: { burst: number; rate: number; weight?: number }, count: number) {
  const [accepted, metered]: [string[], { surplus: number }] = [[], { surplus: 0 }];
  let [tokens, last, surplus] = [bucket.burst, performance.now(), 0];
  const done = (async () => {
    while (accepted.length < count) {
      const request = await peer.next('message');
      const now = performance.now();
      tokens = Math.min(bucket.burst, tokens + ((now - last) / 1000) * bucket.rate);
      last = now;
      const { weight = 1 } = bucket;
      if (tokens < weight) {
        surplus += 1;
        metered.surplus = Math.max(metered.surplus, surplus);
        request.refuse('rate-limited', { retryAfter: (weight - tokens) / bucket.rate });
        continue;
      }
      tokens -= weight;
      surplus = Math.max(0, surplus - 1);
      accepted.push(request.arguments.text);
      request.reply({ delivery: 'delivered', seq: accepted.length, sentAt });
    }
  })();
  return { accepted, metered, done };
}

test.each([1, 5])('of 400 messages at once none is lost, and few are refused: a weight of %i', async (weight) => {
  const waits: number[] = [];
  const peer = await visit.logIn({ waiting: (seconds) => waits.push(seconds) });
  const texts = Array.from({ length: 400 }, (_, index) => `message ${index}`);
  const { accepted, metered, done } = meter(peer, { burst: 20, rate: 400 * weight, weight }, texts.length);
  await Promise.all(texts.map((text) => visit.room.request('message', { to: 'facebook', text })));
  await done;
  expect(accepted.toSorted()).toEqual(texts.toSorted());
  expect(waits.length).toBeGreaterThan(0);
  // At this surplus the room closes the connection.
  expect(metered.surplus).toBeLessThan(mostRefused);
});

test('a request that was refused as too fast is not marked as a repeat, because it was not carried out', async () => {
  const peer = await visit.logIn();
  const said = visit.room.request('message', { to: 'facebook', text: 'hello' });
  (await peer.next('message')).refuse('rate-limited', { retryAfter: 0.05 });
  peer.vanish();
  const next = await visit.scripted.peer();
  (await next.next('resume')).reply(resumed);
  const again = await nextMessage(next);
  expect(again.again).toBe(false);
  again.reply({ delivery: 'delivered', seq: 1, sentAt });
  expect(await said).toMatchObject({ seq: 1 });
});

test('a repeat that is refused as too fast stays marked', async () => {
  const peer = await visit.logIn();
  const said = visit.room.request('message', { to: 'facebook', text: 'hello' });
  await peer.next('message');
  peer.vanish();
  const next = await visit.scripted.peer();
  (await next.next('resume')).reply(resumed);
  const refused = await nextMessage(next);
  refused.refuse('rate-limited', { retryAfter: 0.05 });
  const again = await nextMessage(next);
  expect([again.id, again.again]).toEqual([refused.id, true]);
  again.reply({ delivery: 'delivered', seq: 1, sentAt });
  expect(await said).toMatchObject({ seq: 1 });
});

test('passwords wait, too, and a request is refused at last if the room never takes it', async () => {
  const peer = await visit.join({}, { tooFast: 300 });
  const login = visit.room.login('facebook', 'wastingtime');
  (await peer.next('login')).refuse('rate-limited', { retryAfter: 0.05 });
  (await peer.next('login')).refuse('rate-limited', { retryAfter: 0.2 });
  (await peer.next('login')).refuse('rate-limited', { retryAfter: 0.2 });
  await expect(login).rejects.toThrow(RefusalError);
});

test('leaving ends the wait', async () => {
  const peer = await visit.logIn();
  const said = visit.room.request('message', { to: 'facebook', text: 'hello' });
  (await peer.next('message')).refuse('rate-limited', { retryAfter: 60 });
  const refused = expect(said).rejects.toThrow('The connection to the room has ended.');
  const left = visit.room.leave();
  (await peer.next('logout')).reply({});
  await left;
  await refused;
});

/** The next message. Syncs before it are answered. */
async function nextMessage(peer: Peer): Promise<Received<'message'>> {
  for (;;) {
    const request = await peer.nextOfAny();
    if (isRequest(request, 'message')) return request;
    if (!isRequest(request, 'sync')) throw new Error(`expected message or sync, got ${request.action}`);
    request.reply({ messages: [], upTo: { inbox: 0, room: 0 }, more: false });
  }
}
