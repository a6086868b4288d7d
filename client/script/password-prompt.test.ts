import { expect, test } from 'vitest';
import { openTerminal } from '../testing/open-terminal.ts';

const run = () => openTerminal({ args: ['dist/client/chat.mjs', 'whoelse', '--user', 'facebook'] });

test('in a terminal a script asks for the password without echo', async () => {
  const { typist, scripted } = await run();
  await typist.seeLast('Password of facebook:');
  typist.enter('wastingtime');
  const peer = await scripted.peer();
  const login = await peer.next('login');
  expect(login.arguments).toEqual({ user: 'facebook', password: 'wastingtime' });
  login.reply({ user: 'facebook', token: 't', timeOut: 600, unread: { inbox: 0, room: 0 } });
  (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
  (await peer.next('logout')).reply({});
  expect(await typist.exited).toBe(0);
  // The exit may be reported before the last line is shown.
  await expect.poll(() => typist.rows).toEqual(['Password of facebook:', 'Columbia']);
});

test('Ctrl+C at the password question ends the script', async () => {
  const { typist, scripted } = await run();
  await typist.seeLast('Password of facebook:');
  typist.type('\u0003');
  expect(await typist.exited).toBe(2);
  expect(scripted.attempts).toBe(0);
});
