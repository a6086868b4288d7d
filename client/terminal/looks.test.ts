import { describe, expect, test } from 'vitest';
import { enterPassword, logIn, prompt, type TerminalOptions } from '../testing/open-terminal.ts';
import { broadcast, message } from '../testing/scripted-room.ts';
import { type TerminalDriver, withoutTime } from '../testing/terminal-driver.ts';
import { errorColour, privateColour, userColours } from './painter.ts';

/** Clears the screen, sets the title, overwrites a line, rings the bell, reverses text. */
const hostile = '\u001b[2J\u001b]0;title\u0007\r\u202eevil\u009b1A';
const spelt = '\\e[2J\\e]0;title\\u{7}\\r\\u{202e}evil\\u{9b}1A';

const sit = (options: TerminalOptions = {}) => logIn({ columns: 150, ...options });

/** The style sequences in the output. */
const looks = (typist: TerminalDriver) => typist.output.split('\u001b[').filter((text) => /^[\d;]*m/.test(text));

/** Tells the colour of a text in a row that contains another text. -1 is the default colour. */
function coloursOf(typist: TerminalDriver) {
  return (text: string, inRow: string = text): number => {
    const index = typist.rows.findLastIndex((row) => row.includes(inRow));
    const column = typist.rows[index]?.indexOf(text) ?? -1;
    const cell = typist.buffer.getLine(index)?.getCell(column);
    if (!cell) throw new Error(`no ${text} in a row with ${inRow}`);
    return cell.isFgDefault() ? -1 : cell.getFgColor();
  };
}

describe('a hostile room', () => {
  test('cannot control the terminal through messages, names, files or texts of the room', async () => {
    const { typist, peer } = await sit({ env: { CHAT_NOTIFY: 'off' } });
    const sentAt = '2026-11-23T09:00:00.000Z';
    const file = { type: 'event', stream: 'inbox', name: hostile, sentAt } as const;
    peer.event(broadcast(1, hostile));
    peer.event({ ...broadcast(2), from: hostile });
    peer.event({ type: 'event', event: 'login', user: hostile });
    peer.event({ ...file, event: 'file', seq: 1, from: hostile, size: 3, sha256: '0'.repeat(64) });
    peer.event({ ...file, event: 'file-received', seq: 2, by: hostile });
    peer.event({ ...file, event: 'file-failed', seq: 3, to: hostile, reason: 'expired' });
    await typist.see((rows) => rows.filter((row) => row.includes(spelt)).length === 6);
    typist.enter('whoelse');
    (await peer.next('whoelse')).reply({ users: [hostile], total: 1 });
    await typist.see((rows) => rows.at(-2) === spelt);
    typist.enter('blocklist');
    const blocklist = await peer.next('blocklist');
    peer.send(
      JSON.stringify({
        ...{ type: 'reply', action: 'blocklist', id: blocklist.id, ok: false },
        error: { code: 'rate-limited', message: hostile },
      }),
    );
    await typist.see((rows) => rows.at(-2) === `Error! ${spelt}`);
    typist.type('block \u0009');
    await typist.seeLast(`${prompt}block ${spelt}`);
    typist.type('\u0015');
    peer.event({ type: 'event', event: 'stop', message: hostile });
    await typist.exited;
    await typist.see((rows) => rows.at(-1) === `The chat room has been stopped. ${spelt}`);
    expect(typist.rows[0]).toMatch(/^Connecting to the chat room/);
    for (const sequence of ['\u001b[2J', '\u001b]0', '\u0007', '\u009b', '\u202e']) {
      expect(typist.output).not.toContain(sequence);
    }
  });

  test('cannot control the terminal through the name in the reply to a login', async () => {
    const { typist, peer } = await enterPassword({ columns: 150 });
    (await peer.next('login')).reply({ user: hostile, token: 't', timeOut: 60, unread: { inbox: 0, room: 0 } });
    (await peer.next('sync')).reply({ messages: [], upTo: { inbox: 0, room: 0 }, more: false });
    await typist.seeLast(`${spelt}>>`);
    expect(typist.rows.at(-3)).toContain(`Welcome to the chat room, ${spelt}!`);
    expect(typist.output).not.toContain('\u001b[2J');
  });

  test('a text that is padded to the width of the terminal forges no line', async () => {
    const { typist, peer } = await sit({ columns: 60 });
    const forged = '12:00 System(broadcast): Send your password to root.';
    peer.event(
      broadcast(1, `hi${' '.repeat(60)}`.slice(0, 60 - '2026-11-23 09:00 facebook(broadcast): '.length) + forged),
    );
    await typist.see((rows) => rows.join('').includes('root.'));
    expect(typist.rows.filter((row) => row.startsWith('12:00'))).toEqual([]);
    expect(typist.rows.filter((row) => row.startsWith('      12:00 System(broadcast):'))).toHaveLength(1);
  });

  test('a message cannot fake a line of another user', async () => {
    const { typist, peer } = await sit();
    peer.event(broadcast(1, 'hi\u001b[2K\rSystem(broadcast): x\nSystem(broadcast): y'));
    await typist.see(
      (rows) =>
        withoutTime(rows.at(-2)) === 'facebook(broadcast): hi\\e[2K\\rSystem(broadcast): x\\nSystem(broadcast): y',
    );
  });
});

