import { afterEach, beforeEach, expect, test } from 'vitest';
import { ScriptedRoom } from '../testing/scripted-room.ts';
import { TerminalDriver } from '../testing/terminal-driver.ts';

let scripted: ScriptedRoom;
let typist: TerminalDriver;

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
  const args = ['dist/client/chat.mjs', 'whoelse', '--user', 'facebook'];
  typist = new TerminalDriver({ url: scripted.url, args });
});

afterEach(async () => {
  typist.close();
  await scripted.close();
});

test('in a terminal a script asks for the password without echo', async () => {
  await typist.seeLast('Password of facebook:');
  typist.enter('wastingtime');
  const peer = await scripted.peer();
  const login = await peer.next('login');
  expect(login.arguments).toEqual({ user: 'facebook', password: 'wastingtime' });
  login.reply({ user: 'facebook', token: 't', timeOut: 600, unread: { inbox: 0, room: 0 } });
  (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
  (await peer.next('logout')).reply({});
  expect(await typist.exited).toBe(0);
  expect(typist.rows).toEqual(['Password of facebook:', 'Columbia']);
});

test('Ctrl+C at the password question ends the script', async () => {
  await typist.seeLast('Password of facebook:');
  typist.type('\u0003');
  expect(await typist.exited).toBe(2);
  expect(scripted.attempts).toBe(0);
});
