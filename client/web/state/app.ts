import { type Signal, signal } from '@preact/signals';
import { foldName, type Result } from '../../../protocol/index.ts';
import { endingLine } from '../../chat/texts.ts';
import {
  ConnectError,
  connect,
  defaultTiming,
  type Ending,
  RefusalError,
  type RoomConnection,
  type SavedSession,
} from '../../room/browser.ts';
import { endingAfter } from '../../room/ending.ts';
import { backoff } from '../../room/timing.ts';
import { texts } from '../texts.ts';
import { Attention } from './attention.ts';
import { Chat } from './chat.ts';
import { takeInvitation } from './invitation.ts';
import type { LoginMode } from './login-form.ts';
import { loadAddress } from './room-address.ts';
import { forgetUser, recall, type StoredValues, stored } from './storage.ts';

export interface LoginChoices {
  readonly newPassword?: string | undefined;
  /** Whether to replace a session of the same user elsewhere. */
  readonly takeOver?: boolean;
}

/** Refusals of a resume that end the session. After any other error, the page tries again. */
const overWith: ReadonlySet<string> = new Set(['bad-token', 'kicked', 'banned']);

/** Between two tries to continue a session: up to 5 seconds at first, and up to 30 later. */
const timing = { ...defaultTiming, backoff: 5000 };

/** Why the room could not be reached. A browser does not say. */
export function reasonOf(error: unknown): string {
  if (error instanceof ConnectError) return texts.unreachable;
  return error instanceof Error ? error.message : String(error);
}

/** The page: before a login it has no chat. */
export class App {
  readonly chat: Signal<Chat | undefined> = signal(undefined);
  /** Whether a session from before a reload is being continued, and why that does not succeed. */
  readonly starting: Signal<{ readonly problem?: string } | undefined> = signal({});
  /** Whether the first attempts to connect have failed and others follow. */
  readonly isTrying = signal(false);
  /** A sentence above the login form. */
  readonly greeting: Signal<string | undefined> = signal(undefined);
  /** The name in the login form. */
  readonly user = signal('');
  /** The invitation code in the page's address. Empty after the first login. */
  invite = takeInvitation();
  /** The form that is shown first. */
  firstForm: LoginMode = 'login';
  readonly attention = new Attention();
  /** The session that a reload of the page resumes. The password is never stored. */
  readonly #session = stored<SavedSession | undefined>('session', undefined);
  /** The user who wrote the drafts in this tab. */
  readonly #owner = stored<string>('owner', '');
  /** The user who has logged out, and what they have not read. A reload forgets it. */
  #left: { readonly user: string; readonly unread: StoredValues } | undefined;
  #room: RoomConnection | undefined;
  #trying = new AbortController();
  #failedStarts = 0;
  #nextStart: ReturnType<typeof setTimeout> | undefined;

