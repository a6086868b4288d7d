import { afterEach, beforeEach, expect, test } from 'vitest';
import { exitCodes } from '../exit-codes.ts';
import { chat, goodbye, openChat, seen } from '../testing/piped-chat.ts';
import { broadcast, ScriptedRoom } from '../testing/scripted-room.ts';

let scripted: ScriptedRoom;

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
});

afterEach(() => scripted.close());

test.each([
  [
    429,
    exitCodes.refused,
    [
      'Too many clients are connecting to the room. Trying again for some minutes. Ctrl-C ends this ...',
      'Too many clients are connecting to the room. Please try again later.',
    ],
  ],
  [503, exitCodes.unreachable, ['The room is stopped.']],
])('a room that refuses the connection with %i', async (status, code, said) => {
  scripted.refuseWith = status;
  expect(await chat(scripted, 'facebook')).toEqual({ said, code });
});

test('an interruption ends the attempts to connect to a busy room', async () => {
  scripted.refuseWith = 429;
  const { output, interruption, done } = openChat(scripted);
  await seen(output, 'Trying again for some minutes');
  interruption.abort();
  expect(await done).toMatchObject({ said: [expect.anything(), goodbye], code: exitCodes.done });
});

test.each([
  [
    { type: 'event', event: 'timeout', seconds: 60 } as const,
    'You were inactive for 60.0 seconds and have been logged out.',
  ],
  [{ type: 'event', event: 'kicked', reason: 'spam' } as const, 'You have been removed from the chat room: spam'],
  [
    { type: 'event', event: 'stop', message: 'Maintenance.', retryAfter: 90 } as const,
    'The chat room has been stopped. Maintenance. It will reopen in about 90.0 seconds.',
  ],
  [
    { type: 'event', event: 'replaced' } as const,
    'You have logged in from somewhere else, so this connection was closed.',
  ],
])('%o is printed and ends the program', async (event, line) => {
  const { input, done } = openChat(scripted);
  input.write('facebook\nwastingtime\n');
  const peer = await scripted.peer();
  await scripted.letIn(peer);
  peer.event(event);
  const { said, code } = await done;
  expect(said.at(-1)).toBe(line);
  expect(code).toBe(event.event === 'kicked' ? exitCodes.refused : exitCodes.unreachable);
});

test('an interruption does not wait for an answer, and no more input is read', async () => {
  const { input, output, interruption, done, complaints } = openChat(scripted);
  input.write('facebook\nwastingtime\nwhoelse\nblocklist\n');
  const peer = await scripted.peer();
  await scripted.letIn(peer);
  const whoelse = await peer.next('whoelse');
  interruption.abort();
  const logout = await peer.next('logout');
  whoelse.reply({ users: ['Columbia'], total: 1 });
  await seen(output, 'Columbia');
  logout.reply({});
  expect(await Promise.race([peer.nextOfAny(), peer.closed])).toBe(1000);
  // One command was carried out, and one was not.
  expect(await done).toMatchObject({
    code: exitCodes.unclear,
    said: expect.arrayContaining(['Columbia', goodbye]),
  });
  expect(complaints).toEqual(['The conversation ended after line 3 of the input. The rest was not carried out.']);
});

test('a lost and a restored connection are printed', async () => {
  const { input, done } = openChat(scripted);
  input.write('facebook\nwastingtime\n');
  const peer = await scripted.peer();
  await scripted.letIn(peer);
  peer.vanish();
  const next = await scripted.peer();
  const resume = await next.next('resume');
  resume.reply({ user: 'facebook', token: 't2', timeOut: 60, unread: { inbox: 0, room: 1 } });
  (await next.next('sync')).reply({ messages: [broadcast(1, 'late')], upTo: { inbox: 0, room: 1 }, more: false });
  await next.next('ack');
  input.end();
  (await next.next('logout')).reply({});
  expect((await done).said.slice(4)).toEqual([
    'The connection was lost. Reconnecting ...',
    'The connection is restored.',
    'facebook(broadcast): late',
    goodbye,
  ]);
});
