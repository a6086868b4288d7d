import { foldName, isUserName, refusals } from '../../protocol/index.ts';
import { isYes } from '../commands/is-yes.ts';
import { ConnectionEndedError, RefusalError, type RoomConnection } from '../room/index.ts';
import type { Line } from '../terminal/line.ts';
import type { Screen } from '../terminal/screen.ts';
import { ask, askNewPassword } from './ask.ts';
import { errorLine, texts } from './texts.ts';

/** How the dialog before the login ended. */
export type LoginOutcome = 'logged-in' | 'quit' | 'full' | 'stopped' | 'refused';

/** The next step of the dialog: another question, or its end. */
type Next = { readonly question: readonly Line[] } | { readonly outcome: LoginOutcome };

const askUser: Next = { question: [texts.askUser] };

/** Refusals of a login after which the user can try another new password. */
const asksForPassword: ReadonlySet<string> = new Set(['password-change-required', 'invalid-password']);

/** Refusals of a registration that no other name, password or invitation can change. */
const endsRegistering: ReadonlySet<string> = new Set(['room-stopped', 'registration-closed']);

/** Refusals of a registration after which another invitation may work. */
const asksForInvitation: ReadonlySet<string> = new Set(['invitation-required', 'invalid-invitation']);

/** The dialog before the login: logging in, registering, cancelling a registration. */
export class LoginDialog {
  readonly #screen: Screen;
  readonly #room: RoomConnection;
  readonly #takeOver: boolean;
  /** The tries left after a wrong password, by user. The refusal of the last try does not contain a number. */
  readonly #triesLeft = new Map<string, number>();

  #wasRefused = false;
  /** The code of an invitation, which is good for another name if the first one is taken. */
  #invite: string | undefined;

  /** @param takeOver Whether a login replaces a session of the same user without a question. */
  constructor(screen: Screen, room: RoomConnection, takeOver: boolean) {
    this.#screen = screen;
    this.#room = room;
    this.#takeOver = takeOver;
  }

  /** Whether the room refused the last request. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  /**
   * Asks until the dialog ends. A user given in advance is asked only for the password, or for nothing.
   * @throws {EndOfInput | ConnectionEndedError}
   */
  async run({
    user,
    password,
  }: {
    user?: string | undefined;
    password?: string | undefined;
  } = {}): Promise<LoginOutcome> {
    let next = user === undefined ? askUser : await this.#logIn(user, password);
    if ('question' in next && password !== undefined && !this.#screen.isAttended) {
      // The rest of the input are commands for a user who is logged in.
      this.#screen.print(...next.question.slice(0, 1));
      return 'refused';
    }
    while ('question' in next) next = await this.#answer((await ask(this.#screen, next.question, 'answer')).trim());
    return next.outcome;
  }

  #answer(name: string): Next | Promise<Next> {
    // Accept a leading slash, as before short names of commands. No user name begins with one.
    switch (name.toLowerCase().replace(/^\//, '')) {
      case '':
      case 'help':
        return askUser;
      case 'quit':
      case 'exit':
        return { outcome: 'quit' };
      case 'register':
        return this.#register();
      case 'deregister':
      case 'de-register':
        return this.#deregister();
      default:
        return this.#logIn(name);
    }
  }

