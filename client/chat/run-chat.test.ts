import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../protocol/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { PlainScreen } from '../terminal/plain-screen.ts';
import { broadcast, message, type Peer, ScriptedRoom } from '../testing/scripted-room.ts';
import { chatCommand } from './chat-command.ts';
import { ChatCommands } from './command-set.ts';
import { chatCommands } from './commands/index.ts';
import { NamesSeen } from './names-seen.ts';
import { runChat } from './run-chat.ts';

const askUser = 'Please enter your username (or "register", "de-register" or "quit"):';
const welcome = 'Welcome to the chat room, facebook! You are now logged in.';
const helpHint = 'Enter "help" to see the commands.';
const goodbye = 'You are leaving the chat room. See you again!';
const sentAt = '2026-11-23T09:00:00.000Z';

let scripted: ScriptedRoom;
let interruption: AbortController;

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
  interruption = new AbortController();
});

afterEach(() => scripted.close());

/** Runs the client on these lines of input. Resolves to the lines it printed after the greeting. */
function chat(...lines: string[]) {
  const { input, done } = open();
  input.end(lines.map((line) => `${line}\n`).join(''));
  return done;
}

/** Runs the client on an input that the test writes step by step. */
function open(commands = new ChatCommands()) {
  const input = new PassThrough();
  const output = new PassThrough();
  const screen = new PlainScreen(input, output, () => interruption.abort());
  const printed = text(output);
  const names = new NamesSeen();
  const complaints: string[] = [];
  const done = runChat({
    url: scripted.url,
    screen,
    interruption: interruption.signal,
    names,
    commands,
    timing: { maxBackoff: 800 },
    complain: (line) => complaints.push(line),
  }).then(async (code) => {
    output.end();
    const [greeting, ...said] = (await printed).trimEnd().split('\n');
    expect(greeting).toMatch(/^Connecting to the chat room\./);
    return { said, code };
  });
  return { input, output, done, complaints };
}

/** Resolves when this text has been printed. */
function seen(output: PassThrough, expected: string): Promise<void> {
  return new Promise((resolve) => {
    let printed = '';
    output.on('data', (chunk: Buffer) => {
      printed += String(chunk);
      if (printed.includes(expected)) resolve();
    });
  });
}

/** Answers a login as facebook, and the logout at the end. */
async function serve(peer: Peer, between: () => Promise<void> = async () => {}): Promise<void> {
  await scripted.letIn(peer);
  await between();
  (await peer.next('logout')).reply({});
}

describe('the login dialogue', () => {
  test('a command that the room does not know prints nothing after the login', async () => {
    const newer = chatCommand('blocklist', {
      run: async () => [],
      afterLogin: async ({ room }) => (await room.request('blocklist', {})).users,
    });
    const { input, done } = open(new ChatCommands([newer, chatCommands.help]));
    input.end('facebook\nwastingtime\n');
    const peer = await scripted.peer();
    (await peer.next('login')).reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 0, room: 0 } });
    (await peer.next('blocklist')).refuse('unknown-action');
    (await peer.next('sync')).reply({ messages: [], upTo: { inbox: 0, room: 0 }, more: false });
    (await peer.next('logout')).reply({});
    expect((await done).said).toEqual([askUser, 'Please enter your password:', welcome, helpHint, goodbye]);
  });

  test('a user registers after some mistakes, and quits', async () => {
    const done = chat('/register', 'help', 'shuo', '123', '124', '123', '123', 'Shuo', '123', '123', '/quit');
    const peer = await scripted.peer();
    const first = await peer.next('register');
    expect(first.arguments).toEqual({ user: 'shuo', password: '123' });
    first.refuse('user-exists');
    (await peer.next('register')).reply({ user: 'Shuo' });
    expect(await done).toEqual({
      code: exitCodes.done,
      said: [
        askUser,
        'Please enter a new username:',
        expect.stringMatching(/^A user name has 1 to 32 letters/),
        'Please enter a new username:',
        'Please enter a new password:',
        'Please enter it again:',
        'The two passwords differ. Please try again.',
        'Please enter a new password:',
        'Please enter it again:',
        'The username "shuo" is taken. Please choose another one.',
        'Please enter a new username:',
        'Please enter a new password:',
        'Please enter it again:',
        'You have registered "Shuo". You can now log in.',
        askUser,
        goodbye,
      ],
    });
  });

  test('after a refused new password the client asks for another one, not for the name', async () => {
    const done = chat('register', 'shuo', '1', '1', 'wastingtime', 'wastingtime', 'quit');
    const peer = await scripted.peer();
    (await peer.next('register')).refuse('invalid-password');
    const again = await peer.next('register');
    expect(again.arguments).toEqual({ user: 'shuo', password: 'wastingtime' });
    again.reply({ user: 'shuo' });
    expect((await done).said.slice(4, -2)).toEqual([
      expect.stringContaining('password'),
      'Please enter a new password:',
      'Please enter it again:',
      'You have registered "shuo". You can now log in.',
    ]);
  });

  test('three wrong passwords block; an existing block has another text', async () => {
    const done = chat('facebook', '1', 'facebook', '2', 'facebook', '3', 'facebook', '4', 'Google', '5');
    const peer = await scripted.peer();
    (await peer.next('login')).refuse('wrong-password', { triesLeft: 2 });
    (await peer.next('login')).refuse('wrong-password', { triesLeft: 1 });
    (await peer.next('login')).refuse('login-blocked', { secondsLeft: 50 });
    (await peer.next('login')).refuse('login-blocked', { secondsLeft: 40 });
    (await peer.next('login')).refuse('already-online');
    const password = 'Please enter your password:';
    expect((await done).said).toEqual([
      askUser,
      password,
      'Wrong password. You have 2 more tries.',
      'Please enter your username:',
      password,
      'Wrong password. You have 1 more try.',
      'Please enter your username:',
      password,
      'Wrong password. That was the last try: this user is blocked on this machine for 50.0 seconds. You can log in as another user.',
      password,
      'This user is blocked on this machine after wrong passwords. Try again in 40.0 seconds.',
      'Please enter another username:',
      password,
      'This user is already logged in. Please enter another username:',
      goodbye,
    ]);
  });

  test('piped input does not answer whether to continue here; --take-over does', async () => {
    const since = new Date(new Date().setHours(9, 14)).toISOString();
    const done = chat('facebook', 'wastingtime', 'y');
    (await (await scripted.peer()).next('login')).refuse('already-online', { since });
    expect((await done).said.slice(2, 4)).toEqual([
      'You are logged in elsewhere since 09:14. To continue here instead, use --take-over.',
      'Please enter another username:',
    ]);
  });

  test('a registration is cancelled only with "yes"', async () => {
    const done = chat('de-register', 'shuo', '123', 'no', 'deregister', 'shuo', '123', 'yes');
    const peer = await scripted.peer();
    const cancel = await peer.next('deregister');
    expect(cancel.arguments).toEqual({ user: 'shuo', password: '123' });
    cancel.reply({});
    const { said } = await done;
    expect(said.filter((line) => line.startsWith('Are you sure'))).toEqual(
      Array(2).fill('Are you sure you want to cancel the registration of shuo? Enter "yes" or "no":'),
    );
    expect(said.slice(-3)).toEqual(['The registration of "shuo" has been cancelled.', askUser, goodbye]);
  });

  test('a login that is refused because the room is full ends the client', async () => {
    const done = chat('facebook', 'wastingtime', 'never read');
    (await (await scripted.peer()).next('login')).refuse('room-full');
    const { said, code } = await done;
    expect(said.at(-1)).toBe('The room is full, so you cannot log in now. Please try again later.');
    expect(code).toBe(exitCodes.refused);
  });

  test.each([
    [
      429,
      exitCodes.refused,
      [
        'The room is full, or too many people connect from your network. Trying again ...',
        'The room is full, or too many people are connecting at once. Try again in a moment.',
      ],
    ],
    [503, exitCodes.unreachable, ['The room is stopped.']],
  ])('a room that refuses the connection with %i', { timeout: 30_000 }, async (status, code, said) => {
    scripted.refuseWith = status;
    expect(await chat('facebook')).toEqual({ said, code });
  });
});

