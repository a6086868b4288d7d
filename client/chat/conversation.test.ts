import { afterEach, beforeEach, expect, test } from 'vitest';
import { limits } from '../../protocol/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { askPassword, askUser, chat, goodbye, helpHint, openChat, seen, welcome } from '../testing/piped-chat.ts';
import { broadcast, message, type Peer, ScriptedRoom } from '../testing/scripted-room.ts';
import { chatCommand } from './chat-command.ts';
import { ChatCommands } from './command-set.ts';
import { chatCommands } from './commands/index.ts';

const sentAt = '2026-11-23T09:00:00.000Z';

let scripted: ScriptedRoom;

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
});

afterEach(() => scripted.close());

/** Answers a login as facebook, and the logout at the end. */
async function serve(peer: Peer, between: () => Promise<void> = async () => {}): Promise<void> {
  await scripted.letIn(peer);
  await between();
  (await peer.next('logout')).reply({});
}

test('a command that the room does not know prints nothing after the login', async () => {
  const newer = chatCommand('blocklist', {
    run: async () => [],
    afterLogin: async ({ room }) => (await room.request('blocklist', {})).users,
  });
  const { input, done } = openChat(scripted, new ChatCommands([newer, chatCommands.help]));
  input.end('facebook\nwastingtime\n');
  const peer = await scripted.peer();
  (await peer.next('login')).reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 0, room: 0 } });
  (await peer.next('blocklist')).refuse('unknown-action');
  (await peer.next('sync')).reply({ messages: [], upTo: { inbox: 0, room: 0 }, more: false });
  (await peer.next('logout')).reply({});
  expect((await done).said).toEqual([askUser, askPassword, welcome, helpHint, goodbye]);
});

test('the commands of the original have its texts', async () => {
  const done = chat(
    scripted,
    'facebook',
    'wastingtime',
    'whoelse',
    'wholasthr',
    "broadcast It's me facebook ~",
    'message Columbia I want to try private message~',
    'message csee4119 I want to try off-line message~',
    'block facebook',
    'block Columbia',
    'unblock Columbia',
    'unblock Columbia',
    'blocklist',
    'wholes',
    'logout',
  );
  const peer = await scripted.peer();
  await serve(peer, async () => {
    (await peer.next('whoelse')).reply({ users: ['Columbia', 'Google'], total: 7 });
    (await peer.next('wholasthr')).reply({ users: ['Columbia'], total: 3 });
    const said = await peer.next('broadcast');
    said.reply({ seq: 1, sentAt, online: 2 });
    // The broadcast is not posted: the client syncs before the next command.
    const messages = [broadcast(1, said.arguments.text)];
    (await peer.next('sync')).reply({ messages, upTo: { inbox: 0, room: 1 }, more: false });
    const toColumbia = await peer.next('message');
    expect(toColumbia.arguments).toEqual({ to: 'Columbia', text: 'I want to try private message~' });
    toColumbia.reply({ delivery: 'delivered', seq: 1, sentAt });
    (await peer.next('message')).reply({ delivery: 'stored', seq: 1, sentAt });
    (await peer.next('block')).refuse('block-self');
    (await peer.next('block')).reply({});
    (await peer.next('unblock')).reply({});
    (await peer.next('unblock')).refuse('not-blocked');
    (await peer.next('blocklist')).reply({ users: [] });
  });
  expect(await done).toEqual({
    // Two commands were refused, and one was mistyped.
    code: exitCodes.unclear,
    said: [
      askUser,
      askPassword,
      welcome,
      helpHint,
      'The other users online are:',
      'Columbia',
      'Google',
      '... and 5 more',
      'Other users of the last hour are:',
      'Columbia',
      '... and 2 more',
      "facebook(broadcast): It's me facebook ~",
      'facebook(private to Columbia, delivered): I want to try private message~',
      'facebook(private to csee4119, stored): I want to try off-line message~',
      'The user "csee4119" is not online. The room has stored your message.',
      'Error! You cannot block yourself.',
      'You have blocked Columbia from sending you messages.',
      'What they say to everyone is hidden from you, too.',
      'You have unblocked Columbia.',
      'Error! You have not blocked Columbia.',
      'The users you have blocked are:',
      '(nobody)',
      'Error! There is no command "wholes". Did you mean "whoelse"? Enter "broadcast wholes" to say it to everyone, or "help" to see the commands.',
      'You have logged out. See you again!',
    ],
  });
});

test('missed messages are printed in a separate block, and acknowledged at the end of input', async () => {
  const done = chat(scripted, 'facebook', 'wastingtime');
  const peer = await scripted.peer();
  const login = await peer.next('login');
  login.reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 1, room: 1 } });
  const messages = [broadcast(1, "It's me"), message(1, 'off-line')];
  (await peer.next('sync')).reply({ messages, upTo: { inbox: 1, room: 1 }, more: false });
  const logout = await peer.next('logout');
  expect(logout.arguments).toEqual({ inbox: 1, room: 1 });
  logout.reply({});
  expect((await done).said.slice(2)).toEqual([
    welcome,
    helpHint,
    'Messages while you were away:',
    "facebook(broadcast): It's me",
    'facebook(private): off-line',
    expect.stringMatching(/^1 private, 1 broadcast since 2026-11-2\d \d\d:\d\d$/),
    'You can now enter commands:',
    goodbye,
  ]);
});

