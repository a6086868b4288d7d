import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalRoom } from '../../local/room.ts';
import { Seat, stamped } from './seat.ts';

const greeting = 'Connecting to the chat room. Please log in: type what is asked for and press Enter.';
const askUser = 'Please enter your username (or "register", "de-register" or "quit"):';
const goodbye = 'You are leaving the chat room. See you again!';

const passwords = {
  facebook: 'wastingtime',
  Columbia: '116bway',
  Google: 'hasglasses',
  csee4119: 'lotsofexams',
  shuo: '123',
} as const;
/** A moment, as the console writes it. */
const moment = String.raw`\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d`;

type User = keyof typeof passwords;

/** The folder of facebook's files. */
const ownFolder = 'test/demo';

/** The sample session of the original program, played by real clients in real terminals. */
export class Scene {
  readonly #room: LocalRoom;
  readonly #folder: string;
  readonly #seats: Seat[] = [];

  /** @param folder An empty working directory for the other users, who save files in it. */
  constructor(room: LocalRoom, folder: string) {
    this.#room = room;
    this.#folder = folder;
  }

  /** @throws Error at the first line that differs from the expected one. */
  async play(): Promise<void> {
    try {
      await this.#act();
    } finally {
      for (const seat of this.#seats) seat.close();
    }
  }

  async #act(): Promise<void> {
    const admin = Seat.forAdmin(this.#room.url);
    this.#seats.push(admin);
    await admin.see(/^\[admin\] The room on port \d+, with its state in .+\.$/);
    await this.#lookAtSettings(admin);
    await this.#changeSettings(admin);

    const csee4119 = await this.#openTerminal('csee4119');
    await this.#register(csee4119, 'csee4119');
    await csee4119.enter('quit');
    await csee4119.seeEnd(0, goodbye);

    const facebook = await this.#comeIn('facebook');
    const columbia = await this.#comeIn('Columbia');
    await facebook.see(stamped('System(broadcast): "Columbia" has just logged in.'));
    const google = await this.#comeIn('Google');
    await facebook.see(stamped('System(broadcast): "Google" has just logged in.'));
    await columbia.see(stamped('System(broadcast): "Google" has just logged in.'));

    await facebook.enter('whoelse');
    await facebook.see('The other users online are:', 'Columbia', 'Google');
    await facebook.enter('wholasthr');
    await facebook.see('Other users of the last hour are:', 'Columbia', 'Google');

    await facebook.enter("broadcast It's me facebook ~");
    for (const seat of [facebook, columbia, google]) await seat.see(stamped("facebook(broadcast): It's me facebook ~"));
    await facebook.enter('message Columbia I want to try private message~');
    await columbia.see(stamped('facebook(private): I want to try private message~'));
    await facebook.see(stamped('facebook(private to Columbia, delivered): I want to try private message~'));
    await facebook.enter('message csee4119 I want to try off-line message~');
    await facebook.see(
      stamped('facebook(private to csee4119, stored): I want to try off-line message~'),
      'The user "csee4119" is not online. The room has stored your message.',
    );

    await facebook.enter('block facebook');
    await facebook.see('Error! You cannot block yourself.');
    await facebook.enter('block Columbia');
    await facebook.see(
      'You have blocked Columbia from sending you messages.',
      'What they say to everyone is hidden from you, too.',
    );
    await facebook.enter('unblock Columbia');
    await facebook.see('You have unblocked Columbia.');
    await this.#transferFile(facebook, columbia);
    await facebook.enter('logout');
    await facebook.seeEnd(0, 'You have logged out. See you again!');
    for (const seat of [columbia, google])
      await seat.see(stamped('System(broadcast): "facebook" has just logged out.'));

    await this.#meetColumbiaOnline();
    await this.#forgetThePassword();
    await this.#lookAtUsers(admin);

    await google.enter('quit');
    await google.seeEnd(0, goodbye);
    await columbia.see(stamped('System(broadcast): "Google" has just logged out.'));
    await columbia.enter('logout');
    await columbia.seeEnd(0, 'You have logged out. See you again!');

    await this.#timeOut();
    await this.#comeAndGoForGood();
    await this.#stop(admin);
  }

  async #transferFile(facebook: Seat, columbia: Seat): Promise<void> {
    const { size: bytes } = await stat(join(ownFolder, 'test_file.txt'));
    await facebook.enter('file Columbia test_file.txt');
    await facebook.see('Sending "test_file.txt" to Columbia ...', 'The room has received the file "test_file.txt".');
    await columbia.see(stamped(`facebook(file_transfer): test_file.txt (${bytes} B)`));
    await columbia.enter('fileget');
    await columbia.see(new RegExp(`^File "test_file.txt" from "facebook", ${bytes} B, sent \\d\\d:\\d\\d\\.$`));
    await columbia.enter('fileget facebook test_file.txt');
    await columbia.see(
      `Receiving "test_file.txt" (${bytes} B) from facebook ...`,
      'The file "test_file.txt" has been received.',
      `It was saved as "${join(this.#folder, 'test_file.txt')}".`,
    );
    await facebook.see(stamped('Columbia has received your file "test_file.txt".'));
    const [sent, got] = await Promise.all(
      [ownFolder, this.#folder].map((folder) => readFile(join(folder, 'test_file.txt'))),
    );
    if (!sent?.equals(got ?? Buffer.alloc(0))) throw new Error('what Columbia got is not what facebook sent');
  }

  async #lookAtSettings(admin: Seat): Promise<void> {
    await this.#change('minPassword', 3);
    await this.#change('maxCon', 5);
    await this.#change('lastHour', 100);
    await this.#change('timeOut', 600);
    await admin.enter('MaxCon');
    await admin.see('[admin] MaxCon is:', '5');
    await admin.enter('BLOCK_TIME');
    await admin.see('[admin] BLOCK_TIME is:', '60.0 seconds');
    await admin.enter('LAST_HOUR');
    await admin.see('[admin] LAST_HOUR is:', '100.0 seconds');
    await admin.enter('TIME_OUT');
    await admin.see('[admin] TIME_OUT is:', '600.0 seconds');
  }

