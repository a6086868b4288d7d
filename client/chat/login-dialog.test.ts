import { afterEach, beforeEach, expect, test } from 'vitest';
import { exitCodes } from '../exit-codes.ts';
import { askPassword, askUser, chat, goodbye } from '../testing/piped-chat.ts';
import { ScriptedRoom } from '../testing/scripted-room.ts';

let scripted: ScriptedRoom;

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
});

afterEach(() => scripted.close());

test('a user registers after some mistakes, and quits', async () => {
  const done = chat(scripted, '/register', 'help', 'shuo', '123', '124', '123', '123', 'Shuo', '123', '123', '/quit');
  const peer = await scripted.peer();
  const first = await peer.next('register');
  expect(first.arguments).toEqual({ user: 'shuo', password: '123' });
  first.refuse('user-exists');
  (await peer.next('register')).reply({ user: 'Shuo' });
  expect(await done).toEqual({
    code: exitCodes.done,
    said: [
      askUser,
      'Please enter a new username:',
      expect.stringMatching(/^A user name has 1 to 32 letters/),
      'Please enter a new username:',
      'Please enter a new password:',
      'Please enter it again:',
      'The two passwords differ. Please try again.',
      'Please enter a new password:',
      'Please enter it again:',
      'The username "shuo" is taken. Please choose another one.',
      'Please enter a new username:',
      'Please enter a new password:',
      'Please enter it again:',
      'You have registered "Shuo". You can now log in.',
      askUser,
      goodbye,
    ],
  });
});

test('after a refused new password the client asks for another one, not for the name', async () => {
  const done = chat(scripted, 'register', 'shuo', '1', '1', 'wastingtime', 'wastingtime', 'quit');
  const peer = await scripted.peer();
  (await peer.next('register')).refuse('invalid-password');
  const again = await peer.next('register');
  expect(again.arguments).toEqual({ user: 'shuo', password: 'wastingtime' });
  again.reply({ user: 'shuo' });
  expect((await done).said.slice(4, -2)).toEqual([
    expect.stringContaining('password'),
    'Please enter a new password:',
    'Please enter it again:',
    'You have registered "shuo". You can now log in.',
  ]);
});

test('three wrong passwords block; an existing block has another text', async () => {
  const done = chat(scripted, 'facebook', '1', 'facebook', '2', 'facebook', '3', 'facebook', '4', 'Google', '5');
  const peer = await scripted.peer();
  (await peer.next('login')).refuse('wrong-password', { triesLeft: 2 });
  (await peer.next('login')).refuse('wrong-password', { triesLeft: 1 });
  (await peer.next('login')).refuse('login-blocked', { secondsLeft: 50 });
  (await peer.next('login')).refuse('login-blocked', { secondsLeft: 40 });
  (await peer.next('login')).refuse('already-online');
  expect((await done).said).toEqual([
    askUser,
    askPassword,
    'Wrong password. You have 2 more tries.',
    'Please enter your username:',
    askPassword,
    'Wrong password. You have 1 more try.',
    'Please enter your username:',
    askPassword,
    'Wrong password. That was the last try: logins as this user from your network are blocked for 50.0 seconds. You can log in as another user.',
    askPassword,
    'Logins as this user from your network are blocked after wrong passwords. Try again in 40.0 seconds.',
    'Please enter another username:',
    askPassword,
    'This user is already logged in. Please enter another username:',
    goodbye,
  ]);
});

test('piped input does not answer whether to continue here; --take-over does', async () => {
  const since = new Date(new Date().setHours(9, 14)).toISOString();
  const done = chat(scripted, 'facebook', 'wastingtime', 'y');
  (await (await scripted.peer()).next('login')).refuse('already-online', { since });
  expect((await done).said.slice(2, 4)).toEqual([
    'You are logged in elsewhere since 09:14. To continue here instead, use --take-over.',
    'Please enter another username:',
  ]);
});

test('a registration is cancelled only with "yes"', async () => {
  const done = chat(scripted, 'de-register', 'shuo', '123', 'no', 'deregister', 'shuo', '123', 'yes');
  const peer = await scripted.peer();
  const cancel = await peer.next('deregister');
  expect(cancel.arguments).toEqual({ user: 'shuo', password: '123' });
  cancel.reply({});
  const { said } = await done;
  expect(said.filter((line) => line.startsWith('Are you sure'))).toEqual(
    Array(2).fill('Are you sure you want to cancel the registration of shuo? Enter "yes" or "no":'),
  );
  expect(said.slice(-3)).toEqual(['The registration of "shuo" has been cancelled.', askUser, goodbye]);
});

test('a login that is refused because the room is full ends the client', async () => {
  const done = chat(scripted, 'facebook', 'wastingtime', 'never read');
  (await (await scripted.peer()).next('login')).refuse('room-full');
  const { said, code } = await done;
  expect(said.at(-1)).toBe('The room is full, so you cannot log in now. Please try again later.');
  expect(code).toBe(exitCodes.refused);
});
