import { computed, type Signal, signal } from '@preact/signals';
import { foldName, isUserName, reservedNames } from '../../../protocol/index.ts';
import { texts as chatTexts, errorLine } from '../../chat/texts.ts';
import { ConnectionEndedError, RefusalError } from '../../room/common.ts';
import { duration } from '../../times.ts';
import { texts } from '../texts.ts';
import { type App, reasonOf } from './app.ts';
import { plain } from './to-item.ts';

export type LoginMode = 'login' | 'register' | 'deregister';

/** Why the room refused a form: beside a field, or above all of them. */
export interface Problem {
  readonly field: 'user' | 'password' | 'newPassword' | 'invite' | 'form';
  readonly text: string;
}

const wrongWithName = (name: string) => (reservedNames.has(foldName(name)) ? texts.reservedName(name) : texts.nameRule);

/** The state of the form before a login, and what the room answers. */
export class LoginForm {
  readonly mode: Signal<LoginMode> = signal('login');
  readonly user: Signal<string>;
  readonly password = signal('');
  readonly newPassword = signal('');
  readonly invite: Signal<string>;
  readonly problem: Signal<Problem | undefined> = signal(undefined);
  readonly success: Signal<string | undefined> = signal(undefined);
  readonly isBusy = signal(false);
  /** Who must choose another password to log in. */
  readonly #mustChange: Signal<string | undefined> = signal(undefined);
  /** Whether the room wants another password for this login. */
  readonly wantsNewPassword = computed(() => this.#mustChange.value === this.#userId());
  readonly wantsInvite: Signal<boolean>;
  /** Since when the user is logged in elsewhere. */
  readonly elsewhere: Signal<string | undefined> = signal(undefined);
  /** The shortest password that the room takes, once it has said so. */
  readonly shortest: Signal<number | undefined> = signal(undefined);
  /** When a login block ends, in milliseconds since 1970; and the name that is blocked. */
  readonly blockedUntil: Signal<{ readonly user: string; readonly at: number } | undefined> = signal(undefined);
  readonly isBlocked = computed(() => this.blockedUntil.value?.user === this.#userId());
  readonly #app: App;

  constructor(app: App) {
    const { invite } = app;
    this.#app = app;
    this.user = signal(app.user.peek());
    this.invite = signal(invite);
    this.wantsInvite = signal(invite !== '');
    this.mode.value = invite === '' ? app.firstForm : 'register';
  }

  choose(mode: LoginMode): void {
    this.mode.value = mode;
    this.problem.value = undefined;
    this.elsewhere.value = undefined;
    this.success.value = undefined;
  }

  /** The user changes a field, so what the room said about it no longer applies. */
  edited(field: Problem['field']): void {
    if (this.problem.peek()?.field === field) this.problem.value = undefined;
    if (field === 'user') this.elsewhere.value = undefined;
  }

  async submit(takeOver = false): Promise<void> {
    if (this.isBusy.peek()) return;
    this.problem.value = undefined;
    this.success.value = undefined;
    this.elsewhere.value = undefined;
    this.isBusy.value = true;
    try {
      await this.#send(takeOver);
    } catch (error) {
      this.problem.value = this.#problemOf(error);
    } finally {
      this.isBusy.value = false;
    }
  }

  /** The seconds until the login block ends, as a text. Ends the block when they are over. */
  blockedText(now: number): string | undefined {
    const until = this.blockedUntil.peek();
    if (until === undefined) return undefined;
    if (now < until.at) return texts.blockedFor(duration((until.at - now) / 1000));
    this.blockedUntil.value = undefined;
    return undefined;
  }

  /** The name in the form, as the room compares names. */
  #userId(): string {
    return foldName(this.user.value.trim());
  }

  async #send(takeOver: boolean): Promise<void> {
    const user = this.user.peek().trim();
    const password = this.password.peek();
    switch (this.mode.peek()) {
      case 'login': {
        const newPassword = this.wantsNewPassword.peek() ? this.newPassword.peek() : undefined;
        return this.#app.logIn(user, password, { newPassword, takeOver });
      }
      case 'register': {
        if (!isUserName(user)) {
          this.problem.value = { field: 'user', text: wrongWithName(user) };
          return;
        }
        const registered = await this.#app.register(user, password, this.invite.peek().trim());
        this.user.value = registered.user;
        // If the login fails, the next try must not register the user again.
        this.choose('login');
        this.success.value = chatTexts.registered(registered.user);
        return this.#app.logIn(registered.user, password);
      }
      case 'deregister':
        await this.#app.deregister(user, password);
        this.choose('login');
        this.success.value = texts.accountDeleted(user);
        this.user.value = '';
        this.password.value = '';
    }
  }

  #problemOf(error: unknown): Problem | undefined {
    if (!(error instanceof Error)) throw error;
    if (error instanceof ConnectionEndedError && this.#app.hasStoppedTrying) return undefined;
    if (!(error instanceof RefusalError)) return { field: 'form', text: reasonOf(error) };
    const user = this.user.peek().trim();
    const { triesLeft, secondsLeft = 0, since, limit } = error.details;
    switch (error.code) {
      case 'wrong-password':
        return {
          field: 'password',
          text: triesLeft === undefined ? error.message : chatTexts.wrongPassword(triesLeft),
        };
      case 'login-blocked':
        this.blockedUntil.value = { user: foldName(user), at: Date.now() + secondsLeft * 1000 };
        return undefined;
      case 'no-such-user':
        return { field: 'user', text: `There is no user "${user}". Check the name, or create an account.` };
      case 'already-online':
        if (since === undefined || this.mode.peek() !== 'login') return { field: 'form', text: texts.alreadyOnline };
        this.elsewhere.value = since;
        return undefined;
      case 'password-change-required':
        this.#mustChange.value = foldName(user);
        return { field: 'newPassword', text: error.message };
      case 'invalid-password':
        this.shortest.value = limit;
        return this.#invalidPassword(error.message);
      case 'user-exists':
        return { field: 'user', text: chatTexts.userExists(user) };
      case 'invalid-user':
        return { field: 'user', text: wrongWithName(user) };
      case 'invitation-required':
      case 'invalid-invitation':
        this.wantsInvite.value = true;
        return { field: 'invite', text: error.message };
      case 'room-full':
        return { field: 'form', text: chatTexts.roomFull };
      default:
        return { field: 'form', text: plain(errorLine(error, { user })).replace(/^Error! /, '') };
    }
  }

  #invalidPassword(message: string): Problem {
    const isNew = this.wantsNewPassword.peek();
    const shortest = this.shortest.peek() ?? 0;
    const isTooShort = [...(isNew ? this.newPassword : this.password).peek()].length < shortest;
    return { field: isNew ? 'newPassword' : 'password', text: isTooShort ? texts.passwordRule(shortest) : message };
  }
}
