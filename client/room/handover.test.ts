import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { broadcast } from '../testing/scripted-room.ts';
import { dropped, Visit } from '../testing/visit.ts';

let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

describe('the handover before API Gateway ends the connection', () => {
  const resumed = { user: 'csee4119', token: 'token-2', timeOut: 600, unread: { inbox: 0, room: 0 } };

  test('is not visible to the user, and no message is lost or shown twice', async () => {
    const states: string[] = [];
    const old = await visit.logIn({ connection: (state) => states.push(state) }, { handover: 60 });
    const answered = visit.room.request('whoelse', {});
    const pending = await old.next('whoelse');
    const next = await visit.scripted.peer();
    let hasMoved = false;
    const resuming = next.next('resume').finally(() => {
      hasMoved = true;
    });
    old.event(broadcast(1));
    await old.next('ack');
    // Only after every request on the old connection has its reply.
    expect(hasMoved).toBe(false);
    pending.reply({ users: [], total: 0 });
    await answered;
    const resume = await resuming;
    expect(resume.arguments.token).toBe('token-1');
    // A request made during the handover is sent over the new connection.
    const said = visit.room.request('broadcast', { text: 'still here' });
    old.event(broadcast(2));
    old.event({ type: 'event', event: 'replaced' });
    resume.reply(resumed);
    const rest = [await next.nextOfAny(), await next.nextOfAny()];
    expect(rest.map(({ action }) => action).sort()).toEqual(['broadcast', 'sync']);
    for (const one of rest) {
      if (one.action === 'broadcast') one.reply({ seq: 3, sentAt: '2026-11-23T09:00:00.000Z', online: 1 });
      else one.reply({ messages: [broadcast(1), broadcast(2)], upTo: { inbox: 0, room: 2 }, more: false });
    }
    next.event(broadcast(3));
    await said;
    await visit.shownCount(3);
    expect(visit.shown).toEqual([1, 2, 3]);
    expect(states).toEqual([]);
    await old.closed;
  });

  test('leaves the session on the old connection if the room refuses it', async () => {
    const old = await visit.logIn({}, { handover: 30, handoverRetry: 20 });
    const first = await visit.scripted.peer();
    (await first.next('resume')).refuse('rate-limited');
    await first.closed;
    const request = visit.room.request('whoelse', {});
    (await old.next('whoelse')).reply({ users: [], total: 0 });
    await request;
    (await (await visit.scripted.peer()).next('resume')).reply(resumed);
    await old.closed;
  });

  test('leaves the session on the old connection however often it fails', async () => {
    const old = await visit.join({}, { handover: 30, handoverRetry: 20 });
    await Promise.all([visit.room.login('csee4119', 'lotsofexams'), visit.scripted.letIn(old)]);
    const first = await visit.scripted.peer();
    (await first.next('resume')).refuse('bad-token');
    await first.closed;
    await (await visit.scripted.peer()).closed;
    await (await visit.scripted.peer()).closed;
    const request = visit.room.request('whoelse', {});
    (await old.next('whoelse')).reply({ users: [], total: 0 });
    await request;
  });

  test('is mended as a loss if the new connection is lost before the reply', async () => {
    const old = await visit.logIn({}, { handover: 30 });
    const half = await visit.scripted.peer();
    await half.next('resume');
    half.vanish();
    expect((await (await visit.scripted.peer()).next('resume')).arguments.token).toBe('token-1');
    // The socket ends without a close frame, because a close would be a logout.
    expect(await old.closed).toBe(dropped);
  });

  test('ends before a logout, which goes over the new connection', async () => {
    const old = await visit.logIn({}, { handover: 30 });
    const next = await visit.scripted.peer();
    const resume = await next.next('resume');
    const left = visit.room.leave();
    old.event({ type: 'event', event: 'replaced' });
    resume.reply(resumed);
    (await next.next('logout')).reply({});
    await left;
  });

  test('does not begin after a logout', async () => {
    const old = await visit.logIn({}, { handover: 30 });
    const asked = visit.room.request('whoelse', {});
    const pending = await old.next('whoelse');
    const next = await visit.scripted.peer();
    const left = visit.room.leave();
    const logout = await old.next('logout');
    pending.reply({ users: [], total: 0 });
    await asked;
    logout.reply({});
    await left;
    // A resume would have come before the end of its connection.
    expect(await Promise.race([next.closed, next.nextOfAny()])).toBe(dropped);
  });

  test('is mended as a loss if the room fails after it may have moved the session', async () => {
    const old = await visit.logIn({}, { handover: 30 });
    const half = await visit.scripted.peer();
    (await half.next('resume')).refuse('internal');
    expect(await old.closed).toBe(dropped);
    (await (await visit.scripted.peer()).next('resume')).reply(resumed);
  });

  test.each([
    ['kicked', { reason: 'kicked' }],
    ['banned', { reason: 'lost' }],
    ['room-stopped', { reason: 'stop' }],
  ] as const)('ends the session that the room has ended: %s', async (code, ending) => {
    const old = await visit.logIn({}, { handover: 30 });
    const next = await visit.scripted.peer();
    const resume = await next.next('resume');
    resume.refuse(code);
    old.event({ type: 'event', event: 'replaced' });
    (await (await visit.scripted.peer()).next('resume')).refuse(code);
    expect(await visit.room.ended).toMatchObject(ending);
  });

  test('is mended as a loss if both connections are lost before the reply', async () => {
    const old = await visit.logIn({}, { handover: 30 });
    const half = await visit.scripted.peer();
    const { newToken } = (await half.next('resume')).arguments;
    old.event({ type: 'event', event: 'replaced' });
    await old.closed;
    half.vanish();
    const next = await visit.scripted.peer();
    (await next.next('resume')).refuse('bad-token');
    const resume = await next.next('resume');
    expect(resume.arguments.token).toBe(newToken);
    resume.reply(resumed);
    await next.next('sync');
  });
});
