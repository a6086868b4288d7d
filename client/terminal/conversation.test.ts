import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTerminal } from '../testing/open-terminal.ts';
import { broadcast, hidden, message, type Peer, ScriptedRoom } from '../testing/scripted-room.ts';
import { TerminalDriver, type TypistOptions, withoutTime } from '../testing/terminal-driver.ts';

let scripted: ScriptedRoom;
let typist: TerminalDriver;
let peer: Peer;

const prompt = 'facebook>> ';
const sentAt = '2026-11-23T09:00:00.000Z';
const left = '\u001b[D';
const up = '\u001b[A';
const backspace = '\u007f';
const [family, flag, heart, thumb, accent] = ['👩‍👩‍👧', '🇩🇪', '❤️', '👍🏽', 'e\u0301'];

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
});

afterEach(async () => {
  await scripted.close();
  typist.close();
  await typist.exited;
});

async function logIn(options: Omit<TypistOptions, 'url'> = {}): Promise<void> {
  ({ typist, peer } = await openTerminal(scripted, options));
}

/** Types a text, and waits until it is in the last row. */
async function typeAndSee(text: string): Promise<void> {
  typist.type(text);
  await typist.seeLast(`${prompt}${text}`);
}

const nextBroadcast = async () => (await peer.next('broadcast', 'ack')).arguments.text;

/** The rows that begin with the prompt: one, unless parts of an old line were left behind. */
const beginnings = () => typist.rows.filter((row) => row.startsWith(`${prompt}broadcast `));

/** The incoming lines, in their order on the screen. */
const said = () => typist.rows.flatMap((row) => withoutTime(row) ?? []);

describe.each(['code points', 'graphemes'] as const)('in a terminal that measures %s', (widths) => {
  test('typing while 50 lines a second arrive: no typed text is lost or garbled, and every line is shown once', async () => {
    await logIn({ columns: 60, rows: 20, widths });
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
    await typist.see(() => said().length === count);
    expect(beginnings()).toHaveLength(1);
    typist.enter('');
    expect(await nextBroadcast()).toBe(text);
    expect(said().map((row) => Number(/ line (\d+)$/.exec(row)?.[1]))).toEqual(
      Array.from({ length: count }, (_, index) => index + 1),
    );
  });

  test('rows full of flags erase no printed line', async () => {
    await logIn({ columns: 40, widths });
    typist.type(`broadcast ${flag.repeat(24)}`);
    for (let seq = 1; seq <= 3; seq += 1) peer.event(message(seq));
    const printed = () => typist.rows.join('').match(/message \d/g);
    await typist.see(() => printed()?.length === 3);
    typist.type('!');
    await typist.see((rows) => rows.at(-1)?.endsWith('!') === true);
    expect(printed()).toEqual(['message 1', 'message 2', 'message 3']);
    expect(beginnings()).toHaveLength(1);
    typist.enter('');
    expect(await nextBroadcast()).toBe(`${flag.repeat(24)}!`);
  });

  test('cursor and backspace treat a family, a flag, a heart and an accented letter as one character each', async () => {
    await logIn({ widths });
    await typeAndSee(`broadcast 你${family}${flag}${heart}${thumb}${accent}`);
    typist.type(backspace);
    await typist.seeLast(`${prompt}broadcast 你${family}${flag}${heart}${thumb}`);
    typist.type(left + left + left + backspace);
    await typist.seeLast(`${prompt}broadcast 你${flag}${heart}${thumb}`);
    typist.type('a');
    await typist.seeLast(`${prompt}broadcast 你a${flag}${heart}${thumb}`);
    // The cursor is where the terminal itself places it.
    await typist.see(() => typist.cursor.column === `${prompt}broadcast 你a`.length + 1);
    typist.enter('');
    expect(await nextBroadcast()).toBe(`你a${flag}${heart}${thumb}`);
  });
});

test('a line with more rows than the window shows the part around the cursor', async () => {
  await logIn({ columns: 50, rows: 6 });
  const words = Array.from({ length: 90 }, (_, index) => `w${index}`).join(' ');
  typist.type(`broadcast ${words}`);
  await typist.see((rows) => rows.at(-1)?.endsWith('w89') === true);
  peer.event(broadcast(1, 'hello'));
  await typist.see(() => said().length === 1);
  typist.type('\u0001');
  await typist.see((rows) => rows.some((row) => row.startsWith(`${prompt}broadcast w0 w1`)));
  typist.type('\u0005!');
  await typist.see((rows) => rows.at(-1)?.endsWith('w89!') === true);
  typist.enter('');
  expect(await nextBroadcast()).toBe(`${words}!`);
  // The line is on the screen once.
  await typist.see(() => typist.rows.join('').includes('w88 w89!'));
  expect(said()).toEqual(['facebook(broadcast): hello']);
});