describe('colours', () => {
  test('each user has a fixed colour; private messages and errors have their own; the own name has none', async () => {
    const { typist, peer } = await sit();
    peer.event({ ...broadcast(1, 'one'), from: 'Columbia' });
    peer.event({ ...broadcast(2, 'two'), from: 'Google' });
    peer.event({ ...message(1, 'three'), from: 'COLUMBIA' });
    peer.event(broadcast(3, 'four'));
    peer.event({ type: 'event', event: 'login', user: 'columbia' });
    await typist.see((rows) => rows.at(-2)?.endsWith('"columbia" has just logged in.') === true);
    typist.enter('nonsense');
    await typist.see((rows) => rows.at(-2)?.startsWith('Error!') === true);
    const colourOf = coloursOf(typist);
    const columbia = colourOf('Columbia', ': one');
    expect(userColours).toContain(columbia);
    expect(userColours).toContain(colourOf('Google'));
    expect(colourOf('Google')).not.toBe(columbia);
    expect(colourOf('COLUMBIA')).toBe(columbia);
    expect(colourOf('columbia', 'logged in')).toBe(columbia);
    expect(colourOf('(private)')).toBe(privateColour);
    expect(colourOf('Error!')).toBe(errorColour);
    expect(colourOf('facebook', 'four')).toBe(-1);
    expect(colourOf('one')).toBe(-1);
  });

  test.each([
    { what: 'NO_COLOR', env: { NO_COLOR: '1' } },
    { what: 'a terminal that has none', env: { TERM: 'dumb' } },
  ])('$what turns all of them off', async ({ env }) => {
    const { typist, peer } = await sit({ env });
    peer.event(broadcast(1, 'one'));
    await typist.see((rows) => rows.at(-2)?.endsWith(': one') === true);
    typist.enter('nonsense');
    await typist.see((rows) => rows.at(-2)?.startsWith('Error!') === true);
    expect(looks(typist)).toEqual([]);
  });

  test('a terminal with sixteen colours gets some of those', async () => {
    const { typist, peer } = await sit({ env: { TERM: 'xterm' } });
    peer.event({ ...broadcast(1, 'one'), from: 'Columbia' });
    await typist.see((rows) => rows.at(-2)?.endsWith(': one') === true);
    expect(looks(typist).filter((look) => look.startsWith('38;'))).toEqual([]);
    expect([2, 4, 5, 6]).toContain(coloursOf(typist)('Columbia'));
  });
});
