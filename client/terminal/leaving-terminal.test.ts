import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { logIn, openTerminal, prompt, typeAndSee } from '../testing/open-terminal.ts';
import { broadcast } from '../testing/scripted-room.ts';
import { withoutTime } from '../testing/terminal-driver.ts';

const ctrlZ = '\u001a';

/** A shell that waits for the program, as npm's does. */
const npm = ['sh', '-c', '"$@"; exit $?', 'sh'];
/** An interactive shell with job control. It runs one program, prints the terminal's
 * mode when the program was stopped, resets it, and continues the program at Enter. */
const shell = ['sh', '-mc', '"$@"; echo "stopped $?"; stty -a; stty sane; echo "Enter goes on"; read line; fg', 'sh'];

test('Ctrl+Z stops the program and its parents, and the shell has the terminal until the program continues', async () => {
  const { typist, peer } = await logIn({ under: [...shell, ...npm] });
  typist.type('whoe');
  await typist.seeLast(`${prompt}whoe`);
  typist.type(ctrlZ);
  await typist.see((rows) => rows.some((row) => row.includes('stopped 148')));
  await typist.see((rows) => rows.some((row) => /(^| )icanon /.test(row)));
  await typist.seeLast('Enter goes on');
  typist.enter('');
  await typist.seeLast(`${prompt}whoe`);
  // The terminal is raw again, so typed text is not echoed twice.
  typist.enter('lse');
  (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
  await typist.see((rows) => rows.at(-2) === 'Columbia' && rows.at(-1) === prompt.trimEnd());
});

test('after Ctrl+Z and a return to the foreground, the client continues', async () => {
  const { typist, peer } = await logIn({ under: ['bash', '-c', 'set -m; "$@"; fg', 'bash'] });
  await typeAndSee(typist, 'broadcast hi');
  typist.type('\u001a');
  await typist.see((rows) => rows.some((row) => /^\[1\]\+ +Stopped/.test(row)));
  peer.event(broadcast(1, 'after it was stopped'));
  await typist.see(() => typist.said.length === 1 && typist.rows.at(-1) === `${prompt}broadcast hi`);
  typist.enter('!');
  expect((await peer.next('broadcast', 'ack')).arguments.text).toBe('hi!');
});

test('a program that was stopped from outside redraws when it continues', async () => {
  const { typist, peer } = await logIn({ under: shell });
  typist.type('whoelse');
  await typist.seeLast(`${prompt}whoelse`);
  process.kill(childOf(typist.pid), 'SIGSTOP');
  await typist.see((rows) => rows.some((row) => /stopped \d/.test(row)));
  await typist.seeLast('Enter goes on');
  typist.enter('');
  await typist.seeLast(`${prompt}whoelse`);
  typist.enter('');
  (await peer.next('whoelse')).reply({ users: [], total: 0 });
});

test('Ctrl+Z has no effect if no shell could continue the program', async () => {
  const { typist, peer } = await logIn();
  typist.type(`whoe${ctrlZ}`);
  await typist.seeLast(`${prompt}whoe`);
  peer.event(broadcast(1, 'still here?'));
  await typist.see((rows) => withoutTime(rows.at(-2)) === 'facebook(broadcast): still here?');
  await sleep(300);
  // Tab completes only if the terminal is still raw.
  typist.type('\t');
  await typist.seeLast(`${prompt}whoelse`);
});

test('what is typed while the client ends by itself does not reach the shell', async () => {
  const after = '"$@"; stty -echo; echo "the shell reads"; read line; echo "it got <$line>"';
  const { typist } = await openTerminal({ under: ['sh', '-c', after, 'sh'] }, (room) => {
    room.refuseWith = 503;
  });
  const typing = setInterval(() => typist.type('wastingtime\r'), 50);
  await typist.see((rows) => rows.some((row) => row.includes('The room is stopped.')));
  await sleep(300);
  clearInterval(typing);
  await typist.see((rows) => rows.some((row) => row.includes('the shell reads')));
  typist.enter('ls');
  await typist.see((rows) => rows.some((row) => row.includes('it got <')));
  expect(typist.rows.find((row) => row.includes('it got <'))).toBe('it got <ls>');
});

test('a half-typed line is not run when the terminal closes', async () => {
  // The shell gets SIGHUP. The program only sees the end of its input.
  const { typist, peer } = await logIn({ under: ['sh', '-c', 'trap "" HUP; "$@"; exit $?', 'sh'] });
  typist.type('broadcast I think Bob is');
  await typist.seeLast(`${prompt}broadcast I think Bob is`);
  typist.hangUp();
  const said = await peer.nextOfAny();
  expect(said.action).toBe('logout');
  said.reply({});
  expect(await peer.closed).toBe(1000);
});

test('a read error of the terminal counts as the end of input', async () => {
  // The parent was killed, so the shell takes the terminal back, and every read fails with EIO.
  const { typist, peer } = await logIn({ under: ['sh', '-mc', '"$@"; sleep 60', 'sh', ...npm] });
  process.kill(childOf(typist.pid), 'SIGKILL');
  await typist.see((rows) => rows.some((row) => row.endsWith('Killed')));
  typist.type('broadcast x');
  (await peer.next('logout')).reply({});
  expect(await peer.closed).toBe(1000);
});

test.each([
  ['Ctrl+C', '\u0003'],
  ['Ctrl+D', '\u0004'],
])('%s leaves, and says so to the room', async (_name, key) => {
  const { typist, peer } = await logIn();
  typist.type(key);
  (await peer.next('logout')).reply({});
  expect(await typist.exited).toBe(0);
  await typist.seeLast('You are leaving the chat room. See you again!');
  expect(typist.rows.at(-2)).toBe(prompt.trimEnd());
});

test.each(['SIGTERM', 'SIGHUP'] as const)('%s leaves, and says so to the room', async (signal) => {
  const { typist, peer } = await logIn();
  process.kill(typist.pid, signal);
  (await peer.next('logout')).reply({});
  expect(await typist.exited).toBe(0);
});

test('Ctrl+C also quits before a login, and at a password question', async () => {
  const { typist } = await openTerminal();
  await typist.seeLast('>>');
  typist.enter('facebook');
  await typist.see((rows) => rows.at(-2) === 'Please enter your password:');
  typist.type('wasting\u0003');
  expect(await typist.exited).toBe(0);
  expect(typist.rows.join('\n')).not.toContain('wasting');
  await typist.seeLast('You are leaving the chat room. See you again!');
});

function childOf(pid: number): number {
  return Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }));
}