test('Tab completes commands and users in any case, and lists several candidates', async () => {
  await logIn();
  for (const user of ['Columbia', 'colin', 'Google']) peer.event({ type: 'event', event: 'login', user });
  await typist.see(() => said().length === 3);
  await typeAndSee('/ms');
  typist.type('\t');
  await typist.seeLast(`${prompt}/msg`);
  typist.type('CO');
  await typist.seeLast(`${prompt}/msg CO`);
  typist.type('\t');
  (await peer.next('whoelse')).reply({ users: ['Columbia', 'colin', 'Google'], total: 3 });
  await typist.see((rows) => rows.at(-2) === 'colin     Columbia' && rows.at(-1) === `${prompt}/msg CO`);
  typist.type('l');
  typist.type('u');
  await typist.seeLast(`${prompt}/msg COlu`);
  typist.type('\t');
  await typist.seeLast(`${prompt}/msg Columbia`);
  typist.enter('hi');
  expect((await peer.next('message')).arguments).toEqual({ to: 'Columbia', text: 'hi' });
});

test('Tab right after a login offers users and waiting files; the client asks the room once, in the background', async () => {
  await logIn({ columns: 100 });
  const before = typist.rows.length;
  await typeAndSee('/msg G');
  typist.type('\t');
  const whoelse = await peer.next('whoelse', 'ack');
  typist.type('o');
  await typist.seeLast(`${prompt}/msg Go`);
  whoelse.reply({ users: ['Columbia', 'Google'], total: 2 });
  typist.type('\t');
  await typist.seeLast(`${prompt}/msg Google`);
  typist.type('\u0015');
  await typeAndSee('/get c');
  typist.type('\t');
  const offer = { from: 'Columbia', name: 'my thesis.txt', size: 3, sha256: '0'.repeat(64), sentAt };
  (await peer.next('fileget', 'ack')).reply({ files: [offer] });
  await typist.seeLast(`${prompt}/get Columbia`);
  typist.type('\t');
  await typist.seeLast(`${prompt}/get Columbia my thesis.txt`);
  expect(typist.rows).toHaveLength(before);
  typist.type('\u0015');
  await typeAndSee('/msg co');
  typist.type('\t');
  await typist.seeLast(`${prompt}/msg Columbia`);
  typist.enter('hi');
  expect((await peer.next('message', 'ack')).arguments).toEqual({ to: 'Columbia', text: 'hi' });
});

test('text that arrives together with a Tab, as in a paste, is not completed in the middle', async () => {
  await logIn();
  typist.type('/ms\tCol');
  await typist.seeLast(`${prompt}/msCol`);
});

test('Tab completes local files, and offered files', async () => {
  await logIn({ columns: 100 });
  peer.event({
    ...{
      type: 'event',
      event: 'file',
      stream: 'inbox',
      seq: 1,
      from: 'Columbia',
      name: 'my\u0007 thesis.txt',
      size: 3,
    },
    ...{ sha256: '0'.repeat(64), sentAt },
  });
  await typist.see(() => said().length === 1);
  const completed = async (typed: string, whole: string) => {
    typist.type(typed);
    await typist.seeLast(`${prompt}${typed}`.trimEnd());
    typist.type('\t');
    await typist.seeLast(`${prompt}${whole}`);
    typist.type('\u0015');
  };
  await completed('file Columbia package.j', 'file Columbia package.json');
  const asked = peer.next('fileget', 'ack').then((fileget) => fileget.reply({ files: [] }));
  await completed('fileget c', 'fileget Columbia');
  await asked;
  await completed('/get Columbia M', '/get Columbia my\\u{7} thesis.txt');
  await completed('filedecline columbia ', 'filedecline columbia my\\u{7} thesis.txt');
});

test('the history has typed commands, but no passwords and answers', async () => {
  await logIn();
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
  typist.type(up);
  await typist.seeLast(`${prompt}passwd`);
  typist.type(up);
  await typist.seeLast(`${prompt}whoelse`);
  typist.type(up);
  typist.type('!');
  await typist.see((rows) => rows.at(-1)?.endsWith('!') === true);
  expect(typist.output).not.toMatch(/wastingtime|new-secret/);
});

test('a password that is typed before the question is not echoed either', async () => {
  typist = new TerminalDriver({ url: scripted.url });
  await typist.seeLast('>>');
  typist.type('facebook\rwastingtime\rwhoelse\r');
  peer = await scripted.peer();
  const login = await peer.next('login');
  expect(login.arguments.password).toBe('wastingtime');
  login.reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 0, room: 0 } });
  (await peer.next('sync')).reply({ messages: [], upTo: { inbox: 0, room: 0 }, more: false });
  (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
  await typist.see((rows) => rows.at(-2) === 'Columbia' && rows.at(-4) === `${prompt}whoelse`);
  expect(typist.output).not.toContain('wastingtime');
});

