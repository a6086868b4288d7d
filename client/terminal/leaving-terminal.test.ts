import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal } from '../testing/open-terminal.ts';
import { broadcast, type Peer, ScriptedRoom } from '../testing/scripted-room.ts';
import { TerminalDriver, withoutTime } from '../testing/terminal-driver.ts';

let scripted: ScriptedRoom;
let typist: TerminalDriver;
let peer: Peer;

const prompt = 'facebook>> ';
const ctrlZ = '\u001a';

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
});

afterEach(async () => {
  await scripted.close();
  typist.close();
  await typist.exited;
});

/** A shell that waits for the program, as npm's does. */
const npm = ['sh', '-c', '"$@"; exit $?', 'sh'];
/** An interactive shell with job control. It runs one program, prints the terminal's
 * mode when the program was stopped, resets it, and continues the program at Enter. */
const shell = ['sh', '-mc', '"$@"; echo "stopped $?"; stty -a; stty sane; echo "Enter goes on"; read line; fg', 'sh'];

test('Ctrl+Z stops the program and its parents, and the shell has the terminal until the program continues', async () => {
  ({ typist, peer } = await openTerminal(scripted, { under: [...shell, ...npm] }));
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

test('a program that was stopped from outside redraws when it continues', async () => {
  ({ typist, peer } = await openTerminal(scripted, { under: shell }));
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
  ({ typist, peer } = await openTerminal(scripted));
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
  scripted.refuseWith = 503;
  const after = '"$@"; stty -echo; echo "the shell reads"; read line; echo "it got <$line>"';
  typist = new TerminalDriver({ url: scripted.url, under: ['sh', '-c', after, 'sh'] });
  const typing = setInterval(() => typist.type('wastingtime\r'), 50);
  await typist.see((rows) => rows.some((row) => row.includes('The room is stopped.')));
  await sleep(300);
  clearInterval(typing);
  await typist.see((rows) => rows.some((row) => row.includes('the shell reads')));
  typist.enter('ls');
  await typist.see((rows) => rows.some((row) => row.includes('it got <')));
  expect(typist.rows.find((row) => row.includes('it got <'))).toBe('it got <ls>');
});

test('a full room asks, and shows nothing of what is typed ahead', async () => {
  typist = new TerminalDriver({ url: scripted.url });
  await typist.seeLast('>>');
  typist.enter('facebook');
  await typist.see((rows) => rows.at(-2) === 'Please enter your password:');
  typist.enter('wastingtime');
  const guest = await scripted.peer();
  (await guest.next('login')).refuse('room-full');
  const asks = (rows: readonly string[]) => rows.some((row) => row.includes('Try again? Enter "yes" or "no":'));
  await typist.see(asks);
  typist.enter('facebook');
  typist.enter('lotsofexams');
  typist.enter('yes');
  await typist.see((rows) => rows.at(-2)?.startsWith('Please enter your username') ?? false);
  expect(typist.rows.join('\n')).not.toContain('lotsofexams');
  typist.enter('quit');
  expect(await typist.exited).toBe(0);
});

test('a half-typed line is not run when the terminal closes', async () => {
  // The shell gets SIGHUP. The program only sees the end of its input.
  ({ typist, peer } = await openTerminal(scripted, { under: ['sh', '-c', 'trap "" HUP; "$@"; exit $?', 'sh'] }));
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
  ({ typist, peer } = await openTerminal(scripted, { under: ['sh', '-mc', '"$@"; sleep 60', 'sh', ...npm] }));
  process.kill(childOf(typist.pid), 'SIGKILL');
  await typist.see((rows) => rows.some((row) => row.endsWith('Killed')));
  typist.type('broadcast x');
  (await peer.next('logout')).reply({});
  expect(await peer.closed).toBe(1000);
});

function childOf(pid: number): number {
  return Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }));
}
