import { afterEach, beforeEach, expect, test } from 'vitest';
import { Visit } from '../testing/visit.ts';

/** What a page cannot do: see the status of a refused connection, and send ping frames. */
let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

/** More attempts than a client makes when the room cannot be reached. */
const many = 60;
const impatient = { backoff: 1, maxBackoff: 8 };

test('a client that is refused as one too many goes on trying, and says so once', async () => {
  let told = 0;
  visit.scripted.refuseWith = 429;
  const joining = visit.join({ busy: () => (told += 1) }, impatient);
  await expect.poll(() => visit.scripted.attempts).toBeGreaterThan(many);
  visit.scripted.refuseWith = 502;
  const attempts = visit.scripted.attempts;
  await expect.poll(() => visit.scripted.attempts).toBeGreaterThan(attempts + 1);
  visit.scripted.refuseWith = undefined;
  await joining;
  expect(told).toBe(1);
});

test('it gives up after some minutes, or when its caller no longer wants to connect', async () => {
  visit.scripted.refuseWith = 429;
  await expect(visit.join({}, { ...impatient, busy: 20 })).rejects.toMatchObject({ failure: 'busy' });
  const wish = new AbortController();
  const joining = visit.join({ signal: wish.signal, busy: () => wish.abort() }, impatient);
  await expect(joining).rejects.toMatchObject({ name: 'ConnectionEndedError' });
  await expect(visit.join({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'ConnectionEndedError' });
});

test('a room that is busy or cannot be reached is tried again after a loss, a stopped one is not', async () => {
  const peer = await visit.logIn({}, impatient);
  visit.scripted.refuseWith = 429;
  peer.vanish();
  await expect.poll(() => visit.scripted.attempts).toBeGreaterThan(many);
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