describe('a conversation', () => {
  test('the commands of the original have its texts', async () => {
    const done = chat(
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
        'Please enter your password:',
        welcome,
        helpHint,
        'The other users are:',
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
    const done = chat('facebook', 'wastingtime');
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
    const done = chat('facebook', 'wastingtime');
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
    const { input, output, done } = open();
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

  test('the history, a changed password, and the texts of refusals', async () => {
    const done = chat(
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
});

describe('the end of a visit', () => {
  test.each([
    [
      { type: 'event', event: 'timeout', seconds: 60 } as const,
      'You were inactive for 60.0 seconds and have been logged out.',
    ],
    [{ type: 'event', event: 'kicked', reason: 'spam' } as const, 'You have been removed from the chat room: spam'],
    [
      { type: 'event', event: 'stop', message: 'Maintenance.', retryAfter: 90 } as const,
      'The chat room has been stopped. Maintenance. It will reopen in about 90.0 seconds.',
    ],
    [
      { type: 'event', event: 'replaced' } as const,
      'You have logged in from somewhere else, so this connection was closed.',
    ],
  ])('%o is printed and ends the program', async (event, line) => {
    const { input, done } = open();
    input.write('facebook\nwastingtime\n');
    const peer = await scripted.peer();
    await scripted.letIn(peer);
    peer.event(event);
    const { said, code } = await done;
    expect(said.at(-1)).toBe(line);
    expect(code).toBe(event.event === 'kicked' ? exitCodes.refused : exitCodes.unreachable);
  });

  test('an interruption does not wait for an answer, and no more input is read', async () => {
    const { input, output, done, complaints } = open();
    input.write('facebook\nwastingtime\nwhoelse\nblocklist\n');
    const peer = await scripted.peer();
    await scripted.letIn(peer);
    const whoelse = await peer.next('whoelse');
    interruption.abort();
    const logout = await peer.next('logout');
    whoelse.reply({ users: ['Columbia'], total: 1 });
    await seen(output, 'Columbia');
    logout.reply({});
    expect(await Promise.race([peer.nextOfAny(), peer.closed])).toBe(1000);
    // One command was carried out, and one was not.
    expect(await done).toMatchObject({
      code: exitCodes.unclear,
      said: expect.arrayContaining(['Columbia', goodbye]),
    });
    expect(complaints).toEqual(['The conversation ended after line 3 of the input. The rest was not carried out.']);
  });

  test('a lost and a restored connection are printed', async () => {
    const { input, done } = open();
    input.write('facebook\nwastingtime\n');
    const peer = await scripted.peer();
    await scripted.letIn(peer);
    peer.vanish();
    const next = await scripted.peer();
    const resume = await next.next('resume');
    resume.reply({ user: 'facebook', token: 't2', timeOut: 60, unread: { inbox: 0, room: 1 } });
    (await next.next('sync')).reply({ messages: [broadcast(1, 'late')], upTo: { inbox: 0, room: 1 }, more: false });
    await next.next('ack');
    input.end();
    (await next.next('logout')).reply({});
    expect((await done).said.slice(4)).toEqual([
      'The connection was lost. Reconnecting ...',
      'The connection is restored.',
      'facebook(broadcast): late',
      goodbye,
    ]);
  });
});
