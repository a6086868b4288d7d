import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal } from '../testing/open-terminal.ts';
import { broadcast, type Peer, ScriptedRoom } from '../testing/scripted-room.ts';
import { type TerminalDriver, withoutTime } from '../testing/terminal-driver.ts';

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

/** As npm does: a shell that waits for what it runs. */
const npm = ['sh', '-c', '"$@"; exit $?', 'sh'];
/** A shell with job control, in front of which somebody sits: it runs one thing, says how the
 * terminal is when that was stopped, puts it right, and goes on at Enter. */
const shell = ['sh', '-mc', '"$@"; echo "stopped $?"; stty -a; stty sane; echo "Enter goes on"; read line; fg', 'sh'];

test('Ctrl+Z stops the program with what runs it, and the terminal is the shell’s, until it is gone on with', async () => {
  ({ typist, peer } = await openTerminal(scripted, { under: [...shell, ...npm] }));
  typist.type('whoe');
  await typist.seeLast(`${prompt}whoe`);
  typist.type(ctrlZ);
  await typist.see((rows) => rows.some((row) => row.includes('stopped 148')));
  await typist.see((rows) => rows.some((row) => /(^| )icanon /.test(row)));
  await typist.seeLast('Enter goes on');
  typist.enter('');
  await typist.seeLast(`${prompt}whoe`);
  // Raw again, and what is typed is not shown twice.
  typist.enter('lse');
  (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
  await typist.see((rows) => rows.at(-2) === 'Columbia' && rows.at(-1) === prompt.trimEnd());
});

test('a program that was stopped from outside is in front of the terminal again when it goes on', async () => {
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

test('Ctrl+Z where nobody could go on with it changes nothing', async () => {
  ({ typist, peer } = await openTerminal(scripted));
  typist.type(`whoe${ctrlZ}`);
  await typist.seeLast(`${prompt}whoe`);
  peer.event(broadcast(1, 'still here?'));
  await typist.see((rows) => withoutTime(rows.at(-2)) === 'facebook(broadcast): still here?');
  await sleep(300);
  // A terminal that is no longer raw would complete nothing.
  typist.type('\t');
  await typist.seeLast(`${prompt}whoelse`);
});

test('when the terminal goes away, what was half typed is not carried out', async () => {
  // The shell hears that the terminal has gone, and the program only sees that nothing comes any more.
  ({ typist, peer } = await openTerminal(scripted, { under: ['sh', '-c', 'trap "" HUP; "$@"; exit $?', 'sh'] }));
  typist.type('broadcast I think Bob is');
  await typist.seeLast(`${prompt}broadcast I think Bob is`);
  typist.hangUp();
  const said = await peer.nextOfAny();
  expect(said.action).toBe('logout');
  said.reply({});
  expect(await peer.closed).toBe(1000);
});

test('a terminal that cannot be read any more is one with nothing more to read', async () => {
  // What ran it was killed: the shell takes the terminal back, and each read of it is answered with EIO.
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