test('the count includes messages that arrive after the room has counted', async () => {
  const done = chat(scripted, 'facebook', 'wastingtime');
  const peer = await scripted.peer();
  const login = await peer.next('login');
  login.reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 0, room: 0 } });
  (await peer.next('sync')).reply({ messages: [message(1, 'now')], upTo: { inbox: 1, room: 0 }, more: false });
  (await peer.next('logout')).reply({});
  expect((await done).said.slice(2, 7)).toEqual([
    welcome,
    helpHint,
    'Messages while you were away:',
    'facebook(private): now',
    expect.stringMatching(/^1 private since 2026-11-2\d \d\d:\d\d$/),
  ]);
});

test('logins, logouts and files are printed', async () => {
  const { input, output, done } = openChat(scripted);
  input.write('facebook\nwastingtime\n');
  const peer = await scripted.peer();
  await scripted.letIn(peer);
  const file = { stream: 'inbox', name: 'test\u0007.txt', sentAt } as const;
  peer.event({ type: 'event', event: 'login', user: 'Columbia' });
  for (const reason of ['logout', 'timeout', 'lost', 'kicked', 'deregistered'] as const) {
    peer.event({ type: 'event', event: 'logout', user: 'Columbia', reason });
  }
  peer.event({ ...file, type: 'event', event: 'file', seq: 1, from: 'Google', size: 3, sha256: '0'.repeat(64) });
  peer.event({ ...file, type: 'event', event: 'file-received', seq: 2, by: 'Google' });
  peer.event({ ...file, type: 'event', event: 'file-declined', seq: 3, by: 'Google' });
  await seen(output, 'declined');
  input.end();
  const logout = await peer.next('logout');
  expect(logout.arguments).toEqual({ inbox: 3, room: 0 });
  logout.reply({});
  expect((await done).said.slice(4, -1)).toEqual([
    'System(broadcast): "Columbia" has just logged in.',
    'System(broadcast): "Columbia" has just logged out.',
    'System(broadcast): "Columbia" has just logged out (timed out).',
    'System(broadcast): "Columbia" has just logged out (connection lost).',
    'System(broadcast): "Columbia" has just logged out (removed by the administrator).',
    'System(broadcast): "Columbia" has just logged out (registration cancelled).',
    'Google(file_transfer): test\\u{7}.txt (3 B)',
    'Google has received your file "test\\u{7}.txt".',
    'Google has declined your file "test\\u{7}.txt".',
  ]);
});

test('the history with a user has as many messages as asked for, from several pages', async () => {
  const done = chat(scripted, 'facebook', 'wastingtime', 'history Columbia 3');
  const peer = await scripted.peer();
  await serve(peer, async () => {
    const of = (...seqs: number[]) => seqs.map((seq) => ({ ...message(seq), from: 'Columbia' }));
    (await peer.next('history')).reply({ messages: of(9), more: true, cursor: '9-0' });
    const second = await peer.next('history');
    expect(second.arguments).toEqual({ stream: 'inbox', limit: 3, with: 'Columbia', cursor: '9-0' });
    second.reply({ messages: [], more: true, cursor: '7-0' });
    // Enough: there is no third page.
    (await peer.next('history')).reply({ messages: of(4, 5, 6), more: true, cursor: '4-0' });
  });
  expect((await done).said.slice(4, -1)).toEqual([
    'The last private messages with "Columbia" are:',
    ...[5, 6, 9].map((seq) => expect.stringMatching(`Columbia\\(private\\): message ${seq}$`)),
  ]);
});

test('the history, a changed password, and the texts of refusals', async () => {
  const done = chat(
    scripted,
    ...['facebook', 'wastingtime', 'history inbox 2', 'passwd', 'wastingtime', 'a', 'b', 'a', 'a'],
    ...['broadcast much', 'message facebook me', 'message nobody hi', 'message Columbia hi', 'whoelse'],
  );
  const peer = await scripted.peer();
  await serve(peer, async () => {
    const history = await peer.next('history');
    expect(history.arguments).toEqual({ stream: 'inbox', limit: 2 });
    history.reply({ messages: [message(4), message(5)], more: true });
    const passwd = await peer.next('passwd');
    expect(passwd.arguments).toEqual({
      oldPassword: 'wastingtime',
      newPassword: 'a',
      newToken: expect.any(String),
    });
    passwd.reply({});
    (await peer.next('broadcast')).refuse('too-long', { limit: limits.textBytes });
    (await peer.next('message')).refuse('to-self');
    (await peer.next('message')).refuse('no-such-user');
    (await peer.next('message')).refuse('blocked');
    (await peer.next('whoelse')).refuse('internal', { requestId: 'abc' });
  });
  const { said } = await done;
  expect(said.slice(4, 7)).toEqual([
    'The last private messages are:',
    expect.stringMatching(/^2026-11-2\d \d\d:\d\d facebook\(private\): message 4$/),
    expect.stringMatching(/^2026-11-2\d \d\d:\d\d facebook\(private\): message 5$/),
  ]);
  expect(said.slice(-7, -1)).toEqual([
    'You have changed your password.',
    `Error! That text is too long. Shorten it to ${limits.textBytes} bytes or less.`,
    'Error! You cannot send a message to yourself.',
    'Error! There is no user "nobody". Check the name and try again.',
    'Error! Columbia has blocked you, so you cannot send them messages.',
    'Error! Something went wrong in the room. Please try again. (request abc)',
  ]);
});