  async #logIn(user: string, known?: string): Promise<Next> {
    const password = known ?? (await ask(this.#screen, [texts.askPassword], 'secret'));
    let newPassword: string | undefined;
    for (let takeOver = this.#takeOver; ; ) {
      try {
        await this.#room.login(user, password, { keepPassword: true, newPassword, takeOver });
        this.#wasRefused = false;
        return { outcome: 'logged-in' };
      } catch (error) {
        if (!(error instanceof RefusalError)) return this.#refused(error, user);
        this.#wasRefused = true;
        const { since } = error.details;
        if (asksForPassword.has(error.code)) {
          if (newPassword !== '') this.#screen.print(error.message);
          // The refusal of an empty password states the rule before the user types a password twice.
          const isRuleKnown = newPassword !== undefined || !this.#screen.isAttended;
          newPassword = isRuleKnown ? await this.#askNewPassword(error) : '';
          if (newPassword === undefined) return askUser;
        } else if (error.code === 'already-online' && since !== undefined && this.#screen.isAttended) {
          if (!(await this.#wantsToContinueHere(since))) return askUser;
          takeOver = true;
        } else return this.#refused(error, user);
      }
    }
  }

  /** Without a person at the terminal, the rule is known from the refusal that was printed. */
  #askNewPassword({ details }: RefusalError): Promise<string | undefined> {
    return askNewPassword(this.#screen, this.#screen.isAttended ? details.limit : undefined);
  }

  async #wantsToContinueHere(since: string): Promise<boolean> {
    return isYes(await ask(this.#screen, [texts.askTakeOver(since)], 'answer'));
  }

  async #register(): Promise<Next> {
    for (;;) {
      const user = (await ask(this.#screen, [texts.askNewUser], 'answer')).trim();
      if (user === '') return askUser;
      if (foldName(user) === 'quit') return { outcome: 'quit' };
      if (!isUserName(user)) {
        this.#screen.print(refusals['invalid-user']);
        continue;
      }
      const next = await this.#registerAs(user);
      if (next) return next;
    }
  }

  /** Undefined if the room refuses the name. */
  async #registerAs(user: string): Promise<Next | undefined> {
    // An empty password is refused with the rule, or with another reason, before the user types a password twice.
    let password = this.#screen.isAttended ? '' : await askNewPassword(this.#screen);
    while (password !== undefined) {
      try {
        const invite = this.#invite === undefined ? {} : { invite: this.#invite };
        const registered = await this.#room.request('register', { user, password, ...invite });
        this.#wasRefused = false;
        return { question: [texts.registered(registered.user), texts.askUser] };
      } catch (error) {
        if (!(error instanceof RefusalError) || endsRegistering.has(error.code)) return this.#refused(error, user);
        this.#wasRefused = true;
        if (asksForInvitation.has(error.code)) {
          this.#screen.print(error.message);
          this.#invite = (await ask(this.#screen, [texts.askInvitation], 'answer')).trim() || undefined;
          if (this.#invite === undefined) return askUser;
          continue;
        }
        const isRule = password === '' && error.code === 'invalid-password';
        if (!isRule)
          this.#screen.print(error.code === 'user-exists' ? texts.userExists(user) : errorLine(error, { user }));
        if (error.code !== 'invalid-password') return undefined;
        password = await this.#askNewPassword(error);
      }
    }
    return askUser;
  }

  async #deregister(): Promise<Next> {
    const user = (await ask(this.#screen, [texts.askExistingUser], 'answer')).trim();
    if (user === '') return askUser;
    const password = await ask(this.#screen, [texts.askPassword], 'secret');
    const answer = await ask(this.#screen, [texts.askCancel(user)], 'answer');
    if (answer.trim().toLowerCase() !== 'yes') return { question: [texts.notCancelled(user), texts.askUser] };
    try {
      await this.#room.request('deregister', { user, password });
      this.#wasRefused = false;
      return { question: [texts.cancelled(user), texts.askUser] };
    } catch (error) {
      return this.#refused(error, user);
    }
  }

  #refused(error: unknown, user: string): Next {
    if (!(error instanceof Error) || error instanceof ConnectionEndedError) throw error;
    this.#wasRefused = true;
    if (!(error instanceof RefusalError)) return { question: [errorLine(error), texts.askUserAgain] };
    const name = foldName(user);
    const { triesLeft, secondsLeft = 0, since } = error.details;
    const wasLastTry = this.#triesLeft.get(name) === 1;
    this.#triesLeft.delete(name);
    switch (error.code) {
      case 'room-full':
        return { outcome: 'full' };
      case 'room-stopped':
        return { outcome: 'stopped' };
      case 'wrong-password':
        if (triesLeft === undefined) return { question: [errorLine(error), texts.askUserAgain] };
        this.#triesLeft.set(name, triesLeft);
        return { question: [texts.wrongPassword(triesLeft), texts.askUserAgain] };
      case 'login-blocked':
        return {
          question: wasLastTry ? [texts.nowBlocked(secondsLeft)] : [texts.blocked(secondsLeft), texts.askOtherUser],
        };
      case 'already-online':
        if (since === undefined || error.action !== 'login') return { question: [texts.alreadyOnline] };
        return { question: [texts.useTakeOver(since), texts.askOtherUser] };
      case 'no-such-user':
        return { question: [texts.noSuchUser(user), texts.askUserAgain] };
      default:
        return { question: [errorLine(error, { user }), texts.askUserAgain] };
    }
  }
}