  async start(): Promise<void> {
    const saved = this.#session.peek();
    if (saved === undefined) {
      this.starting.value = undefined;
      return;
    }
    clearTimeout(this.#nextStart);
    this.starting.value = {};
    this.user.value = saved.user;
    try {
      const room = await this.#connect();
      await room.resume(saved);
      this.#begin(room, saved.user);
      this.starting.value = undefined;
    } catch (error) {
      if (error instanceof RefusalError && overWith.has(error.code)) {
        this.#session.value = undefined;
        const ending = endingAfter(error);
        this.greeting.value = ending.reason === 'kicked' ? endingLine(ending) : texts.sessionOver;
        this.starting.value = undefined;
        return;
      }
      this.starting.value = { problem: reasonOf(error) };
      this.#nextStart = setTimeout(() => this.retry(), backoff(this.#failedStarts, timing));
      this.#failedStarts += 1;
    }
  }

  /** Tries again to continue the session, if that has not succeeded. */
  retry(): void {
    if (this.starting.peek()?.problem !== undefined) void this.start();
  }

  /** @throws {ConnectError} and as `RoomConnection.login`. */
  async logIn(user: string, password: string, { newPassword, takeOver = false }: LoginChoices = {}): Promise<void> {
    const room = await this.#connect();
    const result = await room.login(user, password, { keepPassword: true, newPassword, takeOver });
    this.#begin(room, result.user);
  }

  /** @throws {ConnectError} and as `RoomConnection.request`. */
  async register(user: string, password: string, invite: string): Promise<Result<'register'>> {
    const room = await this.#connect();
    return room.request('register', { user, password, ...(invite !== '' && { invite }) });
  }

  /** @throws {ConnectError} and as `RoomConnection.request`. */
  async deregister(user: string, password: string): Promise<void> {
    await (await this.#connect()).request('deregister', { user, password });
    // The next account of this name is another user's.
    this.#left = undefined;
  }

  /** Stops trying to connect. The request that waits for the connection fails with `ConnectionEndedError`. */
  stopTrying(): void {
    this.#trying.abort();
    void this.#room?.leave();
  }

  get hasStoppedTrying(): boolean {
    return this.#trying.signal.aborted;
  }

  /**
   * @param next The form that is shown next. `deregister` needs the logout first, because the room does not delete the account
   * of an online user.
   */
  async logOut(next: LoginMode = 'login'): Promise<void> {
    this.firstForm = next;
    if (this.chat.peek()?.ending.peek()) this.leaveEnded();
    else await this.#room?.leave();
  }

  /** Closes the chat whose session has ended, and shows a form. */
  leaveEnded(): void {
    this.chat.value = undefined;
  }

  /** The page is being left: the room keeps the session for a while, so that a reload continues it. */
  suspend(): void {
    this.#room?.suspend();
  }

  #begin(room: RoomConnection, user: string): void {
    const id = foldName(user);
    if (this.#owner.peek() !== id) {
      forgetUser();
      this.attention.hide();
      if (this.#left?.user === id) recall(this.#left.unread);
    }
    this.#left = undefined;
    this.#owner.value = id;
    this.user.value = user;
    this.firstForm = 'login';
    this.greeting.value = undefined;
    this.invite = '';
    const unsent = this.chat.peek()?.transfers.abort() ?? [];
    const chat = new Chat(room, user, this.attention);
    // The user must see that a file did not arrive.
    for (const upload of unsent) chat.conversation(upload.to).add(upload, true);
    this.chat.value = chat;
    chat.catchUp().catch((error: unknown) => chat.failed(error));
  }

  /** The connection, which a refused login leaves open for the next one. */
  async #connect(): Promise<RoomConnection> {
    if (this.#room) return this.#room;
    this.#trying = new AbortController();
    const { signal } = this.#trying;
    const room = await connect({
      url: await loadAddress(),
      signal,
      busy: () => {
        this.isTrying.value = true;
      },
      reconnectAfterStop: true,
      message: (message, { missed }) => this.chat.peek()?.take(message, missed),
      notice: (notice) => this.chat.peek()?.notice(notice),
      connection: (state) => {
        this.isTrying.value = state === 'lost' && this.#room?.user === undefined;
        this.chat.peek()?.linkChanged(state);
      },
      stopped: (message) => this.chat.peek()?.stopped(message),
      waiting: (seconds) => this.chat.peek()?.waiting(seconds),
      session: (session) => {
        this.#session.value = session;
      },
    }).finally(() => {
      this.isTrying.value = false;
    });
    this.#room = room;
    void room.ended.then((ending) => this.#ended(room, ending));
    return room;
  }

  #ended(room: RoomConnection, ending: Ending): void {
    if (room !== this.#room) return;
    this.#room = undefined;
    this.isTrying.value = false;
    this.#session.value = undefined;
    const chat = this.chat.peek();
    if (!chat) return;
    if (ending.reason !== 'logout') {
      this.firstForm = 'login';
      chat.ending.value = ending;
      return;
    }
    // The user has cancelled another login: the chat had ended before, and stays on the screen.
    if (chat.ending.peek() !== undefined) return;
    chat.transfers.abort();
    this.#left = { user: foldName(chat.me), unread: forgetUser() };
    this.#owner.value = '';
    const isDeleting = this.firstForm === 'deregister';
    this.user.value = isDeleting ? chat.me : '';
    this.greeting.value = isDeleting ? undefined : texts.loggedOut;
    this.chat.value = undefined;
  }
}
