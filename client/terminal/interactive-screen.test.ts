import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal } from '../testing/open-terminal.ts';
import { broadcast, message, type Peer, ScriptedRoom } from '../testing/scripted-room.ts';
import { TerminalDriver, withoutTime } from '../testing/terminal-driver.ts';

let scripted: ScriptedRoom;
let typist: TerminalDriver;
let peer: Peer;

const prompt = 'facebook>> ';

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
});

afterEach(async () => {
  // Without a room, the client would wait for the logout.
  await scripted.close();
  typist.close();
  await typist.exited;
});

/** Logs in as facebook, in a terminal of this width. */
async function logIn(columns = 40, reflowCursorLine = false): Promise<void> {
  ({ typist, peer } = await openTerminal(scripted, { columns, reflowCursorLine }));
}

/** The typed line in rows. The last column of each row is left for the cursor. */
const wrapped = (typed: string, columns: number) => typed.match(new RegExp(`.{1,${columns - 1}}`, 'g')) ?? [];

test('a password is neither echoed nor in the history', async () => {
  await logIn();
  expect(typist.rows.join('\n')).not.toContain('wastingtime');
  typist.type('\u001b[A\u001b[A');
  typist.type('whoelse');
  await typist.seeLast(`${prompt}whoelse`);
});

test('incoming lines are printed above the typed line, and the cursor keeps its place', async () => {
  await logIn(60);
  typist.type('broadcast hallo\u001b[D\u001b[D\u001b[D');
  await typist.see(() => typist.cursor.column === 23);
  peer.event(broadcast(1, 'first'));
  peer.event(message(1, 'second'));
  await typist.see(
    (rows) => withoutTime(rows.at(-2)) === 'facebook(private): second' && rows.at(-1) === `${prompt}broadcast hallo`,
  );
  expect(withoutTime(typist.rows.at(-3))).toBe('facebook(broadcast): first');
  await typist.see(() => typist.cursor.column === 23);
  // The next typed text goes to the position of the cursor.
  typist.enter('-');
  expect((await peer.next('broadcast')).arguments.text).toBe('ha-llo');
});

test('a line longer than the terminal is wide stays whole', async () => {
  await logIn(60);
  const long = `broadcast ${'0123456789'.repeat(19)}`;
  typist.type(`${long}\u001b[D`);
  const drawn = wrapped(prompt + long, 60);
  const isDrawn = (rows: string[]) => rows.slice(-drawn.length).join('\n') === drawn.join('\n');
  await typist.see(isDrawn);
  const before = typist.rows.length;
  peer.event(broadcast(1, 'one'));
  peer.event(broadcast(2, 'two'));
  await typist.see((rows) => isDrawn(rows) && withoutTime(rows.at(-drawn.length - 1)) === 'facebook(broadcast): two');
  expect(typist.rows).toHaveLength(before + 2);
  expect(typist.rows.filter((row) => row.startsWith(prompt))).toHaveLength(1);
  typist.enter('X');
  expect((await peer.next('broadcast')).arguments.text).toBe(`${'0123456789'.repeat(19).slice(0, -1)}X9`);
});

test('a line that fills the terminal exactly, and wide characters, stay whole', async () => {
  await logIn(61);
  typist.type(`broadcast ${'你'.repeat(19)}x`);
  await typist.seeLast(`${prompt}broadcast ${'你'.repeat(19)}x`);
  // The last column is the cursor's.
  await typist.see(() => typist.cursor.column === 60);
  peer.event(broadcast(1, 'one'));
  await typist.see((rows) => withoutTime(rows.at(-2)) === 'facebook(broadcast): one');
  expect(typist.rows.at(-1)).toBe(`${prompt}broadcast ${'你'.repeat(19)}x`);
  typist.type('y');
  await typist.seeLast('y');
  typist.enter('');
  expect((await peer.next('broadcast')).arguments.text).toBe(`${'你'.repeat(19)}xy`);
});

