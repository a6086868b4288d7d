import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalRoom } from '../../local/room.ts';
import { Seat, stamped } from './seat.ts';

const greeting =
  'Now you are trying to connect to the Chatting room! You should log in first. Type required information and hit enter!';
const askUser = 'Please enter your username: (or you can "quit" or "register" or "de-register" by those commands)';
const goodbye = 'You are leaving the chatting room! See you again!';

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

/** Where facebook's files are. */
const ownFolder = 'test/demo';

/** The sample session of the original program, played by real clients in real terminals. */
export class Scene {
  readonly #room: LocalRoom;
  readonly #folder: string;
  readonly #seats: Seat[] = [];

  /** @param folder Where those who come find nothing, and get their files. */
  constructor(room: LocalRoom, folder: string) {
    this.#room = room;
    this.#folder = folder;
  }

  /** @throws Error at the first line that does not come as expected. */
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
    await facebook.see('The other users are:', 'Columbia', 'Google');
    await facebook.enter('wholasthr');
    await facebook.see('The wholasthr users are:', 'Columbia', 'Google');

    await facebook.enter("broadcast It's me facebook ~");
    for (const seat of [facebook, columbia, google]) await seat.see(stamped("facebook(broadcast): It's me facebook ~"));
    await facebook.enter('message Columbia I want to try private message~');
    await columbia.see(stamped('facebook(private): I want to try private message~'));
    await facebook.enter('message csee4119 I want to try off-line message~');
    await facebook.see('The user "csee4119" is unfortunately not online. But the server has stored your message.');

    await facebook.enter('block facebook');
    await facebook.see('Error! You cannot block yourself! Please try again!..');
    await facebook.enter('block Columbia');
    await facebook.see('You have successfully blocked Columbia from sending you messages.');
    await facebook.enter('unblock Columbia');
    await facebook.see('You have successfully unblocked Columbia');
    await this.#transferFile(facebook, columbia);
    await facebook.enter('logout');
    await facebook.seeEnd(0, 'You have logged out! See you again!');
    for (const seat of [columbia, google])
      await seat.see(stamped('System(broadcast): "facebook" has just logged out.'));

    await this.#meetColumbiaOnline();
    await this.#forgetThePassword();
    await this.#lookAtUsers(admin);

    await google.enter('quit');
    await google.seeEnd(0, goodbye);
    await columbia.see(stamped('System(broadcast): "Google" has just logged out.'));
    await columbia.enter('logout');
    await columbia.seeEnd(0, 'You have logged out! See you again!');

