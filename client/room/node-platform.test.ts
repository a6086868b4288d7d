import { afterEach, beforeEach, expect, test } from 'vitest';
import { Visit } from '../testing/visit.ts';

/** What a page cannot do: see the status of a refused connection, and send ping frames. */
let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

test('a room that is full or cannot be reached is tried again, a stopped one is not', async () => {
  const peer = await visit.logIn();
  visit.scripted.refuseWith = 429;
  peer.vanish();
  await expect.poll(() => visit.scripted.attempts).toBeGreaterThan(3);
  visit.scripted.refuseWith = 503;
  expect(await visit.room.ended).toEqual({ reason: 'stop' });
});

test('a heartbeat is a ping frame alone where the room answers those', async () => {
  visit.scripted.answersPingFrames = true;
  const peer = await visit.logIn({}, { ping: 10, pong: 300 });
  // On a busy machine a `ping` or two may be sent before the first pong frame is read.
  await expect.poll(() => peer.pingFrames - peer.pings).toBeGreaterThan(5);
  peer.answersPings = false;
  await (await visit.scripted.peer()).next('resume');
});

test('when the connection cannot be restored, a request that may have been carried out fails as lost', async () => {
  const peer = await visit.logIn();
  const said = visit.room.request('message', { to: 'facebook', text: 'hello' });
  const failure = expect(said).rejects.toMatchObject({ name: 'ConnectionLostError' });
  await peer.next('message');
  visit.scripted.refuseWith = 503;
  peer.vanish();
  await failure;
  expect(await visit.room.ended).toEqual({ reason: 'stop' });
});