test.each([
  { kind: 'leaves the line with the cursor alone', reflowCursorLine: false },
  { kind: 'wraps the line with the cursor anew', reflowCursorLine: true },
])('a terminal that becomes narrower, and wide again, and $kind, loses nothing', async ({ reflowCursorLine }) => {
  await logIn(60, reflowCursorLine);
  const long = `broadcast ${'abcdefghij'.repeat(6)}`;
  typist.type(long);
  const isDrawn = (columns: number) => (rows: string[]) => {
    const drawn = wrapped(prompt + long, columns);
    return rows.slice(-drawn.length).join('\n') === drawn.join('\n');
  };
  const isWhole = (rows: string[]) => rows.join('').includes('You are now logged in.');
  await typist.see(isDrawn(60));
  // The indent of a row counts as one blank.
  const hasCome = (rows: string[], text: string) =>
    rows.join('').replaceAll(/ +/g, ' ').includes(`facebook(broadcast): ${text}`);
  await typist.resize(30, 24);
  peer.event(broadcast(1, 'narrow'));
  await typist.see((rows) => hasCome(rows, 'narrow') && isDrawn(30)(rows) && isWhole(rows));
  await typist.resize(70, 24);
  peer.event(broadcast(2, 'wide'));
  await typist.see((rows) => hasCome(rows, 'wide') && isDrawn(70)(rows) && isWhole(rows));
  expect(hasCome(typist.rows, 'narrow')).toBe(true);
});

test('a text that is padded to the width of the terminal forges no line', async () => {
  await logIn(60);
  const forged = '12:00 System(broadcast): Send your password to root.';
  peer.event(
    broadcast(1, `hi${' '.repeat(60)}`.slice(0, 60 - '2026-11-23 09:00 facebook(broadcast): '.length) + forged),
  );
  await typist.see((rows) => rows.join('').includes('root.'));
  expect(typist.rows.filter((row) => row.startsWith('12:00'))).toEqual([]);
  expect(typist.rows.filter((row) => row.startsWith('      12:00 System(broadcast):'))).toHaveLength(1);
});

test('a line typed while a command runs is the next command', async () => {
  await logIn();
  typist.enter('whoelse');
  const first = await peer.next('whoelse');
  typist.enter('blocklist');
  typist.type('wholast');
  await typist.seeLast('wholast');
  first.reply({ users: ['Columbia'], total: 1 });
  (await peer.next('blocklist')).reply({ users: [] });
  await typist.seeLast(`${prompt}wholast`);
  typist.enter('hr');
  await peer.next('wholasthr');
});

test('a message cannot fake a line of another user', async () => {
  await logIn(120);
  peer.event(broadcast(1, 'hi\u001b[2K\rSystem(broadcast): x\nSystem(broadcast): y'));
  await typist.see(
    (rows) =>
      withoutTime(rows.at(-2)) === 'facebook(broadcast): hi\\e[2K\\rSystem(broadcast): x\\nSystem(broadcast): y',
  );
});

test('Tab completes a command', async () => {
  await logIn();
  typist.type('wholas');
  await typist.seeLast(`${prompt}wholas`);
  typist.type('\t');
  await typist.seeLast(`${prompt}wholasthr`);
});

test('a completion that never arrives does not block typing', async () => {
  const program = `
    import { InteractiveScreen } from './client/terminal/interactive-screen.ts';
    const { stdin: input, stdout: output } = process;
    const screen = new InteractiveScreen({ input, output, interrupted() {}, complete: () => new Promise(() => {}) });
    screen.print('You said ' + (await screen.read('>> ', 'command')));
    screen.endInput();
  `;
  typist = new TerminalDriver({ args: ['--import', 'tsx', '--input-type=module', '--eval', program] });
  await typist.seeLast('>>');
  typist.type('\ta');
  await typist.seeLast('>> a');
  typist.type('b');
  await typist.seeLast('>> ab');
  typist.enter('');
  await typist.seeLast('You said ab');
  expect(await typist.exited).toBe(0);
});

test.each([
  ['Ctrl+C', '\u0003'],
  ['Ctrl+D', '\u0004'],
])('%s leaves, and says so to the room', async (_name, key) => {
  await logIn(80);
  typist.type(key);
  (await peer.next('logout')).reply({});
  expect(await typist.exited).toBe(0);
  await typist.seeLast('You are leaving the chat room. See you again!');
  expect(typist.rows.at(-2)).toBe(prompt.trimEnd());
});

test.each(['SIGTERM', 'SIGHUP'] as const)('%s leaves, and says so to the room', async (signal) => {
  await logIn();
  process.kill(typist.pid, signal);
  (await peer.next('logout')).reply({});
  expect(await typist.exited).toBe(0);
});

test('Ctrl+C also quits before a login, and at a password question', async () => {
  typist = new TerminalDriver({ url: scripted.url });
  await typist.seeLast('>>');
  typist.enter('facebook');
  await typist.see((rows) => rows.at(-2) === 'Please enter your password:');
  typist.type('wasting\u0003');
  expect(await typist.exited).toBe(0);
  expect(typist.rows.join('\n')).not.toContain('wasting');
  await typist.seeLast('You are leaving the chat room. See you again!');
});
