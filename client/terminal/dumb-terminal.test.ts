import { expect, test } from 'vitest';
import { logIn, openTerminal, prompt } from '../testing/open-terminal.ts';
import { broadcast } from '../testing/scripted-room.ts';

const [backspace, ctrlU, ctrlW, left] = ['\u007f', '\u0015', '\u0017', '\u001b[D'];

const sit = (TERM: string) => logIn({ columns: 60, env: { TERM } });

test.each(['dumb', 'emacs'])('with TERM=%s the keys edit the line, and no escape sequence is written', async (TERM) => {
  const { typist, peer } = await sit(TERM);
  typist.type('broadcast hello thex');
  await typist.seeLast(`${prompt}broadcast hello thex`);
  typist.type(`${backspace}re`);
  await typist.seeLast(`${prompt}broadcast hello there`);
  typist.type(ctrlW);
  await typist.seeLast(`${prompt}broadcast hello`);
  typist.type(`${left}${left}X`);
  await typist.seeLast(`${prompt}broadcast hellXo`);
  peer.event(broadcast(1, 'meanwhile'));
  await typist.see((rows) => rows.at(-2)?.endsWith('facebook(broadcast): meanwhile') === true);
  expect(typist.rows.at(-1)).toBe(`${prompt}broadcast hellXo`);
  typist.type(`\u0005${ctrlU}whoelse\r`);
  // The message is acknowledged before or after it.
  await peer.next('whoelse', 'ack');
  expect(typist.output).not.toContain('\u001b');
});

test('with TERM=dumb the keys edit a password, which is not shown', async () => {
  const { typist, scripted } = await openTerminal({ env: { TERM: 'dumb' } });
  await typist.seeLast('>>');
  typist.type(`somebodyelse${ctrlU}facebooc${backspace}k\r`);
  await typist.see((rows) => rows.at(-2) === 'Please enter your password:');
  typist.type(`nonsense${ctrlU}wasting time${ctrlW}${backspace}timm${backspace}e\r`);
  const login = await (await scripted.peer()).next('login');
  expect(login.arguments).toMatchObject({ user: 'facebook', password: 'wastingtime' });
  expect(typist.output).not.toMatch(/wasting|nonsense/);
});

test('with TERM=dumb a line longer than the terminal is sent whole', async () => {
  const { typist, peer } = await sit('dumb');
  const long = 'long and longer '.repeat(20);
  typist.type(`broadcast ${long}`);
  await typist.see((rows) => rows.at(-1)?.endsWith('longer') === true);
  typist.type('!\r');
  expect((await peer.next('broadcast')).arguments.text).toBe(`${long}!`);
});