test.each(['y', 'Yes', 'n', ''])('a user who is logged in elsewhere is asked; the answer is %j', async (answer) => {
  const since = new Date(new Date().setHours(9, 14)).toISOString();
  typist = new TerminalDriver({ url: scripted.url, columns: 100 });
  await typist.seeLast('>>');
  typist.type('facebook\rwastingtime\r');
  peer = await scripted.peer();
  const login = await peer.next('login');
  expect(login.arguments).not.toHaveProperty('takeOver');
  login.refuse('already-online', { since });
  await typist.see(
    (rows) =>
      rows.at(-2) === 'You are logged in elsewhere since 09:14. Continue here instead? (y/n)' && rows.at(-1) === '>>',
  );
  typist.enter(answer);
  if (!/^y/i.test(answer)) {
    await typist.see((rows) => rows.at(-2)?.startsWith('Please enter your username') === true && rows.at(-1) === '>>');
    return;
  }
  const again = await peer.next('login');
  expect(again.arguments).toEqual({ user: 'facebook', password: 'wastingtime', takeOver: true });
  again.reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 0, room: 0 } });
  (await peer.next('sync')).reply({ messages: [], upTo: { inbox: 0, room: 0 }, more: false });
  await typist.seeLast(prompt.trimEnd());
});

test('a mistyped command gets a suggestion', async () => {
  await logIn({ columns: 150 });
  typist.enter('wholes');
  await typist.see(
    (rows) =>
      rows.at(-2) ===
      'Error! There is no command "wholes". Did you mean "whoelse"? Enter "broadcast wholes" to say it to everyone, or "help" to see the commands.',
  );
});

test('a long list is printed a screenful at a time, and no incoming line is lost meanwhile', async () => {
  await logIn({ columns: 100, rows: 12 });
  typist.enter('history 60');
  const messages = Array.from({ length: 60 }, (_, index) => broadcast(index + 1));
  (await peer.next('history')).reply({ messages, more: true });
  const isAsked = (more: number) => (rows: string[]) => rows.at(-1) === `-- ${more} more: Enter goes on, q ends --`;
  await typist.see(isAsked(50));
  peer.event(broadcast(1, 'meanwhile'));
  await typist.see((rows) => withoutTime(rows.at(-2)) === 'facebook(broadcast): meanwhile');
  typist.enter('');
  await typist.see(isAsked(39));
  // Quit the list.
  typist.enter('whoelse');
  const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
  (await peer.next('whoelse')).reply({ users, total: 40 });
  await typist.seeLast(prompt.trimEnd());
  const { rows } = typist;
  expect(rows.filter((row) => /: broadcast \d+$/.test(row)).map((row) => Number(row.split(' ').at(-1)))).toEqual(
    Array.from({ length: 21 }, (_, index) => index + 1),
  );
  expect(said().filter((line) => !/: broadcast \d+$/.test(line))).toEqual(['facebook(broadcast): meanwhile']);
  expect(rows.slice(-7)).toEqual([
    `${prompt}whoelse`,
    'The other users are:',
    ...Array.from({ length: 4 }, (_, row) => {
      const inRow = users.filter((_user, index) => index % 4 === row);
      return inRow
        .map((user) => user.padEnd(9))
        .join('')
        .trimEnd();
    }),
    prompt.trimEnd(),
  ]);
  typist.enter('history 60');
  (await peer.next('history')).reply({ messages, more: true });
  await typist.see(isAsked(50));
  typist.enter('q');
  await typist.seeLast(prompt.trimEnd());
});

test('the number of missed messages is printed below them', async () => {
  typist = new TerminalDriver({ url: scripted.url });
  await typist.seeLast('>>');
  typist.type('facebook\rwastingtime\r');
  peer = await scripted.peer();
  // The room's count includes hidden and expired messages.
  (await peer.next('login')).reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 2, room: 3 } });
  const messages = [broadcast(1), message(2), hidden(2), broadcast(3)];
  (await peer.next('sync')).reply({ messages, upTo: { inbox: 2, room: 3 }, more: false });
  await typist.seeLast(prompt.trimEnd());
  expect(typist.rows.at(-3)).toMatch(/^1 private, 2 broadcast since 2026-11-2\d \d\d:\d\d$/);
  expect(said()).toEqual([
    'facebook(broadcast): broadcast 1',
    'facebook(private): message 2',
    'facebook(broadcast): broadcast 3',
  ]);
});

test('Ctrl+L clears the screen, and the line being typed stays', async () => {
  await logIn();
  await typeAndSee('broadcast hi');
  typist.type('\u000c');
  await typist.see((rows) => typist.cursor.row === typist.buffer.baseY && rows.at(-1) === `${prompt}broadcast hi`);
});

test('after Ctrl+Z and a return to the foreground, the client continues', async () => {
  await logIn({ under: ['bash', '-c', 'set -m; "$@"; fg', 'bash'] });
  await typeAndSee('broadcast hi');
  typist.type('\u001a');
  await typist.see((rows) => rows.some((row) => /^\[1\]\+ +Stopped/.test(row)));
  peer.event(broadcast(1, 'after it was stopped'));
  await typist.see(() => said().length === 1 && typist.rows.at(-1) === `${prompt}broadcast hi`);
  typist.enter('!');
  expect(await nextBroadcast()).toBe('hi!');
});
