import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal } from '../testing/open-terminal.ts';
import { broadcast, type Peer, ScriptedRoom } from '../testing/scripted-room.ts';
import { TerminalDriver } from '../testing/terminal-driver.ts';

let scripted: ScriptedRoom;
let typist: TerminalDriver;
let peer: Peer;

const prompt = 'facebook>> ';
const [backspace, ctrlU, ctrlW, left] = ['\u007f', '\u0015', '\u0017', '\u001b[D'];

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
});

afterEach(async () => {
  await scripted.close();
  typist.close();
  await typist.exited;
});

const logIn = async (TERM: string) => {
  ({ typist, peer } = await openTerminal(scripted, { columns: 60, env: { TERM } }));
};

test.each(['dumb', 'emacs'])('with TERM=%s the keys edit the line, and no escape sequence is written', async (TERM) => {
  await logIn(TERM);
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
  typist = new TerminalDriver({ url: scripted.url, env: { TERM: 'dumb' } });
  await typist.seeLast('>>');
  typist.type(`somebodyelse${ctrlU}facebooc${backspace}k\r`);
  await typist.see((rows) => rows.at(-2) === 'Please enter your password:');
  typist.type(`nonsense${ctrlU}wasting time${ctrlW}${backspace}timm${backspace}e\r`);
  const login = await (await scripted.peer()).next('login');
  expect(login.arguments).toMatchObject({ user: 'facebook', password: 'wastingtime' });
  expect(typist.output).not.toMatch(/wasting|nonsense/);
});

test('with TERM=dumb a line longer than the terminal is sent whole', async () => {
  await logIn('dumb');
  const long = 'long and longer '.repeat(20);
  typist.type(`broadcast ${long}`);
  await typist.see((rows) => rows.at(-1)?.endsWith('longer') === true);
  typist.type('!\r');
  expect((await peer.next('broadcast')).arguments.text).toBe(`${long}!`);
});