    await this.#timeOut();
    await this.#comeAndGoForGood();
    await this.#stop(admin);
  }

  async #transferFile(facebook: Seat, columbia: Seat): Promise<void> {
    await facebook.enter('file Columbia test_file.txt');
    await facebook.see(
      'Now begin transfering, please wait...',
      'Transferring process succeeds.',
      'file "test_file.txt" has been successfully received by the server.',
    );
    await columbia.see(stamped('facebook(file_transfer): test_file.txt'));
    await columbia.enter('fileget');
    await columbia.see('File "test_file.txt" from "facebook".');
    await columbia.enter('fileget facebook test_file.txt');
    await columbia.see(
      'server ready, now client receive file',
      'Please wait until the "receive file success" notification has raised!...',
      'receive file success!',
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
    await admin.see('[admin]The present MaxCon is:', '5');
    await admin.enter('BLOCK_TIME');
    await admin.see('[admin]The present BLOCK_TIME is:', '60.0 seconds');
    await admin.enter('LAST_HOUR');
    await admin.see('[admin]The present LAST_HOUR is:', '100.0 seconds');
    await admin.enter('TIME_OUT');
    await admin.see('[admin]The present TIME_OUT is:', '600.0 seconds');
  }

  async #changeSettings(admin: Seat): Promise<void> {
    await admin.enter('change MaxCon');
    await admin.see('[admin]The present MaxCon is:', '5');
    await admin.see('[admin]Enter the new MaxCon, a whole number from 1 to 100000:');
    await admin.answer('4');
    await admin.see('MaxCon has been changed to 4.');
    for (const [name, from, to] of [
      ['BLOCK_TIME', 60, 50],
      ['LAST_HOUR', 100, 120],
      ['TIME_OUT', 600, 500],
    ]) {
      await admin.enter(`change ${name}`);
      await admin.see(`[admin]The present ${name} is:`, `${from}.0 seconds`);
      await admin.see(new RegExp(`^\\[admin\\]Enter the new ${name}, a number of seconds from `));
      await admin.answer(String(to));
      await admin.see(`${name} has been changed to ${to}.0.`);
    }
  }

  async #lookAtUsers(admin: Seat): Promise<void> {
    await admin.enter('online users');
    await admin.see('[admin]The present online users are:');
    for (const user of ['Columbia', 'Google']) await admin.see(new RegExp(`^${user} on 127.0.0.1 since ${moment}, `));
    await admin.enter('blocked users');
    await admin.see('[admin]The present blocked users are:', new RegExp(`^facebook on 127.0.0.1 until ${moment}$`));
    await admin.enter('all users');
    await admin.see('[admin]The present all users are:');
    for (const _ of ['Columbia', 'csee4119', 'facebook', 'Google']) {
      await admin.see(new RegExp(`^"\\w+" created at ${moment}(, last seen at ${moment})?, (online|offline)$`));
    }
  }

  async #meetColumbiaOnline(): Promise<void> {
    const seat = await this.#openTerminal('Columbia?');
    await seat.logIn('Columbia', passwords.Columbia);
    await seat.see('The present user is being logged in. Please use another user to log-in:');
    await seat.enter('quit');
    await seat.seeEnd(0, goodbye);
  }

  async #forgetThePassword(): Promise<void> {
    const seat = await this.#openTerminal('facebook?');
    for (const tries of [2, 1]) {
      await seat.logIn('facebook', '12');
      await seat.see(
        `Wrong password! You have ${tries} times to give another try for this user on this machine in this connection session!`,
        'Please enter your username:',
      );
    }
    await seat.logIn('facebook', '12');
    await seat.see(
      'Wrong password for 3 times. You are blocked. Please try to log-in with this user after 50.0 seconds. Or you can try another user in this machine.',
    );
    await seat.logIn('facebook', passwords.facebook);
    await seat.see(
      /^You are blocked! Please wait, you have (50\.0|[34]\d\.\d) seconds left to log in using this name again!$/,
      'You can try another user:',
    );
    await seat.enter('quit');
    await seat.seeEnd(0, goodbye);
  }

  async #timeOut(): Promise<void> {
    const seat = await this.#openTerminal('csee4119');
    await seat.logIn('csee4119', passwords.csee4119);
    await seat.seeWelcome('csee4119');
    await seat.see(
      'The off-line messages during you are not in:',
      stamped("facebook(broadcast): It's me facebook ~"),
      stamped('facebook(private): I want to try off-line message~'),
      /^1 private, 1 broadcast since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
      'Now you can input commands as above instructed:',
    );
    await this.#change('timeOut', 5);
    await seat.seeEnd(1, 'csee4119>>', 'Time out for 5.0 seconds.');
    await this.#change('timeOut', 600);
  }

  async #comeAndGoForGood(): Promise<void> {
    const shuo = await this.#comeIn('shuo');
    await shuo.enter('quit');
    await shuo.seeEnd(0, goodbye);

    const seat = await this.#openTerminal('shuo');
    await seat.enter('de-register');
    await seat.see('Please enter your existing user name:');
    await seat.enter('shuo');
    await seat.see('Please enter your password:');
    await seat.enter(passwords.shuo, { secret: true });
    await seat.see('Are you sure to cancel your registration for shuo? Enter "yes" or "no":');
    await seat.enter('yes');
    await seat.see('You have successfully cancelled "shuo". Please continue!', askUser);
    await seat.logIn('shuo', passwords.shuo);
    await seat.see('There is no user "shuo". Please try again!', 'Please enter your username:');
    await seat.enter('quit');
    await seat.seeEnd(0, goodbye);
  }

  async #stop(admin: Seat): Promise<void> {
    const seat = await this.#openTerminal('csee4119');
    await seat.logIn('csee4119', passwords.csee4119);
    await seat.seeWelcome('csee4119');
    await admin.enter('stop');
    await seat.seeEnd(1, 'csee4119>>', 'The chatting room has been stopped. The administrator has stopped it.');
    await admin.see(
      'The server_stop notification has been sent to all the online clients, and they will automatically log out right now.',
      '1 session ended, 1 connection closed.',
      '[backup]The settings have been stored.',
      /^\[backup\]user_password repository has been stored: 4 users, passwords as hashes\.$/,
      /^\[backup\]message_rep has been stored: \d+ messages\.$/,
      /^\[backup\]file_rep has been stored: \d+ files\.$/,
      '[backup]block_rep has been stored.',
      /^\[backup\]list_block has been stored: 1\.$/,
      /^\[backup\]The backup is \S+ in the bucket \(\d+ bytes\)\.$/,
      'The server is being stopped via administrator operation.',
      'The server has stoped! Bye!',
      /^\[backup\]server log has been saved as \S*log_\S+\.log\.$/,
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
    await seat.see('Please enter your new user name:');
    await seat.enter(user);
    await seat.see('Please enter your new password:');
    await seat.enter(passwords[user], { secret: true });
    await seat.see('Please re-enter your password:');
    await seat.enter(passwords[user], { secret: true });
    await seat.see(`You have successfully registered "${user}". Please continue!`, askUser);
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
