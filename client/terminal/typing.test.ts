import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { logIn, prompt, typeAndSee } from '../testing/open-terminal.ts';
import { broadcast, message, type Peer } from '../testing/scripted-room.ts';
import { type TerminalDriver, withoutTime } from '../testing/terminal-driver.ts';

const left = '\u001b[D';
const backspace = '\u007f';
const [family, flag, heart, thumb, accent] = ['👩‍👩‍👧', '🇩🇪', '❤️', '👍🏽', 'e\u0301'];

const nextBroadcast = async (peer: Peer) => (await peer.next('broadcast', 'ack')).arguments.text;

/** The typed line in rows. The last column of each row is left for the cursor. */
const wrapped = (typed: string, columns: number) => typed.match(new RegExp(`.{1,${columns - 1}}`, 'g')) ?? [];

/** The rows that begin with the prompt: one, unless parts of an old line were left behind. */
const beginnings = (typist: TerminalDriver) => typist.rows.filter((row) => row.startsWith(`${prompt}broadcast `));

describe.each(['code points', 'graphemes'] as const)('in a terminal that measures %s', (widths) => {
  test('typing while 50 lines a second arrive: no typed text is lost or garbled, and every line is shown once', async () => {
    const { typist, peer } = await logIn({ columns: 60, rows: 20, widths });
    const count = 150;
    const flood = (async () => {
      for (let seq = 1; seq <= count; seq += 1) {
        peer.event(broadcast(seq, seq % 3 === 0 ? `${flag}${family} line ${seq}` : `line ${seq}`));
        await sleep(20);
      }
    })();
    const text = `Grüße ${family} an ${flag}${flag}${flag}, 你好 ${heart}${thumb} c${accent}: ${'lang und länger '.repeat(6)}!`;
    for (const character of new Intl.Segmenter().segment(`broadcast ${text}`)) {
      typist.type(character.segment);
      await sleep(15);
    }
    await flood;
    await typist.see(() => typist.said.length === count);
    expect(beginnings(typist)).toHaveLength(1);
    typist.enter('');
    expect(await nextBroadcast(peer)).toBe(text);
    expect(typist.said.map((row) => Number(/ line (\d+)$/.exec(row)?.[1]))).toEqual(
      Array.from({ length: count }, (_, index) => index + 1),
    );
  });

  test('rows full of flags erase no printed line', async () => {
    const { typist, peer } = await logIn({ columns: 40, widths });
    typist.type(`broadcast ${flag.repeat(24)}`);
    for (let seq = 1; seq <= 3; seq += 1) peer.event(message(seq));
    const printed = () => typist.rows.join('').match(/message \d/g);
    await typist.see(() => printed()?.length === 3);
    typist.type('!');
    await typist.see((rows) => rows.at(-1)?.endsWith('!') === true);
    expect(printed()).toEqual(['message 1', 'message 2', 'message 3']);
    expect(beginnings(typist)).toHaveLength(1);
    typist.enter('');
    expect(await nextBroadcast(peer)).toBe(`${flag.repeat(24)}!`);
  });

  test('cursor and backspace treat a family, a flag, a heart and an accented letter as one character each', async () => {
    const { typist, peer } = await logIn({ widths });
    await typeAndSee(typist, `broadcast 你${family}${flag}${heart}${thumb}${accent}`);
    typist.type(backspace);
    await typist.seeLast(`${prompt}broadcast 你${family}${flag}${heart}${thumb}`);
    typist.type(left + left + left + backspace);
    await typist.seeLast(`${prompt}broadcast 你${flag}${heart}${thumb}`);
    typist.type('a');
    await typist.seeLast(`${prompt}broadcast 你a${flag}${heart}${thumb}`);
    // The cursor is where the terminal itself places it.
    await typist.see(() => typist.cursor.column === `${prompt}broadcast 你a`.length + 1);
    typist.enter('');
    expect(await nextBroadcast(peer)).toBe(`你a${flag}${heart}${thumb}`);
  });
});

test('a line with more rows than the window shows the part around the cursor', async () => {
  const { typist, peer } = await logIn({ columns: 50, rows: 6 });
  const words = Array.from({ length: 90 }, (_, index) => `w${index}`).join(' ');
  typist.type(`broadcast ${words}`);
  await typist.see((rows) => rows.at(-1)?.endsWith('w89') === true);
  peer.event(broadcast(1, 'hello'));
  await typist.see(() => typist.said.length === 1);
  typist.type('\u0001');
  await typist.see((rows) => rows.some((row) => row.startsWith(`${prompt}broadcast w0 w1`)));
  typist.type('\u0005!');
  await typist.see((rows) => rows.at(-1)?.endsWith('w89!') === true);
  typist.enter('');
  expect(await nextBroadcast(peer)).toBe(`${words}!`);
  // The line is on the screen once.
  await typist.see(() => typist.rows.join('').includes('w88 w89!'));
  expect(typist.said).toEqual(['facebook(broadcast): hello']);
});

test('Ctrl+L clears the screen, and the line being typed stays', async () => {
  const { typist } = await logIn();
  await typeAndSee(typist, 'broadcast hi');
  typist.type('\u000c');
  await typist.see((rows) => typist.cursor.row === typist.buffer.baseY && rows.at(-1) === `${prompt}broadcast hi`);
});

test('the history has typed commands, but no passwords and answers', async () => {
  const { typist, peer } = await logIn();
  typist.enter('whoelse');
  (await peer.next('whoelse')).reply({ users: [], total: 0 });
  await typist.seeLast(prompt.trimEnd());
  // Typed ahead, before the client has asked.
  typist.type('passwd\rwastingtime\rnew-secret\rnew-secret\r');
  // The first request asks for the rule.
  (await peer.next('passwd')).refuse('invalid-password', { limit: 8 });
  const asked = await peer.next('passwd');
  expect(asked.arguments).toMatchObject({ oldPassword: 'wastingtime', newPassword: 'new-secret' });
  asked.reply({});
  await typist.see((rows) => rows.at(-2) === 'You have changed your password.');
  typist.type('\u001b[A');
  await typist.seeLast(`${prompt}passwd`);
  typist.type('\u001b[A');
  await typist.seeLast(`${prompt}whoelse`);
  typist.type('\u001b[A');
  typist.type('!');
  await typist.see((rows) => rows.at(-1)?.endsWith('!') === true);
  expect(typist.output).not.toMatch(/wastingtime|new-secret/);
});

test('incoming lines are printed above the typed line, and the cursor keeps its place', async () => {
  const { typist, peer } = await logIn({ columns: 60 });
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
  const { typist, peer } = await logIn({ columns: 60 });
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
  const { typist, peer } = await logIn({ columns: 61 });
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
  const { typist, peer } = await logIn({ columns: 60, reflowCursorLine });
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

test('a line typed while a command runs is the next command', async () => {
  const { typist, peer } = await logIn({ columns: 40 });
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