  async #changeSettings(admin: Seat): Promise<void> {
    await admin.enter('change MaxCon');
    await admin.see('[admin] MaxCon is:', '5');
    await admin.see('[admin] Enter the new MaxCon, a whole number from 1 to 100000:');
    await admin.answer('4');
    await admin.see('MaxCon has been changed to 4.');
    for (const [name, from, to] of [
      ['BLOCK_TIME', 60, 50],
      ['LAST_HOUR', 100, 120],
      ['TIME_OUT', 600, 500],
    ]) {
      await admin.enter(`change ${name}`);
      await admin.see(`[admin] ${name} is:`, `${from}.0 seconds`);
      await admin.see(new RegExp(`^\\[admin\\] Enter the new ${name}, a number of seconds from `));
      await admin.answer(String(to));
      await admin.see(`${name} has been changed to ${to}.0.`);
    }
  }

  async #lookAtUsers(admin: Seat): Promise<void> {
    await admin.enter('online users');
    await admin.see('[admin] Online users:');
    for (const user of ['Columbia', 'Google']) await admin.see(new RegExp(`^${user} on 127.0.0.1 since ${moment}, `));
    await admin.enter('blocked users');
    await admin.see('[admin] Blocked users:', new RegExp(`^facebook on 127.0.0.1 until ${moment}$`));
    await admin.enter('all users');
    await admin.see('[admin] All users:');
    for (const _ of ['Columbia', 'csee4119', 'facebook', 'Google']) {
      await admin.see(new RegExp(`^"\\w+" created at ${moment}(, last seen at ${moment})?, (online|offline)$`));
    }
  }

  async #meetColumbiaOnline(): Promise<void> {
    const seat = await this.#openTerminal('Columbia?');
    await seat.logIn('Columbia', passwords.Columbia);
    await seat.see(/^You are logged in elsewhere since \d\d:\d\d\. Continue here instead\? \(y\/n\)$/);
    await seat.enter('n');
    await seat.see('Please enter your username (or "register", "de-register" or "quit"):');
    await seat.enter('quit');
    await seat.seeEnd(0, goodbye);
  }

  async #forgetThePassword(): Promise<void> {
    const seat = await this.#openTerminal('facebook?');
    for (const tries of [2, 1]) {
      await seat.logIn('facebook', '12');
      await seat.see(
        tries === 1 ? 'Wrong password. You have 1 more try.' : `Wrong password. You have ${tries} more tries.`,
        'Please enter your username:',
      );
    }
    await seat.logIn('facebook', '12');
    await seat.see(
      'Wrong password. That was the last try: logins as this user from your network are blocked for 50.0 seconds. You can log in as another user.',
    );
    await seat.logIn('facebook', passwords.facebook);
    await seat.see(
      /^Logins as this user from your network are blocked after wrong passwords\. Try again in (50\.0|[34]\d\.\d) seconds\.$/,
      'Please enter another username:',
    );
    await seat.enter('quit');
    await seat.seeEnd(0, goodbye);
  }

  async #timeOut(): Promise<void> {
    const seat = await this.#openTerminal('csee4119');
    await seat.logIn('csee4119', passwords.csee4119);
    await seat.seeWelcome('csee4119');
    await seat.see(
      'Messages while you were away:',
      stamped("facebook(broadcast): It's me facebook ~"),
      stamped('facebook(private): I want to try off-line message~'),
      /^1 private, 1 broadcast since \d\d:\d\d$/,
      'You can now enter commands:',
    );
    await this.#change('timeOut', 5);
    await seat.seeEnd(3, 'csee4119>>', 'You were inactive for 5.0 seconds and have been logged out.');
    await this.#change('timeOut', 600);
  }

  async #comeAndGoForGood(): Promise<void> {
    const shuo = await this.#comeIn('shuo');
    await shuo.enter('quit');
    await shuo.seeEnd(0, goodbye);

    const seat = await this.#openTerminal('shuo');
    await seat.enter('de-register');
    await seat.see('Please enter the username whose registration you want to cancel:');
    await seat.enter('shuo');
    await seat.see('Please enter your password:');
    await seat.enter(passwords.shuo, { secret: true });
    await seat.see('Are you sure you want to cancel the registration of shuo? Enter "yes" or "no":');
    await seat.enter('yes');
    await seat.see('The registration of "shuo" has been cancelled.', askUser);
    await seat.logIn('shuo', passwords.shuo);
    await seat.see(
      'There is no user "shuo". Check the name, or enter "register" to create an account.',
      'Please enter your username:',
    );
    await seat.enter('quit');
    await seat.seeEnd(0, goodbye);
  }

  async #stop(admin: Seat): Promise<void> {
    const seat = await this.#openTerminal('csee4119');
    await seat.logIn('csee4119', passwords.csee4119);
    await seat.seeWelcome('csee4119');
    await admin.enter('stop');
    await seat.seeEnd(3, 'csee4119>>', 'The chat room has been stopped. The administrator has stopped it.');
    await admin.see(
      'All online users have been notified and logged out.',
      '1 session ended, 1 connection closed.',
      '[backup] The settings have been stored.',
      /^\[backup\] The accounts have been stored: 4 users, passwords as hashes\.$/,
      /^\[backup\] The messages have been stored: \d+\.$/,
      /^\[backup\] The file records have been stored: \d+\.$/,
      '[backup] The lists of blocked users have been stored.',
      /^\[backup\] The login records have been stored: \d+\.$/,
      /^\[backup\] The backup is \S+ in the bucket \(\d+ bytes\)\.$/,
      /^\[backup\] The bucket is \S+\. "backup <file>" saves a backup as a file\.$/,
      'The server has been stopped. Bye!',
      /^\[backup\] The server log has been saved as \S*log_\S+\.log\.$/,
      'The room is stopped: "start" opens it.',
    );
    await admin.enter('quit');
    await admin.seeEnd(0);
  }

  async #openTerminal(label: string): Promise<Seat> {
    const seat = Seat.forChat(label, this.#room.url, label === 'facebook' ? ownFolder : this.#folder);
    this.#seats.push(seat);
    await seat.see(greeting, askUser);
    return seat;
  }

  async #register(seat: Seat, user: User): Promise<void> {
    await seat.enter('register');
    await seat.see('Please enter a new username:');
    await seat.enter(user);
    await seat.see(/^A password has at least 3 characters, and is not a common one\. /, 'Please enter a new password:');
    await seat.enter(passwords[user], { secret: true });
    await seat.see('Please enter it again:');
    await seat.enter(passwords[user], { secret: true });
    await seat.see(`You have registered "${user}". You can now log in.`, askUser);
  }

  /** Registers, and logs in. */
  async #comeIn(user: User): Promise<Seat> {
    const seat = await this.#openTerminal(user);
    await this.#register(seat, user);
    await seat.logIn(user, passwords[user]);
    await seat.seeWelcome(user);
    return seat;
  }

  async #change(name: string, value: number): Promise<void> {
    const answer = await this.#room.invoke('Admin', { command: 'change', name, value });
    if ((answer as { ok?: boolean }).ok !== true) throw new Error(`${name} was not changed: ${JSON.stringify(answer)}`);
  }
}
