import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { broadcast } from '../testing/scripted-room.ts';
import { Visit } from '../testing/visit.ts';

let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

test('a full room admits the client, so that the login decides about a seat', async () => {
  const peer = await visit.join();
  expect(visit.scripted.lastUrl).toBe('/?purpose=resume');
  const login = visit.room.login('facebook', 'wastingtime');
  (await peer.next('login')).refuse('room-full');
  await expect(login).rejects.toMatchObject({ code: 'room-full' });
  await Promise.all([visit.room.login('facebook', 'wastingtime', { takeOver: true }), visit.scripted.letIn(peer)]);
});

describe('when the room asks whether it is there', () => {
  const question = { type: 'event', event: 'are-you-there' } as const;

  test('it answers at once, and reads what may have been posted in vain', async () => {
    const peer = await visit.logIn();
    peer.event(question);
    expect((await peer.next('here')).arguments).toEqual({});
    const page = { messages: [broadcast(1)], upTo: { inbox: 0, room: 1 }, more: false };
    (await peer.next('sync')).reply(page);
    await visit.shownCount(1);
  });

  test('it answers before the reply to its login has come, too', async () => {
    const peer = await visit.join();
    const login = visit.room.login('facebook', 'wastingtime');
    const asked = await peer.next('login');
    peer.event(question);
    await peer.next('here');
    asked.reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 0, room: 0 } });
    await login;
  });
});

describe('endings', () => {
  test.each([
    [{ type: 'event', event: 'timeout', seconds: 60 } as const, { reason: 'timeout', seconds: 60 }],
    [{ type: 'event', event: 'kicked', reason: 'spam' } as const, { reason: 'kicked', why: 'spam' }],
    [
      { type: 'event', event: 'stop', message: 'bye', retryAfter: 9 } as const,
      { reason: 'stop', message: 'bye', retryAfter: 9 },
    ],
    [{ type: 'event', event: 'replaced' } as const, { reason: 'replaced' }],
  ])('%o ends the connection, after what came before it', async (event, ending) => {
    const peer = await visit.logIn();
    peer.event(broadcast(1));
    peer.event(event);
    expect(await visit.room.ended).toEqual(ending);
    expect(visit.shown).toEqual([1]);
    await peer.closed;
  });

  test('what is posted during the logout is not shown, because it is not acknowledged', async () => {
    const peer = await visit.logIn();
    peer.event(broadcast(1));
    await visit.shownCount(1);
    const left = visit.room.leave();
    const logout = await peer.next('logout');
    expect(logout.arguments).toEqual({ inbox: 0, room: 1 });
    peer.event(broadcast(2));
    logout.reply({});
    await left;
    expect(visit.shown).toEqual([1]);
  });

  test('leaving tells what was shown with the logout, which nothing overtakes', async () => {
    const peer = await visit.logIn({}, { acknowledge: 60_000 });
    peer.event(broadcast(1));
    await visit.shownCount(1);
    let hasLeft = false;
    const left = Promise.all([visit.room.leave(), visit.room.leave().then(() => (hasLeft = true))]);
    const logout = await peer.next('logout');
    expect(logout.arguments).toEqual({ inbox: 0, room: 1 });
    expect(hasLeft).toBe(false);
    logout.reply({});
    await left;
    expect(await visit.room.ended).toEqual({ reason: 'logout' });
    expect(await peer.closed).toBe(1000);
  });
});
